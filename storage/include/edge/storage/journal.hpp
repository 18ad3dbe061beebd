#pragma once

#include "edge/storage/captured_tables.hpp"
#include "edge/storage/connection.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace edge::storage {

/// Who reads the journal, each with a cursor of its own.
enum class JournalReader { analytics, sync };

enum class JournalOp : std::uint8_t {
    created = 1,
    updated = 2,
    deleted = 3,
    replaced = 4,  ///< perhaps, by a row that took its unique values: nobody is told, see JournalScan
};

/// One change as a trigger wrote it.
struct JournalEntry {
    std::int64_t seq = 0;
    CapturedTable table = CapturedTable::sellers;
    std::int64_t row = 0;
    JournalOp op = JournalOp::updated;
    bool pulled = false;  ///< written while a pull was applied
    std::int64_t mask = 0;
    std::optional<Uuid> uuid;            ///< of a deleted row
    std::optional<std::int64_t> parent;  ///< the bundle of a reservation or forecast input
};

/// The journal after a number, in order, read as one goes. A row that was perhaps replaced is told as deleted if it is
/// gone, and else not at all.
class JournalScan {
public:
    JournalScan(Connection& connection, std::int64_t after);
    /// False at the end.
    bool next(JournalEntry& entry);

private:
    [[nodiscard]] bool read(JournalEntry& entry);
    [[nodiscard]] bool is_there(const JournalEntry& entry);

    Connection* connection_;
    Query query_;
};

/// What the entries about one row come to. A local id that was freed and used again is two rows: each deletion ends
/// one, each creation begins one. A row that came and went is none.
struct ChangedRow {
    CapturedTable table = CapturedTable::sellers;
    JournalOp first = JournalOp::updated;
    JournalOp last = JournalOp::updated;
    std::int64_t row = 0;
    std::int64_t mask = 0;      ///< columns of all its entries
    std::int64_t last_seq = 0;  ///< of its last entry
    std::optional<Uuid> uuid;   ///< of a deleted row, if its table has identities
};

struct ChangedRows {
    std::int64_t head = 0;             ///< number of the last entry read; the cursor to keep with the effect
    std::vector<ChangedRow> deleted;   ///< by table, then local id, then age
    std::vector<ChangedRow> existing;  ///< by table, then local id; its row may be gone without a trace nevertheless
};

/// What was changed here, not by a pull, after `after`. Takes about 50 bytes an entry.
[[nodiscard]] ChangedRows changed_rows(Connection& connection, std::int64_t after);

[[nodiscard]] std::int64_t journal_cursor(Connection& connection, JournalReader reader);
/// The number of the last entry; the reader's cursor if there is none after it.
[[nodiscard]] std::int64_t journal_head(Connection& connection, JournalReader reader);
/// Forwards only.
void advance_journal_cursor(WriteTransaction& write, JournalReader reader, std::int64_t seq);
/// Removes what every reader has read, but for the newest entry, whose number the next one follows.
void trim_journal(WriteTransaction& write);

/// How many rows were changed here that the reader has not read.
[[nodiscard]] std::int64_t unread_rows(Connection& connection, JournalReader reader);

}  // namespace edge::storage
