#include "refused_columns.hpp"

#include "sync_base.hpp"
#include "sync_rows.hpp"

#include "edge/protocol/segment.hpp"
#include "edge/protocol/tables.hpp"
#include "edge/storage/journal.hpp"
#include "edge/storage/segments.hpp"
#include "edge/storage/sync_base.hpp"
#include "edge/storage/sync_rejects.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>

namespace edge {

using protocol::Change;
using protocol::Fields;
using protocol::RowName;
using storage::CapturedTable;
using storage::ChangedRow;
using storage::Connection;
using storage::SyncReject;

namespace {

using Place = std::pair<std::string, std::string>;  ///< table, key

/// When the change was sealed first; when it was refused, if its segment is no longer kept.
std::int64_t clock_of(Connection& db, const SyncReject& reject) {
    const std::optional<std::string> bytes =
        storage::find_part_bytes(db, reject.lane, reject.epoch, reject.seq, reject.part);
    if (bytes) {
        const protocol::Decoded<protocol::Segment> segment = protocol::decode_segment(*bytes);
        const auto at = static_cast<std::size_t>(reject.position);
        if (segment && at < segment->changes.size()) return segment->h0 + segment->changes[at].hlc;
    }
    return to_milliseconds(reject.received_at);
}

Fields fields_of(Connection& db, CapturedTable table, std::int64_t row) {
    TableRows rows(db, table);
    rows.seek(row, row);
    return rows.next() ? rows.fields(TableRows::all_columns) : Fields();
}

/// Columns that are here as the refused change wrote them.
std::int64_t standing_columns(Connection& db, const protocol::TableDescriptor& table, std::int64_t row,
                              const Change& refused) {
    Fields standing = refused.fields;
    const Fields here = fields_of(db, static_cast<CapturedTable>(table.number), row);
    std::erase_if(standing, [&](const protocol::Field& field) {
        const protocol::FieldValue* value = protocol::find_field(here, field.name);
        return value == nullptr || *value != field.value;
    });
    return mask_of(table, standing);
}

struct RefusedRows {
    std::vector<ChangedRow> rows;
    std::map<Place, std::int64_t> clocks;

    void add(Connection& db, const SyncReject& reject, const Change& change) {
        const protocol::TableDescriptor* table = protocol::find_table(reject.table);
        if (table == nullptr || !protocol::is_shared(*table)) return;
        const auto captured = static_cast<CapturedTable>(table->number);
        const std::optional<std::int64_t> row = find_shared_row(db, captured, reject.key);
        if (!row) return;
        // a creation under way is the row as this file knows it, told as older than anything
        const storage::UnconfirmedRow unconfirmed = storage::unconfirmed_row(db, captured, reject.key);
        std::int64_t mask = standing_columns(db, *table, *row, change);
        if (!unconfirmed.created) mask &= ~unconfirmed.mask;
        if (mask == 0) return;
        std::int64_t& clock = clocks[{reject.table, reject.key}];
        clock = std::max(clock, clock_of(db, reject));
        const auto known =
            std::ranges::find_if(rows, [&](const ChangedRow& one) { return one.table == captured && one.row == *row; });
        if (known != rows.end()) {
            known->mask |= mask;
        } else {
            rows.push_back({.table = captured, .row = *row, .mask = mask, .last_seq = 0, .uuid = {}});
        }
    }
};

}  // namespace

void seal_refused(Engine::State& state, storage::WriteTransaction& write, const SyncIdentity& identity,
                  const std::vector<RowName>& rows) {
    Connection& db = write.connection();
    if (rows.empty() || storage::count_rejects(db) == 0) return;
    std::set<Place> wanted;
    for (const RowName& row : rows) wanted.emplace(row.table, row.key);
    RefusedRows refused;
    for (const storage::StoredReject& stored : storage::list_rejects(db, "open")) {
        const SyncReject& reject = stored.reject;
        if (reject.outcome != protocol::name_of(protocol::Outcome::blocked) ||
            !wanted.contains({reject.table, reject.key}))
            continue;
        const protocol::Decoded<Change> change = protocol::decode_change(reject.change);
        if (change && change->op == protocol::Op::update) refused.add(db, reject, *change);
    }
    std::ranges::sort(refused.rows, {}, [](const ChangedRow& row) { return std::tuple(row.table, row.row); });
    seal_rows_late(state, write, identity, refused.rows, [&](const protocol::JournalEntry& entry) {
        return refused.clocks.at({entry.table, entry.key});
    });
}

std::vector<RowName> names_of(const std::vector<Change>& rows) {
    std::vector<RowName> names;
    for (const Change& row : rows) {
        if (row.op != protocol::Op::remove) names.push_back({.table = row.table, .key = row.key});
    }
    return names;
}

}  // namespace edge
