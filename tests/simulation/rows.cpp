#include "simulation/rows.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>

namespace edge::simulation {
namespace {

constexpr std::array<std::string_view, 6> written_tables{"sellers",      "category", "bundles",
                                                         "reservations", "weather",  "holidays"};

Row parse_row(std::string_view json) {
    boost::system::error_code failure;
    const boost::json::value document = boost::json::parse(json, failure);
    if (failure) return unreadable_row();
    Row row;
    for (const auto& [column, value] : document.as_object()) {
        row[std::string(column)] = boost::json::serialize(value);
    }
    return row;
}

std::string to_string(const Row& row) {
    std::string text;
    for (const auto& [column, value] : row) text += (text.empty() ? "" : ", ") + column + " " + value;
    return text;
}

std::string differing_columns(const Row& left, const Row& right) {
    std::string text;
    for (const auto& [column, value] : left) {
        const auto other = right.find(column);
        if (other != right.end() && other->second == value) continue;
        text += " " + column + ": " + value + " / " + (other == right.end() ? "absent" : other->second);
    }
    for (const auto& [column, value] : right) {
        if (!left.contains(column)) text += " " + column + ": absent / " + value;
    }
    return text;
}

bool has_columns(const Row& row, const Row& columns) {
    return std::all_of(columns.begin(), columns.end(), [&](const auto& column) {
        const auto found = row.find(column.first);
        return found != row.end() && found->second == column.second;
    });
}

}  // namespace

Row unreadable_row() { return {{"unreadable", "true"}}; }

Rows parse_rows(const std::vector<std::string>& lines) {
    Rows rows;
    for (const std::string& line : lines) {
        const std::size_t json = line.find(' ', line.find(' ') + 1);
        rows.emplace(line.substr(0, json), parse_row(std::string_view(line).substr(json + 1)));
    }
    return rows;
}

std::string_view table_of(std::string_view place) { return place.substr(0, place.find(' ')); }

Rows written_rows(const Rows& rows) {
    Rows written;
    for (const auto& [place, row] : rows) {
        const std::string_view table = table_of(place);
        if (std::find(written_tables.begin(), written_tables.end(), table) != written_tables.end())
            written.emplace(place, row);
    }
    return written;
}

std::string first_difference(const Rows& left, const Rows& right, const Rows& passed_over) {
    for (const auto& [place, row] : left) {
        if (passed_over.contains(place)) continue;
        const auto other = right.find(place);
        if (other == right.end()) return place + " is only on the left: " + to_string(row);
        if (other->second != row) return place + " differs:" + differing_columns(row, other->second);
    }
    for (const auto& [place, row] : right) {
        if (!passed_over.contains(place) && !left.contains(place))
            return place + " is only on the right: " + to_string(row);
    }
    return {};
}

std::string json_text(std::string_view text) { return boost::json::serialize(boost::json::string(text)); }
std::string json_time(Timestamp instant) { return json_text(format_timestamp(instant)); }
std::string json_time(const std::optional<Timestamp>& instant) { return instant ? json_time(*instant) : "null"; }

Rows applied(Rows rows, const Effects& effects) {
    for (const Effect& effect : effects) {
        if (effect.kind == Effect::Kind::remove) {
            rows.erase(effect.place);
            continue;
        }
        for (const auto& [column, value] : effect.columns) rows[effect.place][column] = value;
    }
    return rows;
}

Effects effects_between(const Rows& before, const Rows& after) {
    Effects effects;
    for (const auto& [place, row] : before) {
        if (!after.contains(place)) effects.push_back({.kind = Effect::Kind::remove, .place = place, .columns = {}});
    }
    for (const auto& [place, row] : after) {
        const auto had = before.find(place);
        if (had == before.end()) {
            effects.push_back({.kind = Effect::Kind::create, .place = place, .columns = row});
            continue;
        }
        Effect effect{.kind = Effect::Kind::update, .place = place, .columns = {}};
        for (const auto& [column, value] : row) {
            const auto old = had->second.find(column);
            if (old == had->second.end() || old->second != value) effect.columns[column] = value;
        }
        if (!effect.columns.empty()) effects.push_back(std::move(effect));
    }
    return effects;
}

bool are_seen(Effects& effects, const Rows& rows, const Rows& before) {
    return std::all_of(effects.begin(), effects.end(), [&](Effect& effect) {
        if (effect.place.find(' ') == std::string::npos) {
            const auto found = std::find_if(rows.begin(), rows.end(), [&](const auto& row) {
                return table_of(row.first) == effect.place && !before.contains(row.first) &&
                       has_columns(row.second, effect.columns);
            });
            if (found == rows.end()) return false;
            effect.place = found->first;
            effect.columns = found->second;
            return true;
        }
        const auto found = rows.find(effect.place);
        if (effect.kind == Effect::Kind::remove) return found == rows.end();
        return found != rows.end() && has_columns(found->second, effect.columns);
    });
}

bool explains(const Effects& effects, const Rows& before, const Rows& after) {
    Effects known;
    Effects unknown;
    for (const Effect& effect : effects) {
        (effect.place.find(' ') == std::string::npos ? unknown : known).push_back(effect);
    }
    Rows left = after;
    for (const auto& [place, row] : applied(before, known)) {
        const auto found = left.find(place);
        if (found == left.end() || found->second != row) return false;
        left.erase(found);
    }
    for (const Effect& effect : unknown) {
        const auto found = std::find_if(left.begin(), left.end(), [&](const auto& row) {
            return table_of(row.first) == effect.place && has_columns(row.second, effect.columns);
        });
        if (found == left.end()) return false;
        left.erase(found);
    }
    return left.empty();
}

}  // namespace edge::simulation
