#include "hub_fixture.hpp"

#include "edge/core/error.hpp"
#include "edge/transport/bundle_file.hpp"

namespace edge::hub {
namespace {

using protocol::Ack;

class ImportTest : public HubFixture {
protected:
    std::string write(const std::vector<std::string>& parts) {
        const std::string file = folder.file("changes.eadiff");
        std::size_t next = 0;
        const protocol::SyncHeader header = device.header();
        transport::write_bundle_file(file,
                                     {.seller = header.seller,
                                      .replica = header.replica,
                                      .app = "edge-analytics/test",
                                      .created_at = "2026-11-23T16:00:00Z",
                                      .parts = static_cast<std::int64_t>(parts.size()),
                                      .changes = 0,
                                      .extra = {}},
                                     [&] { return parts.at(next++); });
        return file;
    }

    std::vector<std::string> shop() {
        device.seller_row(1);
        device.bundle(2, 1);
        std::vector<std::string> parts = device.seal_bytes();
        for (int i = 0; i < 20; ++i) {
            device.reservation(100 + i, i == 7 ? 99 : 2, "C" + std::to_string(i));
            device.holiday(200 + i, "Day " + std::to_string(i));
            for (std::string& part : device.seal_bytes()) parts.push_back(std::move(part));
        }
        return parts;
    }
};

TEST_F(ImportTest, TakesAFileAsTheNetworkWould) {
    const std::vector<std::string> parts = shop();
    const std::unique_ptr<HubStore> by_network = stores.create("network");
    const auto sent = take_request(*by_network, device.request(parts), now);
    ASSERT_TRUE(sent);

    const protocol::Receipt receipt = import_bundle_file(*store, write(parts), now);

    EXPECT_EQ(rows(), dump(*by_network, "s-1"));
    EXPECT_EQ(receipt.ack.lanes, sent->ack.lanes);
    EXPECT_EQ(receipt.ack.outcomes, sent->ack.outcomes);
    EXPECT_EQ(receipt.seller, "s-1");
    EXPECT_EQ(receipt.replica, "replica-a");
    EXPECT_EQ(receipt.file.size(), 64U);
    EXPECT_EQ(receipt.created_at, "2026-11-23T16:00:00Z");
}

TEST_F(ImportTest, AddsNothingTheSecondTime) {
    const std::string file = write(shop());
    const protocol::Receipt first = import_bundle_file(*store, file, now);
    const std::vector<StoredRow> before = store->read("s-1")->changes(0, 1000);

    const protocol::Receipt second = import_bundle_file(*store, file, now);

    EXPECT_EQ(second, first);
    EXPECT_EQ(store->read("s-1")->changes(0, 1000), before);
}

TEST_F(ImportTest, TakesNothingOfADamagedFile) {
    const std::string file = write(shop());
    std::string bytes = test::read_file(file);
    bytes[bytes.size() / 2] ^= 1;
    test::write_file(file, bytes);

    try {
        static_cast<void>(import_bundle_file(*store, file, now));
        FAIL() << "a damaged file was taken";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::corrupt_data);
    }
    EXPECT_TRUE(store->sellers().empty());
}

TEST_F(ImportTest, LeavesOutAPartThatCannotBeReadAndShowsTheGap) {
    std::vector<std::string> parts = shop();
    parts[3] = R"({"v":1,"type":"segment"})";

    const protocol::Receipt receipt = import_bundle_file(*store, write(parts), now);

    const Ack& ack = receipt.ack;
    EXPECT_TRUE(lane(ack, protocol::Lane::ops).problem || lane(ack, protocol::Lane::bulk).problem);
    EXPECT_GE(rows().size(), 20U);
}

TEST_F(ImportTest, RefusesAFileThatHoldsNothingReadable) {
    const std::string file = write({"{}"});

    try {
        static_cast<void>(import_bundle_file(*store, file, now));
        FAIL() << "it was taken";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::refused);
    }
}

/// A segment that went by network meanwhile, and whose answer was lost: its outcomes are in no receipt.
TEST_F(ImportTest, TellsOfNoSegmentThatIsNotInTheFile) {
    const std::vector<std::string> parts = shop();
    const std::string file = write(parts);
    device.reservation(500, 77, "NOBUNDLE");
    take(device, parts);
    take(device, device.seal_bytes());

    const protocol::Receipt receipt = import_bundle_file(*store, file, now);

    EXPECT_EQ(ops(receipt.ack).applied, 21);
    EXPECT_EQ(ops(receipt.ack).durable, 21);
    EXPECT_EQ(lane(receipt.ack, protocol::Lane::bulk).applied, 20);
    EXPECT_TRUE(std::any_of(parts.begin(), parts.end(),
                            [&](const auto& part) { return protocol::part_hash(part) == ops(receipt.ack).head; }));
}

}  // namespace
}  // namespace edge::hub
