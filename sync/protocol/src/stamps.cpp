#include "stamps.hpp"

#include "json.hpp"

#include <algorithm>

namespace edge::protocol {
namespace {

using Stamp = std::pair<std::string, std::int64_t>;

/// Bears the clock of all columns that have no stamp of their own, when that is not the row's.
constexpr std::string_view all_others;

std::vector<Stamp>::iterator place_of_stamp(std::vector<Stamp>& stamps, std::string_view name) {
    return std::lower_bound(stamps.begin(), stamps.end(), name,
                            [](const Stamp& stamp, std::string_view wanted) { return stamp.first < wanted; });
}

/// Sets the stamp, or takes it away where it says nothing new.
void set_stamp(std::vector<Stamp>& stamps, std::string_view name, std::int64_t hlc, bool says_nothing) {
    const auto place = place_of_stamp(stamps, name);
    const bool there = place != stamps.end() && place->first == name;
    if (there && says_nothing) {
        stamps.erase(place);
    } else if (there) {
        place->second = hlc;
    } else if (!says_nothing) {
        stamps.emplace(place, name, hlc);
    }
}

}  // namespace

std::int64_t stamp_of(const HubRow& row, std::string_view column) noexcept {
    std::int64_t others = row.hlc;
    for (const auto& [name, hlc] : row.stamps) {
        if (name == column) return hlc;
        if (name == all_others) others = hlc;
    }
    return others;
}

bool has_own_stamp(const HubRow& row, std::string_view column) noexcept {
    return std::any_of(row.stamps.begin(), row.stamps.end(), [&](const Stamp& one) { return one.first == column; });
}

void stamp(HubRow& row, const Fields& columns, std::int64_t hlc, Written written) {
    const std::int64_t others = stamp_of(row, all_others);
    row.hlc = std::max(row.hlc, hlc);
    set_stamp(row.stamps, all_others, others, others == row.hlc);
    const bool says_nothing = written == Written::at_birth && hlc == others;
    for (const Field& column : columns) set_stamp(row.stamps, column.name, hlc, says_nothing);
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
