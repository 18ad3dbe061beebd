#pragma once

#include "support/marketplace.hpp"

#include "edge/hub/intake.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace edge::hub {

/// A hub on a marketplace's database, and a device of a seller that the marketplace has.
class MarketplaceFixture : public testing::Test {
protected:
    /// Sends what the device has queued; fails the test if it is refused as a whole.
    protocol::Ack sync(test::EnrolledDevice& sender) {
        const std::vector<std::string> parts = sender.seal_bytes();
        const std::vector<std::string_view> views(parts.begin(), parts.end());
        protocol::Decoded<IntakeResult> result =
            take_parts(*store, sender.header(), views, now, {.limits = {}, .pull_bytes = full_pull_bytes});
        if (!result) {
            ADD_FAILURE() << result.problem().reason << ": " << result.problem().detail;
            return {};
        }
        sender.seen = std::max(sender.seen, result->ack.pull.to);
        return (*std::move(result)).ack;
    }
    protocol::Ack sync() { return sync(device); }

    /// What came down: "reservations c KEY {…}"
    static std::vector<std::string> pulled(const protocol::Ack& ack) {
        std::vector<std::string> rows;
        for (const protocol::Change& row : ack.pull.rows) {
            rows.push_back(row.table + ' ' + std::string(protocol::name_of(row.op)) + ' ' +
                           protocol::encode_fields(row.fields));
        }
        return rows;
    }

    /// The hub's rows of the seller.
    [[nodiscard]] std::vector<std::string> rows() { return dump(*store, device.seller()); }

    /// A shop with one bundle, on both sides.
    void open_shop() {
        device.shop();
        device.offer(2);
        sync();
        bundle = market.number("SELECT bundle_id FROM bundles");
    }

    test::Marketplace market;
    std::int64_t seller = market.add_seller();
    std::unique_ptr<HubStore> store = market.open();
    test::EnrolledDevice device{seller};
    Timestamp now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 23) + std::chrono::hours(16);
    std::int64_t bundle = 0;  ///< its number in the marketplace
};

}  // namespace edge::hub
