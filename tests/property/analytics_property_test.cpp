#include "edge/analytics/graphs.hpp"
#include "edge/analytics/point_changes.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <limits>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace edge::analytics {
namespace {

/// Few days, categories, windows and quantities, so that bundles meet in every group.
struct Spread {
    int days = 20;
    int categories = 8;
    int windows = 6;
    bool absurd = false;  ///< quantities up to the limits of 64 bits
};

rc::Gen<std::int64_t> quantities(const Spread& spread) {
    constexpr std::int64_t highest = std::numeric_limits<std::int64_t>::max();
    constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
    rc::Gen<std::int64_t> usual = rc::gen::inRange<std::int64_t>(-2, 30);
    if (!spread.absurd) return usual;
    return rc::gen::oneOf(usual,
                          rc::gen::elementOf(std::vector<std::int64_t>{lowest, lowest + 1, highest, amount_limit}),
                          rc::gen::arbitrary<std::int64_t>());
}

BundleOutcome any_outcome(const Spread& spread) {
    const auto quantity = [&] { return *quantities(spread); };
    BundleOutcome outcome;
    outcome.day = LocalDate(std::chrono::days(20'500 + *rc::gen::inRange(0, spread.days)));
    outcome.window_start = std::chrono::minutes(*rc::gen::inRange(0, spread.windows)) * 239 +
                           std::chrono::microseconds(*rc::gen::element(0, 1));
    const auto ids = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, spread.categories));
    for (const int id : ids) outcome.categories.emplace_back(id);
    outcome.total_qty = quantity();
    outcome.reserved = quantity();
    outcome.collected = quantity();
    outcome.weight_grams = quantity();
    outcome.carbon_dioxide = quantity();
    outcome.price = Money{quantity()};
    outcome.discount_percentage = quantity();
    outcome.closed = *rc::gen::arbitrary<bool>();
    return outcome;
}

using Bundles = std::map<int, Contribution>;

/// Bundle `id` as it now is; nothing: it is gone.
struct Step {
    int id = 0;
    std::optional<Contribution> contribution;
};

std::vector<Step> any_steps(const Spread& spread) {
    std::vector<Step> steps(static_cast<std::size_t>(*rc::gen::inRange(0, 40)));
    for (Step& step : steps) {
        step.id = *rc::gen::inRange(0, 8);
        if (*rc::gen::inRange(0, 4) != 0) step.contribution = contribution_of(any_outcome(spread));
    }
    return steps;
}

/// Brings `bundles` up to date, and `totals` with them.
void take(const Step& step, Bundles& bundles, Totals& totals) {
    if (const auto old = bundles.find(step.id); old != bundles.end()) {
        totals.subtract(old->second);
        bundles.erase(old);
    }
    if (!step.contribution) return;
    totals.add(*step.contribution);
    bundles.emplace(step.id, *step.contribution);
}

Totals rebuilt(const Bundles& bundles) {
    Totals totals;
    for (const auto& [id, contribution] : bundles) totals.add(contribution);
    return totals;
}

std::optional<std::string> name_of_category(CategoryId id) {
    if (id.value() % 5 == 4) return std::nullopt;
    return "category " + std::to_string(id.value());
}

std::vector<Graph> graphs_of(const Totals& totals) {
    const CategoryNames names = name_of_category;
    return build_graphs(SellerId(1), {.totals = totals, .names = names, .forecasts = {}});
}

std::vector<GraphPoint> points_of(const std::vector<Graph>& graphs, GraphKind kind) {
    for (const Graph& graph : graphs) {
        if (graph.type.id == static_cast<int>(kind)) return graph.series.at(0).points;
    }
    return {};
}

std::int64_t sum_of(const std::vector<GraphPoint>& points) {
    std::int64_t units = 0;
    for (const GraphPoint& point : points) units += point.y.units();
    return units;
}

RC_GTEST_PROP(TotalsLaw, IncrementalTotalsEqualRebuiltOnes, (bool absurd)) {
    Bundles bundles;
    Totals totals;

    for (const Step& step : any_steps({.absurd = absurd})) {
        take(step, bundles, totals);
        RC_ASSERT(totals == rebuilt(bundles));
    }
}

RC_GTEST_PROP(TotalsLaw, StoredTotalsPlusTheDifferenceOfABatchEqualRebuiltOnes, (bool absurd)) {
    Bundles bundles;
    Totals stored;
    const int batches = *rc::gen::inRange(1, 5);

    for (int batch = 0; batch < batches; ++batch) {
        Totals difference;
        for (const Step& step : any_steps({.absurd = absurd})) take(step, bundles, difference);
        stored.add(difference);
    }

    RC_ASSERT(stored == rebuilt(bundles));
}

RC_GTEST_PROP(TotalsLaw, GroupsThatADifferenceDoesNotNameStayAsTheyWere, ()) {
    Bundles bundles;
    Totals before;
    for (const Step& step : any_steps({})) take(step, bundles, before);
    Totals difference;
    take({.id = 0, .contribution = contribution_of(any_outcome({}))}, bundles, difference);

    const Totals after = rebuilt(bundles);

    for (const auto& [day, amounts] : after.days) {
        if (!difference.days.contains(day)) RC_ASSERT(before.days.at(day) == amounts);
    }
    for (const auto& [category, collected] : after.categories) {
        if (!difference.categories.contains(category)) RC_ASSERT(before.categories.at(category) == collected);
    }
    for (const auto& [window, collected] : after.windows) {
        if (!difference.windows.contains(window)) RC_ASSERT(before.windows.at(window) == collected);
    }
}

RC_GTEST_PROP(TotalsLaw, OverallIsTheSumOfTheDays, (bool absurd)) {
    Bundles bundles;
    Totals totals;
    for (const Step& step : any_steps({.absurd = absurd})) take(step, bundles, totals);

    Amounts sum;
    for (const auto& [day, amounts] : totals.days) sum += amounts;

    RC_ASSERT(totals.overall == sum);
}

RC_GTEST_PROP(GraphsLaw, GraphsOfIncrementalTotalsEqualThoseOfRebuiltOnes, (bool absurd)) {
    Bundles bundles;
    Totals totals;
    for (const Step& step : any_steps({.absurd = absurd})) take(step, bundles, totals);

    const std::vector<Graph> incremental = graphs_of(totals);
    const std::vector<Graph> fresh = graphs_of(rebuilt(bundles));

    RC_ASSERT(incremental.size() == fresh.size());
    for (std::size_t i = 0; i < fresh.size(); ++i) RC_ASSERT(incremental[i].series == fresh[i].series);
}

RC_GTEST_PROP(GraphsLaw, NoGraphLosesASale, ()) {
    // Four categories and four windows: all of them are among the five largest.
    const auto steps = any_steps({.categories = 4, .windows = 2});
    Bundles bundles;
    Totals totals;
    for (const Step& step : steps) take(step, bundles, totals);
    std::int64_t sold = 0;
    std::int64_t sold_by_category = 0;
    for (const auto& [id, contribution] : bundles) {
        sold += contribution.amounts.sold;
        sold_by_category += contribution.amounts.sold * static_cast<std::int64_t>(contribution.categories.size());
    }

    const std::vector<Graph> graphs = graphs_of(totals);

    std::int64_t sold_by_hour = 0;
    for (const GraphSeries& weekday : week_hour_series(totals.week_hours)) sold_by_hour += sum_of(weekday.points);
    RC_ASSERT(sum_of(points_of(graphs, GraphKind::sales_vs_posted)) == sold * 10'000);
    RC_ASSERT(sum_of(points_of(graphs, GraphKind::forecast)) == sold * 10'000);
    RC_ASSERT(sum_of(points_of(graphs, GraphKind::time_windows)) == sold * 10'000);
    RC_ASSERT(sum_of(points_of(graphs, GraphKind::categories)) == sold_by_category * 10'000);
    RC_ASSERT(sold_by_hour == sold * 10'000);
}

RC_GTEST_PROP(GraphsLaw, EveryGramAndPennyOfAWeekIsShown, ()) {
    Bundles bundles;
    Totals totals;
    for (const Step& step : any_steps({})) take(step, bundles, totals);

    const std::vector<Graph> graphs = graphs_of(totals);

    RC_ASSERT(sum_of(points_of(graphs, GraphKind::waste_avoided)) == totals.overall.grams_saved * 10);
    RC_ASSERT(sum_of(points_of(graphs, GraphKind::co2_saved)) == totals.overall.co2_grams * 10);
    RC_ASSERT(sum_of(points_of(graphs, GraphKind::revenue)) == totals.overall.revenue_minor * 100);
}

RC_GTEST_PROP(GraphsLaw, APointOfOneWeekNeedsTheDaysOfThatWeekOnly, ()) {
    Bundles bundles;
    Totals totals;
    for (const Step& step : any_steps({})) take(step, bundles, totals);
    totals.add(contribution_of(any_outcome({})));
    const std::map<LocalDate, Amounts> weeks = weeks_of(totals.days);
    const LocalDate monday = std::next(weeks.begin(), *rc::gen::inRange<std::ptrdiff_t>(0, std::ssize(weeks)))->first;

    const std::map<LocalDate, Amounts> days(totals.days.lower_bound(monday),
                                            totals.days.lower_bound(monday + std::chrono::days(7)));
    const std::map<LocalDate, Amounts> alone = weeks_of(days);

    RC_ASSERT(alone.size() == 1U);
    RC_ASSERT(alone.at(monday) == weeks.at(monday));
}

RC_GTEST_PROP(SellThroughLaw, SoldAndUnsoldMakeAHundred, (std::int64_t posted, std::int64_t sold)) {
    const SellThrough rate = sell_through(posted, sold);

    RC_ASSERT(rate.sold.units() + rate.unsold.units() == 1'000'000);
    RC_ASSERT(rate.sold.units() >= 0);
    RC_ASSERT(rate.sold.units() <= 1'000'000);
}

std::vector<GraphPoint> any_points() {
    std::vector<GraphPoint> points(static_cast<std::size_t>(*rc::gen::inRange(0, 8)));
    for (GraphPoint& point : points) {
        point.x = *rc::gen::element<std::string>("a", "b", "c");
        point.y = PointValue::from_units(*rc::gen::inRange<std::int64_t>(0, 3));
    }
    return points;
}

using StoredSeries = std::map<std::int64_t, GraphPoint>;

/// Does to a table what each change says, as strictly as a table would.
void write_changes(StoredSeries& series, const std::vector<PointChange>& changes) {
    for (const PointChange& change : changes) {
        switch (change.kind) {
            case PointChange::Kind::insert: RC_ASSERT(series.emplace(change.sort_index, change.point).second); break;
            case PointChange::Kind::remove: RC_ASSERT(series.erase(change.sort_index) == 1U); break;
            case PointChange::Kind::update_y:
                RC_ASSERT(series.at(change.sort_index).x == change.point.x);
                series.at(change.sort_index).y = change.point.y;
                break;
            case PointChange::Kind::update_x_and_y:
                RC_ASSERT(series.at(change.sort_index).x != change.point.x);
                series.at(change.sort_index) = change.point;
                break;
        }
    }
}

StoredSeries numbered(const std::vector<GraphPoint>& points, std::int64_t first) {
    StoredSeries series;
    for (const GraphPoint& point : points) series.emplace(first + std::ssize(series), point);
    return series;
}

/// How many sort indexes hold something else in one than in the other.
std::size_t differences(const StoredSeries& a, const StoredSeries& b) {
    std::set<std::int64_t> indexes;
    for (const auto& [index, point] : a) {
        if (const auto found = b.find(index); found == b.end() || found->second != point) indexes.insert(index);
    }
    for (const auto& [index, point] : b) {
        if (!a.contains(index)) indexes.insert(index);
    }
    return indexes.size();
}

RC_GTEST_PROP(PointChangesLaw, TurnStoredPointsIntoWantedOnesAndTouchNoOther, ()) {
    const std::vector<GraphPoint> stored = any_points();
    const std::vector<GraphPoint> wanted = any_points();
    const std::int64_t first = *rc::gen::inRange(0, 3);
    StoredSeries series = numbered(stored, first);

    const std::vector<PointChange> changes = point_changes(stored, wanted, first);

    RC_ASSERT(changes.size() == differences(series, numbered(wanted, first)));
    write_changes(series, changes);
    RC_ASSERT(series == numbered(wanted, first));
}

RC_GTEST_PROP(PointChangesLaw, PutAForeignSeriesInOrder, ()) {
    StoredSeries series;
    for (const GraphPoint& point : any_points()) series.emplace(*rc::gen::inRange<std::int64_t>(-2, 12), point);
    std::vector<StoredPoint> stored;
    for (const auto& [index, point] : series) stored.push_back({.sort_index = index, .point = point});
    const std::vector<GraphPoint> wanted = any_points();

    const std::vector<PointChange> changes = point_changes(stored, wanted);

    RC_ASSERT(changes.size() == differences(series, numbered(wanted, 0)));
    write_changes(series, changes);
    RC_ASSERT(series == numbered(wanted, 0));
}

RC_GTEST_PROP(PointChangesLaw, AreNoneWhenNothingChanged, ()) {
    const std::vector<GraphPoint> points = any_points();

    RC_ASSERT(point_changes(points, points).empty());
}

}  // namespace
}  // namespace edge::analytics
