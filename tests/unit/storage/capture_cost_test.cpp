#include "support/temporary_folder.hpp"

#include "edge/storage/captured_tables.hpp"
#include "edge/storage/connection.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <random>
#include <string>

// What capturing changes adds to the write-ahead log, in pages, which are the same on every machine: a sale is a
// reservation that is made, then collected.

namespace edge::storage {
namespace {

constexpr std::int64_t bundles = 250;
constexpr std::int64_t past_reservations = 2'000;
constexpr std::int64_t sales = 100;  // few enough that no checkpoint empties the log between them
constexpr std::int64_t first_ms = 1'764'000'000'000;

/// Identities as devices make them: time, then what looks random and is the same at each run.
class Identities {
public:
    std::string uuid_literal(std::int64_t at_ms) { return fmt::format("x'{:012x}{:020x}'", at_ms, random_()); }
    std::string code() {
        constexpr std::string_view letters = "23456789ABCDEFGHJKMNPQRSTVWXYZ";
        std::string code;
        for (int i = 0; i < 6; ++i) code += letters[random_() % letters.size()];
        return code;
    }

private:
    std::mt19937_64 random_{20261123};
};

class CaptureCostTest : public testing::Test {
protected:
    CaptureCostTest() {
        {
            Connection db = Connection::create(captured);
            WriteTransaction write(db);
            db.execute("INSERT INTO sellers (user_id, seller_name) VALUES (1, 'Bakery')");
            fill(db);
            write.commit();
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)");
        }
        std::filesystem::copy_file(captured, bare);
        Connection db = Connection::open(bare);
        WriteTransaction write(db);
        for (const CaptureTrigger& trigger : expected_triggers()) db.execute("DROP TRIGGER " + trigger.name);
        write.commit();
    }

    void fill(Connection& db) {
        for (std::int64_t bundle = 1; bundle <= bundles; ++bundle) {
            db.execute(fmt::format(
                "INSERT INTO bundles (bundle_id, uuid, seller_id, bundle_name, total_qty, window_start, window_end) "
                "VALUES ({}, {}, 1, 'Bag', 20, 0, 1)",
                bundle, identities.uuid_literal(first_ms + bundle)));
        }
        for (std::int64_t past = 0; past < past_reservations; ++past) reserve(db, past % bundles + 1, first_ms + past);
    }
    std::string reserve(Connection& db, std::int64_t bundle, std::int64_t at_ms) {
        std::string code = identities.code();
        db.execute(fmt::format(
            "INSERT INTO reservations (uuid, bundle_id, consumer_id, claim_code, reserved_at) VALUES ({}, {}, "
            "'consumer-1', '{}', {})",
            identities.uuid_literal(at_ms), bundle, code, at_ms * 1000));
        return code;
    }
    void sell(Connection& db, std::int64_t sale) {
        const std::int64_t at_ms = first_ms + past_reservations + sale;
        const std::string code = reserve(db, bundles - sale % 20, at_ms);
        db.execute(
            fmt::format("UPDATE reservations SET collected_at = {} WHERE claim_key = '{}'", at_ms * 1000 + 500, code));
    }
    /// Bytes of all pages in the log after the sales, from an empty log.
    std::int64_t log_bytes(const std::string& path, std::int64_t sales_a_transaction) {
        identities = {};
        Connection db = Connection::open(path);
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)");
        for (std::int64_t sale = 0; sale < sales;) {
            WriteTransaction write(db);
            for (const std::int64_t end = sale + sales_a_transaction; sale < end; ++sale) sell(db, sale);
            write.commit();
        }
        constexpr std::int64_t page_bytes = 4096;
        constexpr std::int64_t frame_bytes = page_bytes + 24;
        return static_cast<std::int64_t>(std::filesystem::file_size(path + "-wal")) / frame_bytes * page_bytes;
    }
    double ratio(std::int64_t sales_a_transaction) {
        return static_cast<double>(log_bytes(captured, sales_a_transaction)) /
               static_cast<double>(log_bytes(bare, sales_a_transaction));
    }

    test::TemporaryFolder folder;
    std::string captured = folder.file("shop.db");
    std::string bare = folder.file("bare.db");
    Identities identities;
};

TEST_F(CaptureCostTest, OfOneSaleATransactionIsLessThanTwoFifthsOfItsLog) { EXPECT_LE(ratio(1), 1.40); }

TEST_F(CaptureCostTest, OfTwentySalesATransactionIsLessThanATenthOfTheirLog) { EXPECT_LE(ratio(20), 1.10); }

}  // namespace
}  // namespace edge::storage
