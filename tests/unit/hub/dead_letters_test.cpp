#include "edge/hub/dead_letters.hpp"

#include "hub_fixture.hpp"

#include "edge/core/error.hpp"

#include <gmock/gmock.h>

namespace edge::hub {
namespace {

using test::wire_key;
using testing::IsEmpty;
using testing::SizeIs;

class DeadLetters : public HubFixture {
protected:
    [[nodiscard]] std::vector<LetterId> ids() { return open_dead_letters(*store, {}); }
    [[nodiscard]] std::optional<SellerDeadLetter> find(const LetterId& id) { return find_dead_letter(*store, id); }
    /// A part whose one change is that JSON.
    static std::string part_of(const std::string& changes) {
        return R"({"v":1,"type":"segment","seller":"s-1","replica":"replica-a","epoch":1,"seq":1,"prev":"","schema":1,)"
               R"("h0":1764000000000,"seen":0,"changes":[)" +
               changes + "]}";
    }
    static std::string good_rows(int count) {
        std::string rows;
        for (int i = 0; i < count; ++i) {
            rows += R"(,{"t":"category","k":")" + wire_key(1000 + i) + R"(","op":"c","h":0,"p":{"name":"Good )" +
                    std::to_string(i) + R"(","coefficient":"1.000000000"}})";
        }
        return rows;
    }
    static std::string failure_of(const std::function<void()>& act) {
        try {
            act();
        } catch (const Error& error) {
            return std::string(name_of(error.code()));
        }
        return "none";
    }
};

TEST_F(DeadLetters, HaveNamesThatCanBeReadBack) {
    const LetterId id{.seller = "s-1",
                      .change = {.replica = "r/1", .part = {.lane = {.epoch = 3}, .seq = 4, .part = 5}, .index = 6}};

    EXPECT_EQ(format_letter_id(id), "s-1/r/1/3/ops/4/5/6");
    EXPECT_EQ(parse_letter_id("s-1/r/1/3/ops/4/5/6"), id);
    for (const char* text : {"", "s-1", "/r/1/ops/1/1/0", "s/r/1/nope/1/1/0", "s/r/1/ops/1/1/x"})
        EXPECT_FALSE(parse_letter_id(text)) << text;
}

/// Each way in which a hub can refuse a row by itself. What a marketplace's columns cannot hold is tested beside it.
const std::vector<std::pair<std::string, std::string>>& bad_rows() {
    static const std::string key = wire_key(77);
    static const std::string sale =
        R"(,"op":"c","h":0,"p":{"consumer":null,"reserved_at":"2026-11-23T16:00:00Z","collected_at":null,)"
        R"("cancelled_at":null,"claim_code":"A","bundle":")";
    static const std::vector<std::pair<std::string, std::string>> all = {
        {"unknown_table", R"({"t":"planets","k":")" + key + R"(","op":"c","h":0,"p":{}})"},
        {"unknown_op", R"({"t":"category","k":")" + key + R"(","op":"x","h":0,"p":{}})"},
        {"malformed_row", R"({"t":"category","k":")" + key + R"(","op":"u","h":0,"p":["name"]})"},
        {"bad_key", R"({"t":"category","k":"none","op":"u","h":0,"p":{"name":"A"}})"},
        {"bad_value", R"({"t":"category","k":")" + key + R"(","op":"c","h":0,"p":{"name":"A","coefficient":"many"}})"},
        {"missing_column", R"({"t":"category","k":")" + key + R"(","op":"c","h":0,"p":{"name":"A"}})"},
        {"row_too_big", R"({"t":"category","k":")" + key + R"(","op":"c","h":0,"p":{"name":")" +
                            std::string(70'000, 'x') + R"(","coefficient":"1.000000000"}})"},
        {"unknown_row", R"({"t":"category","k":")" + key + R"(","op":"u","h":0,"p":{"name":"A"}})"},
        {"missing_parent", R"({"t":"reservations","k":")" + key + '"' + sale + wire_key(78) + R"("}})"},
        {"claim_code_collision", R"({"t":"reservations","k":")" + key + '"' + sale + wire_key(2) + R"("}})"},
    };
    return all;
}

TEST_F(DeadLetters, HaveACaseHereForEachReason) {
    std::vector<std::string> tested{"too_long", "out_of_range", "marketplace_rule"};  // by marketplace_fill_test
    for (const auto& [reason, row] : bad_rows()) tested.push_back(reason);

    EXPECT_THAT(tested, testing::UnorderedElementsAreArray(protocol::reason::of_dead_letters));
}

TEST_F(DeadLetters, HoldEachReasonAloneAndAmidAThousandGoodRows) {
    device.seller_row(1);
    device.bundle(2, 1);
    device.reservation(10, 2, "A");
    const std::vector<std::string> before = device.seal_bytes();
    int place = 0;
    for (const auto& [reason, row] : bad_rows()) {
        for (const int good : {0, 1000}) {
            SCOPED_TRACE(reason + " amid " + std::to_string(good));
            const std::unique_ptr<HubStore> fresh = stores.create("reason-" + std::to_string(place++));
            ASSERT_TRUE(take_parts(*fresh, device.header(), {before.begin(), before.end()}, now));
            std::string part = part_of(row + good_rows(good));
            part.replace(part.find(R"("epoch":1)"), 9, R"("epoch":2)");
            const auto result = take_parts(*fresh, device.header(), {part}, now);
            const auto repeated = take_parts(*fresh, device.header(), {part}, now);

            ASSERT_TRUE(result) << result.problem().detail;
            const auto letters = fresh->dead_letters({});
            ASSERT_THAT(letters, SizeIs(1));
            EXPECT_EQ(letters.front().letter.reason, reason);
            ASSERT_THAT(result->ack.outcomes, SizeIs(1));
            EXPECT_EQ(result->ack.outcomes.front().reason, reason);
            EXPECT_EQ(repeated->ack.outcomes, result->ack.outcomes);
            EXPECT_THAT(dump(*fresh, "s-1"), SizeIs(static_cast<std::size_t>(3 + good)));
        }
    }
}

TEST_F(DeadLetters, AreTakenOnceWhatTheyNeedIsThere) {
    device.reservation(10, 2, "A");
    device.reservation(11, 2, "B");
    take(device, device.seal_bytes());
    ASSERT_THAT(ids(), SizeIs(2));
    test::SealingDevice other("s-1", "replica-b");
    other.seller_row(1);
    other.bundle(2, 1);
    take(other, other.seal_bytes());

    const LetterReport report = retry_dead_letters(*store, ids(), now);

    EXPECT_EQ(report.settled, 2);
    EXPECT_THAT(report.refused, IsEmpty());
    EXPECT_THAT(ids(), IsEmpty());
    EXPECT_THAT(rows(), testing::Contains(testing::HasSubstr("reservations " + wire_key(10))));
    EXPECT_THAT(store->dead_letters({.settled = true}), SizeIs(2));
    EXPECT_EQ(store->status().dead_letters, 0);
    const std::int64_t seen = other.seen;
    EXPECT_EQ(seen, 0);
    EXPECT_THAT(take(other, {}).pull.rows, testing::Not(IsEmpty())) << "other devices are told";
}

TEST_F(DeadLetters, GoParentsFirstWhateverTheirOrder) {
    device.reservation(10, 2, "A");
    take(device, device.seal_bytes());
    device.bundle(2, 1);
    take(device, device.seal_bytes());
    test::SealingDevice other("s-1", "replica-b");
    other.seller_row(1);
    take(other, other.seal_bytes());

    const LetterReport report = retry_dead_letters(*store, ids(), now);

    EXPECT_EQ(report.settled, 2);
    EXPECT_THAT(ids(), IsEmpty());
}

TEST_F(DeadLetters, StayOpenWithTheReasonAsItIsNow) {
    device.reservation(10, 2, "A");
    take(device, device.seal_bytes());

    const LetterReport report = retry_dead_letters(*store, ids(), now);

    EXPECT_EQ(report.settled, 0);
    ASSERT_THAT(report.refused, SizeIs(1));
    EXPECT_EQ(report.refused.front().letter.reason, "missing_parent");
    EXPECT_THAT(ids(), SizeIs(1));
}

TEST_F(DeadLetters, DoNotOverrideWhatTheDeviceWroteSince) {
    device.seller_row(1);
    device.bundle(2, 1, "First");
    take(device, device.seal_bytes());
    const std::string bad =
        R"({"t":"bundles","k":")" + wire_key(2) + R"(","op":"u","h":0,"p":{"name":"Late","total_qty":"x"}})";
    test::SealingDevice other("s-1", "replica-b");
    other.seen = 100;
    const std::string part = part_of(bad);
    const std::string from_b =
        part.substr(0, part.find("replica-a")) + "replica-b" + part.substr(part.find("replica-a") + 9);
    take(other, {from_b});
    ASSERT_THAT(ids(), SizeIs(1));
    now += std::chrono::hours(1);
    device.clock = std::chrono::floor<std::chrono::milliseconds>(now.time_since_epoch()).count();
    device.seen = 100;
    device.rename(2, "Newer");
    take(device, device.seal_bytes());

    static_cast<void>(retry_dead_letters(*store, ids(), now));

    EXPECT_THAT(rows(), testing::Contains(testing::HasSubstr("Newer")));
}

TEST_F(DeadLetters, AreSettledByALaterChangeThatSaysAsMuch) {
    device.rename(2, "Bag");
    take(device, device.seal_bytes());
    const std::vector<LetterId> blocked = ids();
    ASSERT_THAT(blocked, SizeIs(1));
    device.seller_row(1);
    take(device, device.seal_bytes());
    ASSERT_THAT(ids(), SizeIs(1)) << "another row says nothing of it";

    device.bundle(2, 1, "Bag");
    take(device, device.seal_bytes());

    EXPECT_THAT(ids(), IsEmpty());
    EXPECT_EQ(find(blocked.front())->letter.state, LetterState::taken);
    EXPECT_TRUE(find(blocked.front())->letter.settled_at.has_value());
}

TEST_F(DeadLetters, AreNotSettledByAChangeOfOtherColumns) {
    device.seller_row(1);
    device.bundle(2, 1);
    take(device, device.seal_bytes());
    const std::string bad = R"({"t":"bundles","k":")" + wire_key(2) + R"(","op":"u","h":0,"p":{"total_qty":"x"}})";
    std::string part = part_of(bad);
    part.replace(part.find(R"("epoch":1)"), 9, R"("epoch":2)");
    take(device, {part});
    device.rename(2, "Other column");

    take(device, device.seal_bytes());

    EXPECT_THAT(ids(), SizeIs(1));
}

class LettersTold : public DeadLetters {
protected:
    /// Two sales of a bundle that the hub does not have.
    void SetUp() override {
        device.reservation(10, 2, "A");
        device.reservation(11, 2, "B");
        take(device, device.seal_bytes());
    }
    /// What the hub says when it is asked or told of the first two.
    std::vector<LetterState> ask(std::vector<LetterState> states, const std::vector<std::string>& parts = {}) {
        protocol::SyncHeader header = device.header();
        for (std::size_t at = 0; at < states.size(); ++at)
            header.letters.push_back({.seq = 1, .index = static_cast<std::int64_t>(at), .state = states[at]});
        const auto result = take_parts(*store, header, {parts.begin(), parts.end()}, now);
        std::vector<LetterState> said(states.size(), LetterState::open);
        if (!result) {
            ADD_FAILURE() << result.problem().detail;
            return said;
        }
        for (const protocol::LetterMark& mark : result->ack.letters)
            said.at(static_cast<std::size_t>(mark.index)) = mark.state;
        return said;
    }
};

TEST_F(LettersTold, ToTheDeviceOnceSettledHere) {
    EXPECT_THAT(ask({LetterState::open, LetterState::open}), testing::Each(LetterState::open));
    discard_dead_letters(*store, {ids().front()}, now);

    EXPECT_THAT(ask({LetterState::open, LetterState::open}),
                testing::ElementsAre(LetterState::discarded, LetterState::open));
}

TEST_F(LettersTold, AreSettledAsTheDeviceSays) {
    const std::vector<LetterId> both = ids();

    EXPECT_THAT(ask({LetterState::discarded, LetterState::retried}),
                testing::ElementsAre(LetterState::discarded, LetterState::retried));

    EXPECT_THAT(ids(), IsEmpty());
    EXPECT_EQ(find(both[0])->letter.state, LetterState::discarded);
    EXPECT_EQ(find(both[1])->letter.state, LetterState::retried);
    EXPECT_EQ(find(both[0])->letter.settled_at, now);
    now += std::chrono::hours(1);
    EXPECT_THAT(ask({LetterState::discarded, LetterState::discarded}),
                testing::ElementsAre(LetterState::discarded, LetterState::retried))
        << "the first word stands";
    EXPECT_EQ(find(both[0])->letter.settled_at, now - std::chrono::hours(1));
}

TEST_F(LettersTold, AreTakenIfTheSameRequestBringsWhatSaysAsMuch) {
    device.seller_row(1);
    device.bundle(2, 1);
    device.reservation(10, 2, "A");

    EXPECT_THAT(ask({LetterState::retried, LetterState::open}, device.seal_bytes()),
                testing::ElementsAre(LetterState::taken, LetterState::open));
}

TEST_F(LettersTold, AreOpenAgainIfOnlyTheDeviceHasThemForTaken) {
    EXPECT_THAT(ask({LetterState::taken, LetterState::open}), testing::Each(LetterState::open));
    EXPECT_THAT(ids(), SizeIs(2));
}

TEST_F(LettersTold, AreUnknownIfTheyWereNeverRefused) {
    EXPECT_THAT(ask({LetterState::open, LetterState::open, LetterState::discarded}),
                testing::ElementsAre(LetterState::open, LetterState::open, LetterState::unknown));
    test::SealingDevice stranger("s-2", "replica-z");
    protocol::SyncHeader header = stranger.header();
    header.letters = {{.seq = 1, .state = LetterState::discarded}};
    const auto result = take_parts(*store, header, {}, now);

    ASSERT_TRUE(result);
    EXPECT_EQ(result->ack.letters.front().state, LetterState::unknown);
    EXPECT_EQ(store->sellers(), std::vector<std::string>{"s-1"});
}

TEST_F(DeadLetters, GivenUpKeepTheirRecord) {
    device.reservation(10, 2, "A");
    take(device, device.seal_bytes());
    const LetterId id = ids().front();

    EXPECT_EQ(discard_dead_letters(*store, {id, id}, now).settled, 1);

    EXPECT_THAT(ids(), IsEmpty());
    EXPECT_EQ(find(id)->letter.state, LetterState::discarded);
    EXPECT_EQ(failure_of([&] { retry_dead_letters(*store, {id}, now); }), "conflict");
    EXPECT_EQ(failure_of([&] { discard_dead_letters(*store, {id}, now); }), "conflict");
    LetterId unknown = id;
    unknown.change.index = 77;
    EXPECT_EQ(failure_of([&] { retry_dead_letters(*store, {unknown}, now); }), "not_found");
    EXPECT_FALSE(find(unknown));
}

}  // namespace
}  // namespace edge::hub
