#include "hub_fixture.hpp"

#include "edge/core/error.hpp"

namespace edge::hub {
namespace {

using protocol::Ack;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

class DurableTest : public HubFixture {
protected:
    Ack send_one(int row) {
        device.seller_row(row);
        return take(device, device.seal_bytes());
    }
    Ack poll() { return take(device, {}); }
};

TEST_F(DurableTest, FollowsAppliedAtOnceUnlessToldOtherwise) { EXPECT_EQ(ops(send_one(1)).durable, 1); }

TEST_F(DurableTest, LagsBehindByTheTimeSet) {
    store->set_durable({.rule = DurableRule::lag, .lag = hours(24)});
    send_one(1);
    now += hours(23);
    const Ack second = send_one(2);
    now += hours(1);
    const Ack third = poll();
    now += hours(23);
    const Ack fourth = poll();

    EXPECT_EQ(ops(second).durable, 0);
    EXPECT_EQ(ops(third).durable, 1);
    EXPECT_EQ(ops(fourth).durable, 2);
}

TEST_F(DurableTest, WaitsForTheBackupToBeDeclared) {
    store->set_durable({.rule = DurableRule::command});
    send_one(1);
    now += minutes(1);
    const Timestamp began = store->begin_backup(now);
    now += minutes(1);
    const Ack meanwhile = send_one(2);
    store->declare_covered(began);

    const Ack after = poll();

    EXPECT_EQ(ops(meanwhile).durable, 0);
    EXPECT_EQ(ops(after).durable, 1);
    EXPECT_EQ(ops(after).applied, 2);
}

TEST_F(DurableTest, CountsNothingAsCoveredThatCameAfterTheBackupByAClockSetBack) {
    store->set_durable({.rule = DurableRule::command});
    const Timestamp began = store->begin_backup(now);
    now -= hours(48);
    send_one(1);
    store->declare_covered(began);

    EXPECT_EQ(ops(poll()).durable, 0);
}

TEST_F(DurableTest, RefusesABackupThatNeverBegan) {
    const auto declare = [&](Timestamp began) {
        try {
            store->declare_covered(began);
            return std::string_view("accepted");
        } catch (const Error& error) {
            return name_of(error.code());
        }
    };

    EXPECT_EQ(declare(now), "invalid_argument");
    const Timestamp began = store->begin_backup(now);
    EXPECT_EQ(declare(began + seconds(1)), "invalid_argument");
    EXPECT_EQ(declare(began), "accepted");
    EXPECT_EQ(declare(began - seconds(1)), "invalid_argument");
}

TEST_F(DurableTest, KeepsTheSettingInTheFile) {
    store->set_durable({.rule = DurableRule::lag, .lag = hours(6)});
    store.reset();

    store = stores.open("hub");

    EXPECT_EQ(store->settings().durable, (DurableSetting{.rule = DurableRule::lag, .lag = hours(6)}));
}

TEST_F(DurableTest, NamesEachRule) {
    for (const DurableRule rule : {DurableRule::applied, DurableRule::lag, DurableRule::command}) {
        EXPECT_EQ(parse_durable_rule(name_of(rule)), rule);
    }
    EXPECT_FALSE(parse_durable_rule("sometimes"));
}

}  // namespace
}  // namespace edge::hub
