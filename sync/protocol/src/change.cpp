#include "changes.hpp"

namespace edge::protocol {
namespace {

std::optional<Op> parse_op(std::string_view name) {
    if (name == "c") return Op::create;
    if (name == "u") return Op::update;
    if (name == "d") return Op::remove;
    return std::nullopt;
}

bool is_in_range(const JsonValue& value) {
    return value.is(JsonKind::integer) && value.integer() <= largest_json_integer &&
           value.integer() >= -largest_json_integer;
}

/// Reads one member into its place; false if it is none of a change's or cannot be used.
bool read_member(Change& change, std::string_view name, const JsonValue& value) {
    if (name == "t" && value.is(JsonKind::text)) {
        change.table = value.text();
    } else if (name == "k" && value.is(JsonKind::text)) {
        change.key = value.text();
    } else if (name == "op" && value.is(JsonKind::text)) {
        const std::optional<Op> op = parse_op(value.text());
        change.op = op.value_or(Op::unknown);
        if (!op) change.unknown_op = value.text();
    } else if (name == "b" && is_in_range(value)) {
        change.base = value.integer();
    } else if (name == "h" && is_in_range(value)) {
        change.hlc = value.integer();
    } else if (name == "p" && value.is(JsonKind::object)) {
        change.fields = read_fields(value);
    } else {
        return false;
    }
    return true;
}

bool is_own_member(std::string_view name) {
    return name == "t" || name == "k" || name == "op" || name == "b" || name == "h" || name == "p";
}

}  // namespace

void write_change(std::string& out, const Change& change) {
    const std::size_t start = out.size();
    const auto name = [&](std::string_view quoted) {
        out += out.size() == start ? '{' : ',';
        out += quoted;
    };
    if (!change.table.empty()) {
        name(R"("t":)");
        write_text(out, change.table);
    }
    if (!change.key.empty()) {
        name(R"("k":)");
        write_text(out, change.key);
    }
    if (change.op != Op::unknown || !change.unknown_op.empty()) {
        name(R"("op":)");
        write_text(out, change.op == Op::unknown ? change.unknown_op : name_of(change.op));
    }
    if (change.base) {
        name(R"("b":)");
        write_integer(out, *change.base);
    }
    if (change.hlc != 0) {
        name(R"("h":)");
        write_integer(out, change.hlc);
    }
    if (!change.fields.empty()) {
        name(R"("p":)");
        write_fields(out, change.fields);
    }
    for (const Member& member : change.extra) {
        name("");
        write_text(out, member.name);
        out += ':';
        out += member.json;
    }
    out += out.size() == start ? "{}" : "}";
}

Change read_change(const JsonValue& value, std::size_t row_bytes) {
    Change change;
    change.op = Op::unknown;
    if (!value.is(JsonKind::object)) {
        change.fault = "malformed_row";
        change.extra.push_back({"not_an_object", value.json()});
        return change;
    }
    bool malformed = false;
    value.each_member([&](std::string_view name, const JsonValue& member) {
        if (read_member(change, name, member)) return;
        malformed = malformed || is_own_member(name);
        change.extra.push_back({std::string(name), member.json()});
    });
    malformed = malformed || change.table.empty() || change.key.empty();
    malformed = malformed || (change.op == Op::unknown && change.unknown_op.empty());
    if (value.weight() > row_bytes) {
        change.fault = "row_too_big";
    } else if (malformed) {
        change.fault = "malformed_row";
    } else if (change.op == Op::unknown) {
        change.fault = "unknown_op";
    }
    return change;
}

std::string encode(const Change& change) {
    std::string out;
    write_change(out, change);
    return out;
}

Decoded<Change> decode_change(std::string_view bytes, const Limits& limits) {
    const Decoded<JsonDocument> document = JsonDocument::parse(bytes, {limits.part_bytes, limits.depth});
    if (!document) return document.problem();
    return read_change(document->root(), limits.row_bytes);
}

}  // namespace edge::protocol
