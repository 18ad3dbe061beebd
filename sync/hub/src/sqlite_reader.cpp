#include "sqlite_reader.hpp"

#include "outcome_codec.hpp"
#include "stored_form.hpp"

#include "edge/protocol/tables.hpp"

#include <set>

namespace edge::hub {

using storage::Connection;
using storage::Query;

namespace {

/// Columns: tbl, key, version, hub_version, hlc, deleted, writer, fields, stamps, parent, claim.
StoredRow read_row(const Query& query) {
    StoredRow stored;
    stored.at = {.table = static_cast<int>(query.integer(0)), .key = query.text(1)};
    stored.row.version = query.integer(2);
    stored.row.hub_version = query.integer(3);
    stored.row.hlc = query.integer(4);
    stored.row.deleted = query.integer(5) != 0;
    stored.row.writer = query.text(6);
    read_stored_fields(query.view(7), query.view(8), stored);
    stored.parent = query.text(9);
    stored.claim = query.text(10);
    return stored;
}

std::vector<StoredRow> read_rows(Query& query) {
    std::vector<StoredRow> found;
    while (query.step()) found.push_back(read_row(query));
    return found;
}

}  // namespace

SellerHead SqliteQueries::head() {
    Query row = db_->query("SELECT seq, applied_at, digest, trimmed FROM seller_head WHERE seller = ?", seller_);
    if (!row.step()) return {};
    SellerHead head{
        .seq = row.integer(0), .applied_at = row.time(1), .digest = std::nullopt, .trimmed = row.integer(3)};
    if (!row.is_null(2)) head.digest = protocol::digest_of_bytes(row.blob(2).first<16>());
    return head;
}

std::vector<LaneState> SqliteQueries::lanes(std::string_view replica) {
    Query query = db_->query(
        "SELECT epoch, lane, next_seq, next_part, parts, head, applied_head FROM lane_cursor "
        "WHERE seller = ? AND replica = ? ORDER BY epoch, lane DESC",
        seller_, replica);
    std::vector<LaneState> found;
    while (query.step()) {
        found.push_back({.id = {.epoch = query.integer(0), .lane = stored_lane(query.view(1))},
                         .cursor = {.next_seq = query.integer(2),
                                    .next_part = static_cast<int>(query.integer(3)),
                                    .parts = static_cast<int>(query.integer(4)),
                                    .head = query.text(5),
                                    .applied_head = query.text(6)}});
    }
    return found;
}

std::vector<TakenPart> SqliteQueries::parts(std::string_view replica, const std::vector<PartId>& ids) {
    Query query = db_->query(
        "SELECT hash, changes, outcomes, applied_at, bytes FROM lane_part "
        "WHERE seller = ? AND replica = ? AND epoch = ? AND lane = ? AND seq = ? AND part = ?");
    std::vector<TakenPart> found;
    for (const PartId& id : ids) {
        query.rebind(seller_, replica, id.lane.epoch, protocol::name_of(id.lane.lane), id.seq, id.part);
        if (!query.step()) continue;
        found.push_back({.id = id,
                         .hash = query.text(0),
                         .changes = query.integer(1),
                         .outcomes = decode_outcomes(query.view(2), id),
                         .applied = !query.is_null(3),
                         .bytes = query.text(4)});
    }
    return found;
}

std::vector<std::int64_t> SqliteQueries::applied_until(std::string_view replica, const std::vector<LaneId>& lanes,
                                                       Timestamp covered) {
    // applied_at grows with seq within a lane, so the first match from the end is the answer
    Query query = db_->query(
        "SELECT seq FROM lane_part WHERE seller = ? AND replica = ? AND epoch = ? AND lane = ? AND applied_at <= ? "
        "ORDER BY seq DESC LIMIT 1");
    std::vector<std::int64_t> found;
    found.reserve(lanes.size());
    for (const LaneId& lane : lanes) {
        query.rebind(seller_, replica, lane.epoch, protocol::name_of(lane.lane), covered);
        found.push_back(query.step() ? query.integer(0) : 0);
    }
    return found;
}

std::vector<StoredRow> SqliteQueries::rows(const std::vector<RowKey>& keys) {
    Query query = db_->query(
        "SELECT tbl, key, version, hub_version, hlc, deleted, writer, fields, stamps, parent, claim FROM hub_row "
        "WHERE seller = ? AND tbl = ? AND key = ?");
    std::vector<StoredRow> found;
    found.reserve(keys.size());
    for (const RowKey& key : keys) {
        query.rebind(seller_, key.table, key.key);
        if (query.step()) found.push_back(read_row(query));
    }
    return found;
}

// Left to itself SQLite takes the primary key, and looks at every row of the seller for each parent.

std::vector<StoredRow> SqliteQueries::children(const std::vector<std::string>& parents) {
    Query query = db_->query(
        "SELECT tbl, key, version, hub_version, hlc, deleted, writer, fields, stamps, parent, claim FROM hub_row "
        "INDEXED BY hub_row_by_parent WHERE seller = ? AND parent = ?");
    std::vector<StoredRow> found;
    for (const std::string& parent : parents) {
        query.rebind(seller_, parent);
        while (query.step()) found.push_back(read_row(query));
    }
    return found;
}

std::vector<ClaimHolder> SqliteQueries::claims(const std::vector<Claim>& claims) {
    Query query = db_->query(
        "SELECT tbl, key FROM hub_row INDEXED BY hub_row_by_parent WHERE seller = ? AND parent = ? AND claim = ? AND "
        "deleted = 0");
    std::vector<ClaimHolder> found;
    for (const Claim& claim : claims) {
        query.rebind(seller_, claim.parent, claim.code);
        while (query.step()) {
            found.push_back(
                {.claim = claim, .row = {.table = static_cast<int>(query.integer(0)), .key = query.text(1)}});
        }
    }
    return found;
}

std::vector<DeadLetter> SqliteQueries::open_letters(std::string_view replica, const std::vector<RowKey>& keys) {
    const std::set<RowKey> wanted(keys.begin(), keys.end());
    Query query = db_->query(
        "SELECT replica, epoch, lane, seq, part, idx, tbl, key, outcome, reason, detail, change, at, state, settled_at "
        "FROM dead_letter WHERE seller = ? AND replica = ? AND state = 'open'",
        seller_, replica);
    std::vector<DeadLetter> found;
    while (query.step()) {
        const protocol::TableDescriptor* table = protocol::find_table(query.view(6));
        if (table != nullptr && wanted.contains({.table = table->number, .key = query.text(7)}))
            found.push_back(read_dead_letter(query, 0));
    }
    return found;
}

std::vector<DeadLetter> SqliteQueries::letters(std::string_view replica, const std::vector<ChangeId>& ids) {
    Query query = db_->query(
        "SELECT replica, epoch, lane, seq, part, idx, tbl, key, outcome, reason, detail, change, at, state, settled_at "
        "FROM dead_letter WHERE seller = ? AND replica = ? AND epoch = ? AND lane = ? AND seq = ? AND part = ? AND "
        "idx = ?");
    std::vector<DeadLetter> found;
    for (const ChangeId& id : ids) {
        query.rebind(seller_, replica, id.part.lane.epoch, protocol::name_of(id.part.lane.lane), id.part.seq,
                     id.part.part, id.index);
        if (query.step()) found.push_back(read_dead_letter(query, 0));
    }
    return found;
}

std::vector<StoredRow> SqliteQueries::changes(std::int64_t after, std::size_t at_most) {
    static const std::string select =
        "SELECT tbl, key, version, hub_version, hlc, deleted, writer, fields, stamps, parent, claim FROM hub_row "
        "WHERE seller = ? AND version > ? AND tbl IN (" +
        shared_table_numbers() + ") ORDER BY version LIMIT ?";
    Query query = db_->query(select, seller_, after, static_cast<std::int64_t>(at_most));
    return read_rows(query);
}

std::vector<StoredRow> SqliteQueries::rows_as_of(std::int64_t at, int table, std::string_view after,
                                                 std::size_t at_most) {
    Query query = db_->query(
        "SELECT tbl, key, version, hub_version, hlc, deleted, writer, fields, stamps, parent, claim FROM hub_row "
        "WHERE seller = ? AND tbl = ? AND key > ? AND deleted = 0 AND version <= ? ORDER BY key LIMIT ?",
        seller_, table, after, at, static_cast<std::int64_t>(at_most));
    return read_rows(query);
}

std::int64_t SqliteQueries::count_shared_rows() {
    static const std::string select =
        "SELECT count(*) FROM hub_row WHERE seller = ? AND deleted = 0 AND tbl IN (" + shared_table_numbers() + ")";
    Query query = db_->query(select, seller_);
    query.step();
    return query.integer(0);
}

void SqliteQueries::each_row(const std::function<void(const StoredRow&)>& visit) {
    Query query = db_->query(
        "SELECT tbl, key, version, hub_version, hlc, deleted, writer, fields, stamps, parent, claim FROM hub_row "
        "WHERE seller = ? ORDER BY tbl, key",
        seller_);
    while (query.step()) visit(read_row(query));
}

HubSettings read_settings(Connection& db) {
    HubSettings settings;
    Query query = db.query("SELECT name, value FROM hub");
    while (query.step()) read_fact(query.view(0), query.view(1), settings);
    return settings;
}

DeadLetter read_dead_letter(const Query& row, int first) {
    DeadLetter letter;
    letter.id.replica = row.text(first);
    letter.id.part = {.lane = {.epoch = row.integer(first + 1), .lane = stored_lane(row.view(first + 2))},
                      .seq = row.integer(first + 3),
                      .part = static_cast<int>(row.integer(first + 4))};
    letter.id.index = row.integer(first + 5);
    letter.table = row.text(first + 6);
    letter.key = row.text(first + 7);
    letter.outcome = stored_outcome(row.view(first + 8));
    letter.reason = row.text(first + 9);
    letter.detail = row.text(first + 10);
    letter.change = row.text(first + 11);
    letter.at = row.time(first + 12);
    letter.state = stored_letter_state(row.view(first + 13));
    letter.settled_at = row.optional_time(first + 14);
    return letter;
}

}  // namespace edge::hub
