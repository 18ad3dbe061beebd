#pragma once

#include "support/sealing_device.hpp"
#include "support/store_under_test.hpp"
#include "support/temporary_folder.hpp"

#include "edge/core/error.hpp"
#include "edge/hub/intake.hpp"
#include "edge/hub/store.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace edge::hub {

class HubFixture : public testing::Test {
protected:
    /// Hands parts to the hub; fails the test if they are refused as a whole.
    protocol::Ack take(const test::SealingDevice& sender, const std::vector<std::string>& parts) {
        const std::vector<std::string_view> views(parts.begin(), parts.end());
        protocol::Decoded<IntakeResult> result =
            take_parts(*store, sender.header(), views, now, {.limits = {}, .pull_bytes = full_pull_bytes});
        if (!result) {
            ADD_FAILURE() << result.problem().reason << ": " << result.problem().detail;
            return {};
        }
        counts = result->counts;
        return (*std::move(result)).ack;
    }

    static const protocol::LaneAck& lane(const protocol::Ack& ack, protocol::Lane wanted, std::int64_t epoch = 1) {
        for (const protocol::LaneAck& one : ack.lanes) {
            if (one.lane == wanted && one.epoch == epoch) return one;
        }
        static const protocol::LaneAck missing;
        ADD_FAILURE() << "the answer says nothing of lane " << protocol::name_of(wanted) << " epoch " << epoch;
        return missing;
    }
    static const protocol::LaneAck& ops(const protocol::Ack& ack) { return lane(ack, protocol::Lane::ops); }

    /// The name of the error's code, "none" if there was no error.
    template <class Act>
    static std::string_view failure_of(Act act) {
        try {
            act();
        } catch (const Error& error) {
            return name_of(error.code());
        }
        return "none";
    }

    std::vector<std::string> rows() { return dump(*store, "s-1"); }
    std::vector<SellerDeadLetter> dead_letters() { return store->dead_letters({}); }

    test::TemporaryFolder folder;
    test::StoresUnderTest stores;
    std::unique_ptr<HubStore> store = stores.create("hub");
    Timestamp now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 23) + std::chrono::hours(16);
    IntakeCounts counts;
    test::SealingDevice device;
};

}  // namespace edge::hub
