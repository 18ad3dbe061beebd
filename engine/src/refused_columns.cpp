#include "refused_columns.hpp"

#include "sync_base.hpp"
#include "sync_rows.hpp"

#include "edge/protocol/hub_session.hpp"
#include "edge/protocol/tables.hpp"
#include "edge/storage/journal.hpp"
#include "edge/storage/sync_rejects.hpp"

#include <map>
#include <string>
#include <utility>

namespace edge {

using protocol::Change;
using storage::CapturedTable;

namespace {

/// By table and key.
using Masks = std::map<std::pair<std::string, std::string>, std::int64_t>;

Masks refused_masks(storage::Connection& db) {
    Masks masks;
    for (const storage::StoredReject& stored : storage::list_rejects(db, "open")) {
        const storage::SyncReject& reject = stored.reject;
        const protocol::TableDescriptor* table = protocol::find_table(reject.table);
        if (table == nullptr || reject.outcome != protocol::name_of(protocol::Outcome::blocked)) continue;
        const protocol::Decoded<Change> change = protocol::decode_change(reject.change);
        if (change && change->op == protocol::Op::update)
            masks[{reject.table, reject.key}] |= mask_of(*table, change->fields);
    }
    return masks;
}

}  // namespace

std::int64_t refused_columns(storage::Connection& db, CapturedTable table, std::string_view key) {
    const Masks masks = refused_masks(db);
    const std::string name(protocol::find_table(static_cast<int>(table))->name);
    const auto found = masks.find({name, std::string(key)});
    return found == masks.end() ? 0 : found->second;
}

void journal_refused(storage::WriteTransaction& write, const std::vector<Change>& rows) {
    if (rows.empty() || storage::count_rejects(write.connection()) == 0) return;
    const Masks masks = refused_masks(write.connection());
    for (const Change& row : rows) {
        const auto found = masks.find({row.table, row.key});
        if (found == masks.end() || row.op == protocol::Op::remove) continue;
        const auto table = static_cast<CapturedTable>(protocol::find_table(row.table)->number);
        const std::optional<Uuid> uuid = Uuid::parse(row.key);
        if (uuid && row_exists(write.connection(), table, *uuid))
            storage::journal_again(write, table, *uuid, storage::JournalOp::updated, found->second);
    }
}

}  // namespace edge
