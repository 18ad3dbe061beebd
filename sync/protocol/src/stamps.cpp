#include "stamps.hpp"

#include "json.hpp"

#include <algorithm>

namespace edge::protocol {
namespace {

using Stamp = std::pair<std::string, std::int64_t>;

void set_stamp(HubRow& row, std::string_view column, std::int64_t hlc) {
    const auto found =
        std::find_if(row.stamps.begin(), row.stamps.end(), [&](const Stamp& stamp) { return stamp.first == column; });
    if (found == row.stamps.end()) {
        row.stamps.emplace_back(column, hlc);
    } else {
        found->second = hlc;
    }
}

}  // namespace

std::int64_t stamp_of(const HubRow& row, std::string_view column) noexcept {
    for (const auto& [name, hlc] : row.stamps) {
        if (name == column) return hlc;
    }
    return row.hlc;
}

void stamp(HubRow& row, const Fields& columns, std::int64_t hlc) {
    if (hlc > row.hlc) {
        // the others keep their own clock when the row's moves on
        for (const Field& field : row.fields) {
            if (find_field(columns, field.name) == nullptr) set_stamp(row, field.name, stamp_of(row, field.name));
        }
        row.hlc = hlc;
    }
    for (const Field& column : columns) set_stamp(row, column.name, hlc);
    row.stamps.erase(std::remove_if(row.stamps.begin(), row.stamps.end(),
                                    [&](const Stamp& stamp) { return stamp.second == row.hlc; }),
                     row.stamps.end());
}

std::string encode_stamps(const HubRow& row) {
    std::string out = "{";
    for (const auto& [name, hlc] : row.stamps) {
        if (out.size() > 1) out += ',';
        write_text(out, name);
        out += ':';
        write_integer(out, hlc);
    }
    return out += '}';
}

bool decode_stamps(std::string_view json, HubRow& row) {
    const std::optional<Fields> fields = decode_fields(json);
    if (!fields) return false;
    row.stamps.clear();
    for (const Field& field : *fields) {
        const auto* hlc = std::get_if<std::int64_t>(&field.value);
        if (hlc == nullptr) return false;
        row.stamps.emplace_back(field.name, *hlc);
    }
    return true;
}

}  // namespace edge::protocol
