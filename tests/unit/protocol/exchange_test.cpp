#include "edge/protocol/exchange.hpp"

#include "unit/protocol/builders.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace edge::protocol {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace): builders of this folder

SyncHeader header() { return {.seller = seller_key, .replica = replica_key, .seen = 88119, .extra = {}}; }

Ack full_ack() {
    Ack ack;
    ack.hub_epoch = "01JDQ4R7K2HUB5V9T3B6N1C0HA";
    LaneAck ops{.lane = Lane::ops, .epoch = 2, .applied = 1042, .durable = 1000, .head = part_hash("x"), .problem = {}};
    LaneAck bulk{.lane = Lane::bulk, .epoch = 2, .applied = 0, .durable = 0, .head = {}, .problem = {}};
    bulk.problem = make_problem(ProblemClass::resync, reason::fork, "other bytes");
    bulk.problem->position = LanePosition{.lane = Lane::bulk, .epoch = 2, .seq = 1, .part = 2};
    bulk.problem->next_epoch = 3;
    bulk.problem->retry_after_s = 9;
    ops.staged = 3;
    ops.repeated = 1041;
    ack.lanes = {ops, bulk};
    ack.outcomes = {{.lane = Lane::ops,
                     .seq = 1042,
                     .part = 1,
                     .index = 7,
                     .table = "reservations",
                     .key = sale_key,
                     .outcome = Outcome::superseded,
                     .reason = "already_collected"}};
    ack.next_after_s = 60;
    ack.pull = {.from = 5, .to = 9, .more = true, .h0 = monday, .rows = {collect()}};
    ack.pull.rows[0].base = 9;
    ack.letters = {{.lane = Lane::ops, .epoch = 2, .seq = 4, .part = 1, .index = 0, .state = LetterState::taken}};
    ack.extra = {{"grants", "[]"}};
    ack.pull.problem = make_problem(ProblemClass::resync, "cursor_expired", "since then");
    return ack;
}

std::string refusal(const std::string& ack) {
    const Decoded<Ack> read = decode_ack(ack);
    return read ? std::string() : read.problem().reason;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}

TEST(SyncRequest, CarriesTheVeryBytesOfItsParts) {
    const std::vector<std::string> parts{encode(segment_of({collect()})), "{not a segment}"};

    const std::string body = encode_request(header(), parts);
    const Decoded<SyncRequest> read = decode_request(body);

    ASSERT_TRUE(read) << read.problem().detail;
    EXPECT_EQ(read->header, header());
    EXPECT_EQ(std::vector<std::string>(read->parts.begin(), read->parts.end()), parts);
}

TEST(SyncRequest, LeavesOutAHeaderThatItsFirstPartRepeats) {
    const std::vector<std::string> parts{encode(segment_of({collect()})), encode(segment_of({reserve()}))};
    SyncHeader other = header();
    other.seen = 90000;

    const std::string bare = encode_request(header(), parts);
    const Decoded<SyncRequest> read = decode_request(bare);

    EXPECT_EQ(bare, parts[0] + '\n' + parts[1] + '\n');
    ASSERT_TRUE(read) << read.problem().detail;
    EXPECT_EQ(read->header, header());
    EXPECT_EQ(read->parts.size(), 2U);
    EXPECT_EQ(decode_request(encode_request(other, parts))->header, other);
    EXPECT_EQ(decode_request(encode_request(other, parts))->parts.size(), 2U);
}

TEST(SyncRequest, SaysHowMuchOfAPageItTakes) {
    SyncHeader modest = header();
    modest.pull_bytes = 0;
    const std::string part = encode(segment_of({collect()}));

    const std::string body = encode_request(modest, {part});
    const Decoded<SyncRequest> request = decode_request(body);

    ASSERT_TRUE(request);
    EXPECT_EQ(request->header.pull_bytes, 0);
    EXPECT_EQ(request->parts, std::vector<std::string_view>{part}) << "a header that says more is not left out";
    EXPECT_FALSE(decode_request(encode_request(header(), {}))->header.pull_bytes.has_value());
}

TEST(SyncRequest, AsksOfRefusedChanges) {
    SyncHeader asking = header();
    asking.letters = {{.lane = Lane::bulk, .epoch = 2, .seq = 7, .part = 3, .index = 40, .state = LetterState::open},
                      {.seq = 8, .state = LetterState::discarded}};
    const std::string part = encode(segment_of({collect()}));

    const Decoded<SyncRequest> read = decode_request(encode_request(asking, {part}));

    ASSERT_TRUE(read) << read.problem().detail;
    EXPECT_EQ(read->header, asking);
    EXPECT_EQ(read->parts.size(), 1U);
}

TEST(SyncRequest, AsksOfNoMoreThanFit) {
    SyncHeader asking = header();
    asking.letters.resize(most_letters, {.seq = 9'007'199'254'740'992, .part = 1'000'000, .index = 4999});
    const Decoded<SyncRequest> full = decode_request(encode_request(asking, {}));
    asking.letters.push_back(asking.letters.front());
    const Decoded<SyncRequest> beyond = decode_request(encode_request(asking, {}));

    EXPECT_TRUE(full) << full.problem().detail;
    EXPECT_FALSE(beyond);
}

TEST(SyncRequest, IsAPollWithoutParts) {
    const Decoded<SyncRequest> read = decode_request(encode_request(header(), {}));

    ASSERT_TRUE(read);
    EXPECT_TRUE(read->parts.empty());
}

TEST(SyncRequest, KeepsMembersOfItsHeaderThatItDoesNotKnow) {
    const Decoded<SyncHeader> read =
        decode_sync_header(R"({"v":1,"type":"sync","seller":"s","replica":"r","seen":0,"want":["grants"]})");

    EXPECT_EQ(read->extra, (Members{{"want", R"(["grants"])"}}));
    EXPECT_EQ(*decode_sync_header(encode(*read)), *read);
}

TEST(SyncRequest, IsRefusedWhenItCannotBeRead) {
    Limits small;
    small.request_parts = 1;
    small.request_bytes = 300;
    const std::string whole = encode_request(header(), {"{}"});

    EXPECT_EQ(decode_request("").problem().reason, reason::not_json);
    EXPECT_EQ(decode_request("{}\n").problem().reason, reason::wrong_shape);
    EXPECT_EQ(decode_request(whole.substr(0, whole.size() - 1)).problem().reason, reason::truncated);
    EXPECT_EQ(decode_request(whole.substr(0, whole.size() - 1)).problem().problem_class, ProblemClass::retry);
    EXPECT_EQ(decode_request(encode_request(header(), {"{}", "{}"}), small).problem().reason, reason::too_many_parts);
    EXPECT_EQ(decode_request(encode_request(header(), {std::string(300, ' ')}), small).problem().reason,
              reason::too_many_bytes);
}

TEST(Ack, IsReadAsItWasWritten) {
    const Decoded<Ack> read = decode_ack(encode(full_ack()));

    ASSERT_TRUE(read) << read.problem().detail;
    EXPECT_EQ(*read, full_ack());
    EXPECT_EQ(*decode_ack(encode(Ack())), Ack());
}

TEST(Ack, IsRefusedWhenItContradictsItself) {
    const std::string good = encode(full_ack());

    EXPECT_EQ(refusal(replaced(good, "\"durable\":1000", "\"durable\":1043")), reason::wrong_shape);
    EXPECT_EQ(refusal(replaced(good, "\"lane\":\"ops\"", "\"lane\":\"slow\"")), reason::wrong_shape);
    EXPECT_EQ(refusal(replaced(good, "\"superseded\"", "\"lost\"")), reason::wrong_shape);
    EXPECT_EQ(refusal(replaced(good, "\"to\":9", "\"to\":4")), reason::wrong_shape);
    EXPECT_EQ(refusal(replaced(good, "\"class\":\"resync\"", "\"class\":\"wipe\"")), reason::wrong_shape);
    EXPECT_EQ(refusal(replaced(good, "\"head\":\"", "\"head\":\"x")), reason::wrong_shape);
    EXPECT_EQ(refusal(replaced(good, "\"v\":1", "\"v\":7")), reason::unknown_version);
    EXPECT_EQ(refusal("<html></html>"), reason::not_json);
}

TEST(Problem, IsReadAsItWasWritten) {
    Problem problem = make_problem(ProblemClass::too_big, reason::too_many_bytes, "5 MiB");
    problem.retry_after_s = 30;

    EXPECT_EQ(problem.status, 413);
    EXPECT_EQ(decode_problem(encode(problem)), problem);
    EXPECT_FALSE(decode_problem("{}"));
    EXPECT_FALSE(decode_problem(R"({"class":"unheard"})"));
    EXPECT_FALSE(decode_problem("<html>"));
}

TEST(Problem, HasANameAndAStatusForEachClass) {
    for (const ProblemClass one : {ProblemClass::retry, ProblemClass::resync, ProblemClass::auth, ProblemClass::upgrade,
                                   ProblemClass::too_big, ProblemClass::bug}) {
        EXPECT_EQ(parse_problem_class(name_of(one)), one);
        EXPECT_GE(default_status(one), 400);
    }
}

TEST(Outcome, GoesToTheDeadLettersWhenItCanNeverTakeEffect) {
    for (const Outcome one : {Outcome::accepted, Outcome::merged, Outcome::superseded, Outcome::duplicate,
                              Outcome::rejected, Outcome::blocked}) {
        EXPECT_EQ(parse_outcome(name_of(one)), one);
        EXPECT_EQ(is_dead_letter(one), one == Outcome::rejected || one == Outcome::blocked);
    }
}

}  // namespace
}  // namespace edge::protocol
