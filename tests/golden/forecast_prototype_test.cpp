#include "pooled/pooled.hpp"

#include "edge/forecast/backtest.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <sstream>

namespace edge::forecast {

namespace {

/// $EDGE_SHARED_DIR, else <source>/../shared.
std::filesystem::path shared_folder() {
    if (const char* folder = std::getenv("EDGE_SHARED_DIR")) return folder;
    return std::filesystem::path(EDGE_SOURCE_DIR).parent_path() / "shared";
}

/// Of a file, zipped or not.
std::string text_of(const std::filesystem::path& path) {
    const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), gzclose);
    std::string text;
    std::array<char, 65536> buffer{};
    for (int size = 1; size > 0;) {
        size = gzread(file.get(), buffer.data(), buffer.size());
        if (size > 0) text.append(buffer.data(), static_cast<std::size_t>(size));
    }
    return text;
}

/// The header and the first lines of a table, up to the end of a day.
std::string first_days(const std::string& csv, std::size_t lines) {
    std::istringstream rest(csv);
    std::string head;
    std::string line;
    std::string last_day;
    for (std::size_t i = 0; std::getline(rest, line); ++i) {
        const std::size_t after_category = line.find(',', line.find(',') + 1) + 1;
        const std::string day = line.substr(after_category, line.find(',', after_category) - after_category);
        if (i > lines && day != last_day) break;
        last_day = day;
        head += line + "\n";
    }
    return head;
}

struct Step {
    double mean = 0;
    std::array<double, 3> quantiles{};  ///< 10, 50 and 90 %
    double no_show = -1;                ///< -1: not forecast
};

/// By "seller,category,date,hour".
std::map<std::string, Step> prototype_steps(const std::string& csv) {
    std::map<std::string, Step> steps;
    std::istringstream lines(csv);
    std::string line;
    std::getline(lines, line);
    while (std::getline(lines, line)) {
        std::vector<std::string> fields;
        std::istringstream rest(line);
        for (std::string field; std::getline(rest, field, ',');) fields.push_back(field);
        const std::string key = fields[0] + "," + fields[1] + "," + fields[2] + "," + fields[3];
        steps[key] = {.mean = std::stod(fields[4]),
                      .quantiles = {std::stod(fields[5]), std::stod(fields[6]), std::stod(fields[7])},
                      .no_show = fields[9].empty() ? -1 : std::stod(fields[9])};
    }
    return steps;
}

/// Calls `compare` with every forecast that `model` makes of a history and the prototype's step for the same slot.
/// Not of the first day: the prototype knows all start hours from the whole table, `pooled` none before it saw one.
template <class Compare>
void each_step(const pooled::Model& model, const std::string& csv, const std::string& prototype, Compare compare) {
    const SlotHistory history = parse_slot_history(csv);
    const std::map<std::string, Step> steps = prototype_steps(prototype);
    Pooled method(model);
    backtest(method, history, [&](const Observation& observation, const Forecast& forecast) {
        if (observation.day == history.rows.front().day) return;
        const std::string line = prediction_line(history.names, observation, forecast);
        std::size_t comma = 0;
        for (int i = 0; i < 4; ++i) comma = line.find(',', comma + 1);
        compare(line.substr(0, comma), forecast, steps.at(line.substr(0, comma)));
    });
}

// The prototype prints four places of means and probabilities; a mean is summed over a cut distribution there.
constexpr double printed = 6e-5;
constexpr double summed = 1e-4;

/// Every row of the table agrees when the departures are switched off. Returns how many there were.
int expect_agreement(const std::string& csv, const std::string& prototype) {
    int rows = 0;
    each_step(pooled::prototype_model(), csv, prototype,
              [&](const std::string& slot, const Forecast& forecast, const Step& step) {
                  ++rows;
                  EXPECT_NEAR(forecast.mean, step.mean, printed + summed * step.mean) << slot;
                  const std::vector<std::int64_t> quantiles = forecast.reservations.quantiles(std::array{.1, .5, .9});
                  for (std::size_t i = 0; i < quantiles.size(); ++i)
                      EXPECT_EQ(static_cast<double>(quantiles[i]), step.quantiles.at(i)) << slot << " quantile " << i;
                  if (step.no_show < 0) return;
                  EXPECT_NEAR(forecast.predicted_no_show_prob.value(), step.no_show, printed) << slot;
              });
    return rows;
}

/// A made history with everything in it, and what the prototype said of it (tests/data/forecast/make_prototype_rows).
TEST(ForecastPrototype, IsFollowedRowByRowWithTheDeparturesSwitchedOff) {
    const std::filesystem::path folder = std::filesystem::path(EDGE_SOURCE_DIR) / "tests/data/forecast";

    EXPECT_EQ(expect_agreement(text_of(folder / "history.csv"), text_of(folder / "prototype.csv")), 578);
}

/// Public sets, whose rows are not part of this project.
class ForecastPrototypeOnPublicSets : public testing::Test {
protected:
    void SetUp() override {
        if (!std::filesystem::exists(shared_folder() / "forecast" / "prototype" / "predictions"))
            GTEST_SKIP() << "the prototype's predictions are not in " << shared_folder();
    }
    [[nodiscard]] static std::string history_of(const std::string& set) {
        return text_of(shared_folder() / "data" / "forecast" / (set + ".csv"));
    }
    [[nodiscard]] static std::string prototype_on(const std::string& set) {
        return text_of(shared_folder() / "forecast" / "prototype" / "predictions" / (set + ".csv.gz"));
    }
};

/// How many rows of each set; $EDGE_PROTOTYPE_ROWS for more.
std::size_t rows_to_follow() {
    const char* rows = std::getenv("EDGE_PROTOTYPE_ROWS");
    return rows == nullptr ? 400 : std::stoul(rows);
}

TEST_F(ForecastPrototypeOnPublicSets, IsFollowedRowByRowWithTheDeparturesSwitchedOff) {
    for (const char* set :
         {"bike_casual", "breadbasket", "breadbasket_capped", "hotel_resort", "medical_a", "recruit_a"}) {
        SCOPED_TRACE(set);
        EXPECT_GT(expect_agreement(first_days(history_of(set), rows_to_follow()), prototype_on(set)), 350);
    }
}

/// The departures are small once the levels have settled.
TEST_F(ForecastPrototypeOnPublicSets, IsDepartedFromWithMeasure) {
    double apart = 0;
    double no_shows_apart = 0;
    int rows = 0;
    each_step(pooled::standard_model(), history_of("medical_a"), prototype_on("medical_a"),
              [&](const std::string&, const Forecast& forecast, const Step& step) {
                  if (forecast.history_rows < 10) return;
                  apart += std::abs(std::log((forecast.mean + .1) / (step.mean + .1)));
                  no_shows_apart += std::abs(forecast.predicted_no_show_prob.value() - step.no_show);
                  ++rows;
              });

    EXPECT_GT(rows, 500);
    EXPECT_LT(apart / rows, .12);
    EXPECT_LT(no_shows_apart / rows, .02);
}

}  // namespace

}  // namespace edge::forecast
