#include "support/marketplace.hpp"

#include "edge/hub/intake.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

// What PostgreSQL reads for a request must follow from the request, not from how much the seller has, whatever the
// planner believes: its plans are made while tables are empty, or from what it knows of other sellers.

namespace edge::hub {
namespace {

constexpr int sales_a_segment = 8;
constexpr int segments = 250;

/// A day's work of a till in each segment: a bundle, its reservations, those of the last one collected, what was
/// learned.
class Till {
public:
    explicit Till(std::int64_t seller) : device_(seller) {
        device_.shop();
        device_.category(1, "Bread");
    }
    std::int64_t changes = 0;

    void work(HubStore& store, Timestamp now) {
        const int bundle = 1000 + day_;
        device_.offer(bundle, "Evening bag", {test::wire_key(1)});
        for (int sale = 0; sale < sales_a_segment; ++sale) {
            const int number = 100'000 + day_ * sales_a_segment + sale;
            device_.reservation(number, bundle, fmt::format("{:06}", number));
            if (day_ > 0) device_.collect(number - sales_a_segment);
        }
        device_.input(50'000 + day_, bundle, 1, sales_a_segment);
        device_.output(60'000 + day_, bundle, sales_a_segment);
        changes += 2 * sales_a_segment + 3;
        ++day_;
        send(store, now);
    }

private:
    void send(HubStore& store, Timestamp now) {
        const std::vector<std::string> parts = device_.seal_bytes();
        const std::vector<std::string_view> views(parts.begin(), parts.end());
        const protocol::Decoded<IntakeResult> result =
            take_parts(store, device_.header(), views, now, {.limits = {}, .pull_bytes = full_pull_bytes});
        ASSERT_TRUE(bool(result)) << result.problem().detail;
        ASSERT_TRUE(result->ack.outcomes.empty());
        device_.seen = std::max(device_.seen, result->ack.pull.to);
    }

    test::EnrolledDevice device_;
    int day_ = 0;
};

class PostgresWorkTest : public testing::Test {
protected:
    /// Rows read so far, by table. A connection tells them when it ends, and the server shows them soon after.
    [[nodiscard]] std::map<std::string, std::int64_t> rows_read() const {
        std::map<std::string, std::int64_t> read;
        for (const std::string& line : market.select(
                 "SELECT schemaname || '.' || relname, coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) FROM "
                 "pg_stat_user_tables"))
            read[line.substr(0, line.find('|'))] = std::stoll(line.substr(line.find('|') + 1));
        return read;
    }
    void expect_work_of(const Till& till, const std::map<std::string, std::int64_t>& before) const {
        constexpr std::int64_t most_for_a_change = 12;
        for (const auto& [table, read] : rows_read()) {
            const auto had = before.find(table);
            EXPECT_LE(read - (had == before.end() ? 0 : had->second), till.changes * most_for_a_change)
                << table << ", for " << till.changes << " changes";
        }
    }

    test::Marketplace market;
    /// Long after the windows: what is open the web application may change, and the hub looks at it each time. So it
    /// does at what is new, until every transaction of that time must be over.
    Timestamp now = std::chrono::sys_days(std::chrono::year(2026) / 12 / 23) + std::chrono::hours(16);
};

TEST_F(PostgresWorkTest, PlansThatWereMadeOnEmptyTables) {
    Till till(market.add_seller());
    std::unique_ptr<HubStore> store = market.open();

    for (int i = 0; i < segments; ++i) till.work(*store, now += std::chrono::hours(1));
    store.reset();

    expect_work_of(till, {});
}

TEST_F(PostgresWorkTest, ASellerThatThePlannerHasNeverSeen) {
    std::unique_ptr<HubStore> store = market.open();
    Till known(market.add_seller());
    for (int i = 0; i < 10; ++i) known.work(*store, now += std::chrono::hours(1));
    store.reset();
    market.run("ANALYZE");
    const std::map<std::string, std::int64_t> before = rows_read();
    Till fresh(market.add_seller("Greengrocer"));
    store = market.open();

    for (int i = 0; i < segments; ++i) fresh.work(*store, now += std::chrono::hours(1));
    store.reset();

    expect_work_of(fresh, before);
}

}  // namespace
}  // namespace edge::hub
