#include "take_over.hpp"

#include "sync_rows.hpp"

#include "edge/storage/sync_base.hpp"
#include "edge/storage/sync_state.hpp"

#include <fmt/format.h>

#include <limits>
#include <utility>
#include <vector>

namespace edge {

using protocol::Change;
using protocol::Op;
using protocol::TableDescriptor;
using storage::BaseRow;
using storage::CapturedTable;
using storage::Query;

namespace {

constexpr std::size_t rows_at_once = 500;
/// Some hundredths of a second for a processor of a kiosk.
constexpr std::size_t rows_a_transaction = 2000;
constexpr std::int64_t lowest_id = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t highest_id = std::numeric_limits<std::int64_t>::max();

CapturedTable captured(const TableDescriptor& table) { return static_cast<CapturedTable>(table.number); }

Change change_of(const TableDescriptor& table, std::string key, Op op, std::int64_t version) {
    Change change;
    change.table = table.name;
    change.key = std::move(key);
    change.op = op;
    change.base = version;
    return change;
}

}  // namespace

TakeOver::TakeOver(storage::Connection& db, storage::Connection& filled, Timestamp now)
    : db_(db), filled_(filled), now_(now), last_(lowest_id) {
    // children before parents, and names that others may bear are free by the time that these come
    const auto tables = protocol::synced_tables();
    for (std::size_t place = tables.size(); place-- > 0;) {
        if (!protocol::is_shared(tables[place])) continue;
        phases_.push_back({.work = Work::remove_gone, .table = &tables[place]});
        phases_.push_back({.work = Work::forget_gone, .table = &tables[place]});
    }
    for (const TableDescriptor& table : tables) {
        if (protocol::is_shared(table)) phases_.push_back({.work = Work::take_rows, .table = &table});
    }
}

bool TakeOver::go_on(storage::WriteTransaction& write, SyncBase& base) {
    base_ = &base;
    pull_.emplace(write, base, now_);
    seen_ = 0;
    while (phase_ < phases_.size() && seen_ < rows_a_transaction) {
        const Phase& phase = phases_[phase_];
        const std::int64_t before = pull_->changed_rows();
        const bool done = run(phase);
        flush(Parked::leave);
        (phase.work == Work::take_rows ? changed_ : removed_) += pull_->changed_rows() - before;
        if (!done) continue;
        ++phase_;
        last_ = lowest_id;
    }
    if (phase_ < phases_.size()) return false;
    const std::int64_t before = pull_->changed_rows();
    take_waiting();
    flush(Parked::try_again);
    changed_ += pull_->changed_rows() - before;
    return true;
}

/// A batch of the phase; true with its last.
bool TakeOver::run(const Phase& phase) {
    switch (phase.work) {
        case Work::remove_gone: return remove_gone(*phase.table);
        case Work::take_rows: return take_rows(*phase.table);
        case Work::forget_gone: break;
    }
    forget_gone(*phase.table);
    return true;
}

bool TakeOver::is_filled(CapturedTable table, std::string_view key) {
    return find_shared_row(filled_, table, key) || storage::find_absent(filled_, table, key);
}

void TakeOver::add(Change change) {
    const auto table = captured(*protocol::find_table(change.table));
    base_->remove(table, change.key, find_shared_row(db_, table, change.key));  // so that any version is taken
    page_.rows.push_back(std::move(change));
    if (page_.rows.size() >= rows_at_once) flush(Parked::leave);
}

void TakeOver::flush(Parked parked) {
    pull_->apply(page_, parked);
    page_.rows.clear();
}

/// What the hub is not known to have had is this file's own, and stays.
bool TakeOver::remove_gone(const TableDescriptor& table) {
    const storage::CapturedTableInfo& info = storage::captured_table(captured(table));
    const std::string next = fmt::format(
        "SELECT t.{1}, t.uuid FROM {0} t JOIN sync_base b ON b.place = t.{1} * 16 + {2} WHERE t.{1} > ? ORDER BY t.{1} "
        "LIMIT {3}",
        info.name, info.key.substr(2), table.number, rows_at_once);
    std::vector<std::string> gone;
    std::size_t seen = 0;
    {
        Query row = db_.query(next, last_);
        for (; row.step(); ++seen) {
            last_ = row.integer(0);
            std::string key = row.uuid(1).wire();
            if (!is_filled(captured(table), key)) gone.push_back(std::move(key));
        }
    }
    for (std::string& key : gone) add(change_of(table, std::move(key), Op::remove, 0));
    seen_ += seen;
    return seen < rows_at_once;
}

/// The hub had the row, this file has not, and by now neither has the hub.
void TakeOver::forget_gone(const TableDescriptor& table) {
    std::vector<std::string> gone;
    {
        Query row = db_.query("SELECT row_key FROM sync_absent WHERE tbl = ?", table.number);
        while (row.step()) {
            if (!is_filled(captured(table), row.view(0))) gone.push_back(row.text(0));
        }
    }
    for (const std::string& key : gone) base_->remove(captured(table), key, std::nullopt);
}

bool TakeOver::take_rows(const TableDescriptor& table) {
    TableRows rows(filled_, captured(table));
    rows.seek(last_ == lowest_id ? lowest_id : last_ + 1, highest_id);
    for (std::size_t seen = 0; seen < rows_at_once; ++seen, ++seen_) {
        if (!rows.next()) return true;
        last_ = rows.id();
        std::string key = rows.key();
        const std::optional<BaseRow> there = storage::find_base(filled_, captured(table), rows.id());
        if (!there) continue;  // the sums will tell
        const std::optional<std::int64_t> row = find_shared_row(db_, captured(table), key);
        const std::optional<BaseRow> here = base_->find(captured(table), key, row);
        if (here && here->hash == there->hash) {
            if (here->version != there->version)
                base_->put(captured(table), key, row, there->version, protocol::digest_of_bytes(there->hash));
            continue;
        }
        Change change = change_of(table, std::move(key), Op::create, there->version);
        change.fields = rows.fields(TableRows::all_columns);
        add(std::move(change));
    }
    return last_ == highest_id;
}

/// Rows that the filled file could not hold, or that still wait for something there.
void TakeOver::take_waiting() {
    Query row = filled_.query(
        "SELECT change FROM sync_parked UNION ALL SELECT change FROM sync_rejects WHERE lane = ? ORDER BY 1",
        storage::pulled_lane);
    while (row.step()) {
        protocol::Decoded<Change> change = protocol::decode_change(row.view(0));
        if (change && protocol::find_table(change->table) != nullptr) add(*std::move(change));
    }
}

}  // namespace edge
