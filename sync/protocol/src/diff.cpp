#include "edge/protocol/diff.hpp"

#include "json.hpp"

#include "edge/protocol/tables.hpp"

#include <algorithm>

namespace edge::protocol {
namespace {

/// A JSON Pointer's token (RFC 6901).
void append_token(std::string& path, std::string_view name) {
    path += '/';
    for (const char character : name) {
        if (character == '~') {
            path += "~0";
        } else if (character == '/') {
            path += "~1";
        } else {
            path += character;
        }
    }
}

std::string path_of(const Change& change) {
    std::string path;
    append_token(path, change.table);
    append_token(path, change.key);
    return path;
}

void start_operation(std::string& out, std::string_view op, std::string_view path) {
    if (out.size() > 1) out += ',';
    out += R"({"op":)";
    write_text(out, op);
    out += R"(,"path":)";
    write_text(out, path);
}

void append_operations(std::string& out, const Change& change) {
    const std::string row = path_of(change);
    if (change.op == Op::remove) {
        start_operation(out, "remove", row);
        out += '}';
    } else if (change.op == Op::create) {
        start_operation(out, "add", row);
        out += R"(,"value":)";
        write_fields(out, change.fields);
        out += '}';
    } else {
        for (const Field& field : change.fields) {
            std::string path = row;
            append_token(path, field.name);
            start_operation(out, "replace", path);
            out += R"(,"value":)";
            write_value(out, field.value);
            out += '}';
        }
    }
}

}  // namespace

std::string merge_patch(const Change& change) {
    std::string out = R"({"t":)";
    write_text(out, change.table);
    out += R"(,"k":)";
    write_text(out, change.key);
    out += R"(,"op":)";
    write_text(out, name_of(change.op));
    if (change.op != Op::remove) {
        out += R"(,"p":)";
        write_fields(out, change.fields);
    }
    return out += '}';
}

std::string json_patch(const std::vector<Change>& changes) {
    std::string out = "[";
    for (const Change& change : changes) append_operations(out, change);
    return out += ']';
}

std::vector<TableStat> diff_stat(const std::vector<Change>& changes) {
    std::vector<TableStat> stats;
    for (const Change& change : changes) {
        auto found =
            std::find_if(stats.begin(), stats.end(), [&](const TableStat& stat) { return stat.table == change.table; });
        if (found == stats.end()) {
            stats.push_back({.table = change.table});
            found = std::prev(stats.end());
        }
        found->created += change.op == Op::create ? 1 : 0;
        found->updated += change.op == Op::update ? 1 : 0;
        found->deleted += change.op == Op::remove ? 1 : 0;
        if (change.op != Op::remove) found->columns += static_cast<std::int64_t>(change.fields.size());
        found->bytes += merge_patch(change).size();
    }
    std::stable_sort(stats.begin(), stats.end(), [](const TableStat& left, const TableStat& right) {
        return table_order(left.table) < table_order(right.table);
    });
    return stats;
}

}  // namespace edge::protocol
