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

TakeOver::TakeOver(storage::WriteTransaction& write, SyncBase& base, storage::Connection& filled, Timestamp now)
    : db_(write.connection()), base_(base), filled_(filled), pull_(write, base, now) {}

void TakeOver::go() {
    // children before parents, and names that others may bear are free by the time that these come
    const auto tables = protocol::synced_tables();
    for (std::size_t place = tables.size(); place-- > 0;) {
        if (!protocol::is_shared(tables[place])) continue;
        remove_gone(tables[place]);
        forget_gone(tables[place]);
    }
    removed_ = pull_.changed_rows();
    for (const TableDescriptor& table : tables) {
        if (protocol::is_shared(table)) take_rows(table);
    }
    take_waiting();
    flush(Parked::try_again);
    if (base_.sum() == stored_base_sum(filled_)) return;
    throw Error(
        ErrorCode::corrupt_data,
        fmt::format("cannot bring {} to what the hub has: what is known of the hub's rows does not add up", db_.path()),
        {}, "nothing was changed; edge-analytics doctor looks for what is wrong with the file");
}

bool TakeOver::is_filled(CapturedTable table, std::string_view key) {
    return find_shared_row(filled_, table, key) || storage::find_absent(filled_, table, key);
}

void TakeOver::add(Change change) {
    const auto table = captured(*protocol::find_table(change.table));
    base_.remove(table, change.key, find_shared_row(db_, table, change.key));  // so that any version is taken
    page_.rows.push_back(std::move(change));
    if (page_.rows.size() >= rows_at_once) flush(Parked::leave);
}

void TakeOver::flush(Parked parked) {
    pull_.apply(page_, parked);
    page_.rows.clear();
}

/// What the hub is not known to have had is this file's own, and stays.
void TakeOver::remove_gone(const TableDescriptor& table) {
    const storage::CapturedTableInfo& info = storage::captured_table(captured(table));
    const std::string next = fmt::format(
        "SELECT t.{1}, t.uuid FROM {0} t JOIN sync_base b ON b.place = t.{1} * 16 + {2} WHERE t.{1} > ? ORDER BY t.{1} "
        "LIMIT {3}",
        info.name, info.key.substr(2), table.number, rows_at_once);
    for (std::int64_t last = lowest_id;;) {
        std::vector<std::string> gone;
        std::size_t seen = 0;
        {
            Query row = db_.query(next, last);
            for (; row.step(); ++seen) {
                last = row.integer(0);
                std::string key = row.uuid(1).wire();
                if (!is_filled(captured(table), key)) gone.push_back(std::move(key));
            }
        }
        for (std::string& key : gone) add(change_of(table, std::move(key), Op::remove, 0));
        flush(Parked::leave);
        if (seen < rows_at_once) return;
    }
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
    for (const std::string& key : gone) base_.remove(captured(table), key, std::nullopt);
}

void TakeOver::take_rows(const TableDescriptor& table) {
    TableRows rows(filled_, captured(table));
    rows.seek(lowest_id, highest_id);
    while (rows.next()) {
        std::string key = rows.key();
        const std::optional<BaseRow> there = storage::find_base(filled_, captured(table), rows.id());
        if (!there) continue;  // the sums will tell
        const std::optional<std::int64_t> row = find_shared_row(db_, captured(table), key);
        const std::optional<BaseRow> here = base_.find(captured(table), key, row);
        if (here && here->hash == there->hash) {
            if (here->version != there->version)
                base_.put(captured(table), key, row, there->version, protocol::digest_of_bytes(there->hash));
            continue;
        }
        Change change = change_of(table, std::move(key), Op::create, there->version);
        change.fields = rows.fields(TableRows::all_columns);
        add(std::move(change));
    }
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
