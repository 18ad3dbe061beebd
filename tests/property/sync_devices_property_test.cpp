#include "support/many_devices.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

namespace edge {
namespace {

class SyncDevicesPropertyTest : public testing::TestWithParam<std::uint64_t> {};

TEST_P(SyncDevicesPropertyTest, AfterAnyHistoryAllDevicesAndTheHubAreEqual) {
    test::ManyDevices world(GetParam());
    for (int step = 0; step < 60; ++step) world.step();

    world.drain();

    EXPECT_EQ(world.violation(), "");
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
