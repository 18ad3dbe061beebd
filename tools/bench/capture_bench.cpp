#include "harness/bare_sqlite.hpp"
#include "harness/big_shop.hpp"
#include "harness/folder.hpp"
#include "harness/table_row.hpp"
#include "rows.hpp"
#include "support/sale_entries.hpp"

#include <fmt/format.h>

#include <filesystem>

// What capturing changes adds to the write-ahead log: bytes a sale (a reservation is made, then collected), with the
// triggers and without any.

namespace {

using namespace edge::bench;

constexpr std::int64_t history = 20'000;
constexpr int sales = 400;

/// Sells one item of the first of today's bundles and their neighbours.
class Seller {
public:
    explicit Seller(BareDatabase& database)
        : reserve_(database.handle(),
                   "INSERT INTO reservations (uuid, bundle_id, consumer_id, claim_code, reserved_at) VALUES (?, ?, "
                   "'consumer-1', ?, ?)"),
          collect_(database.handle(), "UPDATE reservations SET collected_at = ? WHERE claim_key = ?") {}

    void sell(std::int64_t at_ms) {
        const std::string key = identities_.next(at_ms);
        const std::string code = identities_.claim_code();
        const auto uuid = edge::Uuid::parse(key)->bytes();
        sqlite3_bind_blob(reserve_.handle(), 1, uuid.data(), static_cast<int>(uuid.size()), SQLITE_STATIC);
        sqlite3_bind_int64(reserve_.handle(), 2, history / 8 + 1 + sold_++ % 40);
        sqlite3_bind_text(reserve_.handle(), 3, code.data(), static_cast<int>(code.size()), SQLITE_STATIC);
        sqlite3_bind_int64(reserve_.handle(), 4, at_ms * 1000);
        reserve_.run();
        sqlite3_bind_int64(collect_.handle(), 1, at_ms * 1000 + 500);
        sqlite3_bind_text(collect_.handle(), 2, code.data(), static_cast<int>(code.size()), SQLITE_STATIC);
        collect_.run();
    }

private:
    BareStatement reserve_;
    BareStatement collect_;
    edge::test::Identities identities_;
    std::int64_t sold_ = 0;
};

/// Bytes in the log after all sales, so many a transaction, from an empty log and without checkpoints.
double log_bytes(const std::string& path, const BigShop& shop, int sales_a_transaction) {
    BareDatabase database(path);
    database.execute("PRAGMA synchronous = OFF; PRAGMA wal_autocheckpoint = 0; PRAGMA wal_checkpoint(TRUNCATE)");
    Seller seller(database);
    const std::int64_t now_ms = shop.now.time_since_epoch().count() / 1000;
    for (int sale = 0; sale < sales; ++sale) {
        if (sale % sales_a_transaction == 0) database.execute("BEGIN IMMEDIATE");
        seller.sell(now_ms + sale);
        if ((sale + 1) % sales_a_transaction == 0) database.execute("COMMIT");
    }
    return static_cast<double>(std::filesystem::file_size(path + "-wal"));
}

void remove_triggers(const std::string& path) {
    BareDatabase database(path);
    std::string statements;
    BareStatement trigger(database.handle(),
                          "SELECT 'DROP TRIGGER ' || name || ';' FROM sqlite_schema WHERE type = 'trigger'");
    while (trigger.step()) statements += reinterpret_cast<const char*>(sqlite3_column_text(trigger.handle(), 0));
    database.execute(statements);
}

TableRow capture_row(int sales_a_transaction, double limit) {
    const Folder folder;
    const BigShop shop = make_big_shop(folder.file("shop.db"), {.reservations = history});
    const std::string bare = folder.file("bare.db");
    std::filesystem::copy_file(shop.path, bare);
    remove_triggers(bare);
    return {.measured = log_bytes(shop.path, shop, sales_a_transaction) / sales,
            .baseline = log_bytes(bare, shop, sales_a_transaction) / sales,
            .unit = "B",
            .bar = Bar::ratio_at_most,
            .limit = limit,
            .note = "log bytes a sale without capture"};
}

}  // namespace

void edge::bench::add_capture_rows() {
    add_row("capture, one sale a transaction", [] { return capture_row(1, 1.40); });
    add_row("capture, twenty sales a transaction", [] { return capture_row(20, 1.10); });
}
