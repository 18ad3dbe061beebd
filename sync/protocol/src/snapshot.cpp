#include "edge/protocol/snapshot.hpp"

#include "changes.hpp"
#include "json.hpp"
#include "object_reader.hpp"

#include "edge/protocol/tables.hpp"

namespace edge::protocol {
namespace {

constexpr std::int64_t largest = largest_json_integer;

SnapshotPlace read_place(ObjectReader& reader, std::string_view name) {
    const std::optional<SnapshotPlace> place = parse_snapshot_place(reader.text(name));
    if (!place) reader.fail(name, "names no row of a table that is known");
    return place.value_or(SnapshotPlace{});
}

Decoded<SnapshotChunk> read_header(std::string_view line, const Limits& limits) {
    const Decoded<JsonDocument> document = JsonDocument::parse(line, {limits.row_bytes, limits.depth});
    if (!document) return document.problem();
    ObjectReader reader(document->root(), "snapshot chunk");
    SnapshotChunk chunk;
    reader.expect_version();
    reader.expect("type", "snapshot");
    chunk.seller = reader.text("seller");
    chunk.hub_epoch = reader.text("hub_epoch");
    chunk.at = reader.integer("at", 0, largest);
    chunk.after = read_place(reader, "after");
    chunk.to = read_place(reader, "to");
    chunk.more = reader.boolean("more");
    if (const std::int64_t of = reader.integer_or("of", 0, largest, -1); of >= 0) chunk.of = of;
    chunk.h0 = reader.integer("h0", -largest, largest);
    if (chunk.more && chunk.to == chunk.after) reader.fail("to", "does not lie behind after");
    if (!reader.ok()) return reader.problem();
    return chunk;
}

}  // namespace

std::string to_text(const SnapshotPlace& place) {
    return place.table.empty() ? std::string() : place.table + "/" + place.key;
}

std::optional<SnapshotPlace> parse_snapshot_place(std::string_view text) {
    if (text.empty()) return SnapshotPlace{};
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    const TableDescriptor* table = find_table(text.substr(0, slash));
    if (table == nullptr || !is_shared(*table)) return std::nullopt;
    return SnapshotPlace{.table = std::string(table->name), .key = std::string(text.substr(slash + 1))};
}

std::string encode(const SnapshotChunk& chunk) {
    std::string out = R"({"v":1,"type":"snapshot","seller":)";
    write_text(out, chunk.seller);
    out += R"(,"hub_epoch":)";
    write_text(out, chunk.hub_epoch);
    out += R"(,"at":)";
    write_integer(out, chunk.at);
    out += R"(,"after":)";
    write_text(out, to_text(chunk.after));
    out += R"(,"to":)";
    write_text(out, to_text(chunk.to));
    out += chunk.more ? R"(,"more":true)" : R"(,"more":false)";
    if (chunk.of) {
        out += R"(,"of":)";
        write_integer(out, *chunk.of);
    }
    out += R"(,"h0":)";
    write_integer(out, chunk.h0);
    out += "}\n";
    for (const Change& row : chunk.rows) {
        write_change(out, row);
        out += '\n';
    }
    return out;
}

Decoded<SnapshotChunk> decode_snapshot_chunk(std::string_view lines, const Limits& limits) {
    const std::size_t end = lines.find('\n');
    if (end == std::string_view::npos)
        return make_problem(ProblemClass::retry, reason::truncated, "the header of the chunk does not end");
    Decoded<SnapshotChunk> chunk = read_header(lines.substr(0, end), limits);
    if (!chunk) return chunk;
    lines.remove_prefix(end + 1);
    while (!lines.empty()) {
        const std::size_t line = lines.find('\n');
        if (line == std::string_view::npos)
            return make_problem(ProblemClass::retry, reason::truncated, "the last row of the chunk does not end");
        Decoded<Change> row = decode_change(lines.substr(0, line), limits);
        if (!row) return row.problem();
        (*chunk).rows.push_back(*std::move(row));
        lines.remove_prefix(line + 1);
    }
    return chunk;
}

}  // namespace edge::protocol
