#include "sync_repair.hpp"

#include "refused_columns.hpp"
#include "sync_pull.hpp"
#include "sync_run.hpp"
#include "uncaptured_rows.hpp"

#include "edge/protocol/tables.hpp"
#include "edge/storage/journal.hpp"
#include "edge/storage/sync_rejects.hpp"
#include "edge/storage/sync_repairs.hpp"
#include "edge/storage/sync_state.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace edge {

using protocol::BucketRows;
using protocol::RepairAnswer;
using protocol::RepairRequest;
using protocol::RowName;
using protocol::Sum128;
using protocol::TableBuckets;
using protocol::TableDescriptor;
using storage::CapturedTable;
using storage::WriteTransaction;

namespace {

CapturedTable captured(const std::string& table) {
    return static_cast<CapturedTable>(protocol::find_table(table)->number);
}

}  // namespace

bool SyncRepair::go() {
    if (look_here()) return true;
    if (options_.day_budget)
        return false;  // nobody can say how long the lists are: it waits for a sync that does not count
    const std::optional<RepairAnswer> answer = ask(buckets(), {});
    const bool in_step = answer && answer->at == storage::find_sync_number(state_.db, state_seen);
    if (!in_step) return false;  // somebody wrote meanwhile: the next sync compares again
    const Differing differing = compare(answer->buckets);
    if (differing.empty() || !repair(differing)) return false;
    record();
    return true;
}

bool SyncRepair::look_here() {
    WriteTransaction write(state_.db);
    seal_pending(state_, write, identity_);
    const UncapturedRows rows = journal_uncaptured_rows(write);
    SyncBase base(write);
    const bool was_wrong = base.recount();
    base.store();
    write.commit();
    if (rows.any() || was_wrong) {
        state_.log(LogLevel::warning,
                   fmt::format("sync: {} rows were changed and {} deleted without a trace in the journal{}",
                               rows.changed, rows.gone, was_wrong ? "; the sum of the hub's rows was wrong" : ""));
    }
    return rows.changed > 0 || was_wrong;
}

std::optional<RepairAnswer> SyncRepair::ask(std::optional<std::vector<TableBuckets>> tables,
                                            std::vector<RowName> rows) {
    const RepairRequest request{
        .seller = identity_.seller, .replica = identity_.replica, .tables = std::move(tables), .rows = std::move(rows)};
    const HubAnswer answer = exchange_({.url = options_.url,
                                        .path = std::string(protocol::repair_path),
                                        .body = protocol::encode(request),
                                        .content_type = std::string(protocol::repair_content_type),
                                        .timeout = options_.timeout,
                                        .cancelled = {}});
    count_traffic(traffic_of(answer));
    report_.bytes_sent += answer.bytes_sent;
    report_.bytes_received += answer.bytes_received;
    if (answer.status != 200) return std::nullopt;
    protocol::Decoded<RepairAnswer> decoded = protocol::decode_repair_answer(answer.body);
    if (!decoded) return std::nullopt;
    return *std::move(decoded);
}

void SyncRepair::count_traffic(std::int64_t bytes) {
    report_.socket_bytes += bytes;
    WriteTransaction write(state_.db, storage::Writing::background);
    note_traffic(write, state_, bytes);
    write.commit();
}

std::vector<TableBuckets> SyncRepair::buckets() const {
    std::map<std::string_view, TableBuckets> tables;
    each_base_row(state_.db, [&](const TableDescriptor& table, const std::string& key, const Sum128& hash) {
        TableBuckets& of_table = tables[table.name];
        of_table.table = table.name;
        of_table.sums.at(protocol::bucket_of(key)) += hash;
    });
    std::vector<TableBuckets> all;
    all.reserve(tables.size());
    for (auto& [name, of_table] : tables) all.push_back(std::move(of_table));
    return all;
}

SyncRepair::Differing SyncRepair::compare(const std::vector<BucketRows>& at_hub) {
    std::map<std::pair<std::string, std::size_t>, std::map<std::string, Sum128>> here;
    for (const BucketRows& bucket : at_hub) {
        const TableDescriptor* table = protocol::find_table(bucket.table);
        if (table != nullptr && protocol::is_shared(*table) && !is_left_alone(bucket))
            here[{bucket.table, bucket.bucket}];
    }
    each_base_row(state_.db, [&](const TableDescriptor& table, const std::string& key, const Sum128& hash) {
        const auto found = here.find({std::string(table.name), protocol::bucket_of(key)});
        if (found != here.end()) found->second[key] += hash;
    });
    Differing differing;
    for (const BucketRows& bucket : at_hub) {
        const auto found = here.find({bucket.table, bucket.bucket});
        if (found == here.end()) continue;
        const std::vector<std::string> keys = protocol::differing_keys(bucket.rows, found->second);
        if (keys.empty()) continue;
        for (const std::string& key : keys) differing.push_back({.table = bucket.table, .key = key});
        incidents_.push_back({.table = captured(bucket.table),
                              .bucket = bucket.bucket,
                              .rows = static_cast<std::int64_t>(keys.size()),
                              .at = state_.now()});
    }
    return differing;
}

bool SyncRepair::is_left_alone(const BucketRows& bucket) const {
    const Timestamp day_ago = state_.now() - std::chrono::hours(24);
    if (storage::count_repairs(state_.db, captured(bucket.table), bucket.bucket, day_ago) < repairs_a_day) return false;
    state_.log(LogLevel::warning,
               fmt::format("sync: bucket {} of {} differs again after {} repairs in a day, and is left alone",
                           bucket.bucket, bucket.table, repairs_a_day));
    return true;
}

bool SyncRepair::repair(const Differing& differing) {
    for (std::size_t at = 0; at < differing.size();) {
        const auto begin = differing.begin() + static_cast<std::ptrdiff_t>(at);
        const auto count = std::min(protocol::repair_rows, differing.size() - at);
        const Differing asked(begin, begin + static_cast<std::ptrdiff_t>(count));
        std::optional<RepairAnswer> answer = ask(std::nullopt, asked);
        if (!answer || answer->told == 0) return at > 0;
        at += std::min(answer->told, count);
        apply(asked, *std::move(answer));
    }
    return true;
}

/// The row is not here, and the hub has it as this file knew it: it was deleted without a trace.
bool SyncRepair::is_deleted_here(CapturedTable table, const protocol::Change& row) const {
    if (row.op == protocol::Op::remove || find_shared_row(state_.db, table, row.key)) return false;
    const Sum128 hash = protocol::row_hash(*protocol::find_table(row.table), row.key, row.fields);
    return storage::is_lost(state_.db, protocol::digest_bytes(hash));
}

void SyncRepair::apply(const Differing& asked, RepairAnswer answer) {
    WriteTransaction write(state_.db);
    seal_pending(state_, write, identity_);
    seal_refused(state_, write, identity_, names_of(answer.rows));
    SyncBase base(write);
    std::set<RowName> told;
    protocol::PullPage page;
    for (protocol::Change& row : answer.rows) {
        const TableDescriptor* table = protocol::find_table(row.table);
        if (table == nullptr || !protocol::is_shared(*table)) continue;
        const CapturedTable of = captured(row.table);
        told.insert({.table = row.table, .key = row.key});
        base.remove(of, row.key, find_shared_row(state_.db, of, row.key));  // so that any version is taken
        if (!is_deleted_here(of, row)) {
            page.rows.push_back(std::move(row));
            continue;
        }
        const Sum128 hash = protocol::row_hash(*table, row.key, row.fields);
        base.put(of, row.key, std::nullopt, row.base.value_or(0), hash);
        storage::delete_lost(write, protocol::digest_bytes(hash));
        tell_deletion(write, of, row.key);
    }
    PullApply pull(write, base, state_.now());
    pull.apply(page);
    report_.rows_received += pull.changed_rows();
    std::vector<storage::ChangedRow> lost;
    Differing lost_names;
    for (std::size_t at = 0; at < std::min(answer.told, asked.size()); ++at) {
        if (told.contains(asked[at])) continue;
        send_again(base, asked[at], lost);
        lost_names.push_back(asked[at]);
    }
    base.store();
    std::sort(lost.begin(), lost.end(), [](const storage::ChangedRow& left, const storage::ChangedRow& right) {
        return std::tuple(left.table, left.row) < std::tuple(right.table, right.row);
    });
    seal_lost_rows(state_, write, identity_, lost);
    seal_refused(state_, write, identity_, lost_names);
    write.commit();
}

/// The hub had the row and has lost it, without so much as a tombstone. What this file has is what it heard last:
/// whoever wrote the row may know more of it, and tells it again. What was written here, and could not be taken without
/// the row, follows as of then.
void SyncRepair::send_again(SyncBase& base, const RowName& name, std::vector<storage::ChangedRow>& lost) {
    const CapturedTable table = captured(name.table);
    const std::optional<std::int64_t> row = find_shared_row(state_.db, table, name.key);
    base.remove(table, name.key, row);
    if (!row) return;
    lost.push_back({.table = table,
                    .first = storage::JournalOp::created,
                    .last = storage::JournalOp::created,
                    .row = *row,
                    .mask = TableRows::all_columns,
                    .last_seq = 0,
                    .uuid = {}});
}

void SyncRepair::record() {
    WriteTransaction write(state_.db);
    std::int64_t rows = 0;
    for (const storage::SyncRepair& incident : incidents_) {
        storage::insert_repair(write, incident);
        rows += incident.rows;
    }
    write.commit();
    state_.log(LogLevel::warning,
               fmt::format("sync: {} rows in {} buckets were not as the hub has them, and were repaired", rows,
                           incidents_.size()));
}

}  // namespace edge
