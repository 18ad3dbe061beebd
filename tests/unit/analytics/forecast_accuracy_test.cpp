#include "edge/analytics/forecast_accuracy.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace edge::analytics {
namespace {

const LocalDate monday = parse_date("2026-03-02").value();

ForecastOutcome outcome(std::int64_t predicted, std::int64_t observed) {
    return {.predicted = predicted,
            .low = predicted - 2,
            .high = predicted + 2,
            .confidence = *Probability::parse("0.6"),
            .observed = observed};
}

std::vector<std::string> texts(const ForecastScore& score) {
    std::vector<std::string> texts;
    for (const auto& point : accuracy_points(monday, score))
        texts.push_back(point ? point->x + " " + point->y.text() : "nothing");
    return texts;
}

TEST(ForecastAccuracy, OfNoWindowsIsNothing) {
    EXPECT_THAT(texts({}), testing::Each("nothing"));
    for (const GraphSeries& series : accuracy_series({{monday, {}}})) EXPECT_TRUE(series.points.empty());
}

TEST(ForecastAccuracy, CountsHitsIntervalsAndBias) {
    ForecastScore score;
    score.add(outcome(20, 24));  // a fifth more: a hit, outside the interval
    score.add(outcome(4, 6));    // inside the interval, no hit
    score.add(outcome(3, 0));    // neither

    EXPECT_THAT(texts(score), testing::ElementsAre("2026-03-02 33.3300", "2026-03-02 60.0000", "2026-03-02 33.3300",
                                                   "2026-03-02 -10.0000"));
}

TEST(ForecastAccuracy, HasNoBiasWhereNothingWasReserved) {
    ForecastScore score;
    score.add(outcome(1, 0));

    EXPECT_THAT(texts(score),
                testing::ElementsAre("2026-03-02 100.0000", "2026-03-02 60.0000", "2026-03-02 100.0000", "nothing"));
}

TEST(ForecastAccuracy, StandsWhateverTheCounts) {
    ForecastScore score;
    for (int i = 0; i < 3; ++i) score.add(outcome(std::numeric_limits<std::int64_t>::max() - 2, -5));
    score.add(outcome(-7, std::numeric_limits<std::int64_t>::max()));

    EXPECT_EQ(score.windows, 4);
    EXPECT_EQ(accuracy_series({{monday, score}}).size(), accuracy_series_names.size());
}

}  // namespace
}  // namespace edge::analytics
