#include "ack.hpp"

#include "changes.hpp"
#include "letter_marks.hpp"
#include "object_reader.hpp"
#include "positions.hpp"

#include "edge/protocol/row_digest.hpp"

namespace edge::protocol {
namespace {

constexpr std::int64_t largest = largest_json_integer;

void write_lane(std::string& out, const LaneAck& lane) {
    out += R"({"lane":)";
    write_text(out, name_of(lane.lane));
    out += R"(,"epoch":)";
    write_integer(out, lane.epoch);
    out += R"(,"applied":)";
    write_integer(out, lane.applied);
    out += R"(,"durable":)";
    write_integer(out, lane.durable);
    out += R"(,"head":)";
    write_text(out, lane.head);
    if (lane.staged > 0) {
        out += R"(,"staged":)";
        write_integer(out, lane.staged);
    }
    if (lane.repeated > 0) {
        out += R"(,"repeated":)";
        write_integer(out, lane.repeated);
    }
    if (lane.problem) out.append(R"(,"problem":)").append(encode(*lane.problem));
    out += '}';
}

void write_outcome(std::string& out, const ChangeOutcome& outcome) {
    out += R"({"lane":)";
    write_text(out, name_of(outcome.lane));
    out += R"(,"seq":)";
    write_integer(out, outcome.seq);
    out += R"(,"part":)";
    write_integer(out, outcome.part);
    out += R"(,"index":)";
    write_integer(out, outcome.index);
    out += R"(,"t":)";
    write_text(out, outcome.table);
    out += R"(,"k":)";
    write_text(out, outcome.key);
    out += R"(,"outcome":)";
    write_text(out, name_of(outcome.outcome));
    out += R"(,"reason":)";
    write_text(out, outcome.reason);
    out += '}';
}

void write_pull(std::string& out, const PullPage& pull) {
    out += R"({"from":)";
    write_integer(out, pull.from);
    out += R"(,"to":)";
    write_integer(out, pull.to);
    out += pull.more ? R"(,"more":true,"h0":)" : R"(,"more":false,"h0":)";
    write_integer(out, pull.h0);
    out += R"(,"rows":[)";
    for (std::size_t i = 0; i < pull.rows.size(); ++i) {
        if (i > 0) out += ',';
        write_change(out, pull.rows[i]);
    }
    out += ']';
    if (pull.problem) out.append(R"(,"problem":)").append(encode(*pull.problem));
    out += '}';
}

LaneAck read_lane_ack(ObjectReader& ack, const JsonValue& value) {
    ObjectReader reader(value, "lane");
    LaneAck lane;
    lane.lane = read_lane(reader);
    lane.epoch = reader.integer("epoch", 0, largest);
    lane.applied = reader.integer("applied", 0, largest);
    lane.durable = reader.integer("durable", 0, largest);
    lane.head = reader.text("head");
    lane.staged = static_cast<int>(reader.integer_or("staged", 0, most_parts, 0));
    lane.repeated = reader.integer_or("repeated", 0, largest, 0);
    if (lane.durable > lane.applied) reader.fail("durable", "is above applied");
    if (!lane.head.empty() && !parse_hash(lane.head)) reader.fail("head", "is not a hash");
    if (const std::optional<JsonValue> problem = reader.object_if_any("problem")) {
        lane.problem = read_problem(*problem);
        if (!lane.problem) reader.fail("problem", "is not a problem of a known class");
    }
    if (!reader.ok()) ack.fail("lanes", reader.problem().detail);
    return lane;
}

ChangeOutcome read_outcome(ObjectReader& ack, const JsonValue& value) {
    ObjectReader reader(value, "outcome");
    ChangeOutcome outcome;
    outcome.lane = read_lane(reader);
    outcome.seq = reader.integer("seq", 1, largest);
    outcome.part = static_cast<int>(reader.integer("part", 1, most_parts));
    outcome.index = reader.integer("index", 0, largest);
    outcome.table = reader.text("t");
    outcome.key = reader.text("k");
    outcome.reason = reader.text_or("reason", "");
    const std::optional<Outcome> parsed = parse_outcome(reader.text("outcome"));
    if (!parsed) reader.fail("outcome", "is not known");
    outcome.outcome = parsed.value_or(Outcome::rejected);
    if (!reader.ok()) ack.fail("outcomes", reader.problem().detail);
    return outcome;
}

PullPage read_pull(ObjectReader& ack, const JsonValue& value, const Limits& limits) {
    ObjectReader reader(value, "pull");
    PullPage pull;
    pull.from = reader.integer("from", 0, largest);
    pull.to = reader.integer("to", pull.from, largest);
    pull.more = reader.boolean("more");
    pull.h0 = reader.integer_or("h0", -largest, largest, 0);
    if (const std::optional<JsonValue> rows = reader.array("rows")) {
        pull.rows.reserve(rows->size());
        rows->each_element([&](const JsonValue& row) { pull.rows.push_back(read_change(row, limits.row_bytes)); });
    }
    if (const std::optional<JsonValue> problem = reader.object_if_any("problem")) {
        pull.problem = read_problem(*problem);
        if (!pull.problem) reader.fail("problem", "is not a problem of a known class");
    }
    if (!reader.ok()) ack.fail("pull", reader.problem().detail);
    return pull;
}

Digest read_digest(ObjectReader& ack, const JsonValue& value) {
    ObjectReader reader(value, "digest");
    Digest digest{.at = reader.integer("at", 0, largest), .root = reader.text("root")};
    if (!parse_digest(digest.root)) reader.fail("root", "is not 32 hexadecimal digits");
    if (!reader.ok()) ack.fail("digest", reader.problem().detail);
    return digest;
}

}  // namespace

void write_ack(std::string& out, const Ack& ack) {
    out += R"({"v":1,"type":"ack","hub_epoch":)";
    write_text(out, ack.hub_epoch);
    out += R"(,"lanes":[)";
    for (std::size_t i = 0; i < ack.lanes.size(); ++i) {
        if (i > 0) out += ',';
        write_lane(out, ack.lanes[i]);
    }
    out += R"(],"outcomes":[)";
    for (std::size_t i = 0; i < ack.outcomes.size(); ++i) {
        if (i > 0) out += ',';
        write_outcome(out, ack.outcomes[i]);
    }
    out += R"(],"next_after_s":)";
    write_integer(out, ack.next_after_s);
    out += R"(,"pull":)";
    write_pull(out, ack.pull);
    if (ack.digest) {
        out += R"(,"digest":{"at":)";
        write_integer(out, ack.digest->at);
        out += R"(,"root":)";
        write_text(out, ack.digest->root);
        out += '}';
    }
    write_letters(out, ack.letters);
    write_members(out, ack.extra);
    out += '}';
}

Decoded<Ack> read_ack(const JsonValue& value, const Limits& limits) {
    ObjectReader reader(value, "ack");
    Ack ack;
    reader.expect_version();
    reader.expect("type", "ack");
    ack.hub_epoch = reader.text("hub_epoch");
    ack.next_after_s = reader.integer("next_after_s", 0, largest);
    if (const std::optional<JsonValue> lanes = reader.array("lanes")) {
        lanes->each_element([&](const JsonValue& lane) { ack.lanes.push_back(read_lane_ack(reader, lane)); });
    }
    if (const std::optional<JsonValue> outcomes = reader.array("outcomes")) {
        outcomes->each_element([&](const JsonValue& one) { ack.outcomes.push_back(read_outcome(reader, one)); });
    }
    if (const std::optional<JsonValue> pull = reader.object_if_any("pull")) ack.pull = read_pull(reader, *pull, limits);
    if (const std::optional<JsonValue> digest = reader.object_if_any("digest"))
        ack.digest = read_digest(reader, *digest);
    ack.letters = read_letters(reader);
    if (!reader.ok()) return reader.problem();
    ack.extra = reader.rest();
    return ack;
}

std::string encode(const Ack& ack) {
    std::string out;
    write_ack(out, ack);
    return out;
}

Decoded<Ack> decode_ack(std::string_view json, const Limits& limits) {
    const Decoded<JsonDocument> document = JsonDocument::parse(json, {limits.answer_bytes, limits.depth});
    if (!document) return document.problem();
    return read_ack(document->root(), limits);
}

}  // namespace edge::protocol
