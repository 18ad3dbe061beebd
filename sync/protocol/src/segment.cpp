#include "edge/protocol/segment.hpp"

#include "changes.hpp"
#include "json.hpp"
#include "object_reader.hpp"
#include "positions.hpp"

#include "edge/core/error.hpp"

#include <sodium.h>

#include <algorithm>

namespace edge::protocol {
namespace {

constexpr int largest_schema = 1'000'000;

void write_name(std::string& out, std::string_view name) {
    out += ',';
    write_text(out, name);
    out += ':';
}

void write_origins(std::string& out, const std::vector<Origin>& origins) {
    std::string_view separator = R"(,"of":[)";
    for (const Origin& origin : origins) {
        out += separator;
        separator = ",";
        out += R"({"epoch":)";
        write_integer(out, origin.epoch);
        out += R"(,"seq":)";
        write_integer(out, origin.seq);
        if (origin.parts != 1) {
            out += R"(,"parts":)";
            write_integer(out, origin.parts);
        }
        write_name(out, "hash");
        write_text(out, origin.hash);
        out += '}';
    }
    out += ']';
}

bool is_hash(std::string_view text) { return text.empty() || parse_hash(text).has_value(); }

void read_part_numbers(ObjectReader& reader, Segment& segment) {
    const std::optional<JsonValue> numbers = reader.array_if_any("part");
    if (!numbers) return;
    std::vector<std::int64_t> values;
    numbers->each_element(
        [&](const JsonValue& number) { values.push_back(number.is(JsonKind::integer) ? number.integer() : 0); });
    if (values.size() != 2 || values[0] < 1 || values[1] < values[0] || values[1] > most_parts) {
        reader.fail("part", "is not [number, of how many]");
        return;
    }
    segment.part = static_cast<int>(values[0]);
    segment.parts = static_cast<int>(values[1]);
}

void read_digest(ObjectReader& reader, Segment& segment) {
    const std::optional<JsonValue> value = reader.object_if_any("digest");
    if (!value) return;
    ObjectReader digest(*value, "digest");
    segment.digest = Digest{.at = digest.integer("at", 0, largest_json_integer), .root = digest.text("root")};
    if (!digest.ok()) reader.fail("digest", "has no usable 'at' and 'root'");
}

void read_origins(ObjectReader& reader, Segment& segment) {
    const std::optional<JsonValue> origins = reader.array_if_any("of");
    if (!origins) return;
    bool usable = true;
    origins->each_element([&](const JsonValue& value) {
        usable = usable && value.is(JsonKind::object) && segment.origins.size() < most_origins;
        if (!usable) return;
        ObjectReader origin(value, "of");
        segment.origins.push_back({.epoch = origin.integer("epoch", 1, largest_json_integer),
                                   .seq = origin.integer("seq", 1, largest_json_integer),
                                   .parts = static_cast<int>(origin.integer_or("parts", 1, most_parts, 1)),
                                   .hash = origin.text("hash")});
        usable = origin.ok() && parse_hash(segment.origins.back().hash);
    });
    if (!usable) reader.fail("of", "does not name segments by 'epoch', 'seq' and 'hash'");
}

Segment read_envelope(ObjectReader& reader) {
    Segment segment;
    reader.expect_version();
    reader.expect("type", "segment");
    segment.seller = reader.text("seller");
    segment.replica = reader.text("replica");
    segment.epoch = reader.integer("epoch", 1, largest_json_integer);
    segment.lane = read_lane(reader, Lane::ops);
    segment.seq = reader.integer("seq", 1, largest_json_integer);
    segment.prev = reader.text("prev");
    if (!is_hash(segment.prev)) reader.fail("prev", "is not a hash");
    read_part_numbers(reader, segment);
    segment.schema = static_cast<int>(reader.integer("schema", 1, largest_schema));
    segment.app = reader.text_or("app", "");
    segment.h0 = reader.integer("h0", -largest_json_integer, largest_json_integer);
    segment.seen = reader.integer("seen", 0, largest_json_integer);
    read_digest(reader, segment);
    read_origins(reader, segment);
    return segment;
}

}  // namespace

std::string_view name_of(Op op) noexcept {
    switch (op) {
        case Op::create: return "c";
        case Op::update: return "u";
        case Op::remove: return "d";
        case Op::unknown: break;
    }
    return "?";
}

std::string segment_prefix(std::string_view seller, std::string_view replica, std::int64_t seen) {
    std::string out = R"({"v":1,"type":"segment","seller":)";
    write_text(out, seller);
    out += R"(,"replica":)";
    write_text(out, replica);
    out += R"(,"seen":)";
    write_integer(out, seen);
    return out += ',';
}

void write_segment_start(std::string& out, const Segment& segment) {
    out += segment_prefix(segment.seller, segment.replica, segment.seen);
    out += R"("schema":)";
    write_integer(out, segment.schema);
    if (!segment.app.empty()) {
        write_name(out, "app");
        write_text(out, segment.app);
    }
    write_name(out, "epoch");
    write_integer(out, segment.epoch);
    if (segment.lane != Lane::ops) {
        write_name(out, "lane");
        write_text(out, name_of(segment.lane));
    }
    write_name(out, "seq");
    write_integer(out, segment.seq);
    write_name(out, "prev");
    write_text(out, segment.prev);
    if (segment.parts != 1) {
        out += R"(,"part":[)";
        write_integer(out, segment.part);
        out += ',';
        write_integer(out, segment.parts);
        out += ']';
    }
    write_name(out, "h0");
    write_integer(out, segment.h0);
    out += R"(,"changes":[)";
}

void write_segment_end(std::string& out, const Segment& segment) {
    out += ']';
    if (segment.digest) {
        out += R"(,"digest":{"at":)";
        write_integer(out, segment.digest->at);
        out += R"(,"root":)";
        write_text(out, segment.digest->root);
        out += '}';
    }
    if (!segment.origins.empty()) write_origins(out, segment.origins);
    write_members(out, segment.extra);
    out += '}';
}

std::string encode(const Segment& segment) {
    std::string out;
    out.reserve(400 + segment.changes.size() * 160);
    write_segment_start(out, segment);
    for (std::size_t i = 0; i < segment.changes.size(); ++i) {
        if (i > 0) out += ',';
        write_change(out, segment.changes[i]);
    }
    write_segment_end(out, segment);
    if (!is_utf8(out)) throw Error(ErrorCode::invalid_argument, "cannot encode a segment: a text is not valid UTF-8");
    return out;
}

Decoded<Segment> decode_segment(std::string_view bytes, const Limits& limits) {
    const Decoded<JsonDocument> document = JsonDocument::parse(bytes, {limits.part_bytes, limits.depth});
    if (!document) return document.problem();
    ObjectReader reader(document->root(), "segment");
    Segment segment = read_envelope(reader);
    const std::optional<JsonValue> changes = reader.array("changes");
    if (!reader.ok()) return reader.problem();
    if (changes->size() > limits.part_changes) {
        return make_problem(ProblemClass::too_big, reason::too_many_changes,
                            std::to_string(changes->size()) + " changes in one part");
    }
    segment.changes.reserve(changes->size());
    changes->each_element(
        [&](const JsonValue& change) { segment.changes.push_back(read_change(change, limits.row_bytes)); });
    segment.extra = reader.rest();
    return segment;
}

SegmentHash segment_hash(std::string_view bytes) {
    std::array<unsigned char, crypto_hash_sha256_BYTES> whole{};
    crypto_hash_sha256(whole.data(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
    SegmentHash hash{};
    std::copy_n(whole.begin(), hash.size(), hash.begin());
    return hash;
}

std::string hash_text(const SegmentHash& hash) {
    std::array<char, 23> text{};
    sodium_bin2base64(text.data(), text.size(), hash.data(), hash.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return text.data();
}

std::optional<SegmentHash> parse_hash(std::string_view text) {
    SegmentHash hash{};
    std::size_t size = 0;
    const int failed = sodium_base642bin(hash.data(), hash.size(), text.data(), text.size(), nullptr, &size, nullptr,
                                         sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    if (failed != 0 || size != hash.size()) return std::nullopt;
    return hash;
}

std::string part_hash(std::string_view bytes) { return hash_text(segment_hash(bytes)); }

}  // namespace edge::protocol
