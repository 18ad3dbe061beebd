#include "edge/protocol/exchange.hpp"

#include "changes.hpp"
#include "json.hpp"
#include "letter_marks.hpp"
#include "object_reader.hpp"
#include "positions.hpp"

#include <array>

namespace edge::protocol {
namespace {

constexpr std::array<std::string_view, 6> outcome_names{"accepted",  "merged",   "superseded",
                                                        "duplicate", "rejected", "blocked"};

SyncHeader read_header(ObjectReader& reader) {
    SyncHeader header;
    header.seller = reader.text("seller");
    header.replica = reader.text("replica");
    header.seen = reader.integer("seen", 0, largest_json_integer);
    if (const std::int64_t bytes = reader.integer_or("pull_bytes", 0, largest_json_integer, -1); bytes >= 0)
        header.pull_bytes = bytes;
    return header;
}

bool is_segment(std::string_view line) { return line.starts_with(R"({"v":1,"type":"segment",)"); }

/// What a request without a header line takes from its first part.
Decoded<SyncHeader> header_of_part(std::string_view part, const Limits& limits) {
    const Decoded<JsonDocument> document = JsonDocument::parse(part, {limits.part_bytes, limits.depth});
    if (!document) return document.problem();
    ObjectReader reader(document->root(), "segment");
    SyncHeader header = read_header(reader);
    if (!reader.ok()) return reader.problem();
    return header;
}

bool says_the_same(std::string_view part, const SyncHeader& header) {
    return header.extra.empty() && !header.pull_bytes && header.letters.empty() &&
           part.starts_with(segment_prefix(header.seller, header.replica, header.seen));
}

}  // namespace

std::string encode(const SyncHeader& header) {
    std::string out = R"({"v":1,"type":"sync","seller":)";
    write_text(out, header.seller);
    out += R"(,"replica":)";
    write_text(out, header.replica);
    out += R"(,"seen":)";
    write_integer(out, header.seen);
    if (header.pull_bytes) {
        out += R"(,"pull_bytes":)";
        write_integer(out, *header.pull_bytes);
    }
    write_letters(out, header.letters);
    write_members(out, header.extra);
    return out += '}';
}

Decoded<SyncHeader> decode_sync_header(std::string_view line, const Limits& limits) {
    const Decoded<JsonDocument> document = JsonDocument::parse(line, {limits.row_bytes, limits.depth});
    if (!document) return document.problem();
    ObjectReader reader(document->root(), "sync header");
    reader.expect_version();
    reader.expect("type", "sync");
    SyncHeader header = read_header(reader);
    header.letters = read_letters(reader);
    if (header.letters.size() > most_letters) reader.fail("letters", "are too many");
    if (!reader.ok()) return reader.problem();
    header.extra = reader.rest();
    return header;
}

std::string encode_request(const SyncHeader& header, const std::vector<std::string>& parts) {
    std::string body;
    if (parts.empty() || !says_the_same(parts.front(), header)) body = encode(header) + '\n';
    std::size_t size = body.size();
    for (const std::string& part : parts) size += part.size() + 1;
    body.reserve(size);
    for (const std::string& part : parts) {
        body += part;
        body += '\n';
    }
    return body;
}

Decoded<SyncRequest> decode_request(std::string_view body, const Limits& limits) {
    if (body.size() > limits.request_bytes) {
        return make_problem(ProblemClass::too_big, reason::too_many_bytes,
                            std::to_string(body.size()) + " bytes in one request");
    }
    const std::size_t end = body.find('\n');
    const std::string_view first = body.substr(0, end);
    const bool bare = is_segment(first);
    Decoded<SyncHeader> header = bare ? header_of_part(first, limits) : decode_sync_header(first, limits);
    if (!header) return header.problem();
    SyncRequest request{.header = *std::move(header), .parts = {}};
    if (!bare) body.remove_prefix(end == std::string_view::npos ? body.size() : end + 1);
    while (!body.empty()) {
        const std::size_t line = body.find('\n');
        if (line == std::string_view::npos) {
            return make_problem(ProblemClass::retry, reason::truncated, "the last line of the request does not end");
        }
        if (request.parts.size() == limits.request_parts) {
            return make_problem(ProblemClass::too_big, reason::too_many_parts,
                                "more than " + std::to_string(limits.request_parts) + " parts in one request");
        }
        request.parts.push_back(body.substr(0, line));
        body.remove_prefix(line + 1);
    }
    return request;
}

std::string_view name_of(Outcome outcome) noexcept { return outcome_names[static_cast<std::size_t>(outcome)]; }

std::optional<Outcome> parse_outcome(std::string_view name) noexcept {
    for (std::size_t i = 0; i < outcome_names.size(); ++i) {
        if (outcome_names[i] == name) return static_cast<Outcome>(i);
    }
    return std::nullopt;
}

bool is_dead_letter(Outcome outcome) noexcept { return outcome == Outcome::rejected || outcome == Outcome::blocked; }

}  // namespace edge::protocol
