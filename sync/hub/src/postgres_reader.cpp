#include "postgres_reader.hpp"

#include "outcome_codec.hpp"
#include "stored_form.hpp"

#include "edge/protocol/tables.hpp"

namespace edge::hub {
namespace {

constexpr std::string_view select_settings = "SELECT name, value FROM edge.hub";
constexpr std::string_view select_head =
    "SELECT seq, applied_at, digest, trimmed FROM edge.seller_head WHERE seller = $1";
constexpr std::string_view select_lanes =
    "SELECT epoch, lane, next_seq, next_part, parts, head, applied_head FROM edge.lane_cursor "
    "WHERE seller = $1 AND replica = $2 ORDER BY epoch, lane DESC";
// The seller's head in every row; each of the others is a lane or a fact.
constexpr std::string_view select_glance =
    "SELECT h.seq, h.applied_at, h.digest, h.trimmed, w.* FROM ("
    "SELECT l.epoch, l.lane, l.next_seq, l.next_part, l.parts, l.head, l.applied_head, NULL AS name, NULL AS value "
    "FROM edge.lane_cursor AS l WHERE l.seller = $1 AND l.replica = $2 UNION ALL "
    "SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, f.name, f.value FROM edge.hub AS f) AS w "
    "LEFT JOIN edge.seller_head AS h ON h.seller = $1 ORDER BY w.epoch, w.lane DESC";
// OFFSET 0 keeps the planner from reading all that the seller has and comparing each with each: what is asked for is
// looked up, one after the other.
constexpr std::string_view select_parts =
    "SELECT p.* FROM unnest($3::bigint[], $4::text[], $5::bigint[], $6::bigint[]) AS w(epoch, lane, seq, part) "
    "CROSS JOIN LATERAL (SELECT p.epoch, p.lane, p.seq, p.part, p.hash, p.changes, p.outcomes, p.applied_at, p.bytes "
    "FROM edge.lane_part AS p WHERE p.seller = $1 AND p.replica = $2 AND p.epoch = w.epoch AND p.lane = w.lane "
    "AND p.seq = w.seq AND p.part = w.part OFFSET 0) AS p";
constexpr std::string_view select_rows =
    "SELECT r.* FROM unnest($2::bigint[], $3::text[]) AS w(tbl, key) CROSS JOIN LATERAL (SELECT r.tbl, r.key, "
    "r.version, r.hub_version, r.hlc, r.deleted, r.writer, r.fields, r.stamps, r.parent, r.claim FROM edge.hub_row AS "
    "r "
    "WHERE r.seller = $1 AND r.tbl = w.tbl AND r.key = w.key OFFSET 0) AS r";
constexpr std::string_view select_children =
    "SELECT r.tbl, r.key, r.version, r.hub_version, r.hlc, r.deleted, r.writer, r.fields, r.stamps, r.parent, r.claim "
    "FROM edge.hub_row AS r WHERE r.seller = $1 AND r.parent = ANY($2::text[])";
constexpr std::string_view select_claims =
    "SELECT r.* FROM unnest($2::text[], $3::text[]) AS w(parent, claim) CROSS JOIN LATERAL (SELECT r.parent, r.claim, "
    "r.tbl, r.key FROM edge.hub_row AS r WHERE r.seller = $1 AND r.parent = w.parent AND r.claim = w.claim "
    "AND NOT r.deleted OFFSET 0) AS r";
constexpr std::string_view select_any_open_letter =
    "SELECT 1 FROM edge.dead_letter WHERE seller = $1 AND replica = $2 AND state = 'open' LIMIT 1";
constexpr std::string_view select_open_letters =
    "SELECT d.replica, d.epoch, d.lane, d.seq, d.part, d.idx, d.tbl, d.key, d.outcome, d.reason, d.detail, d.change, "
    "d.at, d.state, d.settled_at FROM unnest($3::text[], $4::text[]) AS w(tbl, key) JOIN edge.dead_letter AS d "
    "ON d.seller = $1 AND d.replica = $2 AND d.tbl = w.tbl AND d.key = w.key WHERE d.state = 'open' "
    "ORDER BY d.epoch, d.lane, d.seq, d.part, d.idx";
constexpr std::string_view select_letters =
    "SELECT d.replica, d.epoch, d.lane, d.seq, d.part, d.idx, d.tbl, d.key, d.outcome, d.reason, d.detail, d.change, "
    "d.at, d.state, d.settled_at FROM unnest($3::bigint[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[]) "
    "AS w(epoch, lane, seq, part, idx) JOIN edge.dead_letter AS d ON d.seller = $1 AND d.replica = $2 "
    "AND d.epoch = w.epoch AND d.lane = w.lane AND d.seq = w.seq AND d.part = w.part AND d.idx = w.idx";
constexpr std::string_view select_changes =
    "SELECT tbl, key, version, hub_version, hlc, deleted, writer, fields, stamps, parent, claim FROM edge.hub_row "
    "WHERE seller = $1 AND version > 0 AND version > $2::bigint AND tbl IN (";
constexpr std::string_view in_order_of_version = ") ORDER BY version LIMIT $3::bigint";
constexpr std::string_view select_as_of =
    "SELECT tbl, key, version, hub_version, hlc, deleted, writer, fields, stamps, parent, claim FROM edge.hub_row "
    "WHERE seller = $1 AND tbl = $2::bigint AND key > $3::text AND NOT deleted AND version <= $4::bigint "
    "ORDER BY key LIMIT $5::bigint";
constexpr std::string_view count_shared =
    "SELECT count(*) FROM edge.hub_row WHERE seller = $1 AND NOT deleted AND tbl IN (";
constexpr std::string_view select_page =
    "SELECT tbl, key, version, hub_version, hlc, deleted, writer, fields, stamps, parent, claim FROM edge.hub_row "
    "WHERE seller = $1 AND (tbl, key) > ($2::bigint, $3::text) ORDER BY tbl, key LIMIT $4::bigint";
constexpr std::string_view select_applied_until =
    "SELECT w.place, (SELECT max(p.seq) FROM edge.lane_part AS p WHERE p.seller = $1 AND p.replica = $2 "
    "AND p.epoch = w.epoch AND p.lane = w.lane AND p.applied_at <= $6::bigint) "
    "FROM unnest($3::bigint[], $4::bigint[], $5::text[]) AS w(place, epoch, lane) ORDER BY w.place";

constexpr std::int64_t page_rows = 2000;

/// Columns: tbl, key, version, hub_version, hlc, deleted, writer, fields, stamps, parent, claim.
StoredRow read_row(const PostgresResult& result, int row) {
    StoredRow stored;
    stored.at = {.table = static_cast<int>(result.integer(row, 0)), .key = result.name(row, 1)};
    stored.row.version = result.integer(row, 2);
    stored.row.hub_version = result.integer(row, 3);
    stored.row.hlc = result.integer(row, 4);
    stored.row.deleted = result.boolean(row, 5);
    stored.row.writer = result.name(row, 6);
    read_stored_fields(result.view(row, 7), result.view(row, 8), stored);
    stored.parent = result.name(row, 9);
    stored.claim = result.name(row, 10);
    return stored;
}

/// What `read` makes of each row's number.
template <class Read>
auto read_each(const PostgresResult& result, const Read& read) {
    std::vector<decltype(read(0))> found;
    found.reserve(static_cast<std::size_t>(result.size()));
    for (int row = 0; row < result.size(); ++row) found.push_back(read(row));
    return found;
}

std::vector<StoredRow> read_rows(const PostgresResult& result) {
    return read_each(result, [&](int row) { return read_row(result, row); });
}

/// Columns: epoch, lane, next_seq, next_part, parts, head, applied_head.
LaneState read_lane(const PostgresResult& result, int row, int first) {
    return {.id = {.epoch = result.integer(row, first), .lane = stored_lane(result.view(row, first + 1))},
            .cursor = {.next_seq = result.integer(row, first + 2),
                       .next_part = static_cast<int>(result.integer(row, first + 3)),
                       .parts = static_cast<int>(result.integer(row, first + 4)),
                       .head = result.text(row, first + 5),
                       .applied_head = result.text(row, first + 6)}};
}

std::vector<LaneState> read_lanes(const PostgresResult& result) {
    return read_each(result, [&](int row) { return read_lane(result, row, 0); });
}

std::vector<TakenPart> read_parts(const PostgresResult& result) {
    std::vector<TakenPart> found;
    for (int row = 0; row < result.size(); ++row) {
        const PartId id{.lane = {.epoch = result.integer(row, 0), .lane = stored_lane(result.view(row, 1))},
                        .seq = result.integer(row, 2),
                        .part = static_cast<int>(result.integer(row, 3))};
        found.push_back({.id = id,
                         .hash = result.text(row, 4),
                         .changes = result.integer(row, 5),
                         .outcomes = decode_outcomes(result.view(row, 6), id),
                         .applied = !result.is_null(row, 7),
                         .bytes = result.text(row, 8)});
    }
    return found;
}

std::vector<ClaimHolder> read_claims(const PostgresResult& result) {
    return read_each(result, [&](int row) {
        return ClaimHolder{.claim = {.parent = result.name(row, 0), .code = result.name(row, 1)},
                           .row = {.table = static_cast<int>(result.integer(row, 2)), .key = result.name(row, 3)}};
    });
}

HubSettings settings_of(const PostgresResult& result) {
    HubSettings settings;
    for (int row = 0; row < result.size(); ++row) read_fact(result.view(row, 0), result.view(row, 1), settings);
    return settings;
}

PostgresValues values_of_parts(const std::string& seller, std::string_view replica, const std::vector<PartId>& ids) {
    std::vector<std::int64_t> epochs;
    std::vector<std::string> lanes;
    std::vector<std::int64_t> seqs;
    std::vector<std::int64_t> numbers;
    for (const PartId& id : ids) {
        epochs.push_back(id.lane.epoch);
        lanes.emplace_back(protocol::name_of(id.lane.lane));
        seqs.push_back(id.seq);
        numbers.push_back(id.part);
    }
    PostgresValues values;
    values.text(seller).name(replica).integers(epochs).texts(lanes).integers(seqs).integers(numbers);
    return values;
}

template <class Keys>
PostgresValues values_of_rows(const std::string& seller, const Keys& keys) {
    std::vector<std::int64_t> tables;
    std::vector<std::string> names;
    for (const RowKey& key : keys) {
        tables.push_back(key.table);
        names.push_back(storable_name(key.key));
    }
    PostgresValues values;
    values.text(seller).integers(tables).texts(names);
    return values;
}

template <class Claims>
PostgresValues values_of_claims(const std::string& seller, const Claims& claims) {
    std::vector<std::string> parents;
    std::vector<std::string> codes;
    for (const Claim& claim : claims) {
        parents.push_back(storable_name(claim.parent));
        codes.push_back(storable_name(claim.code));
    }
    PostgresValues values;
    values.text(seller).texts(parents).texts(codes);
    return values;
}

PostgresValues values_of_replica(const std::string& seller, std::string_view replica) {
    PostgresValues values;
    values.text(seller).name(replica);
    return values;
}

}  // namespace

std::vector<StoredRow> PostgresQueries::read(const PostgresResult& result) {
    std::vector<StoredRow> rows = read_rows(result);
    for (const StoredRow& row : rows) {
        if (row.claim.empty() || row.row.deleted) continue;
        const protocol::FieldValue* cancelled = protocol::find_field(row.row.fields, "cancelled_at");
        if (cancelled != nullptr && !protocol::is_null(*cancelled)) continue;
        claims_read_.try_emplace(row.at.key, Claim{.parent = row.parent, .code = row.claim});
    }
    return rows;
}

void PostgresQueries::queue_ahead() {
    db_->queue(select_settings);
    db_->queue(select_head, PostgresValues().text(seller_));
    db_->queue(select_lanes, values_of_replica(seller_, expected_.replica));
    if (!expected_.parts.empty()) {
        db_->queue(select_parts, values_of_parts(seller_, expected_.replica, expected_.parts));
    }
    if (!expected_.rows.empty()) {
        db_->queue(select_rows, values_of_rows(seller_, expected_.rows));
        db_->queue(select_any_open_letter, values_of_replica(seller_, expected_.replica));
    }
    if (!expected_.claims.empty()) db_->queue(select_claims, values_of_claims(seller_, expected_.claims));
}

std::size_t PostgresQueries::read_ahead(std::vector<PostgresResult>& results, std::size_t first) {
    settings_ = settings_of(results.at(first++));
    head_ = head_of(results.at(first++));
    lanes_ = read_lanes(results.at(first++));
    if (!expected_.parts.empty()) {
        for (const PartId& id : expected_.parts) parts_[id] = std::nullopt;
        for (TakenPart& part : read_parts(results.at(first++))) parts_[part.id] = std::move(part);
    }
    if (!expected_.rows.empty()) {
        for (const RowKey& key : expected_.rows) rows_[key] = std::nullopt;
        for (StoredRow& row : read(results.at(first++))) rows_[row.at] = std::move(row);
        any_open_letters_ = results.at(first++).size() > 0;
    }
    if (!expected_.claims.empty()) {
        for (const Claim& claim : expected_.claims) claims_[claim] = {};
        for (ClaimHolder& holder : read_claims(results.at(first++))) claims_[holder.claim].push_back(std::move(holder));
    }
    return first;
}

bool PostgresQueries::glance(std::int64_t seen) {
    const PostgresResult result = db_->run(select_glance, values_of_replica(seller_, expected_.replica));
    SellerHead head = head_of(result);
    if (head.seq > seen) return false;
    head_ = head;
    std::vector<LaneState> lanes;
    HubSettings settings;
    for (int row = 0; row < result.size(); ++row) {
        if (!result.is_null(row, 4)) lanes.push_back(read_lane(result, row, 4));
        if (!result.is_null(row, 11)) read_fact(result.view(row, 11), result.view(row, 12), settings);
    }
    lanes_ = std::move(lanes);
    settings_ = std::move(settings);
    return true;
}

void PostgresQueries::forget_ahead() {
    settings_.reset();
    head_.reset();
    lanes_.reset();
    parts_.clear();
    rows_.clear();
    claims_.clear();
    any_open_letters_.reset();
}

HubSettings PostgresQueries::settings() {
    if (!settings_) settings_ = settings_of(db_->run(select_settings));
    return *settings_;
}

SellerHead PostgresQueries::head() {
    if (!head_) head_ = head_of(db_->run(select_head, PostgresValues().text(seller_)));
    return *head_;
}

std::vector<LaneState> PostgresQueries::lanes(std::string_view replica) {
    if (lanes_ && expected_.replica == replica) return *lanes_;
    return read_lanes(db_->run(select_lanes, values_of_replica(seller_, replica)));
}

std::vector<TakenPart> PostgresQueries::parts(std::string_view replica, const std::vector<PartId>& ids) {
    std::vector<TakenPart> found;
    std::vector<PartId> unread;
    for (const PartId& id : ids) {
        const auto ahead = expected_.replica == replica ? parts_.find(id) : parts_.end();
        if (ahead == parts_.end()) {
            unread.push_back(id);
        } else if (ahead->second) {
            found.push_back(*ahead->second);
        }
    }
    if (unread.empty()) return found;
    std::vector<TakenPart> rest = read_parts(db_->run(select_parts, values_of_parts(seller_, replica, unread)));
    found.insert(found.end(), std::make_move_iterator(rest.begin()), std::make_move_iterator(rest.end()));
    return found;
}

std::vector<std::int64_t> PostgresQueries::applied_until(std::string_view replica, const std::vector<LaneId>& lanes,
                                                         Timestamp covered) {
    std::vector<std::int64_t> places;
    std::vector<std::int64_t> epochs;
    std::vector<std::string> names;
    for (const LaneId& lane : lanes) {
        places.push_back(static_cast<std::int64_t>(places.size()));
        epochs.push_back(lane.epoch);
        names.emplace_back(protocol::name_of(lane.lane));
    }
    PostgresValues values = values_of_replica(seller_, replica);
    values.integers(places).integers(epochs).texts(names).instant(covered);
    const PostgresResult result = db_->run(select_applied_until, values);
    return read_each(result,
                     [&](int row) { return result.is_null(row, 1) ? std::int64_t{0} : result.integer(row, 1); });
}

std::vector<StoredRow> PostgresQueries::rows(const std::vector<RowKey>& keys) {
    std::vector<StoredRow> found;
    std::vector<RowKey> unread;
    for (const RowKey& key : keys) {
        const auto ahead = rows_.find(key);
        if (ahead == rows_.end()) {
            unread.push_back(key);
        } else if (ahead->second) {
            found.push_back(*ahead->second);
        }
    }
    if (unread.empty()) return found;
    std::vector<StoredRow> rest = read(db_->run(select_rows, values_of_rows(seller_, unread)));
    found.insert(found.end(), std::make_move_iterator(rest.begin()), std::make_move_iterator(rest.end()));
    return found;
}

std::vector<StoredRow> PostgresQueries::children(const std::vector<std::string>& parents) {
    std::vector<std::string> names;
    names.reserve(parents.size());
    for (const std::string& parent : parents) names.push_back(storable_name(parent));
    PostgresValues values;
    values.text(seller_).texts(names);
    return read(db_->run(select_children, values));
}

std::vector<ClaimHolder> PostgresQueries::claims(const std::vector<Claim>& claims) {
    std::vector<ClaimHolder> found;
    std::vector<Claim> unread;
    for (const Claim& claim : claims) {
        const auto ahead = claims_.find(claim);
        if (ahead == claims_.end()) {
            unread.push_back(claim);
        } else {
            found.insert(found.end(), ahead->second.begin(), ahead->second.end());
        }
    }
    if (unread.empty()) return found;
    std::vector<ClaimHolder> rest = read_claims(db_->run(select_claims, values_of_claims(seller_, unread)));
    found.insert(found.end(), std::make_move_iterator(rest.begin()), std::make_move_iterator(rest.end()));
    return found;
}

std::vector<DeadLetter> PostgresQueries::open_letters(std::string_view replica, const std::vector<RowKey>& keys) {
    if (any_open_letters_ == false && expected_.replica == replica) return {};
    std::vector<std::string> tables;
    std::vector<std::string> names;
    for (const RowKey& key : keys) {
        tables.emplace_back(protocol::find_table(key.table)->name);
        names.push_back(storable_name(key.key));
    }
    PostgresValues values = values_of_replica(seller_, replica);
    values.texts(tables).texts(names);
    const PostgresResult result = db_->run(select_open_letters, values);
    return read_each(result, [&](int row) { return read_dead_letter(result, row, 0); });
}

std::vector<DeadLetter> PostgresQueries::letters(std::string_view replica, const std::vector<ChangeId>& ids) {
    std::vector<PartId> parts;
    std::vector<std::int64_t> indexes;
    for (const ChangeId& id : ids) {
        parts.push_back(id.part);
        indexes.push_back(id.index);
    }
    PostgresValues values = values_of_parts(seller_, replica, parts);
    values.integers(indexes);
    const PostgresResult result = db_->run(select_letters, values);
    return read_each(result, [&](int row) { return read_dead_letter(result, row, 0); });
}

std::vector<StoredRow> PostgresQueries::changes(std::int64_t after, std::size_t at_most) {
    if (head_ && after >= head_->seq) return {};  // a poll when nothing happened costs no second trip
    static const std::string select =
        std::string(select_changes) + shared_table_numbers() + std::string(in_order_of_version);
    PostgresValues values;
    values.text(seller_).integer(after).integer(static_cast<std::int64_t>(at_most));
    return read_rows(db_->run(select, values));
}

std::vector<StoredRow> PostgresQueries::rows_as_of(std::int64_t at, int table, std::string_view after,
                                                   std::size_t at_most) {
    PostgresValues values;
    values.text(seller_).integer(std::int64_t{table}).name(after).integer(at);
    values.integer(static_cast<std::int64_t>(at_most));
    return read_rows(db_->run(select_as_of, values));
}

std::int64_t PostgresQueries::count_shared_rows() {
    static const std::string select = std::string(count_shared) + shared_table_numbers() + ")";
    return db_->run(select, PostgresValues().text(seller_)).integer(0, 0);
}

void PostgresQueries::each_row(const std::function<void(const StoredRow&)>& visit) {
    RowKey last;
    while (true) {
        PostgresValues values;
        values.text(seller_).integer(last.table).name(last.key).integer(page_rows);
        const std::vector<StoredRow> page = read_rows(db_->run(select_page, values));
        for (const StoredRow& row : page) visit(row);
        if (std::ssize(page) < page_rows) return;
        last = page.back().at;
    }
}

SellerHead head_of(const PostgresResult& result) {
    if (result.size() == 0 || result.is_null(0, 1)) return {};  // nothing took effect yet
    SellerHead head{.seq = result.integer(0, 0),
                    .applied_at = result.time(0, 1),
                    .digest = std::nullopt,
                    .trimmed = result.integer(0, 3)};
    const std::string_view digest = result.view(0, 2);
    if (!result.is_null(0, 2)) {
        const std::span<const std::uint8_t> bytes(reinterpret_cast<const std::uint8_t*>(digest.data()), digest.size());
        head.digest = protocol::digest_of_bytes(bytes.first<16>());
    }
    return head;
}

HubSettings read_settings(PostgresConnection& db) { return settings_of(db.run(select_settings)); }

DeadLetter read_dead_letter(const PostgresResult& result, int row, int first) {
    DeadLetter letter;
    letter.id.replica = result.name(row, first);
    letter.id.part = {
        .lane = {.epoch = result.integer(row, first + 1), .lane = stored_lane(result.view(row, first + 2))},
        .seq = result.integer(row, first + 3),
        .part = static_cast<int>(result.integer(row, first + 4))};
    letter.id.index = result.integer(row, first + 5);
    letter.table = result.name(row, first + 6);
    letter.key = result.name(row, first + 7);
    letter.outcome = stored_outcome(result.view(row, first + 8));
    letter.reason = result.name(row, first + 9);
    letter.detail = result.name(row, first + 10);
    letter.change = result.text(row, first + 11);
    letter.at = result.time(row, first + 12);
    letter.state = stored_letter_state(result.view(row, first + 13));
    if (!result.is_null(row, first + 14)) letter.settled_at = result.time(row, first + 14);
    return letter;
}

}  // namespace edge::hub
