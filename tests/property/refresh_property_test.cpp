#include "property/random_shop.hpp"
#include "support/database_dump.hpp"

#include "edge/storage/captured_tables.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <sstream>

namespace edge {
namespace {

constexpr std::uint64_t first_seed = 1;

/// What refreshes leave behind, without the keys that only tell when a row was made.
const std::map<std::string, std::string> derived = {
    {"contributions", "SELECT * FROM contributions"},
    {"day_totals", "SELECT * FROM day_totals"},
    {"seller_totals", "SELECT * FROM seller_totals"},
    {"category_totals", "SELECT * FROM category_totals"},
    {"window_totals", "SELECT * FROM window_totals"},
    {"hour_totals", "SELECT * FROM hour_totals"},
    {"graphs", "SELECT * FROM v_graphs"},
    {"closed_windows", "SELECT * FROM closed_windows"},
    {"forecast_input",
     "SELECT bundle_id, seller_id, category_id, day_of_week, window_start, window_end, is_holiday, temperature, "
     "weather_flag, observed_reservations, observed_no_shows, posted_qty FROM forecast_input"},
    {"forecast_output",
     "SELECT bundle_id, seller_id, window_start, predicted_reservations, predicted_sales, posted_qty, "
     "predicted_no_show_prob, confidence, rationale, method FROM forecast_output"},
    {"forecast_details",
     "SELECT bundle_id, mean, quantiles, demand_uncut, suggested_qty, history_rows, distribution "
     "FROM forecast_details"},
    {"forecast_outcomes", "SELECT * FROM forecast_outcomes"},
    {"forecast_state", "SELECT method, settled_before, observations, state FROM forecast_state"},
};

test::DatabaseDump derived_rows(const std::string& path) { return test::dump_queries(path, derived); }

test::DatabaseDump rebuilt_rows(test::RandomShop& shop) {
    const std::string copy = shop.folder().file("copy.db");
    test::copy_database(shop.path(), copy);
    {
        test::TestWorld world = shop.world();
        world.seed += 2'000'000;
        Engine engine = Engine::open(copy, world.options());
        for (const Seller& seller : engine.sellers()) static_cast<void>(engine.rebuild(seller.id));
    }
    return derived_rows(copy);
}

/// Twice: what one seller's closed windows teach, the others learn at their next refresh.
void refresh_all_sellers(Engine& engine) {
    for (int round = 0; round < 2; ++round) {
        for (const Seller& seller : engine.sellers()) static_cast<void>(engine.refresh(seller.id));
    }
}

class RefreshLaws : public testing::TestWithParam<int> {
protected:
    test::RandomShop shop{test::seed_or(first_seed + static_cast<std::uint64_t>(GetParam()))};

    std::string trace() const {
        return fmt::format("again with EDGE_SEED={}\n{}",
                           test::seed_or(first_seed + static_cast<std::uint64_t>(GetParam())), shop.history());
    }
};

TEST_P(RefreshLaws, IncrementalEqualsRebuiltRowForRow) {
    for (int batch = 0; batch < 20; ++batch) {
        for (int i = 0; i <= batch % 7; ++i) shop.step();

        refresh_all_sellers(shop.engine());

        const std::string difference = test::first_difference(derived_rows(shop.path()), rebuilt_rows(shop));
        ASSERT_EQ(difference, "") << "batch " << batch << ", " << trace();
    }
}

/// Each refresh, of whatever seller, leaves the state that replaying the history gives, to the last bit.
TEST_P(RefreshLaws, TheStoredStateIsThatOfAReplay) {
    constexpr const char* state =
        "SELECT method || settled_before || ' ' || observations || hex(state) "
        "FROM forecast_state";
    for (int batch = 0; batch < 12; ++batch) {
        for (int i = 0; i <= batch % 5; ++i) shop.step();
        static_cast<void>(shop.engine().refresh(SellerId(1 + batch % 2)));
        const std::string copy = shop.folder().file("replayed.db");
        test::copy_database(shop.path(), copy);
        test::run_sql(copy, "DELETE FROM forecast_state");

        Engine replayed = Engine::open(copy, shop.world().options());
        static_cast<void>(replayed.refresh(SellerId(1 + batch % 2)));

        ASSERT_EQ(test::select_column(shop.path(), state), test::select_column(copy, state)) << trace();
    }
}

TEST_P(RefreshLaws, ASecondRefreshChangesNothing) {
    for (int batch = 0; batch < 20; ++batch) {
        for (int i = 0; i <= batch % 7; ++i) shop.step();
        static_cast<void>(shop.engine().refresh(shop.home()));
        const test::DatabaseDump before = test::dump_database(shop.path());
        const test::ChangeWatch watch(shop.path());

        const RefreshReport report = shop.engine().refresh(shop.home());

        ASSERT_FALSE(watch.has_changed()) << "batch " << batch << ", " << trace();
        ASSERT_EQ(report.points_written + report.forecasts_written + report.inputs_written, 0) << trace();
        ASSERT_EQ(test::first_difference(before, test::dump_database(shop.path())), "") << trace();
    }
}

TEST_P(RefreshLaws, VerifyFindsNothingAmiss) {
    for (int i = 0; i < 40; ++i) shop.step();

    const VerifyReport report = shop.engine().verify();

    for (const Finding& finding : report.findings) {
        // Categories were deleted under bundles that use them: that is what the check is for.
        EXPECT_EQ(finding.check, "foreign_keys") << finding.message << "\n" << trace();
    }
}

/// Rows by their journal key: the value of each captured column as an SQL literal.
using Replica = std::map<std::pair<int, std::string>, std::map<std::string, std::string>>;

/// SQL for the journal's key of a row of the table, called t.
std::string key_of(const storage::CapturedTableInfo& table) {
    std::string key(table.key);
    std::replace(key.begin(), key.end(), '@', 't');
    return key;
}

void replay(const std::string& path, std::int64_t& cursor, Replica& replica) {
    for (const std::string& entry :
         test::select_column(path, fmt::format("SELECT seq || ' ' || tbl || ' ' || row || ' ' || op || ' ' || mask "
                                               "FROM journal WHERE seq > {} ORDER BY seq",
                                               cursor))) {
        std::istringstream fields(entry);
        int table = 0;
        std::string row;
        int op = 0;
        std::int64_t mask = 0;
        fields >> cursor >> table >> row >> op >> mask;
        const storage::CapturedTableInfo& info = storage::captured_table(static_cast<storage::CapturedTable>(table));
        if (op % 8 == 3) {
            replica.erase({table, row});
            continue;
        }
        const std::string key = key_of(info);
        for (std::size_t bit = 0; bit < info.columns.size(); ++bit) {
            if ((static_cast<std::uint64_t>(mask) >> bit) % 2 == 0) continue;
            const std::vector<std::string> value = test::select_column(
                path, fmt::format("SELECT quote({}) FROM {} t WHERE {} = {}", info.columns[bit], info.name, key, row));
            if (!value.empty()) replica[{table, row}][std::string(info.columns[bit])] = value.front();
        }
    }
}

/// The captured tables as they are, in the form of a replica.
Replica replica_of(const std::string& path) {
    Replica replica;
    for (const storage::CapturedTableInfo& info : storage::captured_tables()) {
        const std::string key = key_of(info);
        const std::vector<std::string> keys =
            test::select_column(path, fmt::format("SELECT {} FROM {} t ORDER BY 1", key, info.name));
        for (const std::string_view column : info.columns) {
            const std::vector<std::string> values = test::select_column(
                path, fmt::format("SELECT quote({}) FROM {} t ORDER BY {}", column, info.name, key));
            for (std::size_t i = 0; i < keys.size(); ++i)
                replica[{static_cast<int>(info.number), keys[i]}][std::string(column)] = values[i];
        }
    }
    return replica;
}

TEST_P(RefreshLaws, TheJournalReplayedEqualsTheTables) {
    Replica replayed;
    std::int64_t cursor = 0;
    for (int batch = 0; batch < 6; ++batch) {
        for (int i = 0; i < 6; ++i) shop.step();
        if (batch % 2 == 0) static_cast<void>(shop.engine().refresh(shop.home()));

        replay(shop.path(), cursor, replayed);

        ASSERT_TRUE(replayed == replica_of(shop.path())) << trace();
    }
}

INSTANTIATE_TEST_SUITE_P(Seed, RefreshLaws, testing::Range(0, test::rounds_or(12)));

}  // namespace
}  // namespace edge
