#include "support/database_dump.hpp"
#include "support/fault_vfs.hpp"
#include "support/temporary_folder.hpp"

#include "edge/storage/connection.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <optional>
#include <random>

namespace edge::storage {
namespace {

constexpr std::uint64_t first_seed = 20261123;
constexpr int rounds = 150;

/// Counts up in a row, each number a transaction of several pages, until the disk fails. Returns the last that was
/// acknowledged.
std::int64_t count_up(Connection& db, std::int64_t from, int transactions) {
    std::int64_t acknowledged = from;
    try {
        for (int i = 0; i < transactions; ++i) {
            WriteTransaction write(db);
            for (const char* name : {"a", "b", "c"}) {
                db.query(
                      "INSERT INTO meta (name, value) VALUES (?, ?) "
                      "ON CONFLICT DO UPDATE SET value = excluded.value",
                      name, std::to_string(acknowledged + 1) + "/" + std::string(9000, 'x'))
                    .run();
            }
            write.commit();
            ++acknowledged;
            if (i % 7 == 6) checkpoint(db);
        }
    } catch (const Error&) {  // the power went
    }
    return acknowledged;
}

TEST(PowerCut, LosesNothingThatWasAcknowledgedAndShowsNothingHalf) {
    const test::TemporaryFolder folder;
    const std::string path = folder.file("shop.db");
    test::FaultVfs disk;
    { const Connection made = Connection::create(path); }
    disk.remember_unsynced_writes();
    std::int64_t reached = 0;
    for (std::uint64_t seed = first_seed; seed < first_seed + rounds; ++seed) {
        std::mt19937_64 random(seed);
        std::int64_t acknowledged = 0;
        {
            Connection db = Connection::open(path, {.vfs = disk.name()});
            disk.fail_at(static_cast<std::int64_t>(1 + random() % 200), test::DiskFailure::io_error,
                         test::FailureSpan::from_then_on);
            acknowledged = count_up(db, reached, 20);
            disk.cut_power(seed);
        }
        disk.never_fail();

        ASSERT_EQ(test::integrity_of(path), "ok") << "seed " << seed;
        const std::vector<std::string> found =
            test::select_column(path, "SELECT DISTINCT substr(value, 1, instr(value, '/') - 1) FROM meta");
        if (acknowledged == 0 && found.empty()) continue;
        ASSERT_EQ(found.size(), 1U) << "seed " << seed << ": a transaction is half there";
        reached = std::stoll(found.front());
        ASSERT_GE(reached, acknowledged) << "seed " << seed << ": an acknowledged transaction is lost";
        ASSERT_LE(reached, acknowledged + 1) << "seed " << seed;
    }
    EXPECT_GT(reached, rounds);
}

/// One number in the background, then perhaps what makes it durable. Whether the file has it after the power went.
template <class MakeDurable>
int rounds_lost(const MakeDurable& make_durable) {
    const test::TemporaryFolder folder;
    const std::string path = folder.file("shop.db");
    test::FaultVfs disk;
    { const Connection made = Connection::create(path); }
    disk.remember_unsynced_writes();
    int lost = 0;
    for (std::uint64_t seed = first_seed; seed < first_seed + 20; ++seed) {
        {
            Connection db = Connection::open(path, {.vfs = disk.name()});
            WriteTransaction write(db, Writing::background);
            db.query("INSERT INTO meta (name, value) VALUES (?, ?)", std::to_string(seed), std::string(9000, 'x'))
                .run();
            write.commit();
            make_durable(db);
            disk.cut_power(seed);
        }
        EXPECT_EQ(test::integrity_of(path), "ok") << "seed " << seed;
        const std::string found = fmt::format("SELECT 1 FROM meta WHERE name = '{}'", seed);
        if (test::select_column(path, found).empty()) ++lost;
    }
    return lost;
}

TEST(PowerCut, TakesBackWhatWasWrittenInTheBackgroundUntilItIsMadeDurable) {
    EXPECT_GT(rounds_lost([](Connection& /*db*/) {}), 0);
    EXPECT_EQ(rounds_lost([](Connection& db) { db.make_durable(); }), 0);
    EXPECT_EQ(rounds_lost([](Connection& db) {
                  WriteTransaction write(db);
                  db.query("INSERT OR REPLACE INTO meta (name, value) VALUES ('sale', 'x')").run();
                  write.commit();
              }),
              0);
}

/// The disk of this test itself must be able to lose something, or the test above proves nothing.
TEST(PowerCut, LosesWhatWasNeverSynced) {
    const test::TemporaryFolder folder;
    const std::string path = folder.file("shop.db");
    test::FaultVfs disk;
    { const Connection made = Connection::create(path); }
    disk.remember_unsynced_writes();
    int lost = 0;
    for (std::uint64_t seed = first_seed; seed < first_seed + 20; ++seed) {
        std::int64_t acknowledged = 0;
        {
            Connection db = Connection::open(path, {.vfs = disk.name()});
            db.execute("PRAGMA synchronous = OFF; DELETE FROM meta");
            acknowledged = count_up(db, 0, 3);
            disk.cut_power(seed);
        }
        const std::vector<std::string> found =
            test::select_column(path, "SELECT DISTINCT substr(value, 1, instr(value, '/') - 1) FROM meta");
        if (found.size() != 1 || std::stoll(found.front()) < acknowledged) ++lost;
    }
    EXPECT_GT(lost, 0);
}

}  // namespace
}  // namespace edge::storage
