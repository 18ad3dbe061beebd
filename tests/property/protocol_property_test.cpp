#include "unit/protocol/builders.hpp"

#include "edge/protocol/bundle_file.hpp"
#include "edge/protocol/device_session.hpp"
#include "edge/protocol/exchange.hpp"
#include "edge/protocol/hub_session.hpp"
#include "edge/protocol/seal.hpp"
#include "edge/protocol/tables.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace edge::protocol {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace): builders of the protocol's tests

template <class Value>
Value one_of(const std::vector<Value>& values) {
    return values[*rc::gen::inRange<std::size_t>(0, values.size())];
}

std::int64_t number(std::int64_t low, std::int64_t high) { return *rc::gen::inRange<std::int64_t>(low, high); }

/// Valid UTF-8 with everything that escaping must mind.
std::string text() {
    const std::vector<std::string> pieces{"a",    "Z", " ", "\"", "\\", "/", "\n", "\r", "\t", "\b", "\x01", "\x1f",
                                          "\x7f", "é", "€", "😀",  "{",  "}", "[",  "]",  ":",  ",",  "null"};
    std::string made;
    for (std::int64_t size = number(0, 12); size > 0; --size) made += one_of(pieces);
    return made;
}

FieldValue field_value() {
    switch (number(0, 6)) {
        case 0: return {};
        case 1: return number(0, 2) == 1;
        case 2: return number(-largest_json_integer, largest_json_integer + 1);
        case 3: return std::vector<std::string>(static_cast<std::size_t>(number(0, 3)), text());
        case 4: return RawJson{one_of<std::string>({"1.5", "-0.0", "1e400", "{}", R"({"a":[1,{"b":null}]})", "[1]"})};
        default: return text();
    }
}

Fields fields() {
    Fields made;
    for (std::int64_t size = number(0, 6); size > 0; --size) set_field(made, "f" + text(), field_value());
    return made;
}

Members members() {
    if (number(0, 3) > 0) return {};
    return {{"x-" + text(), one_of<std::string>({"null", "[1.25]", R"({"deep":{"er":"é"}})", "99999999999999999999"})}};
}

Change change() {
    Change made;
    made.table = "t" + text();
    made.key = "k" + text();
    made.op = one_of<Op>({Op::create, Op::update, Op::remove});
    if (number(0, 2) == 1) made.base = number(0, largest_json_integer);
    made.hlc = number(-1000, 100'000);
    made.fields = fields();
    made.extra = members();
    if (number(0, 10) == 0) {
        made.op = Op::unknown;
        made.unknown_op = "o" + text();
        made.fault = "unknown_op";
    }
    return made;
}

Segment segment() {
    Segment made = segment_of({});
    made.seller = text();
    made.replica = text();
    made.epoch = number(1, 1000);
    made.lane = one_of<Lane>({Lane::ops, Lane::bulk});
    made.seq = number(1, largest_json_integer);
    made.parts = static_cast<int>(number(1, 9));
    made.part = static_cast<int>(number(1, made.parts + 1));
    if (number(0, 2) == 1) made.prev = part_hash(text());
    made.app = text();
    made.h0 = number(-largest_json_integer, largest_json_integer);
    for (std::int64_t size = number(0, 5); size > 0; --size) made.changes.push_back(change());
    if (number(0, 2) == 1) made.digest = Digest{.at = number(0, 99), .root = text()};
    made.extra = members();
    return made;
}

RC_GTEST_PROP(SegmentProperty, DecodeUndoesEncode, ()) {
    const Segment made = segment();

    const Decoded<Segment> read = decode_segment(encode(made));

    RC_ASSERT(static_cast<bool>(read));
    RC_ASSERT(*read == made);
    RC_ASSERT(encode(*read) == encode(made));
}

RC_GTEST_PROP(RequestProperty, GivesBackItsParts, ()) {
    std::vector<std::string> parts;
    for (std::int64_t size = number(0, 4); size > 0; --size) parts.push_back(encode(segment()));
    SyncHeader header{.seller = text(), .replica = text(), .seen = number(0, 9), .extra = members()};
    if (!parts.empty() && number(0, 2) == 1) {
        const Decoded<Segment> first = decode_segment(parts.front());
        header = {.seller = first->seller, .replica = first->replica, .seen = first->seen, .extra = {}};
    }

    const std::string body = encode_request(header, parts);
    const Decoded<SyncRequest> read = decode_request(body);

    RC_ASSERT(static_cast<bool>(read));
    RC_ASSERT(read->header == header);
    RC_ASSERT((std::vector<std::string>(read->parts.begin(), read->parts.end()) == parts));
}

/// A document with some bytes replaced, removed, doubled or swapped for what hurts parsers.
std::string mutated(std::string document, std::mt19937_64& random) {
    const std::vector<std::string> hostile{"\"",
                                           "\\",
                                           "{",
                                           "}",
                                           "[",
                                           "]",
                                           ":",
                                           ",",
                                           "null",
                                           "1e999",
                                           "-",
                                           "0",
                                           "99999999999999999999999",
                                           "\xFF",
                                           "\xC3",
                                           "\\ud800",
                                           "\\u0000",
                                           std::string(1, '\0'),
                                           "[[[[[[[[[[",
                                           "\"seq\":1,",
                                           "\"p\":{},",
                                           "NaN"};
    for (std::uint64_t edits = 1 + random() % 3; edits > 0 && !document.empty(); --edits) {
        const std::size_t at = random() % document.size();
        switch (random() % 4) {
            case 0: document[at] = static_cast<char>(random()); break;
            case 1: document.erase(at, 1 + random() % 20); break;
            case 2: document.insert(at, hostile[random() % hostile.size()]); break;
            default: document.insert(at, document.substr(random() % document.size(), random() % 40)); break;
        }
    }
    return document;
}

std::string seed_segment() {
    Segment made = segment_of({post_bundle(), reserve(), collect(), deletion("bundles", bread_key)});
    made.parts = 2;
    made.digest = Digest{.at = 1, .root = std::string(32, 'a')};
    made.extra = {{"later", R"({"a":[1.5]})"}};
    return encode(made);
}

bool boost_reads(const std::string& document) {
    boost::json::parse_options options;
    options.max_depth = Limits().depth;
    boost::json::error_code error;
    boost::json::parse(document, error, {}, options);
    return !error;
}

TEST(HostileSegment, IsAProblemOrASegment) {
    const std::string good = seed_segment();
    std::mt19937_64 random(1);
    int taken = 0;

    for (int round = 0; round < 10'000; ++round) {
        const std::string document = mutated(good, random);
        const Decoded<Segment> read = decode_segment(document);
        if (!read) {
            ASSERT_FALSE(read.problem().reason.empty()) << "round " << round;
            // a doubled name is seen before what follows it is read
            if (read.problem().reason == reason::duplicate_member) continue;
            const bool not_json =
                read.problem().reason == reason::not_json || read.problem().reason == reason::too_deep;
            ASSERT_EQ(boost_reads(document), !not_json) << "round " << round << ": " << document;
            continue;
        }
        ++taken;
        ASSERT_TRUE(boost_reads(document)) << "round " << round;
        for (const Change& one : read->changes) static_cast<void>(check_change(one));
        const Decoded<Segment> again = decode_segment(encode(*read));
        ASSERT_TRUE(again) << "round " << round << ": " << again.problem().detail;
    }
    EXPECT_GT(taken, 100);
}

TEST(HostileDocuments, AreRefusedWithoutHarm) {
    Ack ack;
    ack.lanes = {{.lane = Lane::ops,
                  .epoch = 1,
                  .applied = 3,
                  .durable = 2,
                  .head = part_hash("3"),
                  .problem = make_problem(ProblemClass::resync, reason::gap, "x")}};
    ack.outcomes = {{.lane = Lane::ops,
                     .seq = 1,
                     .part = 1,
                     .index = 0,
                     .table = "bundles",
                     .key = bread_key,
                     .outcome = Outcome::rejected,
                     .reason = "bad_value"}};
    ack.pull.rows = {collect()};
    const Receipt receipt{.seller = "s", .replica = "r", .file = "f", .created_at = "c", .ack = ack, .extra = {}};
    const std::string request =
        encode_request({.seller = "s", .replica = "r", .seen = 1, .extra = {}}, {seed_segment()});
    std::mt19937_64 random(2);
    int refused = 0;

    for (int round = 0; round < 10'000; ++round) {
        refused += decode_ack(mutated(encode(ack), random)) ? 0 : 1;
        refused += decode_receipt(mutated(encode(receipt), random)) ? 0 : 1;
        refused += decode_request(mutated(request, random)) ? 0 : 1;
        static_cast<void>(decode_problem(mutated(encode(*ack.lanes[0].problem), random)));
        static_cast<void>(decode_device_memory(mutated(encode(DeviceMemory()), random)));
    }
    EXPECT_GT(refused, 10'000);
}

TEST(HostileAnswers, NeverTakeAnUnackedSegmentAway) {
    Ack ack;
    ack.hub_epoch = "first";
    ack.lanes = {{.lane = Lane::ops, .epoch = 1, .applied = 1, .durable = 1, .head = part_hash("1"), .problem = {}}};
    ack.lanes[0].problem = make_problem(ProblemClass::resync, reason::gap, "x");
    ack.lanes[0].problem->position = LanePosition{.lane = Lane::ops, .epoch = 1, .seq = 2, .part = 1};
    const std::vector<HeldPart> held{
        {.lane = Lane::ops, .epoch = 1, .seq = 1, .part = 1, .parts = 1, .bytes = 1, .hash = part_hash("1")},
        {.lane = Lane::ops, .epoch = 1, .seq = 2, .part = 1, .parts = 1, .bytes = 1, .hash = part_hash("2")}};
    std::mt19937_64 random(3);

    for (int round = 0; round < 10'000; ++round) {
        DeviceSession device({}, {}, held, [](const HeldPart& part) { return std::to_string(part.seq); });
        std::vector<Action> actions = device.start(monday);
        for (int answer = 0; answer < 4 && std::holds_alternative<SendRequest>(actions.back()); ++answer) {
            const int status = std::vector<int>{200, 200, 200, 409, 413, 422, 503}[random() % 7];
            actions = device.on_response({.status = status, .headers = {}, .body = mutated(encode(ack), random)},
                                         monday, 0.5);
            ASSERT_FALSE(actions.empty()) << "round " << round;
            for (const Action& action : actions) {
                const auto* marks = std::get_if<RecordWatermarks>(&action);
                ASSERT_TRUE(marks == nullptr || marks->durable <= 1) << "round " << round;
            }
        }
    }
}

/// Changes of three replicas to one bundle and its reservation, in an order of its own for each replica.
Change edit() {
    switch (number(0, 8)) {
        case 0: return post_bundle();
        case 1: return deletion("bundles", bread_key);
        case 2: return edit_bundle({{"name", text()}});
        default: return edit_bundle({{"name", one_of<std::string>({"a", "b"})}, {"total_qty", number(0, 3)}});
    }
}

Change reservation_edit() {
    switch (number(0, 6)) {
        case 0: return reserve();
        case 1: return collect(sale_key, one_of<std::string>({"2026-11-23T16:00:00Z", "2026-11-23T17:00:00Z"}));
        case 2: return cancel(one_of<std::string>({"2026-11-23T16:00:00Z", "2026-11-23T17:00:00Z"}));
        case 3: {
            Change undo = collect();
            undo.fields = {{one_of<std::string>({"collected_at", "cancelled_at"}), FieldValue()}};
            return undo;
        }
        default: {
            Change other = collect();
            other.fields = {{"consumer", text()}};
            return other;
        }
    }
}

struct Arrival {
    Change change;
    MergeContext context;
};

Arrival arrival(Change made) {
    static const std::vector<std::string> replicas{"till", "tablet", "kiosk"};
    Arrival one{.change = std::move(made), .context = {}};
    one.context.replica = replicas[static_cast<std::size_t>(number(0, 3))];
    one.context.hlc = monday + number(0, 20);
    return one;
}

void store(std::optional<HubRow>& row, const Arrival& one) {
    const Merge merged = merge(row, one.change, one.context);
    if (!merged.row) return;
    const std::int64_t version = row ? row->version + 1 : 1;
    row = merged.row;
    row->version = version;
}

RC_GTEST_PROP(MergeProperty, AppliedTwiceIsAppliedOnce, ()) {
    std::optional<HubRow> row;
    const bool of_reservations = number(0, 2) == 1;
    store(row, arrival(of_reservations ? reserve() : post_bundle()));
    for (std::int64_t size = number(0, 8); size > 0; --size) {
        const Arrival one = arrival(of_reservations ? reservation_edit() : edit());
        store(row, one);
        const std::optional<HubRow> once = row;
        store(row, one);
        RC_ASSERT(row == once);
    }
}

RC_GTEST_PROP(MergeProperty, NeverUndoesACollectionOrACancellation, ()) {
    std::optional<HubRow> row;
    store(row, arrival(reserve()));
    for (std::int64_t size = number(1, 12); size > 0; --size) {
        const std::optional<HubRow> before = row;
        store(row, arrival(reservation_edit()));
        for (const std::string column : {"collected_at", "cancelled_at"}) {
            const FieldValue* was = find_field(before->fields, column);
            if (!is_null(*was)) RC_ASSERT(*find_field(row->fields, column) == *was);
        }
    }
}

RC_GTEST_PROP(MergeProperty, KeepsTheRowsClockAtItsLatestStamp, ()) {
    std::optional<HubRow> row;
    store(row, arrival(post_bundle()));
    for (std::int64_t size = number(1, 12); size > 0; --size) {
        store(row, arrival(edit()));
        for (const auto& [name, hlc] : row->stamps) RC_ASSERT(hlc <= row->hlc);
        HubRow copy;
        RC_ASSERT(decode_stamps(encode_stamps(*row), copy));
        RC_ASSERT(copy.stamps == row->stamps);
    }
}

/// A hub of one lane: the cursor and what it took, as a hub's store would keep it.
struct ModelHub {
    LaneCursor cursor;
    std::map<std::pair<std::int64_t, int>, std::string> taken;
    std::vector<std::pair<std::int64_t, int>> staged;
    std::vector<std::pair<std::int64_t, int>> effects;

    PartVerdict take(const SealedPart& part) {
        const Decoded<Segment> segment = decode_segment(part.bytes);
        const PartPlace place = place_of(*segment, part.bytes);
        std::optional<std::string> stored;
        if (const auto found = taken.find({place.seq, place.part}); found != taken.end()) stored = found->second;
        const PartVerdict verdict = judge(cursor, place, stored);
        cursor = advance(cursor, place, verdict);
        if (verdict != PartVerdict::stage && verdict != PartVerdict::apply) return verdict;
        taken[{place.seq, place.part}] = place.hash;
        staged.emplace_back(place.seq, place.part);
        if (verdict == PartVerdict::apply) {
            effects.insert(effects.end(), staged.begin(), staged.end());
            staged.clear();
        }
        return verdict;
    }
};

/// Segments of one lane, some in several parts, each chained to the one before.
std::vector<SealedPart> chain() {
    std::vector<SealedPart> all;
    SealSettings settings = seal_settings();
    settings.part_changes = 2;
    for (std::int64_t segments = number(1, 6); segments > 0; --segments) {
        std::vector<JournalEntry> entries;
        for (std::int64_t rows = number(1, 7); rows > 0; --rows)
            entries.push_back(entry(collect(key(static_cast<int>(rows)))));
        Sealed sealed = seal(std::move(entries), settings);
        settings.ops = sealed.ops;
        for (SealedPart& part : sealed.parts) all.push_back(std::move(part));
    }
    return all;
}

RC_GTEST_PROP(CursorProperty, GivesEachPartItsEffectOnceInOrderWhateverTheNetworkDoes, ()) {
    const std::vector<SealedPart> parts = chain();
    ModelHub hub;

    for (std::int64_t noise = number(0, 60); noise > 0; --noise) {
        const SealedPart& part = parts[static_cast<std::size_t>(number(0, static_cast<std::int64_t>(parts.size())))];
        RC_ASSERT(hub.take(part) != PartVerdict::fork);
    }
    for (const SealedPart& part : parts) RC_ASSERT(hub.take(part) != PartVerdict::gap);

    std::vector<std::pair<std::int64_t, int>> expected;
    expected.reserve(parts.size());
    for (const SealedPart& part : parts) expected.emplace_back(part.seq, part.part);
    RC_ASSERT(hub.effects == expected);
    RC_ASSERT(hub.cursor.applied_head == hash_text(parts.back().hash));
}

RC_GTEST_PROP(CursorProperty, SeesAForkInAnyOtherPast, ()) {
    const std::vector<SealedPart> mine = chain();
    std::vector<JournalEntry> entries{entry(collect(key(99)))};
    SealedPart other = seal(std::move(entries), seal_settings()).parts.at(0);
    ModelHub hub;
    for (const SealedPart& part : mine) static_cast<void>(hub.take(part));

    RC_ASSERT(hub.take(other) == PartVerdict::fork);
}

}  // namespace
}  // namespace edge::protocol
