#include "golden/golden_cases.hpp"
#include "support/temporary_folder.hpp"

#include "edge/core/money.hpp"
#include "edge/engine.hpp"
#include "edge/forecast/weather_code.hpp"
#include "edge/storage/connection.hpp"
#include "edge/storage/context.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace edge {
namespace {

namespace json = boost::json;

constexpr const char* baseline = "refresh_baseline.json";
constexpr const char* current = "refresh_current.json";

/// What the marketplace trips over, but for two cases in which this engine does what is written there.
bool is_quirk(const golden::Case& golden_case) {
    if (golden_case.name == "seconds_in_window_start" || golden_case.name == "bundle_without_category_reserved")
        return golden_case.expected.at("outcome").as_string() != "ok";
    return std::find(golden_case.tags.begin(), golden_case.tags.end(), "quirk") != golden_case.tags.end();
}

std::vector<golden::Case> plain_cases(const char* file) {
    std::vector<golden::Case> cases = golden::cases_of(file);
    std::erase_if(cases, is_quirk);
    return cases;
}

const json::array& rows(const json::object& input, const char* table) {
    static const json::array none;
    const json::value* found = input.if_contains(table);
    return found == nullptr ? none : found->as_array();
}

Timestamp instant(const json::value& text) { return parse_timestamp(text.as_string().c_str()).value(); }

std::optional<std::string> text(const json::value& value) {
    if (value.is_null()) return std::nullopt;
    return std::string(value.as_string());
}

std::optional<Degrees> degrees(const json::value& value) {
    if (value.is_null()) return std::nullopt;
    return Degrees::round(value.to_number<double>());
}

/// Lays a case's rows into a file as a foreign hand would: straight by SQL, without foreign keys.
class Fixture {
public:
    explicit Fixture(const json::object& input) : input_(input), now_(instant(input.at("now"))) {
        const json::object& seller = input.at("seller").as_object();
        seller_ = SellerId(seller.at("seller_id").as_int64());
        static_cast<void>(Engine::create(path_, NewSeller{.name = "Golden", .holiday_region = "GB"}, options()));
        storage::Connection db = storage::Connection::open(path_);
        db.execute("PRAGMA foreign_keys = OFF");
        storage::WriteTransaction write(db);
        db.query("UPDATE sellers SET user_id = ?, latitude = ?, longitude = ?", seller_, degrees(seller.at("latitude")),
                 degrees(seller.at("longitude")))
            .run();
        db.query("UPDATE meta SET value = ? WHERE name = 'home_seller'", std::to_string(seller_.value())).run();
        insert_bundles(db);
        insert_reservations(db);
        insert_history(db);
        insert_weather(db);
        insert_stored(db);
        write.commit();
    }

    [[nodiscard]] EngineOptions options() const {
        return {
            .clock = [now = now_] { return now; }, .random = {}, .log = {}, .forecast_method = "similarity", .vfs = {}};
    }
    [[nodiscard]] Engine open() const { return Engine::open(path_, options()); }
    [[nodiscard]] SellerId seller() const { return seller_; }

private:
    void insert_bundles(storage::Connection& db) const {
        std::set<std::int64_t> sellers = {seller_.value()};
        for (const json::value& row : rows(input_, "categories")) {
            db.query(
                  "INSERT INTO category (category_id, category_name, category_coefficient) VALUES (?, ?, "
                  "'1.000000000')",
                  row.at(0).as_int64(), std::string(row.at(1).as_string()))
                .run();
        }
        for (const json::value& row : rows(input_, "bundles")) {
            const json::value* other = row.as_object().if_contains("seller_id");
            const std::int64_t seller = other == nullptr ? seller_.value() : other->as_int64();
            if (sellers.insert(seller).second) {
                db.query("INSERT INTO sellers (user_id, seller_name) VALUES (?, 'Another')", seller).run();
            }
            const std::int64_t id = row.at("bundle_id").as_int64();
            db.query(
                  "INSERT INTO bundles (bundle_id, seller_id, bundle_name, total_qty, window_start, window_end) VALUES "
                  "(?, ?, 'Bag', ?, ?, ?)",
                  id, seller, row.at("total_qty").as_int64(), instant(row.at("window_start")),
                  instant(row.at("window_end")))
                .run();
            for (const json::value& category : row.at("category_ids").as_array()) {
                db.query("INSERT INTO bundle_category (bundle_id, category_id) VALUES (?, ?)", id, category.as_int64())
                    .run();
            }
            // The history of windows that are over is given with the case; the engine is not to write it anew.
            if (instant(row.at("window_end")) <= now_) {
                db.query("INSERT INTO closed_windows (bundle_id, recorded_by) VALUES (?, 'import')", id).run();
            }
        }
    }

    void insert_reservations(storage::Connection& db) const {
        for (const json::value& row : rows(input_, "reservations")) {
            const std::int64_t id = row.at("reservation_id").as_int64();
            const std::optional<std::string> collected = text(row.at("collected_at"));
            db.query(
                  "INSERT INTO reservations (reservation_id, bundle_id, claim_code, collected_at) VALUES (?, ?, ?, ?)",
                  id, row.at("bundle_id").as_int64(), "CODE" + std::to_string(id),
                  collected ? parse_timestamp(*collected) : std::nullopt)
                .run();
        }
    }

    void insert_history(storage::Connection& db) const {
        for (const json::value& row : rows(input_, "history")) {
            db.query(
                  "INSERT INTO forecast_input (input_id, bundle_id, seller_id, category_id, day_of_week, window_start, "
                  "window_end, "
                  "is_holiday, temperature, weather_flag, observed_reservations, observed_no_shows) VALUES (?, ?, ?, "
                  "?, ?, ?, ?, ?, ?, ?, ?, ?)",
                  row.at("input_id").as_int64(), row.at("bundle_id").as_int64(), seller_,
                  row.at("category_id").as_int64(), *text(row.at("day_of_week")), instant(row.at("window_start")),
                  instant(row.at("window_end")), row.at("is_holiday").as_bool(), *text(row.at("temperature")),
                  *text(row.at("weather_flag")), row.at("observed_reservations").as_int64(),
                  row.at("observed_no_shows").as_int64())
                .run();
        }
    }

    void insert_weather(storage::Connection& db) const {
        const json::value* weather = input_.if_contains("weather");
        const json::object& seller = input_.at("seller").as_object();
        if (weather == nullptr || !weather->is_object() || seller.at("latitude").is_null()) return;
        const std::string place = storage::place_of(*degrees(seller.at("latitude")), *degrees(seller.at("longitude")));
        for (const auto& [date, answer] : weather->as_object()) {
            if (!answer.is_object()) continue;
            const WeatherFlag flag =
                forecast::weather_flag(answer.at("weathercode").as_int64(), forecast::WeatherCodes::compat);
            db.query(
                  "INSERT INTO weather (place, day, kind, temperature, weather_flag, fetched_at) VALUES (?, ?, "
                  "'forecast', ?, ?, ?)",
                  place, parse_date(std::string_view(date)).value(),
                  Celsius::round(answer.at("temperature_2m_max").to_number<double>()), name_of(flag), now_)
                .run();
        }
    }

    void insert_stored(storage::Connection& db) const {
        for (const json::value& row : rows(input_, "stored_forecasts")) {
            db.query(
                  "INSERT INTO forecast_output (bundle_id, seller_id, window_start, predicted_sales, posted_qty, "
                  "predicted_no_show_prob, "
                  "confidence, rationale) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                  row.at("bundle_id").as_int64(), seller_, instant(row.at("window_start")),
                  row.at("predicted_sales").as_int64(), row.at("posted_qty").as_int64(),
                  *text(row.at("predicted_no_show_prob")), *text(row.at("confidence")), text(row.at("rationale")))
                .run();
        }
        for (const json::value& graph : rows(input_, "stored_graphs")) {
            db.query("INSERT INTO analytics_graphs (seller_id, graph_type) VALUES (?, ?)", seller_,
                     graph.at("graph_type").as_int64())
                .run();
            const std::int64_t graph_id = db.last_insert_id();
            for (const json::value& series : graph.at("series").as_array()) {
                db.query("INSERT INTO analytics_series (graph_id, series_name, sort_index) VALUES (?, ?, ?)", graph_id,
                         *text(series.at("name")), series.at("sort_index").as_int64())
                    .run();
                const std::int64_t series_id = db.last_insert_id();
                for (const json::value& point : series.at("points").as_array()) {
                    db.query("INSERT INTO analytics_points (series_id, sort_index, x, y) VALUES (?, ?, ?, ?)",
                             series_id, point.at(0).as_int64(), *text(point.at(1)), *text(point.at(2)))
                        .run();
                }
            }
        }
    }

    test::TemporaryFolder folder_;
    std::string path_ = folder_.file("golden.db");
    const json::object& input_;
    Timestamp now_;
    SellerId seller_{0};
};

json::array written(const Graph& graph, std::size_t count) {
    json::array list;
    for (std::size_t i = 0; i < std::min(count, graph.series.size()); ++i) {
        json::array points;
        for (const GraphPoint& point : graph.series[i].points)
            points.push_back(json::array{points.size(), point.x, point.y.text()});
        list.push_back(json::object{{"name", graph.series[i].name}, {"sort_index", i}, {"points", points}});
    }
    return list;
}

/// The points up to a day, which is the first of what `x` says.
json::array until(const json::array& series, std::string_view day) {
    json::array list;
    for (const json::value& one : series) {
        json::array points;
        for (const json::value& point : one.at("points").as_array())
            if (std::string_view(point.at(1).as_string()) <= day) points.push_back(point);
        list.push_back(
            json::object{{"name", one.at("name")}, {"sort_index", one.at("sort_index")}, {"points", points}});
    }
    return list;
}

json::array written(const std::vector<StoredForecast>& forecasts) {
    std::map<std::int64_t, json::object> by_bundle;
    for (const StoredForecast& forecast : forecasts) {
        std::string start = format_timestamp(forecast.window_start);
        start.pop_back();  // golden times bear no zone
        by_bundle[forecast.bundle.value()] = json::object{
            {"bundle_id", forecast.bundle.value()},
            {"window_start", start},
            {"predicted_sales", forecast.predicted_sales},
            {"posted_qty", forecast.posted_qty},
            {"predicted_no_show_prob", forecast.predicted_no_show_prob.text()},
            {"confidence", forecast.confidence.text()},
            {"rationale", forecast.rationale.empty() ? json::value(nullptr) : json::value(forecast.rationale)}};
    }
    json::array list;
    for (auto& [id, forecast] : by_bundle) list.push_back(std::move(forecast));
    return list;
}

class GoldenRefresh : public testing::TestWithParam<golden::Case> {};

TEST_P(GoldenRefresh, LeavesWhatTheMarketplaceLeaves) {
    const Fixture fixture(GetParam().input);
    Engine engine = fixture.open();

    engine.refresh(fixture.seller());

    for (const json::value& graph : GetParam().expected.at("graphs").as_array()) {
        const int type = static_cast<int>(graph.at("graph_type").as_int64());
        EXPECT_EQ(written(engine.graph(fixture.seller(), type), 2), graph.at("series")) << "graph type " << type;
    }
    EXPECT_EQ(json::value(written(engine.forecasts(fixture.seller(), false))), GetParam().expected.at("forecasts"));
}

TEST_P(GoldenRefresh, ChangesNothingTheSecondTime) {
    const Fixture fixture(GetParam().input);
    Engine engine = fixture.open();
    engine.refresh(fixture.seller());

    const RefreshReport second = engine.refresh(fixture.seller());

    EXPECT_EQ(second, RefreshReport{});
    EXPECT_EQ(engine.rebuild(fixture.seller()).points_written, 0);
}

INSTANTIATE_TEST_SUITE_P(Golden, GoldenRefresh, testing::ValuesIn(plain_cases(baseline)),
                         [](const auto& instance) { return instance.param.name; });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(GoldenRefresh);

/// The marketplace's later rules are this engine's where they say nothing else: graph 1 ends with today there, and
/// graph 5 holds means of forecasts. PRODUCT.md keeps the earlier rules for both, so all of graph 1 that there is,
/// graphs 2 to 4 and the forecasts are compared; unknown weather, which is 15 degrees and cloudy there, is a quirk.
class GoldenCurrentRules : public testing::TestWithParam<golden::Case> {};

TEST_P(GoldenCurrentRules, AreFollowedWhereTheyAgreeWithTheEarlierOnes) {
    const Fixture fixture(GetParam().input);
    Engine engine = fixture.open();
    const std::string_view today = std::string_view(GetParam().input.at("now").as_string()).substr(0, 10);

    engine.refresh(fixture.seller());

    for (const json::value& graph : GetParam().expected.at("graphs").as_array()) {
        const int type = static_cast<int>(graph.at("graph_type").as_int64());
        if (type == 5) continue;
        const json::array found = written(engine.graph(fixture.seller(), type), 2);
        EXPECT_EQ(type == 1 ? until(found, today) : found, graph.at("series")) << "graph type " << type;
    }
    EXPECT_EQ(json::value(written(engine.forecasts(fixture.seller(), false))), GetParam().expected.at("forecasts"));
}

INSTANTIATE_TEST_SUITE_P(Golden, GoldenCurrentRules, testing::ValuesIn(plain_cases(current)),
                         [](const auto& instance) { return instance.param.name; });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(GoldenCurrentRules);

/// What the marketplace trips over: here a refresh gets through and leaves all five graphs.
class GoldenQuirk : public testing::TestWithParam<golden::Case> {};

TEST_P(GoldenQuirk, DoesNotFailTheRefresh) {
    const Fixture fixture(GetParam().input);
    Engine engine = fixture.open();

    engine.refresh(fixture.seller());

    for (int type = 1; type <= 5; ++type) EXPECT_NO_THROW(static_cast<void>(engine.graph(fixture.seller(), type)));
    EXPECT_EQ(engine.refresh(fixture.seller()).points_written, 0);
}

std::vector<golden::Case> quirk_cases(const char* file) {
    std::vector<golden::Case> cases = golden::cases_of(file);
    std::erase_if(cases, [](const golden::Case& golden_case) { return !is_quirk(golden_case); });
    return cases;
}

INSTANTIATE_TEST_SUITE_P(Golden, GoldenQuirk, testing::ValuesIn(quirk_cases(baseline)),
                         [](const auto& instance) { return instance.param.name; });
INSTANTIATE_TEST_SUITE_P(GoldenCurrentRules, GoldenQuirk, testing::ValuesIn(quirk_cases(current)),
                         [](const auto& instance) { return instance.param.name; });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(GoldenQuirk);

TEST(GoldenRefreshFiles, HaveCases) {
    for (const char* file : {baseline, current}) {
        if (!golden::find_file(file)) GTEST_SKIP() << golden::absence_of(file);
        EXPECT_TRUE(golden::may_be_empty() || !plain_cases(file).empty()) << file;
    }
}

}  // namespace
}  // namespace edge
