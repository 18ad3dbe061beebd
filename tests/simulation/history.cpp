#include "simulation/history.hpp"

#include <algorithm>
#include <array>

namespace edge::simulation {
namespace {

constexpr std::string_view nothing = "null";

std::string key_of(const std::string& place) { return place.substr(place.find(' ') + 1); }

/// Where the hub writes too, it wins.
bool is_hubs(std::string_view table) {
    constexpr std::array<std::string_view, 4> tables{"sellers", "category", "weather", "holidays"};
    return std::find(tables.begin(), tables.end(), table) != tables.end();
}

template <class Versions>
std::vector<bool> older_than(const Versions& versions, std::size_t newest) {
    std::vector<bool> older(versions.size(), false);
    for (std::optional<std::size_t> at = versions[newest].over; at && !older[*at]; at = versions[*at].over)
        older[*at] = true;
    return older;
}

/// Which versions somebody replaced who knew them, and whose own write cannot be lost.
template <class Versions>
std::vector<bool> replaced(const Versions& versions) {
    std::vector<bool> all(versions.size(), false);
    for (std::size_t newest = 0; newest < versions.size(); ++newest) {
        if (!versions[newest].certain) continue;
        const std::vector<bool> older = older_than(versions, newest);
        for (std::size_t at = 0; at < all.size(); ++at) all[at] = all[at] || older[at];
    }
    return all;
}

/// All versions that have the value: it does not tell which of them a row shows.
template <class Versions>
std::vector<std::size_t> of_value(const Versions& versions, const std::string& value) {
    std::vector<std::size_t> found;
    for (std::size_t at = 0; at < versions.size(); ++at) {
        if (versions[at].value == value) found.push_back(at);
    }
    return found;
}

/// A deletion that did not stand closes its bundle, at an instant that nobody wrote.
bool closes_by_itself(const std::string& place, const std::string& column) {
    return column == "closed_at" && table_of(place) == "bundles";
}

}  // namespace

void History::begin(const Rows& rows) {
    for (const auto& [place, row] : rows) {
        for (const auto& [column, value] : row) {
            note_column(past_[place], column, value, nullptr,
                        {.value = value, .over = {}, .writer = {}, .at = 0, .certain = true});
        }
    }
}

void History::note(std::string_view writer, const Effects& effects, const Rows& before, bool certain) {
    ++*clock_;
    for (const Effect& effect : effects) {
        Past& past = past_[effect.place];
        const auto found = before.find(effect.place);
        const Row* seen = found == before.end() ? nullptr : &found->second;
        if (effect.kind == Effect::Kind::remove) {
            // what is deleted before it was told to anyone is not told
            for (auto& [column, versions] : past.columns) {
                for (Version& version : versions) version.certain = version.certain && version.writer != writer;
            }
            past.removals.push_back({.writer = std::string(writer),
                                     .seen = seen == nullptr ? Row{} : *seen,
                                     .at = *clock_,
                                     .certain = certain});
            continue;
        }
        for (const auto& [column, value] : effect.columns) {
            note_column(past, column, value, seen,
                        {.value = value, .over = {}, .writer = std::string(writer), .at = *clock_, .certain = certain});
        }
    }
}

void History::note_column(Past& past, const std::string& column, const std::string& value, const Row* seen,
                          Version made) {
    Versions& versions = past.columns[column];
    const auto shown = seen == nullptr ? Row::const_iterator() : seen->find(column);
    if (seen != nullptr && shown != seen->end()) {
        if (shown->second == value) return;  // nothing was written
        const std::vector<std::size_t> seen_versions = of_value(versions, shown->second);
        if (seen_versions.size() == 1) made.over = seen_versions.front();
    }
    versions.push_back(std::move(made));
}

void History::doubt(std::string_view writer, Span span, const Rows& kept) {
    for (auto& [place, past] : past_) {
        const auto row = kept.find(place);
        for (auto& [column, versions] : past.columns) {
            const auto shown = row == kept.end() ? Row::const_iterator() : row->second.find(column);
            for (Version& version : versions) {
                if (version.writer != writer || version.at <= span.since || version.at > span.until) continue;
                const bool is_kept = row != kept.end() && shown != row->second.end() && shown->second == version.value;
                if (!is_kept) version.certain = false;
            }
        }
        for (Removal& removal : past.removals) {
            if (removal.writer == writer && removal.at > span.since && removal.at <= span.until)
                removal.certain = false;
        }
    }
}

std::string History::fault_in(const Rows& rows, const Rows& passed_over) const {
    for (const auto& [place, past] : past_) {
        if (passed_over.contains(place)) continue;
        const auto row = rows.find(place);
        std::string fault;
        if (row == rows.end()) {
            fault = fault_in_absence(place, past);
        } else {
            fault = fault_in_return(place, past, row->second, rows);
            if (fault.empty()) fault = fault_in_row(place, past, row->second);
        }
        if (!fault.empty()) return fault;
    }
    for (const auto& [place, row] : rows) {
        if (!past_.contains(place) && !passed_over.contains(place)) return place + " was written by nobody";
    }
    return {};
}

std::string History::fault_in_absence(const std::string& place, const Past& past) const {
    if (past.removals.empty()) {
        for (const auto& [column, versions] : past.columns) {
            const bool certain =
                std::any_of(versions.begin(), versions.end(), [](const Version& v) { return v.certain; });
            if (certain) return place + " is lost: nobody deleted it";
        }
        return {};
    }
    const auto collected = past.columns.find("collected_at");
    if (table_of(place) != "reservations" || collected == past.columns.end()) return {};
    const bool is_collected =
        std::any_of(collected->second.begin(), collected->second.end(),
                    [](const Version& version) { return version.certain && version.value != nothing; });
    const bool anyone_knew = std::any_of(past.removals.begin(), past.removals.end(), [](const Removal& removal) {
        const auto seen = removal.seen.find("collected_at");
        return seen != removal.seen.end() && seen->second != nothing;
    });
    if (is_collected && !anyone_knew) return place + " was collected, and is lost: nobody who knew that deleted it";
    return {};
}

bool History::was_ever_reserved(const std::string& bundle) const {
    const std::string name = json_text(bundle);
    return std::any_of(past_.begin(), past_.end(), [&](const auto& entry) {
        if (table_of(entry.first) != "reservations") return false;
        const auto column = entry.second.columns.find("bundle");
        return column != entry.second.columns.end() && !of_value(column->second, name).empty();
    });
}

/// A row that somebody deleted is there nevertheless: is there a reason?
std::string History::fault_in_return(const std::string& place, const Past& past, const Row& row,
                                     const Rows& rows) const {
    const bool deleted =
        std::any_of(past.removals.begin(), past.removals.end(), [](const Removal& one) { return one.certain; });
    if (!deleted || past.copied) return {};
    const std::string_view table = table_of(place);
    if (table == "bundles") {
        if (!was_ever_reserved(key_of(place))) return place + " was deleted, nobody reserved it, and it is back";
        if (row.at("closed_at") == nothing) return place + " was deleted, is back for its sales, and is not closed";
        return {};
    }
    if (table == "reservations") {
        if (row.at("collected_at") == nothing) return place + " was deleted, was not collected, and is back";
        return {};
    }
    if (table == "category") {
        const bool named = std::any_of(rows.begin(), rows.end(), [&](const auto& entry) {
            const auto list = entry.second.find("categories");
            return list != entry.second.end() && list->second.find(key_of(place)) != std::string::npos;
        });
        return named ? std::string() : place + " was deleted, no bundle names it, and it is back";
    }
    const bool by_hub = std::any_of(past.columns.begin(), past.columns.end(), [](const auto& column) {
        return std::any_of(column.second.begin(), column.second.end(),
                           [](const Version& version) { return version.writer == the_hub; });
    });
    return by_hub ? std::string() : place + " was deleted and is back";
}

/// Of a row that came back after a deletion only what was seen by who deleted it is certain: an edit is beaten by a
/// deletion that it does not know.
History::Versions History::surviving(const Versions& versions, const std::string& column,
                                     const std::vector<Removal>& removals) {
    Versions left = versions;
    for (std::size_t at = 0; at < versions.size(); ++at)
        left[at].certain = versions[at].certain && !is_beaten(versions, at, column, removals);
    return left;
}

/// Who deleted the row saw a value, which tells the version only if nobody else had written it by then.
bool History::is_beaten(const Versions& versions, std::size_t at, const std::string& column,
                        const std::vector<Removal>& removals) {
    const Version& version = versions[at];
    return std::any_of(removals.begin(), removals.end(), [&](const Removal& removal) {
        const auto seen = removal.seen.find(column);
        if (seen == removal.seen.end() || seen->second != version.value || version.at > removal.at) return true;
        return std::any_of(versions.begin(), versions.end(), [&](const Version& other) {
            return &other != &version && other.value == version.value && other.at <= removal.at;
        });
    });
}

std::string History::fault_in_row(const std::string& place, const Past& past, const Row& row) const {
    for (const auto& [column, value] : row) {
        const auto found = past.columns.find(column);
        if (found == past.columns.end()) return place + ": nobody wrote " + column;
        const Versions& versions = found->second;
        const std::vector<std::size_t> shown = of_value(versions, value);
        if (closes_by_itself(place, column) && !past.removals.empty() && value != nothing) continue;
        if (shown.empty()) return place + ": nobody wrote " + value + " into " + column;
        if (past.copied) continue;
        const std::vector<bool> old = replaced(surviving(versions, column, past.removals));
        if (std::all_of(shown.begin(), shown.end(),
                        [&](std::size_t at) { return old[at] && !may_seem_later(versions[at]); }))
            return place + ": " + column + " is " + value + " again, which somebody who knew it had replaced";
        if (!is_hubs(table_of(place))) continue;
        const bool stands = std::any_of(shown.begin(), shown.end(), [&](std::size_t at) {
            const std::vector<bool> older = older_than(versions, at);
            for (std::size_t other = 0; other < versions.size(); ++other) {
                const bool unknown = versions[other].writer == the_hub && versions[other].certain && other != at;
                if (unknown && !older[other] && !older_than(versions, other)[at] && versions[at].writer != the_hub)
                    return false;
            }
            return true;
        });
        if (!stands) return place + ": " + column + " is " + value + ", although the hub wrote it otherwise";
    }
    return {};
}

std::string History::fault_in_pull(const Rows& before, const Rows& after) const {
    for (const auto& [place, row] : after) {
        const auto had = before.find(place);
        const auto past = past_.find(place);
        if (past == past_.end()) return place + " was written by nobody";
        if (had == before.end() || had->second == row || past->second.copied) continue;
        for (const auto& [column, value] : row) {
            const auto old = had->second.find(column);
            const auto versions = past->second.columns.find(column);
            if (old == had->second.end() || old->second == value || versions == past->second.columns.end()) continue;
            const std::vector<std::size_t> was = of_value(versions->second, old->second);
            const std::vector<std::size_t> is = of_value(versions->second, value);
            if (was.size() != 1 || is.empty()) continue;
            // beaten by a deletion, it is not there when a sale brings the row back
            if (is_beaten(versions->second, was.front(), column, past->second.removals)) continue;
            const std::vector<bool> older = older_than(versions->second, was.front());
            if (std::all_of(is.begin(), is.end(), [&](std::size_t at) { return older[at]; }))
                return place + ": " + column + " went back from " + old->second + " to " + value;
        }
    }
    return {};
}

}  // namespace edge::simulation
