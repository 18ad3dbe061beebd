#include "support/sealing_device.hpp"
#include "support/temporary_folder.hpp"

#include "edge/hub/intake.hpp"
#include "edge/hub/sqlite_store.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace edge::hub {
namespace {

using protocol::Lane;
using Random = std::mt19937_64;

const Timestamp now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 23);

int below(Random& random, int bound) { return static_cast<int>(random() % static_cast<unsigned>(bound)); }

/// A replica with everything it will ever send, in chain order within each lane.
struct Replica {
    test::SealingDevice device;
    std::vector<std::string> ops;
    std::vector<std::string> bulk;
    int last_ops = 0;  ///< number of its last segment
    int last_bulk = 0;
};

/// Random work on rows that all replicas share and on rows of its own; clocks are unique over all replicas, so that
/// who wins does not hang on who comes first.
Replica make_replica(Random& random, int number, int replicas) {
    Replica replica{.device = test::SealingDevice("s-1", "replica-" + std::to_string(number)), .ops = {}, .bulk = {}};
    test::SealingDevice& device = replica.device;
    device.part_changes = 1 + static_cast<std::size_t>(below(random, 4));
    const std::int64_t epoch = device.clock;
    const auto tick = [&] { device.clock = epoch + (device.clock - epoch) / replicas * replicas + replicas + number; };
    int next_reservation = 1000 * (number + 1);
    const int first_reservation = next_reservation;
    for (int segment = 0; segment < 8; ++segment) {
        for (int change = 1 + below(random, 5); change > 0; --change) {
            tick();
            const int own = next_reservation - first_reservation;
            const int any = own == 0 ? 0 : first_reservation + below(random, own);
            switch (below(random, 6)) {
                case 0: device.rename(10 + below(random, 3), "name " + std::to_string(random() % 1000)); break;
                case 1:
                    device.holiday(5000 + 100 * number + below(random, 20), "day " + std::to_string(segment));
                    break;
                case 2:
                    if (any != 0) device.collect(any);
                    break;
                case 3:
                    if (any != 0) device.cancel(any);
                    break;
                case 4: device.reservation(next_reservation + 500, 99, "blocked"); break;
                default:
                    device.reservation(next_reservation, 10 + below(random, 3), "C" + std::to_string(next_reservation));
                    ++next_reservation;
            }
        }
        for (protocol::SealedPart& part : device.seal()) {
            (part.lane == Lane::ops ? replica.ops : replica.bulk).push_back(std::move(part.bytes));
            (part.lane == Lane::ops ? replica.last_ops : replica.last_bulk) = static_cast<int>(part.seq);
        }
    }
    return replica;
}

protocol::Ack send(HubStore& store, const Replica& replica, const std::vector<std::string>& parts) {
    const std::vector<std::string_view> views(parts.begin(), parts.end());
    const protocol::Decoded<IntakeResult> result = take_parts(store, replica.device.header(), views, now);
    if (result) return result->ack;
    ADD_FAILURE() << result.problem().detail;
    return {};
}

/// Some parts from anywhere in the lanes, in any order, some of them twice.
std::vector<std::string> some_parts(Random& random, const Replica& replica) {
    std::vector<std::string> parts;
    for (const std::vector<std::string>* lane : {&replica.ops, &replica.bulk}) {
        if (lane->empty()) continue;
        const std::size_t from = random() % lane->size();
        const std::size_t to = std::min(lane->size(), from + 1 + random() % 8);
        parts.insert(parts.end(), lane->begin() + static_cast<std::ptrdiff_t>(from),
                     lane->begin() + static_cast<std::ptrdiff_t>(to));
    }
    if (random() % 2 == 0) parts.push_back(parts[random() % parts.size()]);
    if (random() % 2 == 0) std::shuffle(parts.begin(), parts.end(), random);
    return parts;
}

void seed_shop(HubStore& store) {
    Replica owner{.device = test::SealingDevice("s-1", "owner"), .ops = {}, .bulk = {}};
    owner.device.clock -= 1'000'000;
    owner.device.seller_row(1);
    for (int bundle = 10; bundle < 13; ++bundle) owner.device.bundle(bundle, 1);
    send(store, owner, owner.device.seal_bytes());
}

class ExactlyOnceTest : public testing::TestWithParam<unsigned> {};

TEST_P(ExactlyOnceTest, AnyOrderOfSendingAndResendingLeavesWhatInOrderDeliveryLeaves) {
    const unsigned seed = GetParam();
    Random random(seed);
    constexpr int count = 3;
    std::vector<Replica> replicas;
    replicas.reserve(count);
    for (int n = 0; n < count; ++n) replicas.push_back(make_replica(random, n, count));
    const test::TemporaryFolder folder;
    const std::unique_ptr<HubStore> calm = create_sqlite_store(folder.file("calm.db"));
    seed_shop(*calm);
    for (const Replica& replica : replicas) {
        send(*calm, replica, replica.ops);
        send(*calm, replica, replica.bulk);
    }

    const std::unique_ptr<HubStore> store = create_sqlite_store(folder.file("hub.db"));
    seed_shop(*store);
    for (int i = 0; i < 60; ++i) {
        const Replica& replica = replicas[random() % replicas.size()];
        send(*store, replica, some_parts(random, replica));
    }
    for (const Replica& replica : replicas) {
        send(*store, replica, replica.bulk);
        const protocol::Ack ack = send(*store, replica, replica.ops);
        for (const protocol::LaneAck& lane : ack.lanes) {
            EXPECT_EQ(lane.applied, lane.lane == Lane::ops ? replica.last_ops : replica.last_bulk) << "seed " << seed;
        }
    }

    EXPECT_EQ(dump(*store, "s-1"), dump(*calm, "s-1")) << "seed " << seed;
    EXPECT_EQ(store->dead_letters({.seller = {}, .after = {}, .at_most = 1000, .settled = true}).size(),
              calm->dead_letters({.seller = {}, .after = {}, .at_most = 1000, .settled = true}).size())
        << "seed " << seed;
    EXPECT_EQ(store->status().staged_parts, 0) << "seed " << seed;
    EXPECT_EQ(store->status().applied_segments, calm->status().applied_segments) << "seed " << seed;
}

INSTANTIATE_TEST_SUITE_P(Seeds, ExactlyOnceTest, testing::Range(1U, 21U),
                         [](const auto& seed) { return "seed_" + std::to_string(seed.param); });

}  // namespace
}  // namespace edge::hub
