#include "support/device.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <string>

namespace edge {
namespace {

using test::Device;
using test::first_difference;
using test::no_answer;

/// Three devices of one shop do anything, in any order, over a network that loses requests and answers.
class ManyDevices {
public:
    explicit ManyDevices(std::uint64_t seed) : random_(seed) {
        devices_.front()->engine->add_category("Bread", *Co2Coefficient::parse("2.5"));
    }

    void step() {
        hub.now += std::chrono::minutes(below(20));
        Device& device = *devices_[static_cast<std::size_t>(below(3))];
        try {
            act(device, below(13));
        } catch (const Error& error) {
            EXPECT_NE(error.code(), ErrorCode::internal) << error.what();
            EXPECT_NE(error.code(), ErrorCode::corrupt_data) << error.what();
        }
    }
    void drain() {
        hub.network = nullptr;
        for (int round = 0; round < 5; ++round) {
            for (const auto& device : devices_) {
                hub.now += std::chrono::hours(2);
                static_cast<void>(device->sync());
            }
        }
    }
    void expect_equal() {
        for (const auto& device : devices_) {
            const SyncReport report = device->sync();
            EXPECT_EQ(report.pending_changes, 0) << report.reason;
            EXPECT_EQ(report.rows_received, 0);
            EXPECT_FALSE(report.diverged);
            EXPECT_EQ(first_difference(device->rows(), device->rows_at_hub()), "");
        }
    }

private:
    std::int64_t below(std::int64_t bound) {
        return std::uniform_int_distribution<std::int64_t>(0, bound - 1)(random_);
    }
    std::string one_of(Device& device, const std::string& table, const std::string& column) {
        const std::vector<std::string> all = device.select("SELECT " + column + " FROM " + table + " ORDER BY uuid");
        return all.empty() ? "0" : all[static_cast<std::size_t>(below(static_cast<std::int64_t>(all.size())))];
    }
    BundleId one_bundle(Device& device) { return BundleId(std::stoll(one_of(device, "bundles", "bundle_id"))); }

    void act(Device& device, std::int64_t what) {
        switch (what) {
            case 0: device.post("Bag " + std::to_string(below(100))); break;
            case 1:
            case 2: device.reserve(one_bundle(device)); break;
            case 3: device.engine->collect(one_of(device, "reservations", "claim_code")); break;
            case 4: device.engine->cancel(one_of(device, "reservations", "claim_code")); break;
            case 5:
                device.engine->edit_bundle(one_bundle(device),
                                           {.name = "Edited " + std::to_string(below(5)), .price = Money{below(900)}});
                break;
            case 6: device.engine->close_bundle(one_bundle(device)); break;
            case 7:
                device.sql("DELETE FROM bundles WHERE bundle_id = " + one_of(device, "bundles", "bundle_id"));
                break;
            case 8:
                device.sql("INSERT OR IGNORE INTO holidays (region, day, name) VALUES ('XX', " +
                           std::to_string(below(4)) +
                           ", 'Feast'); DELETE FROM holidays WHERE day = " + std::to_string(below(4)));
                break;
            case 9: device.engine->refresh(device.engine->home_seller()); break;
            default: sync(device); break;
        }
    }
    void sync(Device& device) {
        hub.network = [this](const HubRequest& request) {
            const std::int64_t dice = below(4);
            if (dice == 0) return no_answer();
            HubAnswer answer = hub.deliver(request);
            return dice == 1 ? no_answer("broken: reset") : answer;
        };
        static_cast<void>(device.sync());
    }

    std::mt19937_64 random_;
    test::TemporaryFolder folder_;

public:
    test::NearbyHub hub{folder_.file("hub.db")};

private:
    std::vector<std::unique_ptr<Device>> devices_ = make_devices();
    std::vector<std::unique_ptr<Device>> make_devices() {
        std::vector<std::unique_ptr<Device>> devices;
        for (int i = 0; i < 3; ++i) devices.push_back(std::make_unique<Device>(hub));
        return devices;
    }
};

class SyncDevicesPropertyTest : public testing::TestWithParam<std::uint64_t> {};

TEST_P(SyncDevicesPropertyTest, AfterAnyHistoryAllDevicesAndTheHubAreEqual) {
    ManyDevices world(GetParam());
    for (int step = 0; step < 60; ++step) world.step();

    world.drain();

    world.expect_equal();
}

/// EDGE_SEEDS asks for more than the gate's.
std::uint64_t seeds() {
    const char* wanted = std::getenv("EDGE_SEEDS");
    return wanted == nullptr ? 12 : std::stoull(wanted);
}

INSTANTIATE_TEST_SUITE_P(Seeds, SyncDevicesPropertyTest, testing::Range<std::uint64_t>(1, 1 + seeds()),
                         [](const auto& one) { return "Seed" + std::to_string(one.param); });

}  // namespace
}  // namespace edge
