#include "edge/protocol/repair.hpp"

#include "changes.hpp"
#include "json.hpp"
#include "object_reader.hpp"

#include "edge/protocol/tables.hpp"

#include <set>
#include <utility>

namespace edge::protocol {
namespace {

constexpr std::int64_t largest = largest_json_integer;

template <class Range, class Write>
void write_array(std::string& out, const Range& range, Write write) {
    out += '[';
    bool is_first = true;
    for (const auto& element : range) {
        if (!std::exchange(is_first, false)) out += ',';
        write(element);
    }
    out += ']';
}

/// Buckets without rows are left out.
void write_sums(std::string& out, const TableBuckets& table) {
    out += R"({"t":)";
    write_text(out, table.table);
    out += R"(,"sums":[)";
    bool is_first = true;
    for (std::size_t bucket = 0; bucket < table.sums.size(); ++bucket) {
        if (table.sums.at(bucket) == Sum128{}) continue;
        if (!std::exchange(is_first, false)) out += ',';
        out += R"({"bucket":)";
        write_integer(out, static_cast<std::int64_t>(bucket));
        out += R"(,"sum":)";
        write_text(out, digest_text(table.sums.at(bucket)));
        out += '}';
    }
    out += "]}";
}

void write_name(std::string& out, const RowName& row) {
    out += R"({"t":)";
    write_text(out, row.table);
    out += R"(,"k":)";
    write_text(out, row.key);
    out += '}';
}

void write_bucket(std::string& out, const BucketRows& bucket) {
    out += R"({"t":)";
    write_text(out, bucket.table);
    out += R"(,"bucket":)";
    write_integer(out, static_cast<std::int64_t>(bucket.bucket));
    out += R"(,"rows":)";
    write_array(out, bucket.rows, [&](const HashedRow& row) {
        out += R"({"k":)";
        write_text(out, row.key);
        out += R"(,"hash":)";
        write_text(out, digest_text(row.hash));
        out += '}';
    });
    out += '}';
}

std::size_t read_bucket_number(ObjectReader& reader) {
    return static_cast<std::size_t>(reader.integer("bucket", 0, std::int64_t{buckets_per_table} - 1));
}

Sum128 read_sum(ObjectReader& reader, std::string_view name) {
    const std::optional<Sum128> sum = parse_digest(reader.text(name));
    if (!sum) reader.fail(name, "is not 32 hexadecimal digits");
    return sum.value_or(Sum128{});
}

TableBuckets read_sums(ObjectReader& request, const JsonValue& value) {
    ObjectReader reader(value, "table");
    TableBuckets table{.table = reader.text("t")};
    if (const std::optional<JsonValue> sums = reader.array("sums")) {
        sums->each_element([&](const JsonValue& one) {
            ObjectReader sum(one, "sum");
            const std::size_t bucket = read_bucket_number(sum);
            const Sum128 value_of_bucket = read_sum(sum, "sum");
            if (!sum.ok()) return reader.fail("sums", sum.problem().detail);
            table.sums.at(bucket) = value_of_bucket;
        });
    }
    if (!reader.ok()) request.fail("tables", reader.problem().detail);
    return table;
}

RowName read_name(ObjectReader& request, const JsonValue& value) {
    ObjectReader reader(value, "row");
    RowName name{.table = reader.text("t"), .key = reader.text("k")};
    if (!reader.ok()) request.fail("rows", reader.problem().detail);
    return name;
}

BucketRows read_bucket(ObjectReader& answer, const JsonValue& value) {
    ObjectReader reader(value, "bucket");
    BucketRows bucket{.table = reader.text("t"), .bucket = read_bucket_number(reader), .rows = {}};
    if (const std::optional<JsonValue> rows = reader.array("rows")) {
        rows->each_element([&](const JsonValue& one) {
            ObjectReader row(one, "row");
            bucket.rows.push_back({.key = row.text("k"), .hash = read_sum(row, "hash")});
            if (!row.ok()) reader.fail("rows", row.problem().detail);
        });
    }
    if (!reader.ok()) answer.fail("buckets", reader.problem().detail);
    return bucket;
}

}  // namespace

std::string encode(const RepairRequest& request) {
    std::string out = R"({"v":1,"type":"repair","seller":)";
    write_text(out, request.seller);
    out += R"(,"replica":)";
    write_text(out, request.replica);
    if (request.tables) {
        out += R"(,"tables":)";
        write_array(out, *request.tables, [&](const TableBuckets& table) { write_sums(out, table); });
    }
    out += R"(,"rows":)";
    write_array(out, request.rows, [&](const RowName& row) { write_name(out, row); });
    return out += '}';
}

Decoded<RepairRequest> decode_repair_request(std::string_view json, const Limits& limits) {
    const Decoded<JsonDocument> document = JsonDocument::parse(json, {limits.part_bytes, limits.depth});
    if (!document) return document.problem();
    ObjectReader reader(document->root(), "repair request");
    RepairRequest request;
    reader.expect_version();
    reader.expect("type", "repair");
    request.seller = reader.text("seller");
    request.replica = reader.text("replica");
    if (const std::optional<JsonValue> tables = reader.array_if_any("tables")) {
        request.tables.emplace();
        tables->each_element([&](const JsonValue& table) { request.tables->push_back(read_sums(reader, table)); });
    }
    if (const std::optional<JsonValue> rows = reader.array("rows")) {
        if (rows->size() > repair_rows) reader.fail("rows", "are too many");
        rows->each_element([&](const JsonValue& row) { request.rows.push_back(read_name(reader, row)); });
    }
    if (!reader.ok()) return reader.problem();
    return request;
}

std::string encode(const RepairAnswer& answer) {
    std::string out = R"({"v":1,"type":"repair_answer","at":)";
    write_integer(out, answer.at);
    out += answer.more ? R"(,"more":true,"buckets":)" : R"(,"more":false,"buckets":)";
    write_array(out, answer.buckets, [&](const BucketRows& bucket) { write_bucket(out, bucket); });
    out += R"(,"told":)";
    write_integer(out, static_cast<std::int64_t>(answer.told));
    out += R"(,"rows":)";
    write_array(out, answer.rows, [&](const Change& row) { write_change(out, row); });
    return out += '}';
}

Decoded<RepairAnswer> decode_repair_answer(std::string_view json, const Limits& limits) {
    const Decoded<JsonDocument> document = JsonDocument::parse(json, {limits.answer_bytes, limits.depth});
    if (!document) return document.problem();
    ObjectReader reader(document->root(), "repair answer");
    RepairAnswer answer;
    reader.expect_version();
    reader.expect("type", "repair_answer");
    answer.at = reader.integer("at", 0, largest);
    answer.more = reader.boolean("more");
    if (const std::optional<JsonValue> buckets = reader.array("buckets")) {
        buckets->each_element([&](const JsonValue& one) { answer.buckets.push_back(read_bucket(reader, one)); });
    }
    answer.told = static_cast<std::size_t>(reader.integer("told", 0, std::int64_t{repair_rows}));
    if (const std::optional<JsonValue> rows = reader.array("rows")) {
        rows->each_element([&](const JsonValue& row) { answer.rows.push_back(read_change(row, limits.row_bytes)); });
    }
    if (!reader.ok()) return reader.problem();
    return answer;
}

std::vector<std::pair<std::string, std::size_t>> differing_buckets(const std::vector<TableBuckets>& left,
                                                                   const std::vector<TableBuckets>& right) {
    std::vector<std::pair<std::string, std::size_t>> differing;
    const auto sum_in = [](const std::vector<TableBuckets>& tables, std::string_view name, std::size_t bucket) {
        for (const TableBuckets& table : tables) {
            if (table.table == name) return table.sums.at(bucket);
        }
        return Sum128{};
    };
    for (const TableDescriptor& table : synced_tables()) {
        for (std::size_t bucket = 0; bucket < buckets_per_table; ++bucket) {
            if (sum_in(left, table.name, bucket) != sum_in(right, table.name, bucket))
                differing.emplace_back(table.name, bucket);
        }
    }
    return differing;
}

std::vector<std::string> differing_keys(const std::vector<HashedRow>& hub, const std::map<std::string, Sum128>& here) {
    std::set<std::string> differing;
    for (const auto& [key, hash] : here) differing.insert(key);
    for (const HashedRow& row : hub) {
        const auto found = here.find(row.key);
        if (found != here.end() && found->second == row.hash) {
            differing.erase(row.key);
        } else {
            differing.insert(row.key);
        }
    }
    return {differing.begin(), differing.end()};
}

}  // namespace edge::protocol
