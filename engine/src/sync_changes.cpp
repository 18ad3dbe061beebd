#include "sync_changes.hpp"

#include "sync_rows.hpp"

#include "edge/storage/journal.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <span>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

namespace edge {

using protocol::JournalEntry;
using protocol::Op;
using storage::CapturedTable;
using storage::ChangedRow;
using storage::Connection;
using storage::JournalOp;
using storage::points_per_series;

namespace {

/// Changes of one batch, hence of one segment a lane; about 20 MB while they are sealed.
constexpr std::size_t batch_changes = 16'384;
/// Rows whose ids lie this close are read in one go, with what lies between.
constexpr std::int64_t near_rows = 8;

/// Hands on entries in batches.
class Batches {
public:
    explicit Batches(const ChangeSink& sink) : sink_(&sink) {}

    void add(PendingChange change) {
        batch_.push_back(std::move(change));
        if (batch_.size() >= batch_changes) flush();
    }
    void flush() {
        if (!batch_.empty()) (*sink_)(std::exchange(batch_, {}));
    }

private:
    const ChangeSink* sink_;
    std::vector<PendingChange> batch_;
};

PendingChange deletion(CapturedTable table, std::string key, std::int64_t clock, std::vector<std::int64_t> rows = {}) {
    return {.entry = {.table = std::string(storage::captured_table(table).name),
                      .key = std::move(key),
                      .first = Op::remove,
                      .last = Op::remove,
                      .base = {},
                      .hlc = clock,
                      .fields = {}},
            .mask = 0,
            .hash = {},
            .rows = std::move(rows),
            .made = {}};
}

PendingChange existing(const TableRows& rows, std::string key, bool created, std::int64_t mask, std::int64_t clock) {
    const Op op = created ? Op::create : Op::update;
    PendingChange change{.entry = {.table = std::string(rows.descriptor().name),
                                   .key = std::move(key),
                                   .first = op,
                                   .last = op,
                                   .base = {},
                                   .hlc = clock,
                                   .fields = rows.fields(created ? TableRows::all_columns : mask)},
                         .mask = mask,
                         .hash = {},
                         .rows = {},
                         .made = {}};
    if (!protocol::is_shared(rows.descriptor())) return change;
    change.hash = created
                      ? protocol::row_hash(rows.descriptor(), change.entry.key, change.entry.fields)
                      : protocol::row_hash(rows.descriptor(), change.entry.key, rows.fields(TableRows::all_columns));
    return change;
}

/// Deletions by their wire keys, and the rows that were deleted and are back under the same identity: for the hub
/// those were never away, but all their columns may differ.
class Deletions {
public:
    Deletions(Connection& db, const std::vector<ChangedRow>& deleted) : db_(&db), deleted_(deleted) {
        for (const ChangedRow& row : deleted) take(row);
    }

    [[nodiscard]] bool is_back(const std::string& key) const { return !back_.empty() && back_.contains(key); }
    [[nodiscard]] const std::map<CapturedTable, std::vector<std::string>>& keys() const { return keys_; }
    /// The local ids that a deleted row had.
    [[nodiscard]] std::vector<std::int64_t> rows_of(const std::string& key) const {
        const auto found = rows_.find(key);
        return found == rows_.end() ? std::vector<std::int64_t>() : found->second;
    }
    /// Whether the local id was a row's that is known to be deleted.
    [[nodiscard]] bool was_borne(CapturedTable table, std::int64_t row) const {
        return std::ranges::binary_search(deleted_, std::tuple(table, row), {}, [](const ChangedRow& deleted) {
            return std::tuple(deleted.table, deleted.row);
        });
    }

private:
    void take(const ChangedRow& row) {
        if (row.table == CapturedTable::analytics_points) return take_point(row);
        if (!row.uuid) return;
        note(row.table, row.uuid->wire(), row.row, row_exists(*db_, row.table, *row.uuid));
    }

    /// A point of a series that went without a trace cannot be named.
    void take_point(const ChangedRow& row) {
        const std::optional<Uuid> series = series_then(row);
        if (!series) return;
        const std::int64_t index = row.row % points_per_series;
        const std::optional<std::int64_t> now = find_series(*db_, *series);
        const bool exists = now && point_exists(*db_, *now * points_per_series + index);
        note(row.table, point_key(*series, index), row.row, exists);
    }
    /// Which series bore the number when the point was deleted.
    [[nodiscard]] std::optional<Uuid> series_then(const ChangedRow& point) const {
        const std::int64_t series = point.row / points_per_series;
        const auto place = [](const ChangedRow& row) { return std::tuple(row.table, row.row, row.last_seq); };
        const auto found = std::lower_bound(
            deleted_.begin(), deleted_.end(), std::tuple(CapturedTable::analytics_series, series, point.last_seq),
            [&](const ChangedRow& row, const auto& wanted) { return place(row) < wanted; });
        const bool deleted_later =
            found != deleted_.end() && found->table == CapturedTable::analytics_series && found->row == series;
        if (deleted_later) return found->uuid;
        return find_series_uuid(*db_, series);
    }
    void note(CapturedTable table, std::string key, std::int64_t row, bool exists) {
        if (table != CapturedTable::analytics_points) rows_[key].push_back(row);
        if (exists) {
            back_.insert(std::move(key));
        } else if (noted_.insert(key).second) {
            keys_[table].push_back(std::move(key));
        }
    }

    Connection* db_;
    std::span<const ChangedRow> deleted_;
    std::unordered_set<std::string> back_;
    std::unordered_set<std::string> noted_;
    std::unordered_map<std::string, std::vector<std::int64_t>> rows_;
    std::map<CapturedTable, std::vector<std::string>> keys_;
};

using RowsOfTable = std::span<const ChangedRow>;

/// Reads one table's rows. Those that are gone without a trace in the journal are left out, but a point then is
/// known to be deleted.
class ExistingRows {
public:
    ExistingRows(Connection& db, const Deletions& deletions, std::int64_t clock, Batches& batches)
        : db_(&db), deletions_(&deletions), clock_(clock), batches_(&batches) {}

    void read(RowsOfTable changed) {
        TableRows rows(*db_, changed.front().table);
        for (std::size_t begin = 0; begin < changed.size();) {
            std::size_t end = begin + 1;
            while (end < changed.size() && is_near(changed[end - 1], changed[end])) ++end;
            read_run(rows, changed.subspan(begin, end - begin));
            begin = end;
        }
    }

private:
    static bool is_near(const ChangedRow& left, const ChangedRow& right) {
        return right.row - left.row <= near_rows && (left.table != CapturedTable::analytics_points ||
                                                     left.row / points_per_series == right.row / points_per_series);
    }

    void read_run(TableRows& rows, RowsOfTable run) {
        rows.seek(run.front().row, run.back().row);
        std::size_t at = 0;
        while (rows.next()) {
            for (; at < run.size() && run[at].row < rows.id(); ++at) miss(run[at]);
            if (at < run.size() && run[at].row == rows.id()) take(rows, run[at++]);
        }
        for (; at < run.size(); ++at) miss(run[at]);
    }

    void take(const TableRows& rows, const ChangedRow& changed) {
        std::string key = rows.key();
        if (key.empty()) return;
        const bool created = changed.first != JournalOp::updated || deletions_->is_back(key);
        PendingChange change = existing(rows, std::move(key), created, changed.mask, clock_);
        if (created) change.rows = deletions_->rows_of(change.entry.key);
        if (changed.first == JournalOp::created && !deletions_->was_borne(changed.table, changed.row))
            change.made = changed.row;
        batches_->add(std::move(change));
    }

    void miss(const ChangedRow& changed) {
        if (changed.table != CapturedTable::analytics_points || changed.first == JournalOp::created) return;
        const std::optional<Uuid> series = find_series_uuid(*db_, changed.row / points_per_series);
        if (!series) return;
        batches_->add(deletion(changed.table, point_key(*series, changed.row % points_per_series), clock_));
    }

    Connection* db_;
    const Deletions* deletions_;
    std::int64_t clock_;
    Batches* batches_;
};

void add_deletions(const Deletions& deletions, bool parents, std::int64_t clock, Batches& batches) {
    const auto add_table = [&](CapturedTable table, const std::vector<std::string>& keys) {
        if (has_children(*protocol::find_table(static_cast<int>(table))) != parents) return;
        for (const std::string& key : keys) batches.add(deletion(table, key, clock, deletions.rows_of(key)));
    };
    std::for_each(deletions.keys().rbegin(), deletions.keys().rend(),
                  [&](const auto& table) { add_table(table.first, table.second); });
}

template <class Function>
void each_table(const std::vector<ChangedRow>& rows, Function function) {
    for (auto begin = rows.begin(); begin != rows.end();) {
        const auto end =
            std::find_if(begin, rows.end(), [&](const ChangedRow& row) { return row.table != begin->table; });
        function(RowsOfTable(begin, end));
        begin = end;
    }
}

bool exists_again(Connection& db, const JournalEntry& entry) {
    const protocol::TableDescriptor& table = *protocol::find_table(entry.table);
    const std::optional<Uuid> uuid = Uuid::parse(std::string_view(entry.key).substr(0, entry.key.find(':')));
    if (!uuid) return false;
    if (table.key_parent.empty()) return row_exists(db, static_cast<CapturedTable>(table.number), *uuid);
    const std::optional<std::int64_t> series = find_series(db, *uuid);
    std::int64_t index = 0;
    const std::size_t digits = entry.key.find(':') + 1;
    std::from_chars(entry.key.data() + digits, entry.key.data() + entry.key.size(), index);
    return series && point_exists(db, *series * points_per_series + index);
}

void read_whole_table(Connection& db, const protocol::TableDescriptor& table, std::int64_t clock, Batches& batches) {
    TableRows rows(db, static_cast<CapturedTable>(table.number));
    const auto read = [&](std::int64_t first, std::int64_t last) {
        rows.seek(first, last);
        while (rows.next()) {
            std::string key = rows.key();
            if (!key.empty()) batches.add(existing(rows, std::move(key), true, TableRows::all_columns, clock));
        }
    };
    if (table.key_parent.empty()) {
        return read(std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max());
    }
    storage::Query series = db.query("SELECT series_id FROM analytics_series ORDER BY series_id");
    while (series.step()) {
        const std::int64_t first = series.integer(0) * points_per_series;
        read(first, first + points_per_series - 1);
    }
}

}  // namespace

std::int64_t collect_changes(Connection& db, std::int64_t clock, const ChangeSink& sink) {
    const storage::ChangedRows changed =
        storage::changed_rows(db, storage::journal_cursor(db, storage::JournalReader::sync));
    const Deletions deletions(db, changed.deleted);
    Batches batches(sink);
    add_deletions(deletions, false, clock, batches);
    ExistingRows rows(db, deletions, clock, batches);
    each_table(changed.existing, [&](RowsOfTable table) { rows.read(table); });
    add_deletions(deletions, true, clock, batches);
    batches.flush();
    return changed.head;
}

void collect_rows(Connection& db, const std::vector<ChangedRow>& wanted, std::int64_t clock, const ChangeSink& sink) {
    const std::vector<ChangedRow> none;
    const Deletions deletions(db, none);
    Batches batches(sink);
    ExistingRows rows(db, deletions, clock, batches);
    each_table(wanted, [&](RowsOfTable table) { rows.read(table); });
    batches.flush();
}

void collect_everything(Connection& db, protocol::Lane lane, std::int64_t clock, std::vector<JournalEntry> deletions,
                        const ChangeSink& sink) {
    std::erase_if(deletions, [&](const JournalEntry& entry) { return exists_again(db, entry); });
    std::stable_sort(deletions.begin(), deletions.end(), [](const JournalEntry& left, const JournalEntry& right) {
        return protocol::table_order(left.table) > protocol::table_order(right.table);
    });
    Batches batches(sink);
    const auto add_deletions_of = [&](bool parents) {
        for (const JournalEntry& entry : deletions) {
            if (has_children(*protocol::find_table(entry.table)) == parents) {
                batches.add({.entry = entry, .mask = 0, .hash = {}, .rows = {}, .made = {}});
            }
        }
    };
    add_deletions_of(false);
    for (const protocol::TableDescriptor& table : protocol::synced_tables()) {
        if (table.lane == lane) read_whole_table(db, table, clock, batches);
    }
    add_deletions_of(true);
    batches.flush();
}

}  // namespace edge
