#include "uncaptured_rows.hpp"

#include "sync_base.hpp"
#include "sync_rows.hpp"

#include "edge/protocol/row_digest.hpp"
#include "edge/storage/capture_check.hpp"
#include "edge/storage/captured_tables.hpp"
#include "edge/storage/journal.hpp"
#include "edge/storage/sync_state.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

namespace edge {

using storage::CapturedTable;
using storage::Connection;
using storage::JournalOp;
using storage::WriteTransaction;

namespace {

constexpr std::int64_t lowest_id = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t highest_id = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t pulled = 8;  ///< in the journal's op: not to be sent

std::int64_t number_of(CapturedTable table) { return static_cast<std::int64_t>(table); }

std::string_view id_column(CapturedTable table) { return storage::captured_table(table).key.substr(2); }

void journal(WriteTransaction& write, CapturedTable table, std::int64_t row) {
    write.connection()
        .query("INSERT INTO journal (tbl, row, op, mask) VALUES (?, ?, ?, ?)", number_of(table), row,
               static_cast<std::int64_t>(JournalOp::created), TableRows::all_columns)
        .run();
}

/// Places of rows that the journal names for the next seal.
class UnreadPlaces {
public:
    explicit UnreadPlaces(Connection& db) {
        storage::JournalScan scan(db, storage::journal_cursor(db, storage::JournalReader::sync));
        for (storage::JournalEntry entry; scan.next(entry);) {
            if (!entry.pulled) places_.insert(place_of(entry.table, entry.row));
        }
    }
    [[nodiscard]] bool contains(CapturedTable table, std::int64_t row) const {
        return places_.contains(place_of(table, row));
    }

private:
    static std::int64_t place_of(CapturedTable table, std::int64_t row) { return row * 16 + number_of(table); }
    std::unordered_set<std::int64_t> places_;
};

/// Rows of which it is known that they differ: the hub refused them, or what came cannot be applied yet.
std::unordered_set<std::string> rows_known_to_differ(Connection& db) {
    std::unordered_set<std::string> rows;
    storage::Query row =
        db.query("SELECT tbl || ' ' || row_key FROM sync_rejects UNION SELECT tbl || ' ' || row_key FROM sync_parked");
    while (row.step()) rows.insert(row.text(0));
    return rows;
}

class Scan {
public:
    explicit Scan(WriteTransaction& write)
        : write_(&write),
          db_(&write.connection()),
          base_(write),
          unread_(*db_),
          differing_(rows_known_to_differ(*db_)),
          any_sealed_(storage::has_sealed_rows(*db_)) {}

    std::int64_t find_changed() {
        std::int64_t found = 0;
        for (const protocol::TableDescriptor& table : protocol::synced_tables()) {
            if (protocol::is_shared(table)) found += find_changed(static_cast<CapturedTable>(table.number));
        }
        return found;
    }
    std::int64_t find_gone() {
        std::int64_t found = 0;
        for (const protocol::TableDescriptor& table : protocol::synced_tables()) {
            if (protocol::is_shared(table)) found += find_gone(static_cast<CapturedTable>(table.number));
        }
        return found;
    }
    void store() { base_.store(); }

private:
    std::int64_t find_changed(CapturedTable table) {
        std::vector<std::int64_t> found;
        TableRows rows(*db_, table);
        rows.seek(lowest_id, highest_id);
        while (rows.next()) {
            if (!unread_.contains(table, rows.id()) && !is_as_known(table, rows)) found.push_back(rows.id());
        }
        for (const std::int64_t row : found) {
            base_.lose(table, row);
            journal(*write_, table, row);
        }
        return static_cast<std::int64_t>(found.size());
    }
    [[nodiscard]] bool is_as_known(CapturedTable table, const TableRows& rows) const {
        const std::string key = rows.key();
        if (!differing_.empty() && (differing_.contains(fmt::format("{} {}", number_of(table), key)) ||
                                    differing_.contains(fmt::format("{} {}", rows.descriptor().name, key)))) {
            return true;
        }
        const storage::RowHash hash =
            protocol::digest_bytes(protocol::row_hash(rows.descriptor(), key, rows.fields(TableRows::all_columns)));
        const auto sealed = any_sealed_ ? storage::last_sealed_row(*db_, table, key) : std::nullopt;
        if (sealed) return sealed->hash == hash;
        const std::optional<storage::BaseRow> base = base_.find(table, key, rows.id());
        return base && base->hash == hash;
    }

    std::int64_t find_gone(CapturedTable table) {
        std::vector<std::int64_t> gone;
        storage::Query row = db_->query(
            fmt::format("SELECT b.place >> 4 FROM sync_base b LEFT JOIN {0} t ON t.{1} = b.place >> 4 WHERE b.place & "
                        "15 = {2} AND t.{1} IS NULL",
                        storage::captured_table(table).name, id_column(table), number_of(table)));
        while (row.step()) {
            if (!unread_.contains(table, row.integer(0))) gone.push_back(row.integer(0));
        }
        for (const std::int64_t one : gone) base_.lose(table, one);
        return static_cast<std::int64_t>(gone.size());
    }

    WriteTransaction* write_;
    Connection* db_;
    SyncBase base_;
    UnreadPlaces unread_;
    std::unordered_set<std::string> differing_;
    bool any_sealed_;
};

/// What became of the rows of computed tables is not known: they are told once more.
void journal_computed_rows(WriteTransaction& write) {
    for (const storage::CapturedTableInfo& table : storage::captured_tables()) {
        if (protocol::is_shared(*protocol::find_table(static_cast<int>(table.number)))) continue;
        const std::size_t at = table.key.find("@.");
        std::string id(table.key);
        for (std::size_t place = at; place != std::string::npos; place = id.find("@.")) id.erase(place, 2);
        write.connection()
            .query(fmt::format("INSERT INTO journal (tbl, row, op, mask) SELECT {}, {}, {}, {} FROM {}",
                               number_of(table.number), id, static_cast<int>(JournalOp::created),
                               TableRows::all_columns, table.name))
            .run();
    }
}

}  // namespace

/// The journal cannot tell which bundles to count again, so all are; the hub is not concerned.
void count_anew(WriteTransaction& write) {
    const auto columns = storage::captured_table(CapturedTable::sellers).columns;
    const auto currency = std::find(columns.begin(), columns.end(), "currency") - columns.begin();
    write.connection()
        .query("INSERT INTO journal (tbl, row, op, mask) SELECT ?, user_id, ?, ? FROM sellers",
               number_of(CapturedTable::sellers), static_cast<std::int64_t>(JournalOp::updated) + pulled,
               std::int64_t{1} << currency)
        .run();
}

UncapturedRows journal_uncaptured_rows(WriteTransaction& write) {
    Scan scan(write);
    UncapturedRows rows;
    rows.changed = scan.find_changed();
    rows.gone = scan.find_gone();
    scan.store();
    return rows;
}

std::int64_t find_gone_rows(WriteTransaction& write) {
    Scan scan(write);
    const std::int64_t gone = scan.find_gone();
    scan.store();
    return gone;
}

void find_gone_rows_daily(Engine::State& state, WriteTransaction& write) {
    constexpr std::string_view state_checked_day = "gone_rows_checked";
    const std::string day =
        format_date(LocalDate(std::chrono::floor<std::chrono::days>(state.now()).time_since_epoch()));
    if (storage::find_sync_state(state.db, state_checked_day) == day) return;
    const std::int64_t gone = find_gone_rows(write);
    storage::set_sync_state(write, state_checked_day, day);
    if (gone > 0) {
        state.log(LogLevel::warning, fmt::format("sync: {} rows were deleted without a trace in the journal", gone));
    }
}

void check_capture(Engine::State& state) {
    if (storage::is_capture_remembered(state.db)) return;
    WriteTransaction write(state.db);
    if (storage::is_capture_remembered(state.db)) return;  // another process was faster
    const std::vector<std::string> triggers = storage::install_triggers(write);
    const UncapturedRows rows = journal_uncaptured_rows(write);
    if (!triggers.empty()) journal_computed_rows(write);
    count_anew(write);
    storage::remember_capture(write);
    write.commit();
    for (const std::string& trigger : triggers) {
        state.log(LogLevel::warning,
                  fmt::format("the journal trigger {} was missing or altered, and was made", trigger));
    }
    if (rows.any()) {
        state.log(LogLevel::warning, fmt::format("{} rows were changed and {} deleted without a trace in the journal",
                                                 rows.changed, rows.gone));
    }
}

}  // namespace edge
