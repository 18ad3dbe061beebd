#include "edge/hub/sqlite_store.hpp"

#include "hub_fixture.hpp"
#include "hub_migrations.hpp"
#include "support/fault_vfs.hpp"

#include "edge/core/error.hpp"
#include "edge/storage/connection.hpp"

namespace edge::hub {
namespace {

using test::SealingDevice;

class SqliteStoreTest : public HubFixture {
protected:
    std::string path = stores.target("hub");
};

TEST_F(SqliteStoreTest, RefusesASellersFileAndTheOtherWayRound) {
    const std::string shop = folder.file("shop.db");
    { const storage::Connection made = storage::Connection::create(shop); }

    EXPECT_EQ(failure_of([&] { static_cast<void>(open_sqlite_store(shop)); }), "not_a_database");
    EXPECT_EQ(failure_of([&] { static_cast<void>(storage::Connection::open(path)); }), "not_a_database");
    EXPECT_EQ(failure_of([&] { static_cast<void>(create_sqlite_store(path)); }), "already_exists");
    EXPECT_EQ(failure_of([&] { static_cast<void>(open_sqlite_store(folder.file("none.db"))); }), "not_found");
}

TEST_F(SqliteStoreTest, ShowsRowsToPeopleThroughItsViews) {
    device.seller_row(1);
    device.bundle(2, 1, "Morning bag");
    device.reservation(3, 2, "K7M2QX");
    take(device, device.seal_bytes());
    const storage::Schema schema = {.application_id = 0x45414E48,
                                    .kind = "the file of a hub",
                                    .maker = "",
                                    .migrations = migrations(),
                                    .complete = nullptr};
    storage::OpenOptions options;
    options.schema = &schema;
    storage::Connection db = storage::Connection::open(path, options);
    db.execute(
        "PRAGMA trusted_schema = ON");  // as in the sqlite3 shell: SQLite 3.40 trusts no JSON in a view otherwise

    storage::Query query = db.query(
        "SELECT b.name, b.price_minor, r.claim_code, r.collected_at FROM v_reservations AS r JOIN v_bundles AS b ON "
        "b.key = r.bundle");

    ASSERT_TRUE(query.step());
    EXPECT_EQ(query.text(0), "Morning bag");
    EXPECT_EQ(query.integer(1), 399);
    EXPECT_EQ(query.text(2), "K7M2QX");
    EXPECT_TRUE(query.is_null(3));
    for (const char* view :
         {"v_sellers", "v_categories", "v_forecast_input", "v_forecast_output", "v_points", "v_dead_letters"}) {
        EXPECT_NO_THROW(db.query(std::string("SELECT count(*) FROM ") + view).step()) << view;
    }
}

/// The process dies at each write of a request in turn. What it shows when it is back is there after a power cut too.
TEST_F(SqliteStoreTest, ShowsNothingThatAPowerCutCouldTakeBack) {
    test::FaultVfs disk;
    disk.remember_unsynced_writes();
    store.reset();
    int shown = 0;
    bool is_taken = false;
    for (int nth = 1; !is_taken; ++nth) {
        ASSERT_LT(nth, 200);
        SealingDevice writer("s-" + std::to_string(nth));
        writer.seller_row(1);
        const std::vector<std::string> parts = writer.seal_bytes();
        const std::string seller = writer.header().seller;
        std::unique_ptr<HubStore> hub = open_sqlite_store(path, {.vfs = disk.name()});
        disk.fail_at(nth, test::DiskFailure::io_error, test::FailureSpan::from_then_on);
        try {
            static_cast<void>(take_request(*hub, writer.request(parts), now));
            is_taken = true;
        } catch (const Error&) {  // the commit that failed
        }
        hub.reset();
        disk.never_fail();

        hub = open_sqlite_store(path, {.vfs = disk.name()});
        const std::vector<std::string> before = dump(*hub, seller);
        disk.fail_at(1, test::DiskFailure::io_error, test::FailureSpan::from_then_on);
        hub.reset();
        disk.never_fail();
        disk.cut_power(static_cast<std::uint64_t>(nth));

        hub = open_sqlite_store(path, {.vfs = disk.name()});
        EXPECT_EQ(dump(*hub, seller), before) << "write " << nth;
        shown += is_taken || before.empty() ? 0 : 1;
    }
    EXPECT_GT(shown, 0);
}

}  // namespace
}  // namespace edge::hub
