#include "support/database_dump.hpp"
#include "support/nearby_hub.hpp"
#include "support/shop.hpp"
#include "support/synced_rows.hpp"

#include "edge/protocol/bundle_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

namespace edge {
namespace {

using test::first_difference;
using test::no_answer;
using test::synced_rows;
using test::write_file;

/// A shop with a USB stick, a hub, and perhaps a network between them.
class ReceiptTest : public testing::Test {
protected:
    SyncReport sync() {
        hub.now = shop.now;
        return shop.engine->sync({.url = "http://hub", .exchange = hub.exchange()});
    }
    std::string carry_there() {
        std::filesystem::create_directories(shop.folder.file("stick"));
        return shop.engine->export_segments(shop.folder.file("stick"));
    }
    /// Takes the file at the hub; the receipt's path.
    std::string receipt_for(const std::string& file) {
        const protocol::Receipt receipt = hub::import_bundle_file(hub.store(), file, shop.now);
        std::string path = file + ".receipt-" + std::to_string(++receipts_);
        write_file(path, protocol::encode(receipt) + "\n");
        return path;
    }
    [[nodiscard]] std::string difference() {
        return first_difference(synced_rows(shop.path()), hub.rows(shop.seller_key()));
    }
    [[nodiscard]] std::int64_t segments_kept() {
        return std::stoll(test::select_column(shop.path(), "SELECT count(*) FROM sync_segments").front());
    }

    test::Shop shop;
    test::NearbyHub hub{shop.folder.file("hub.db")};

private:
    int receipts_ = 0;
};

TEST_F(ReceiptTest, ConfirmsAndTrimsWithoutAnyNetwork) {
    shop.engine->collect(shop.reserve(shop.post().id).claim_code);
    shop.engine->refresh(shop.engine->home_seller());

    const ReceiptReport report = shop.engine->import_receipt(receipt_for(carry_there()));

    EXPECT_EQ(report.pending_changes, 0);
    EXPECT_EQ(report.segments_applied, 2) << "one a lane";
    EXPECT_EQ(report.segments_trimmed, 2);
    EXPECT_EQ(report.file_sha256.size(), 64U);
    EXPECT_EQ(segments_kept(), 0);
    EXPECT_EQ(difference(), "");
}

TEST_F(ReceiptTest, KeepsWhatTheBackupDoesNotCover) {
    hub.store().set_durable({.rule = hub::DurableRule::command});
    shop.post();

    const ReceiptReport report = shop.engine->import_receipt(receipt_for(carry_there()));

    EXPECT_EQ(report.segments_applied, 1);
    EXPECT_EQ(report.segments_trimmed, 0);
    EXPECT_EQ(segments_kept(), 1);
}

TEST_F(ReceiptTest, BringsRejectsAsTheNetworkWould) {
    test::run_sql(shop.path(), "INSERT INTO category (category_name, category_coefficient) VALUES ('Odd', 'many')");
    const std::string receipt = receipt_for(carry_there());

    const ReceiptReport first = shop.engine->import_receipt(receipt);
    const ReceiptReport again = shop.engine->import_receipt(receipt);

    EXPECT_EQ(first.rejected, 1);
    EXPECT_EQ(again.rejected, 0);
    EXPECT_EQ(again.rejects, 1);
    EXPECT_EQ(sync().rejects, 1) << "the network brings nothing new of it";
}

/// The same three segments by file and by network, in every order of six events.
TEST_F(ReceiptTest, AndTheNetworkMayCarryTheSameSegmentsInAnyOrder) {
    std::vector<int> order = {0, 1, 2, 3, 4, 5};
    int orders = 0;
    do {
        // a receipt cannot be taken in before its file was imported
        const auto place = [&](int event) { return std::ranges::find(order, event) - order.begin(); };
        if (place(3) < place(1) || place(4) < place(2)) continue;
        if (++orders % 12 != 1) continue;  // fifteen of the hundred and eighty
        test::Shop one;
        test::NearbyHub place_of_hub(one.folder.file("hub.db"));
        const auto exchange = place_of_hub.exchange();
        std::filesystem::create_directories(one.folder.file("stick"));
        const auto imported = [&](const std::string& file) {
            std::string path = file + ".r" + std::to_string(orders);
            write_file(path, protocol::encode(hub::import_bundle_file(place_of_hub.store(), file, one.now)) + "\n");
            return path;
        };
        one.engine->collect(one.reserve(one.post("First").id).claim_code);
        const std::string first = one.engine->export_segments(one.folder.file("stick"));
        one.post("Second");
        const std::string second = one.engine->export_segments(one.folder.file("stick"));
        std::string first_receipt;
        std::string second_receipt;
        for (const int event : order) {
            if (event == 0) static_cast<void>(one.engine->sync({.url = "http://hub", .exchange = exchange}));
            if (event == 1) first_receipt = imported(first);
            if (event == 2) second_receipt = imported(second);
            if (event == 3) static_cast<void>(one.engine->import_receipt(first_receipt));
            if (event == 4) static_cast<void>(one.engine->import_receipt(second_receipt));
            if (event == 5) {
                place_of_hub.network = [&](const HubRequest& request) {
                    static_cast<void>(place_of_hub.deliver(request));
                    return no_answer("broken: reset");
                };
                static_cast<void>(one.engine->sync({.url = "http://hub", .exchange = exchange}));
                place_of_hub.network = nullptr;
            }
        }

        const SyncReport last = one.engine->sync({.url = "http://hub", .exchange = exchange});

        EXPECT_TRUE(last.equal) << last.reason << " after order " << orders;
        EXPECT_EQ(first_difference(synced_rows(one.path()), place_of_hub.rows(one.seller_key())), "");
        EXPECT_EQ(test::select_column(one.path(), "SELECT count(*) FROM sync_segments").front(), "0");
        EXPECT_EQ(one.engine->sync_status().epoch, 1) << "no recovery was needed";
    } while (std::ranges::next_permutation(order).found);
    EXPECT_EQ(orders, 180);
}

TEST_F(ReceiptTest, OfAnotherFileOrNoneIsRefused) {
    shop.post();
    const std::string receipt = receipt_for(carry_there());
    test::Shop other;
    write_file(shop.folder.file("junk"), R"({"v":1,"type":"receipt"})");
    const auto code = [](Engine& engine, const std::string& path) {
        try {
            static_cast<void>(engine.import_receipt(path));
        } catch (const Error& error) {
            return error.code();
        }
        return ErrorCode::internal;
    };

    EXPECT_EQ(code(*other.engine, receipt), ErrorCode::refused);
    EXPECT_EQ(code(*shop.engine, shop.folder.file("junk")), ErrorCode::corrupt_data);
    EXPECT_EQ(code(*shop.engine, shop.path()), ErrorCode::corrupt_data);
    EXPECT_EQ(code(*shop.engine, shop.folder.file("none")), ErrorCode::not_found);
    EXPECT_EQ(shop.engine->sync_status().pending_changes, 3);
}

}  // namespace
}  // namespace edge
