#include "sync_pull.hpp"

#include "edge/storage/journal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

// Two devices that are offline may each make a row where only one can be: a category of one name, a holiday, the
// weather of a day, a reservation with one code. Both sides settle it in the same way, by the rows' keys, so that they
// end equal.

namespace edge {

using storage::CapturedTable;

namespace {

constexpr std::int64_t no_row = -1;

/// What a row may share with no other of its table, and the text among it that can be made to be nobody's.
struct UniqueColumns {
    CapturedTable table;
    std::string_view sql;
    std::array<std::string_view, 3> columns;
    std::string_view text;
};
// An update names only what changes: what it leaves is as the row has it. Subqueries, not a join with the row itself:
// SQLite would walk the whole table in search of its rival.
constexpr std::array<UniqueColumns, 4> uniques = {{
    {CapturedTable::category,
     "SELECT category_id FROM category WHERE category_name = coalesce(?2, (SELECT category_name FROM category "
     "WHERE "
     "category_id = ?1)) AND coalesce(?3, ?4) IS NULL AND category_id <> ?1",
     {"category_name", "", ""},
     "category_name"},
    {CapturedTable::reservations,
     "SELECT reservation_id FROM reservations WHERE bundle_id = coalesce(?2, (SELECT bundle_id FROM reservations "
     "WHERE reservation_id = ?1)) AND claim_code = coalesce(?3, (SELECT claim_code FROM reservations WHERE "
     "reservation_id = ?1)) AND ?4 IS NULL AND reservation_id <> ?1",
     {"bundle_id", "claim_code", ""},
     "claim_code"},
    {CapturedTable::weather,
     "SELECT weather_id FROM weather WHERE place = coalesce(?2, (SELECT place FROM weather WHERE weather_id = ?1)) "
     "AND day = coalesce(?3, (SELECT day FROM weather WHERE weather_id = ?1)) AND kind = coalesce(?4, (SELECT kind "
     "FROM weather WHERE weather_id = ?1)) AND weather_id <> ?1",
     {"place", "day", "kind"},
     "place"},
    {CapturedTable::holidays,
     "SELECT holiday_id FROM holidays WHERE region = coalesce(?2, (SELECT region FROM holidays WHERE holiday_id = "
     "?1)) AND day = coalesce(?3, (SELECT day FROM holidays WHERE holiday_id = ?1)) AND name = coalesce(?4, "
     "(SELECT "
     "name FROM holidays WHERE holiday_id = ?1)) AND holiday_id <> ?1",
     {"region", "day", "name"},
     "name"},
}};

const UniqueColumns* find_unique(CapturedTable table) {
    const auto* const found = std::ranges::find(uniques, table, &UniqueColumns::table);
    return found == uniques.end() ? nullptr : found;
}

}  // namespace

PullApply::Room PullApply::make_room(const Incoming& incoming, ColumnValues& columns) {
    const std::optional<std::int64_t> rival = find_rival(incoming, columns);
    if (!rival) return Room::made;
    if (is_about_to_move(incoming.captured, *rival)) return Room::wait;
    switch (incoming.captured) {
        case CapturedTable::category: return make_room_for_category(incoming, columns, *rival);
        case CapturedTable::reservations: return make_room_for_reservation(*rival);
        default: return make_room_for_fact(incoming, *rival);
    }
}

bool PullApply::names_unique(CapturedTable table, const ColumnValues& columns) {
    const UniqueColumns* unique = find_unique(table);
    return unique != nullptr && std::ranges::any_of(columns, [&](const ColumnValue& one) {
               return std::ranges::find(unique->columns, one.column) != unique->columns.end();
           });
}

std::optional<std::int64_t> PullApply::find_rival(const Incoming& incoming, const ColumnValues& columns) const {
    const UniqueColumns* unique = find_unique(incoming.captured);
    if (unique == nullptr) return std::nullopt;
    std::vector<storage::SqlValue> values = {incoming.row.value_or(no_row)};
    bool named = false;
    for (const std::string_view name : unique->columns) {
        const auto found = std::ranges::find(columns, name, &ColumnValue::column);
        named = named || found != columns.end();
        values.push_back(found == columns.end() ? storage::SqlValue(nullptr) : found->value);
    }
    if (!named) return std::nullopt;
    storage::Query row = db_->query_with(unique->sql, values);
    return row.step() ? std::optional(row.integer(0)) : std::nullopt;
}

/// Whether the row is still to be changed by the page at hand, or by what was parked: then it may move away.
bool PullApply::is_about_to_move(CapturedTable table, std::int64_t row) {
    const std::string key = key_of(table, row);
    if (is_to_come(table, key)) return true;
    const bool waits = is_patient_ && storage::is_parked(*db_, table, key);
    has_waited_ = has_waited_ || waits;
    return waits;
}

bool PullApply::is_to_come(CapturedTable table, const std::string& key) {
    if (at_ >= order_.size()) return false;
    if (places_.empty()) {
        for (std::size_t place = 0; place < order_.size(); ++place) places_.emplace(order_[place].change->key, place);
    }
    const auto found = places_.find(key);
    return found != places_.end() && found->second > at_ &&
           order_[found->second].change->table == storage::captured_table(table).name;
}

/// Rows that exist here and whose changes wait only for one another's values. What is changed here and not confirmed
/// stands, so such rows are left out.
std::vector<PullApply::Waiting> PullApply::waiting_for_rivals() {
    std::vector<Waiting> waiting;
    for (const storage::ParkedChange& one : storage::parked_changes(*db_)) {
        if (find_unique(one.table) == nullptr) continue;
        protocol::Decoded<protocol::Change> change = protocol::decode_change(one.change);
        if (!change || change->op == protocol::Op::remove) continue;
        const std::optional<Incoming> incoming = recognise(*change);
        if (!incoming || !incoming->row || is_old(*incoming) || incoming->unconfirmed.any()) continue;
        try {
            const News news = news_of(*incoming);
            const std::optional<ColumnValues> columns = columns_.of(*incoming->table, news.fields);
            const std::optional<std::int64_t> rival = columns ? find_rival(*incoming, *columns) : std::nullopt;
            if (rival)
                waiting.push_back(
                    {.change = *std::move(change), .captured = one.table, .row = *incoming->row, .rival = *rival});
        } catch (const UnreadableValue&) {  // it is set aside when it is tried
        }
    }
    return waiting;
}

/// Rows that take one another's values, in a circle, as their writer did in one transaction. False if there is none.
bool PullApply::exchange_unique_values() {
    const std::vector<Waiting> waiting = waiting_for_rivals();
    std::map<std::pair<CapturedTable, std::int64_t>, const Waiting*> by_row;
    for (const Waiting& one : waiting) by_row.emplace(std::pair(one.captured, one.row), &one);
    std::set<const Waiting*> seen;
    bool any = false;
    for (const Waiting& start : waiting) {
        std::vector<const Waiting*> path;
        const Waiting* next = &start;
        while (next != nullptr && seen.insert(next).second) {
            path.push_back(next);
            const auto rival = by_row.find({next->captured, next->rival});
            next = rival == by_row.end() ? nullptr : rival->second;
        }
        path.erase(path.begin(), std::ranges::find(path, next));
        if (!path.empty() && attempt([&] { exchange(path); }).empty()) any = true;
    }
    return any;
}

/// Throws `conflict` if one of them cannot have its values after all.
void PullApply::exchange(const std::vector<const Waiting*>& circle) {
    const auto run = [&](const Waiting& one, std::string_view format) {
        const storage::CapturedTableInfo& info = storage::captured_table(one.captured);
        const std::string sql =
            fmt::format(fmt::runtime(format), info.name, find_unique(one.captured)->text, info.key.substr(2));
        return db_->query(sql, "exchanged " + one.change.key, one.row).step();
    };
    for (const Waiting* one : circle) run(*one, "UPDATE {} SET {} = ?1 WHERE {} = ?2");
    for (const Waiting* one : circle) apply_one(one->change);
    for (const Waiting* one : circle) {
        if (run(*one, "SELECT 1 FROM {} WHERE {} = ?1 AND {} = ?2") ||
            storage::is_parked(*db_, one->captured, one->change.key)) {
            throw Error(ErrorCode::conflict, fmt::format("cannot give {} its new values", one->change.key));
        }
    }
}

std::string PullApply::key_of(CapturedTable table, std::int64_t row) const {
    const storage::CapturedTableInfo& info = storage::captured_table(table);
    storage::Query found =
        db_->query(fmt::format("SELECT uuid FROM {} WHERE {} = ?", info.name, info.key.substr(2)), row);
    return found.step() ? found.uuid(0).wire() : std::string();
}

std::string PullApply::free_category_name(const std::string& name) const {
    for (int number = 2;; ++number) {
        std::string candidate = fmt::format("{} ({})", name, number);
        if (!db_->query("SELECT 1 FROM category WHERE category_name = ?", candidate).step()) return candidate;
    }
}

/// Both categories stay, since bundles name both; the one with the greater key gets another name, as a change of this
/// file. The other device does the same.
PullApply::Room PullApply::make_room_for_category(const Incoming& incoming, ColumnValues& columns, std::int64_t other) {
    for (ColumnValue& column : columns) {
        const auto* name = std::get_if<std::string_view>(&column.value);
        if (column.column != "category_name" || name == nullptr) continue;
        const std::string free = free_category_name(std::string(*name));
        if (incoming.change->key < key_of(CapturedTable::category, other)) {
            guard(false);
            db_->query("UPDATE category SET category_name = ? WHERE category_id = ?", free, other).run();
            guard(true);
            continue;
        }
        if (!incoming.row) {
            // the row comes under its new name, which is to be told
            free_name_ = free;
            column.value = std::string_view(free_name_);
            db_->query(
                   "INSERT INTO journal (tbl, row, op, mask) SELECT ?, coalesce(max(category_id), 0) + 1, ?, 1 FROM "
                   "category",
                   static_cast<std::int64_t>(CapturedTable::category),
                   static_cast<std::int64_t>(storage::JournalOp::updated))
                .run();
            continue;
        }
        return Room::wait;
    }
    return Room::made;
}

/// The hub has given the code to the other sale: the one made here, which the hub does not have, gets a new code, and
/// is told to the hub once more as a whole, since the hub refuses what was sent.
PullApply::Room PullApply::make_room_for_reservation(std::int64_t other) {
    const std::string key = key_of(CapturedTable::reservations, other);
    if (base_->find(CapturedTable::reservations, key, other)) return Room::wait;
    storage::Query row = db_->query("SELECT bundle_id, claim_code FROM reservations WHERE reservation_id = ?", other);
    if (!row.step()) return Room::wait;
    const std::int64_t bundle = row.integer(0);
    const std::string code = row.text(1);
    std::string free;
    for (int number = 2; free.empty(); ++number) {
        std::string candidate = fmt::format("{}-{}", code, number);
        const bool taken =
            db_->query("SELECT 1 FROM reservations WHERE bundle_id = ? AND claim_code = ?", bundle, candidate).step();
        if (!taken) free = std::move(candidate);
    }
    guard(false);
    db_->query("UPDATE reservations SET claim_code = ? WHERE reservation_id = ?", free, other).run();
    db_->query("INSERT INTO journal (tbl, row, op, mask, parent) VALUES (?, ?, ?, ?, ?)",
               static_cast<std::int64_t>(CapturedTable::reservations), other,
               static_cast<std::int64_t>(storage::JournalOp::created), TableRows::all_columns, bundle)
        .run();
    guard(true);
    return Room::made;
}

/// One of the two says what there is to say: that with the smaller key stays.
PullApply::Room PullApply::make_room_for_fact(const Incoming& incoming, std::int64_t other) {
    const std::string key = key_of(incoming.captured, other);
    const storage::CapturedTableInfo& info = storage::captured_table(incoming.captured);
    if (incoming.change->key < key) {
        base_->detach(incoming.captured, key, other);
        db_->query(fmt::format("DELETE FROM {} WHERE {} = ?", info.name, info.key.substr(2)), other).run();
        tell_deletion(*write_, incoming.captured, key);
        return Room::made;
    }
    if (incoming.row) return Room::wait;
    tell_deletion(*write_, incoming.captured, incoming.change->key);
    return Room::lost;
}

}  // namespace edge
