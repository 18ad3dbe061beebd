#include "edge/protocol/device_session.hpp"

#include "unit/protocol/builders.hpp"

#include "edge/protocol/snapshot.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace edge::protocol {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace): builders of this folder

constexpr std::int64_t now = monday;
constexpr std::int64_t hour = 3'600'000;

/// The bytes of a part as the tests' store holds them.
std::string bytes_of(Lane lane, std::int64_t seq, int part) {
    return std::string(name_of(lane)) + ' ' + std::to_string(seq) + '.' + std::to_string(part);
}

HeldPart held(Lane lane, std::int64_t seq, int part = 1, int parts = 1) {
    const std::string bytes = bytes_of(lane, seq, part);
    return {.lane = lane,
            .epoch = 1,
            .seq = seq,
            .part = part,
            .parts = parts,
            .bytes = bytes.size(),
            .hash = part_hash(bytes)};
}

std::vector<HeldPart> ops_up_to(std::int64_t last) {
    std::vector<HeldPart> parts;
    for (std::int64_t seq = 1; seq <= last; ++seq) parts.push_back(held(Lane::ops, seq));
    return parts;
}

DeviceSession session(std::vector<HeldPart> parts, DeviceMemory memory = {}) {
    DeviceSettings settings;
    settings.seller = seller_key;
    settings.replica = replica_key;
    settings.request_bytes = 1000;
    return {settings, std::move(memory), std::move(parts),
            [](const HeldPart& part) { return bytes_of(part.lane, part.seq, part.part); }};
}

LaneAck lane_ack(Lane lane, std::int64_t applied, std::int64_t durable = 0) {
    return {.lane = lane,
            .epoch = 1,
            .applied = applied,
            .durable = durable,
            .head = applied == 0 ? std::string() : part_hash(bytes_of(lane, applied, 1)),
            .problem = {}};
}

Ack ack_of(std::vector<LaneAck> lanes) {
    Ack ack;
    ack.hub_epoch = "first";
    ack.lanes = std::move(lanes);
    return ack;
}

Response ok(const Ack& ack) { return {.status = 200, .headers = {}, .body = encode(ack)}; }

Response problem_response(const Problem& problem) {
    return {.status = problem.status, .headers = {}, .body = encode(problem)};
}

LaneAck with_problem(LaneAck lane, ProblemClass problem_class, std::string_view why, std::int64_t seq) {
    lane.problem = make_problem(problem_class, why, "as the test says");
    lane.problem->position = LanePosition{.lane = lane.lane, .epoch = 1, .seq = seq, .part = 1};
    return lane;
}

template <class Kind>
std::vector<Kind> all(const std::vector<Action>& actions) {
    std::vector<Kind> found;
    for (const Action& action : actions) {
        if (const auto* one = std::get_if<Kind>(&action)) found.push_back(*one);
    }
    return found;
}

/// "ops 1.1,bulk 1.1" of a request; "-" if nothing is sent.
std::string sent(const std::vector<Action>& actions) {
    const std::vector<SendRequest> requests = all<SendRequest>(actions);
    if (requests.empty()) return "-";
    const Decoded<SyncRequest> request = decode_request(requests.front().body);
    EXPECT_TRUE(request);
    std::string names;
    for (const std::string_view part : request->parts) names.append(names.empty() ? "" : ",").append(part);
    return names;
}

std::string finish(const std::vector<Action>& actions) {
    const std::vector<Finish> found = all<Finish>(actions);
    if (found.size() != 1) return std::to_string(found.size()) + " times";
    return found.front().complete ? "complete" : found.front().why;
}

Problem expired_cursor() {
    Problem problem = make_problem(ProblemClass::resync, reason::cursor_expired, "as the test says");
    problem.status = 410;
    return problem;
}

TEST(DeviceSession, SendsAllBeforeItIsFilledAnew) {
    DeviceSession device = session(ops_up_to(2));
    static_cast<void>(device.start(now));
    Ack ack = ack_of({lane_ack(Lane::ops, 2)});
    ack.pull.to = 9;
    ack.pull.problem = expired_cursor();

    const std::vector<Action> actions = device.on_response(ok(ack), now, 0.5);

    ASSERT_EQ(all<CursorExpired>(actions).size(), 1U);
    EXPECT_TRUE(all<CursorExpired>(actions)[0].refill);
    EXPECT_EQ(all<RecordWatermarks>(actions).size(), 1U);
    EXPECT_TRUE(all<ApplyPull>(actions).empty());
    EXPECT_EQ(finish(actions), "cursor_expired");
    EXPECT_EQ(device.memory().failures, 1);
}

TEST(DeviceSession, IsToldByAPollAsWellThatItsCursorHasExpired) {
    DeviceMemory memory;
    memory.last_refill_ms = now - hour;
    DeviceSession device = session({}, memory);
    static_cast<void>(device.start(now));

    const std::vector<Action> actions = device.on_response(problem_response(expired_cursor()), now, 0.5);

    ASSERT_EQ(all<CursorExpired>(actions).size(), 1U);
    EXPECT_TRUE(all<CursorExpired>(actions)[0].refill);
    EXPECT_EQ(finish(actions), "cursor_expired");
}

TEST(DeviceSession, IsFilledAnewOnceAnHour) {
    DeviceMemory memory;
    memory.last_refill_ms = now - hour + 1;
    DeviceSession device = session({}, decode_device_memory(encode(memory)));
    static_cast<void>(device.start(now));

    const std::vector<Action> actions = device.on_response(problem_response(expired_cursor()), now, 0.5);

    ASSERT_EQ(all<CursorExpired>(actions).size(), 1U);
    EXPECT_FALSE(all<CursorExpired>(actions)[0].refill);
}

TEST(DeviceSession, PollsWhenNothingIsHeld) {
    DeviceSession device = session({});

    const auto started = device.start(now);
    const auto done = device.on_response(ok(ack_of({})), now, 0.5);

    EXPECT_EQ(sent(started), "");
    EXPECT_EQ(finish(done), "complete");
    EXPECT_EQ(device.memory().not_before_ms, now + 300'000);
    EXPECT_EQ(device.memory().hub_epoch, "first");
}

TEST(DeviceSession, AsksOfAllRefusedChangesAndHearsOfThem) {
    DeviceSettings settings{.seller = seller_key, .replica = replica_key};
    for (std::int64_t seq = 1; seq <= 501; ++seq) settings.letters.push_back({.seq = seq});
    DeviceSession device(settings, {}, {}, {});
    const auto letters = [](const std::vector<Action>& actions) {
        return decode_request(all<SendRequest>(actions).at(0).body)->header.letters;
    };
    Ack ack = ack_of({});
    ack.letters = {{.seq = 3, .state = LetterState::taken}};

    const auto first = device.start(now);
    const auto second = device.on_response(ok(ack), now, 0.5);
    const auto done = device.on_response(ok(ack_of({})), now, 0.5);

    EXPECT_EQ(letters(first).size(), most_letters);
    ASSERT_EQ(letters(second).size(), 1U);
    EXPECT_EQ(letters(second).front().seq, 501);
    ASSERT_EQ(all<RecordLetters>(second).size(), 1U);
    EXPECT_EQ(all<RecordLetters>(second).front().letters, ack.letters);
    EXPECT_EQ(finish(done), "complete");
}

TEST(DeviceSession, DoesNotSendAgainWhatTheHubKeepsOfASegment) {
    DeviceMemory memory;
    memory.ops = {.epoch = 1, .applied = 0, .durable = 0, .held = false, .staged = 2};
    std::vector<HeldPart> parts;
    for (int part = 1; part <= 4; ++part) parts.push_back(held(Lane::ops, 1, part, 4));
    DeviceSession device = session(parts, decode_device_memory(encode(memory)));

    EXPECT_EQ(sent(device.start(now)), "ops 1.3,ops 1.4");
}

TEST(DeviceSession, RemembersWhatTheHubKeepsOfASegment) {
    DeviceSession device = session({held(Lane::ops, 1, 1, 2), held(Lane::ops, 1, 2, 2)});
    static_cast<void>(device.start(now));
    LaneAck kept = lane_ack(Lane::ops, 0);
    kept.staged = 1;

    static_cast<void>(device.on_response(ok(ack_of({kept})), now, 0.5));

    EXPECT_EQ(device.memory().ops.staged, 1);
}

TEST(DeviceSession, SendsASegmentOfFewerPartsThanTheHubKeepsOfIt) {
    DeviceMemory memory;
    memory.ops.staged = 2;
    DeviceSession device = session({held(Lane::ops, 1)}, memory);

    EXPECT_EQ(sent(device.start(now)), "ops 1.1") << "it is another segment, as the hub will say";
}

TEST(DeviceSession, SendsOpsBeforeBulk) {
    DeviceSession device = session({held(Lane::bulk, 1), held(Lane::ops, 1), held(Lane::ops, 2)});

    const auto started = device.start(now);
    const auto done = device.on_response(ok(ack_of({lane_ack(Lane::ops, 2), lane_ack(Lane::bulk, 1)})), now, 0.5);

    EXPECT_EQ(sent(started), "ops 1.1,ops 2.1,bulk 1.1");
    EXPECT_EQ(finish(done), "complete");
    EXPECT_EQ(all<RecordWatermarks>(done).size(), 2U);
    EXPECT_EQ(device.memory().ops.applied, 2);
}

TEST(DeviceSession, SendsOnlyWhatTheHubHasNotApplied) {
    DeviceMemory memory;
    memory.ops.applied = 2;

    EXPECT_EQ(sent(session(ops_up_to(3), memory).start(now)), "ops 3.1");
}

TEST(DeviceSession, ContinuesUntilEverythingIsSent) {
    std::vector<HeldPart> parts = ops_up_to(3);
    parts[0].bytes = 1000;
    DeviceSession device = session(parts);

    const auto first = device.start(now);
    const auto second = device.on_response(ok(ack_of({lane_ack(Lane::ops, 1)})), now, 0.5);
    const auto done = device.on_response(ok(ack_of({lane_ack(Lane::ops, 3)})), now, 0.5);

    EXPECT_EQ(sent(first), "ops 1.1");
    EXPECT_EQ(sent(second), "ops 2.1,ops 3.1");
    EXPECT_EQ(finish(done), "complete");
}

TEST(DeviceSession, SplitsWhatDoesNotFitOneRequest) {
    std::vector<HeldPart> parts{held(Lane::ops, 1, 1, 3), held(Lane::ops, 1, 2, 3), held(Lane::ops, 1, 3, 3)};
    for (HeldPart& part : parts) part.bytes = 600;
    DeviceSession device = session(parts);

    EXPECT_EQ(sent(device.start(now)), "ops 1.1");
    EXPECT_EQ(sent(device.on_response(ok(ack_of({lane_ack(Lane::ops, 0)})), now, 0.5)), "ops 1.2");
    EXPECT_EQ(sent(device.on_response(ok(ack_of({lane_ack(Lane::ops, 0)})), now, 0.5)), "ops 1.3");
    LaneAck last = lane_ack(Lane::ops, 1);
    last.head = part_hash(bytes_of(Lane::ops, 1, 3));
    EXPECT_EQ(finish(device.on_response(ok(ack_of({last})), now, 0.5)), "complete");
}

TEST(DeviceSession, DropsOnlyWhatIsDurableAndVouchedForByTheHead) {
    DeviceSession device = session(ops_up_to(3));
    static_cast<void>(device.start(now));

    const auto actions = device.on_response(ok(ack_of({lane_ack(Lane::ops, 3, 2)})), now, 0.5);

    const std::vector<RecordWatermarks> marks = all<RecordWatermarks>(actions);
    ASSERT_EQ(marks.size(), 1U);
    EXPECT_EQ(marks[0].applied, 3);
    EXPECT_EQ(marks[0].durable, 2);
}

TEST(DeviceSession, SaysOfWhichPartsTheAnswerTellsAllOutcomes) {
    DeviceMemory memory;
    memory.ops.applied = 1;
    DeviceSession device = session(
        {held(Lane::ops, 1, 1, 2), held(Lane::ops, 2, 1, 2), held(Lane::ops, 2, 2, 2), held(Lane::ops, 3)}, memory);
    EXPECT_EQ(sent(device.start(now)), "ops 2.1,ops 2.2,ops 3.1");
    LaneAck lane = lane_ack(Lane::ops, 2);
    lane.head = part_hash(bytes_of(Lane::ops, 2, 2));

    const auto actions = device.on_response(ok(ack_of({lane})), now, 0.5);

    ASSERT_EQ(all<HeardParts>(actions).size(), 1U);
    EXPECT_EQ(all<HeardParts>(actions)[0].parts, (std::vector<std::pair<std::int64_t, int>>{{2, 1}, {2, 2}}));
}

/// What became of the parts that went before was told then.
TEST(DeviceSession, HearsOfAPartThatGoesAloneNothingOfTheOthers) {
    DeviceMemory memory;
    memory.request_parts = 1;
    DeviceSession device = session({held(Lane::ops, 1, 1, 2), held(Lane::ops, 1, 2, 2)}, memory);
    EXPECT_EQ(sent(device.start(now)), "ops 1.1");
    LaneAck lane = lane_ack(Lane::ops, 1);
    lane.head = part_hash(bytes_of(Lane::ops, 1, 2));

    const auto first = device.on_response(ok(ack_of({lane})), now, 0.5);
    const auto second = device.on_response(ok(ack_of({lane})), now, 0.5);

    EXPECT_EQ(all<HeardParts>(first).at(0).parts, (std::vector<std::pair<std::int64_t, int>>{{1, 1}}));
    EXPECT_EQ(all<HeardParts>(second).at(0).parts, (std::vector<std::pair<std::int64_t, int>>{{1, 2}}));
}

TEST(DeviceSession, AReceiptTellsOutcomesOfItsFileAlone) {
    DeviceSession device = session(ops_up_to(2));

    const auto actions = device.on_ack(ack_of({lane_ack(Lane::ops, 2)}), now);

    EXPECT_EQ(all<RecordWatermarks>(actions).at(0).applied, 2);
    EXPECT_TRUE(all<HeardParts>(actions).empty());
}

TEST(DeviceSession, BelievesNoWatermarkBeyondWhatItSealed) {
    DeviceSession device = session(ops_up_to(2));
    static_cast<void>(device.start(now));
    LaneAck wild = lane_ack(Lane::ops, 1'000'000, 1'000'000);

    const auto actions = device.on_response(ok(ack_of({wild})), now, 0.5);

    EXPECT_TRUE(all<RecordWatermarks>(actions).empty());
    EXPECT_EQ(all<SealAgain>(actions).at(0).epoch, 2);
    EXPECT_FALSE(all<SealAgain>(actions).at(0).whole);
}

TEST(DeviceSession, BelievesNoWatermarkWithAnotherHead) {
    DeviceSession device = session(ops_up_to(2));
    static_cast<void>(device.start(now));
    LaneAck lane = lane_ack(Lane::ops, 2, 2);
    lane.head = part_hash("somebody else's");

    const auto actions = device.on_response(ok(ack_of({lane})), now, 0.5);

    EXPECT_TRUE(all<RecordWatermarks>(actions).empty());
    EXPECT_EQ(all<SealAgain>(actions).size(), 1U);
    EXPECT_EQ(device.memory().ops, (LaneMark{.epoch = 2}));
}

TEST(DeviceSession, RecordsOutcomesOfWhatItHolds) {
    DeviceSession device = session(ops_up_to(1));
    static_cast<void>(device.start(now));
    Ack ack = ack_of({lane_ack(Lane::ops, 1)});
    const ChangeOutcome rejected{.lane = Lane::ops,
                                 .seq = 1,
                                 .part = 1,
                                 .index = 0,
                                 .table = "bundles",
                                 .key = bread_key,
                                 .outcome = Outcome::rejected,
                                 .reason = "bad_value"};
    ChangeOutcome foreign = rejected;
    foreign.seq = 77;
    ack.outcomes = {rejected, foreign};

    const auto actions = device.on_response(ok(ack), now, 0.5);

    ASSERT_EQ(all<RecordOutcomes>(actions).size(), 1U);
    EXPECT_EQ(all<RecordOutcomes>(actions)[0].outcomes, (std::vector<ChangeOutcome>{rejected}));
}

struct AnswerCase {
    std::string name;
    Response response;
    std::string why;
    bool alarm;
};

class Answer : public testing::TestWithParam<AnswerCase> {};

TEST_P(Answer, LosesNothing) {
    DeviceSession device = session(ops_up_to(1));
    static_cast<void>(device.start(now));

    const auto actions = device.on_response(GetParam().response, now, 0.5);

    EXPECT_EQ(finish(actions), GetParam().why);
    EXPECT_EQ(!all<RaiseAlarm>(actions).empty(), GetParam().alarm);
    EXPECT_TRUE(all<RecordWatermarks>(actions).empty());
    EXPECT_EQ(device.memory().ops, LaneMark());
    EXPECT_GT(device.memory().not_before_ms, now);
    EXPECT_EQ(sent(session(ops_up_to(1), device.memory()).start(now)), "ops 1.1");
}

Response plain(int status, std::string body) { return {.status = status, .headers = {}, .body = std::move(body)}; }

INSTANTIATE_TEST_SUITE_P(
    AnyOther, Answer,
    testing::Values(
        AnswerCase{"CaptivePortal", plain(200, "<html>Log in</html>"), "not_the_hub", false},
        AnswerCase{"EmptyBody", plain(200, ""), "not_the_hub", false},
        AnswerCase{"HalfAnAck", plain(200, encode(ack_of({})).substr(0, 40)), "not_the_hub", false},
        AnswerCase{"OtherJson", plain(200, "{}"), "not_the_hub", false},
        AnswerCase{"Redirect", plain(302, ""), "not_the_hub", false},
        AnswerCase{"ForbiddenByHtml", plain(403, "<html>"), "not_the_hub", false},
        AnswerCase{"Busy", plain(503, ""), "unavailable", false},
        AnswerCase{"TimedOut", plain(408, ""), "unavailable", false},
        AnswerCase{"ServerErrorThatClaimsABug", plain(500, encode(make_problem(ProblemClass::bug, "crashed", ""))),
                   "crashed", false},
        AnswerCase{"NotFound", plain(404, R"({"error":"no such path"})"), "unexpected_answer", true},
        AnswerCase{"Unauthorised", problem_response(make_problem(ProblemClass::auth, "revoked", "")), "revoked", true},
        AnswerCase{"ForbiddenByJson", plain(403, "{}"), "unexplained", true},
        AnswerCase{"TooOld", problem_response(make_problem(ProblemClass::upgrade, "too_old", "")), "too_old", true},
        AnswerCase{"AckOfTheFuture",
                   plain(200, R"({"v":2,"type":"ack","hub_epoch":"x","lanes":[],"outcomes":[],"next_after_s":1})"),
                   "unknown_version", true},
        AnswerCase{"GoneWithoutReason", plain(410, "{}"), "unexplained", true}),
    [](const auto& one) { return one.param.name; });

TEST(DeviceSession, BacksOffWithFullJitterAndDoubles) {
    DeviceMemory memory;
    for (const std::int64_t cap : {2'000, 4'000, 8'000, 16'000}) {
        DeviceSession device = session(ops_up_to(1), memory);
        static_cast<void>(device.start(now));

        const auto actions = device.on_transport_failure("timed_out", now, 0.25);

        EXPECT_EQ(finish(actions), "timed_out");
        EXPECT_EQ(device.memory().not_before_ms, now + cap / 4);
        memory = device.memory();
    }
    memory.failures = 1000;
    DeviceSession device = session({}, memory);
    static_cast<void>(device.on_transport_failure("timed_out", now, 0.999));
    EXPECT_LE(device.memory().not_before_ms, now + 900'000);
    EXPECT_GT(device.memory().not_before_ms, now + 890'000);
}

TEST(DeviceSession, HonoursRetryAfterWithinADay) {
    Response busy = plain(503, "");
    busy.headers = {{"retry-after", "120"}};
    DeviceSession device = session({});
    static_cast<void>(device.on_response(busy, now, 0.0));
    EXPECT_EQ(device.memory().not_before_ms, now + 120'000);

    busy.headers = {{"retry-after", "99999999999"}};
    static_cast<void>(device.on_response(busy, now, 0.0));
    EXPECT_EQ(device.memory().not_before_ms, now + 24 * hour);

    busy.headers = {{"retry-after", "Mon, 23 Nov 2026 16:02:11 GMT"}};
    static_cast<void>(device.on_response(busy, now, 0.0));
    EXPECT_EQ(device.memory().not_before_ms, now);
}

TEST(DeviceSession, ForgetsFailuresAfterSuccess) {
    DeviceMemory memory;
    memory.failures = 7;
    DeviceSession device = session({}, memory);
    static_cast<void>(device.start(now));

    static_cast<void>(device.on_response(ok(ack_of({})), now, 0.5));

    EXPECT_EQ(device.memory().failures, 0);
    EXPECT_EQ(device.memory().waiting_for, "");
}

TEST(DeviceSession, SendsLessWhenARequestIsTooBig) {
    DeviceSession device = session(ops_up_to(4));
    const Response too_big = plain(413, "<html>nginx</html>");
    static_cast<void>(device.start(now));

    EXPECT_EQ(sent(device.on_response(too_big, now, 0.5)), "ops 1.1,ops 2.1");
    EXPECT_EQ(sent(device.on_response(too_big, now, 0.5)), "ops 1.1");
    EXPECT_EQ(sent(device.on_response(ok(ack_of({lane_ack(Lane::ops, 1)})), now, 0.5)), "ops 2.1,ops 3.1");
}

/// "1.1,2.1 of 256 KiB": parts of the request and what its page may bring.
std::string asked(const std::vector<Action>& actions) {
    const Decoded<SyncRequest> request = decode_request(all<SendRequest>(actions).front().body);
    const std::optional<std::int64_t> page = request->header.pull_bytes;
    return sent(actions) + (page ? " for " + std::to_string(*page) : "");
}

TEST(DeviceSession, AsksForAQuarterAfterARequestWasCut) {
    DeviceSession first = session(ops_up_to(8));
    static_cast<void>(first.start(now));
    static_cast<void>(first.on_transport_failure("timed_out", now, 0.0));
    DeviceSession second = session(ops_up_to(8), first.memory());
    EXPECT_EQ(asked(second.start(now)), "ops 1.1,ops 2.1 for 262144");
    static_cast<void>(second.on_response(problem_response([] {
                                             Problem late = make_problem(ProblemClass::retry, "timed_out", "");
                                             late.status = 408;
                                             return late;
                                         }()),
                                         now, 0.0));

    EXPECT_EQ(asked(session(ops_up_to(8), second.memory()).start(now)), "ops 1.1 for 65536");
    DeviceMemory memory = second.memory();
    for (int i = 0; i < 20; ++i) {
        DeviceSession again = session({}, memory);
        static_cast<void>(again.start(now));
        static_cast<void>(again.on_transport_failure("broken", now + 20'000, 0.0));
        memory = again.memory();
    }
    EXPECT_EQ(memory.page_bytes, 200) << "a row comes through at least";
}

TEST(DeviceSession, AsksForNoLessWhereItFailsAtOnce) {
    for (const std::string_view why :
         {"cannot_resolve", "cannot_connect", "tls", "bad_answer", "cancelled", "broken"}) {
        DeviceSession device = session(ops_up_to(4));
        static_cast<void>(device.start(now));
        static_cast<void>(device.on_transport_failure(why, now, 0.0));
        EXPECT_EQ(asked(session(ops_up_to(4), device.memory()).start(now)), "ops 1.1,ops 2.1,ops 3.1,ops 4.1");
    }
}

TEST(DeviceSession, AsksForMoreAsLongAsAnswersComeSoon) {
    DeviceMemory memory;
    memory.request_parts = 1;
    memory.page_bytes = 100'000;
    DeviceSession device = session(ops_up_to(20), memory);
    static_cast<void>(device.start(now));
    const auto answer = [&](std::int64_t applied, std::int64_t at) {
        return asked(device.on_response(ok(ack_of({lane_ack(Lane::ops, applied)})), at, 0.5));
    };

    EXPECT_EQ(answer(1, now + 1'000), "ops 2.1,ops 3.1 for 200000");
    EXPECT_EQ(answer(3, now + 20'000), "ops 4.1,ops 5.1 for 200000") << "that took most of what a request may take";
    EXPECT_EQ(answer(5, now + 22'000), "ops 6.1,ops 7.1,ops 8.1,ops 9.1 for 400000");
    EXPECT_EQ(device.memory().page_bytes, 400'000);
}

/// One part alone does not come through, three times: it is cut into smaller ones, at most once an hour.
TEST(DeviceSession, SealsALonePartSmallerThatIsCutAgainAndAgain) {
    HeldPart big = held(Lane::ops, 1);
    big.bytes = 100'000;
    big.changes = 400;
    DeviceMemory memory;
    const auto cut = [&](std::int64_t at) {
        DeviceSession device = session({big}, memory);
        static_cast<void>(device.start(at));
        const std::vector<Action> actions = device.on_transport_failure("timed_out", at, 0.0);
        EXPECT_EQ(finish(actions), "timed_out");
        memory = device.memory();
        return all<SealAgain>(actions);
    };
    EXPECT_TRUE(cut(now).empty());
    EXPECT_TRUE(cut(now).empty());

    const std::vector<SealAgain> again = cut(now);
    ASSERT_EQ(again.size(), 1U);
    EXPECT_EQ(again.front().part_bytes, 25'000U);
    EXPECT_EQ(again.front().epoch, 2);

    memory.ops.epoch = 1;
    EXPECT_TRUE(cut(now).empty());
    EXPECT_EQ(cut(now + hour).size(), 1U);
    memory.ops.epoch = 1;
    big.bytes = 1'500;
    EXPECT_EQ(cut(now + 2 * hour).at(0).part_bytes, 512U);
    memory.ops.epoch = 1;
    big.bytes = 512;
    EXPECT_TRUE(cut(now + 3 * hour).empty()) << "nothing is gained by less";
    big.bytes = 60'000;
    big.changes = 1;
    EXPECT_TRUE(cut(now + 4 * hour).empty()) << "one change cannot be cut";
}

/// The bulk segment was applied by a request whose answer was lost, and so were its outcomes.
TEST(DeviceSession, SendsAgainWhatTheHubHasAppliedUnheard) {
    DeviceMemory memory;
    memory.request_parts = 1;
    DeviceSession device = session({held(Lane::ops, 1), held(Lane::bulk, 1)}, memory);
    EXPECT_EQ(sent(device.start(now)), "ops 1.1");
    Ack ack = ack_of({lane_ack(Lane::ops, 1), lane_ack(Lane::bulk, 1)});
    ack.pull.to = 9;

    const auto actions = device.on_response(ok(ack), now, 0.5);

    EXPECT_EQ(device.memory().ops.applied, 1);
    EXPECT_EQ(device.memory().bulk.applied, 0);
    EXPECT_EQ(sent(actions), "bulk 1.1");
    EXPECT_TRUE(all<ApplyPull>(actions).empty()) << "the page shows what the bulk segment became";
    EXPECT_EQ(all<ApplyPull>(device.on_response(ok(ack), now, 0.5)).size(), 1U);
}

/// The change to the bundle lost, and its row is told with that alone.
TEST(DeviceSession, TakesRowsOfChangesThatDidNotStandBeforeAllIsHeard) {
    DeviceMemory memory;
    memory.request_parts = 1;
    DeviceSession device = session({held(Lane::ops, 1), held(Lane::bulk, 1)}, memory);
    static_cast<void>(device.start(now));
    Ack ack = ack_of({lane_ack(Lane::ops, 1), lane_ack(Lane::bulk, 1)});
    ack.outcomes = {
        {.lane = Lane::ops,
         .seq = 1,
         .table = "bundles",
         .key = key(2),
         .outcome = Outcome::superseded,
         .reason = "later_write"},
        {.lane = Lane::ops, .seq = 1, .table = "bundles", .key = key(3), .outcome = Outcome::duplicate, .reason = {}}};
    ack.pull.to = 9;
    for (const int number : {2, 3, 4}) {
        Change row;
        row.table = "bundles";
        row.key = key(number);
        row.op = Op::remove;
        row.base = number;
        ack.pull.rows.push_back(row);
    }

    const auto actions = device.on_response(ok(ack), now, 0.5);

    const std::vector<ApplyPull> pages = all<ApplyPull>(actions);
    ASSERT_EQ(pages.size(), 1U);
    ASSERT_EQ(pages[0].page.rows.size(), 1U);
    EXPECT_EQ(pages[0].page.rows[0].key, key(2));
    EXPECT_EQ(pages[0].page.to, 0) << "the page comes again";
}

/// A hub shows a replica's last epoch, and those that the request names.
TEST(DeviceSession, TakesNoPageBeforeItHearsOfALaneThatACopyHasLeftBehind) {
    DeviceMemory memory;
    memory.request_parts = 1;
    DeviceSession device = session({held(Lane::ops, 1), held(Lane::bulk, 1)}, memory);
    static_cast<void>(device.start(now));
    LaneAck of_copy = lane_ack(Lane::bulk, 1);
    of_copy.epoch = 2;
    Ack ack = ack_of({lane_ack(Lane::ops, 1), of_copy});
    ack.pull.to = 9;

    const auto actions = device.on_response(ok(ack), now, 0.5);

    EXPECT_EQ(sent(actions), "bulk 1.1");
    EXPECT_TRUE(all<ApplyPull>(actions).empty()) << "the page may show what the bulk segment became, or not";
    ack.lanes.push_back(lane_ack(Lane::bulk, 1));
    EXPECT_EQ(all<ApplyPull>(device.on_response(ok(ack), now, 0.5)).size(), 1U);
}

/// A run may end before it has heard of all.
TEST(DeviceSession, GoesOnHearingOfASegmentWhereItStopped) {
    const std::vector<HeldPart> parts{held(Lane::ops, 1, 1, 3), held(Lane::ops, 1, 2, 3), held(Lane::ops, 1, 3, 3)};
    DeviceMemory memory;
    memory.request_parts = 1;
    LaneAck lane = lane_ack(Lane::ops, 1);
    lane.head = part_hash(bytes_of(Lane::ops, 1, 3));
    DeviceSession first = session(parts, memory);
    EXPECT_EQ(sent(first.start(now)), "ops 1.1");
    static_cast<void>(first.on_response(ok(ack_of({lane})), now, 0.5));
    EXPECT_EQ(first.memory().ops, (LaneMark{.epoch = 1, .heard = 1}));
    static_cast<void>(first.on_transport_failure("timed_out", now, 0.5));

    DeviceSession second = session(parts, decode_device_memory(encode(first.memory())));
    EXPECT_EQ(sent(second.start(now)), "ops 1.2");
    EXPECT_EQ(sent(second.on_response(ok(ack_of({lane})), now, 0.5)), "ops 1.3");
    lane.repeated = 1;
    const auto done = second.on_response(ok(ack_of({lane})), now, 0.5);

    EXPECT_EQ(second.memory().ops, (LaneMark{.epoch = 1, .applied = 1}));
    EXPECT_EQ(finish(done), "complete");
}

/// The answer to the request that completed it was lost, and with it the outcomes of what the hub had kept.
TEST(DeviceSession, HearsOfPartsThatTheHubHadKeptOfASegmentThatItCompletesAnew) {
    for (const bool is_repeated : {false, true}) {
        DeviceMemory memory;
        memory.ops.staged = 2;
        DeviceSession device =
            session({held(Lane::ops, 1, 1, 3), held(Lane::ops, 1, 2, 3), held(Lane::ops, 1, 3, 3)}, memory);
        EXPECT_EQ(sent(device.start(now)), "ops 1.3");
        LaneAck lane = lane_ack(Lane::ops, 1);
        lane.head = part_hash(bytes_of(Lane::ops, 1, 3));
        lane.repeated = is_repeated ? 1 : 0;
        Ack ack = ack_of({lane});
        ack.pull.to = 9;

        auto actions = device.on_response(ok(ack), now, 0.5);

        EXPECT_EQ(sent(actions), is_repeated ? "ops 1.1,ops 1.2" : "-");
        EXPECT_EQ(all<ApplyPull>(actions).size(), is_repeated ? 0U : 1U);
        if (is_repeated) actions = device.on_response(ok(ack), now, 0.5);
        EXPECT_EQ(device.memory().ops, (LaneMark{.epoch = 1, .applied = 1}));
        EXPECT_EQ(finish(actions), "complete");
    }
}

TEST(DeviceSession, HearsOfOutcomesWhenItOnlyTakes) {
    DeviceSettings settings;
    settings.seller = seller_key;
    settings.replica = replica_key;
    settings.send = false;
    DeviceSession device(settings, {}, ops_up_to(2),
                         [](const HeldPart& part) { return bytes_of(part.lane, part.seq, part.part); });
    EXPECT_EQ(sent(device.start(now)), "");
    Ack ack = ack_of({lane_ack(Lane::ops, 1)});
    ack.pull.to = 9;

    EXPECT_EQ(sent(device.on_response(ok(ack), now, 0.5)), "ops 1.1");
    const auto actions = device.on_response(ok(ack), now, 0.5);

    EXPECT_EQ(all<ApplyPull>(actions).size(), 1U);
    EXPECT_EQ(device.memory().ops.applied, 1);
    EXPECT_EQ(finish(actions), "complete");
}

TEST(DeviceSession, SealsSmallerPartsWhenOneIsTooBig) {
    std::vector<HeldPart> parts = ops_up_to(1);
    parts[0].bytes = 200'000;
    DeviceSession device = session(parts);
    static_cast<void>(device.start(now));

    const auto actions = device.on_response(plain(413, ""), now, 0.5);

    EXPECT_EQ(all<SealAgain>(actions).at(0).part_bytes, 100'000U);
    EXPECT_EQ(all<SealAgain>(actions).at(0).epoch, 2);
    EXPECT_EQ(finish(actions), "sealing_again");
}

TEST(DeviceSession, FindsTheUnreadablePartAndHoldsItsLaneOnly) {
    const Response unreadable = problem_response(make_problem(ProblemClass::bug, "not_json", ""));
    DeviceSession device = session({held(Lane::ops, 1), held(Lane::ops, 2), held(Lane::bulk, 1)});
    static_cast<void>(device.start(now));

    EXPECT_EQ(sent(device.on_response(unreadable, now, 0.5)), "ops 1.1");
    const auto held_actions = device.on_response(unreadable, now, 0.5);
    EXPECT_EQ(all<RaiseAlarm>(held_actions).at(0).problem_class, ProblemClass::bug);
    EXPECT_EQ(sent(held_actions), "bulk 1.1");
    const auto done = device.on_response(ok(ack_of({lane_ack(Lane::bulk, 1)})), now, 0.5);

    EXPECT_EQ(finish(done), reason::lane_held);
    EXPECT_TRUE(device.memory().ops.held);
    EXPECT_FALSE(device.memory().bulk.held);
    EXPECT_EQ(device.memory().failures, 0);
    EXPECT_EQ(sent(session(ops_up_to(2), device.memory()).start(now)), "");
}

TEST(DeviceSession, HoldsALaneThatTheAckCallsUnreadable) {
    DeviceSession device = session({held(Lane::ops, 1), held(Lane::bulk, 1)});
    static_cast<void>(device.start(now));

    const auto actions = device.on_response(
        ok(ack_of({with_problem(lane_ack(Lane::ops, 0), ProblemClass::bug, "not_json", 1), lane_ack(Lane::bulk, 1)})),
        now, 0.5);

    EXPECT_TRUE(device.memory().ops.held);
    EXPECT_EQ(device.memory().bulk.applied, 1);
    EXPECT_EQ(finish(actions), reason::lane_held);
}

TEST(DeviceSession, SendsAgainFromTheHubsCursorAfterAGap) {
    DeviceMemory memory;
    memory.hub_epoch = "first";
    memory.ops.applied = 3;
    DeviceSession device = session(ops_up_to(4), memory);
    static_cast<void>(device.start(now));

    const auto gap = device.on_response(
        ok(ack_of({with_problem(lane_ack(Lane::ops, 1), ProblemClass::resync, reason::gap, 2)})), now, 0.5);
    EXPECT_EQ(sent(gap), "ops 2.1,ops 3.1,ops 4.1");
    EXPECT_EQ(device.memory().ops.applied, 1);
    EXPECT_EQ(finish(device.on_response(ok(ack_of({lane_ack(Lane::ops, 4)})), now, 0.5)), "complete");
}

TEST(DeviceSession, DoesNotSendAgainForEver) {
    DeviceMemory memory;
    memory.ops.applied = 3;
    DeviceSession device = session(ops_up_to(4), memory);
    const Response gap = ok(ack_of({with_problem(lane_ack(Lane::ops, 1), ProblemClass::resync, reason::gap, 2)}));
    static_cast<void>(device.start(now));

    static_cast<void>(device.on_response(gap, now, 0.5));
    const auto second = device.on_response(gap, now, 0.5);

    EXPECT_EQ(sent(second), "-");
    EXPECT_EQ(finish(second), "not_applied");
    EXPECT_EQ(all<RaiseAlarm>(second).at(0).reason, "resync_again");
}

TEST(DeviceSession, TakesTheEpochThatIsFreeAfterAFork) {
    LaneAck forked = with_problem(lane_ack(Lane::ops, 0), ProblemClass::resync, reason::fork, 1);
    forked.problem->next_epoch = 9;
    DeviceSession device = session(ops_up_to(2));
    static_cast<void>(device.start(now));

    const auto actions = device.on_response(ok(ack_of({forked})), now, 0.5);

    EXPECT_EQ(all<SealAgain>(actions).at(0).epoch, 9);
    EXPECT_EQ(finish(actions), "sealing_again");
    EXPECT_EQ(device.memory().ops, (LaneMark{.epoch = 9}));
    EXPECT_EQ(device.memory().not_before_ms, now);
}

/// A copy of this file may have been there before, and have sealed the same bytes under the next number.
TEST(DeviceSession, TakesTheFreeEpochAlsoWhereTheHubHasAppliedMoreThanIsHere) {
    LaneAck forked = with_problem(lane_ack(Lane::ops, 3), ProblemClass::resync, reason::fork, 1);
    forked.problem->next_epoch = 9;
    DeviceSession device = session(ops_up_to(2));
    static_cast<void>(device.start(now));

    const auto actions = device.on_response(ok(ack_of({forked})), now, 0.5);

    EXPECT_EQ(all<SealAgain>(actions).at(0).epoch, 9);
}

TEST(DeviceSession, TakesANewEpochOnceAnHour) {
    LaneAck forked = with_problem(lane_ack(Lane::ops, 0), ProblemClass::resync, reason::fork, 1);
    DeviceMemory memory;
    memory.last_new_epoch_ms = now - hour + 1;
    DeviceSession early = session(ops_up_to(1), memory);
    static_cast<void>(early.start(now));
    DeviceSession later = session(ops_up_to(1), memory);
    static_cast<void>(later.start(now));

    const auto too_early = early.on_response(ok(ack_of({forked})), now, 0.5);
    const auto in_time = later.on_response(ok(ack_of({forked})), now + 1, 0.5);

    EXPECT_TRUE(all<SealAgain>(too_early).empty());
    EXPECT_EQ(finish(too_early), "not_applied");
    EXPECT_EQ(all<SealAgain>(in_time).size(), 1U);
}

/// Another copy may have sealed the same anew, and the hub have applied it: the page may show what became of that.
TEST(DeviceSession, TakesNoPageBeforeWhatIsSealedAnewIsHeardOf) {
    DeviceSession device = session(ops_up_to(1));
    static_cast<void>(device.start(now));
    Ack ack = ack_of({lane_ack(Lane::ops, 2)});
    ack.pull.to = 9;

    const auto actions = device.on_response(ok(ack), now, 0.5);

    EXPECT_EQ(all<SealAgain>(actions).size(), 1U);
    EXPECT_TRUE(all<ApplyPull>(actions).empty());
    EXPECT_EQ(finish(actions), "sealing_again");
}

TEST(DeviceSession, TakesNewEpochsForBothLanesAtOnce) {
    DeviceSession device = session({held(Lane::ops, 1), held(Lane::bulk, 1)});
    static_cast<void>(device.start(now));

    const auto actions =
        device.on_response(ok(ack_of({with_problem(lane_ack(Lane::ops, 0), ProblemClass::resync, reason::fork, 1),
                                      with_problem(lane_ack(Lane::bulk, 0), ProblemClass::resync, reason::fork, 1)})),
                           now, 0.5);

    EXPECT_EQ(all<SealAgain>(actions).size(), 2U);
}

TEST(DeviceSession, SendsAgainToARestoredHub) {
    DeviceMemory memory;
    memory.hub_epoch = "before";
    memory.ops = {.epoch = 1, .applied = 4, .durable = 2};
    DeviceSession device = session({held(Lane::ops, 3), held(Lane::ops, 4)}, memory);

    EXPECT_EQ(sent(device.start(now)), "");
    EXPECT_EQ(sent(device.on_response(ok(ack_of({lane_ack(Lane::ops, 2, 2)})), now, 0.5)), "ops 3.1,ops 4.1");
}

/// It may have come there anew, and fared otherwise; and what the hub keeps of a later segment is none of an earlier.
TEST(DeviceSession, HearsAnewOfAllThatARestoredHubHas) {
    DeviceMemory memory;
    memory.hub_epoch = "before";
    memory.ops = {.epoch = 1, .applied = 4, .durable = 2};
    DeviceSession device =
        session({held(Lane::ops, 3, 1, 2), held(Lane::ops, 3, 2, 2), held(Lane::ops, 4), held(Lane::ops, 5)}, memory);
    EXPECT_EQ(sent(device.start(now)), "ops 5.1");
    LaneAck lane = lane_ack(Lane::ops, 4, 2);
    lane.staged = 1;

    EXPECT_EQ(sent(device.on_response(ok(ack_of({lane})), now, 0.5)), "ops 3.1,ops 3.2,ops 4.1,ops 5.1");

    EXPECT_EQ(device.memory().ops, (LaneMark{.epoch = 1, .applied = 2, .durable = 2}));
}

TEST(DeviceSession, SealsEverythingAgainWhenTheHubLostWhatWasDurable) {
    DeviceMemory memory;
    memory.hub_epoch = "before";
    memory.ops = {.epoch = 1, .applied = 4, .durable = 2};
    DeviceSession device = session({held(Lane::ops, 3), held(Lane::ops, 4)}, memory);
    static_cast<void>(device.start(now));

    const auto actions = device.on_response(ok(ack_of({})), now, 0.5);

    ASSERT_EQ(all<SealAgain>(actions).size(), 1U);
    EXPECT_TRUE(all<SealAgain>(actions)[0].whole);
    EXPECT_FALSE(all<RaiseAlarm>(actions).empty());
}

/// A poll is answered with the latest epoch alone, here that of a copy of this file.
TEST(DeviceSession, DoesNotTakeAnEpochForLostOfWhichARestoredHubSaysNothing) {
    DeviceMemory memory;
    memory.hub_epoch = "before";
    memory.ops = {.epoch = 1, .applied = 4, .durable = 2};
    DeviceSession device = session({held(Lane::ops, 3), held(Lane::ops, 4)}, memory);
    static_cast<void>(device.start(now));
    LaneAck of_a_copy = lane_ack(Lane::ops, 1, 1);
    of_a_copy.epoch = 2;

    const auto actions = device.on_response(ok(ack_of({of_a_copy})), now, 0.5);

    EXPECT_TRUE(all<SealAgain>(actions).empty());
    EXPECT_EQ(sent(actions), "ops 3.1,ops 4.1") << "the answer shows the epoch that the request brings";
    EXPECT_EQ(all<RecordWatermarks>(actions).at(0).applied, 2);
}

TEST(DeviceSession, SealsEverythingAgainWhenTheHubAsksForWhatIsGone) {
    DeviceMemory memory;
    memory.ops = {.epoch = 1, .applied = 2, .durable = 2};
    DeviceSession device = session({held(Lane::ops, 3)}, memory);
    static_cast<void>(device.start(now));

    const auto actions = device.on_response(
        ok(ack_of({with_problem(lane_ack(Lane::ops, 0), ProblemClass::resync, reason::gap, 1)})), now, 0.5);

    EXPECT_TRUE(all<SealAgain>(actions).at(0).whole);
}

TEST(DeviceSession, AppliesPagesUntilThereAreNoMore) {
    DeviceSession device = session({});
    static_cast<void>(device.start(now));
    Ack page = ack_of({});
    page.pull = {.from = 0, .to = 7, .more = true, .h0 = 0, .rows = {}};
    Ack last = ack_of({});
    last.pull = {.from = 7, .to = 9, .more = false, .h0 = 0, .rows = {}};

    const auto first = device.on_response(ok(page), now, 0.5);
    const auto stuck = device.on_response(ok(page), now, 0.5);
    const auto second = device.on_response(ok(last), now, 0.5);

    EXPECT_EQ(all<ApplyPull>(first).at(0).page.to, 7);
    EXPECT_EQ(decode_request(all<SendRequest>(first).at(0).body)->header.seen, 7);
    EXPECT_EQ(finish(stuck), "complete");
    EXPECT_EQ(all<ApplyPull>(second).at(0).page.to, 9);
}

TEST(DeviceSession, SendsNothingWhenItOnlyTakes) {
    DeviceSession device({.seller = seller_key, .replica = replica_key, .send = false, .limits = {}}, {}, ops_up_to(2),
                         [](const HeldPart& part) { return bytes_of(part.lane, part.seq, part.part); });

    EXPECT_EQ(all<SendRequest>(device.start(now)).at(0).parts, 0U);
    const std::vector<Action> actions = device.on_response(ok(ack_of({})), now, 0.5);

    EXPECT_TRUE(all<Finish>(actions).at(0).complete) << "it has taken what there was";
    EXPECT_EQ(all<Finish>(actions).at(0).why, "not_sent");
    EXPECT_EQ(device.memory().failures, 0) << "that was wanted";
}

TEST(DeviceSession, TakesNoPageWhenItOnlySends) {
    DeviceSession device({.seller = seller_key, .replica = replica_key, .pull_bytes = 0, .limits = {}}, {}, {},
                         [](const HeldPart&) { return std::string(); });
    Ack ack = ack_of({});
    ack.pull = {.from = 0, .to = 9, .more = true, .h0 = 0, .rows = {}};

    EXPECT_NE(all<SendRequest>(device.start(now)).at(0).body.find(R"("pull_bytes":0)"), std::string::npos);
    const std::vector<Action> actions = device.on_response(ok(ack), now, 0.5);

    EXPECT_TRUE(all<ApplyPull>(actions).empty());
    EXPECT_TRUE(all<Finish>(actions).at(0).complete) << "more to tell is not asked for";
}

TEST(DeviceSession, TakesAReceiptWithoutSending) {
    DeviceSession device = session(ops_up_to(2));

    const auto actions = device.on_ack(ack_of({lane_ack(Lane::ops, 2, 2)}), now);

    EXPECT_EQ(all<RecordWatermarks>(actions).at(0).durable, 2);
    EXPECT_EQ(sent(actions), "-");
}

TEST(DeviceSession, IsNotSetBackByAnOldReceipt) {
    DeviceMemory memory;
    memory.hub_epoch = "first";
    memory.ops = {.epoch = 1, .applied = 2, .durable = 0};
    DeviceSession device = session(ops_up_to(2), memory);

    const auto actions = device.on_ack(ack_of({lane_ack(Lane::ops, 1)}), now);

    EXPECT_TRUE(all<RecordWatermarks>(actions).empty());
    EXPECT_EQ(device.memory().ops.applied, 2);
}

TEST(DeviceMemory, IsReadAsItWasWritten) {
    DeviceMemory memory;
    memory.hub_epoch = "first";
    memory.ops = {.epoch = 3, .applied = 12, .durable = 11, .held = true, .staged = 4, .heard = 5};
    memory.failures = 4;
    memory.not_before_ms = now;
    memory.waiting_for = "timed_out";
    memory.next_after_s = 60;
    memory.request_parts = 2;
    memory.page_bytes = 70'000;
    memory.last_resend_ms = now - 5;
    memory.recoveries = 9;

    EXPECT_EQ(decode_device_memory(encode(memory)), memory);
    EXPECT_EQ(decode_device_memory(encode(DeviceMemory())), DeviceMemory());
    EXPECT_EQ(decode_device_memory("{\"ops\":7}"), DeviceMemory());
    EXPECT_EQ(decode_device_memory(""), DeviceMemory());
}

}  // namespace
}  // namespace edge::protocol
