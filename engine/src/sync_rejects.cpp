#include "edge/storage/sync_rejects.hpp"

#include "engine_state.hpp"
#include "sync_pull.hpp"
#include "sync_rows.hpp"
#include "sync_seal.hpp"

#include "edge/protocol/segment.hpp"
#include "edge/protocol/tables.hpp"

#include <fmt/format.h>

#include <charconv>
#include <map>
#include <set>
#include <utility>

namespace edge {

using protocol::Op;
using storage::CapturedTable;
using storage::JournalOp;
using storage::points_per_series;
using storage::StoredReject;
using storage::WriteTransaction;

namespace {

/// Table and key of a row on the wire.
using RowName = std::pair<std::string, std::string>;

RejectedChange to_report(StoredReject stored) {
    storage::SyncReject& reject = stored.reject;
    return {.id = stored.id,
            .lane = std::move(reject.lane),
            .epoch = reject.epoch,
            .seq = reject.seq,
            .part = reject.part,
            .position = reject.position,
            .table = std::move(reject.table),
            .key = std::move(reject.key),
            .outcome = std::move(reject.outcome),
            .reason = std::move(reject.reason),
            .change = std::move(reject.change),
            .state = std::move(stored.state),
            .received_at = reject.received_at,
            .settled_at = stored.settled_at};
}

StoredReject get_open(storage::Connection& db, std::int64_t id, std::string_view attempted) {
    std::optional<StoredReject> found = storage::find_reject(db, id);
    if (!found) {
        throw Error(ErrorCode::not_found,
                    fmt::format("cannot {} reject {}: there is none of that number", attempted, id),
                    {{"reject", std::to_string(id)}}, "edge-analytics sync rejects list");
    }
    if (found->state != "open") {
        throw Error(ErrorCode::conflict,
                    fmt::format("cannot {} reject {}: it was {} before", attempted, id, found->state),
                    {{"reject", std::to_string(id)}, {"state", found->state}});
    }
    return *std::move(found);
}

protocol::Change change_of(const StoredReject& stored) {
    protocol::Decoded<protocol::Change> change = protocol::decode_change(stored.reject.change);
    if (change) return *std::move(change);
    protocol::Change unknown;  // nothing is known but the row: all of it goes
    unknown.table = stored.reject.table;
    unknown.key = stored.reject.key;
    unknown.op = Op::create;
    return unknown;
}

/// The open rejects, and which of them wait for which rows.
class OpenRejects {
public:
    explicit OpenRejects(storage::Connection& db) : all_(storage::list_rejects(db, "open")) {
        for (std::size_t at = 0; at < all_.size(); ++at) {
            changes_.push_back(change_of(all_[at]));
            by_id_[all_[at].id] = at;
            waiting_.emplace(RowName(all_[at].reject.table, all_[at].reject.key), at);
            if (all_[at].reject.outcome != "blocked") continue;
            const protocol::TableDescriptor* table = protocol::find_table(all_[at].reject.table);
            if (table == nullptr) continue;
            protocol::each_parent(*table, changes_[at], [&](const protocol::ParentReference& parent) {
                waiting_.emplace(RowName(parent.table, parent.key), at);
            });
        }
    }

    /// The rejects named, all of the same rows, and what is blocked by them, however far away.
    [[nodiscard]] std::set<std::size_t> with_dependants(const std::vector<std::int64_t>& ids) const {
        std::set<std::size_t> chosen;
        std::vector<std::size_t> unvisited;
        const auto choose = [&](std::size_t at) {
            if (chosen.insert(at).second) unvisited.push_back(at);
        };
        for (const std::int64_t id : ids) choose(by_id_.at(id));
        while (!unvisited.empty()) {
            const storage::SyncReject& reject = all_[unvisited.back()].reject;
            unvisited.pop_back();
            const auto [begin, end] = waiting_.equal_range(RowName(reject.table, reject.key));
            for (auto waiting = begin; waiting != end; ++waiting) choose(waiting->second);
        }
        return chosen;
    }
    [[nodiscard]] std::vector<std::int64_t> ids() const {
        std::vector<std::int64_t> ids;
        for (const StoredReject& one : all_) ids.push_back(one.id);
        return ids;
    }
    [[nodiscard]] const StoredReject& stored(std::size_t at) const { return all_[at]; }
    [[nodiscard]] const protocol::Change& change(std::size_t at) const { return changes_[at]; }

private:
    std::vector<StoredReject> all_;
    std::vector<protocol::Change> changes_;
    std::map<std::int64_t, std::size_t> by_id_;
    std::multimap<RowName, std::size_t> waiting_;
};

/// What the journal is to say of a row.
struct Again {
    bool created = false;
    std::int64_t mask = 0;
    std::int64_t reject = 0;  ///< one of its rejects
};

/// A row that the hub never took goes as a whole; of one that it has, what was refused, so that what others wrote into
/// its other columns stands.
void join(Again& again, const StoredReject& stored, const protocol::Change& change,
          const protocol::TableDescriptor& table) {
    again.reject = stored.id;
    if (change.op != Op::update || stored.reject.outcome == "blocked") again.created = true;
    // what could not be sealed left out the very values that could not travel
    again.mask |= stored.reject.part == 0 ? TableRows::all_columns : mask_of(table, change.fields);
}

/// False if the row is not there, and was not refused to be deleted either.
bool journal(WriteTransaction& write, const RowName& name, const Again& again, bool was_deleted) {
    const protocol::TableDescriptor* table = protocol::find_table(name.first);
    const std::string_view key = name.second;
    const std::optional<Uuid> uuid = Uuid::parse(key.substr(0, key.find(':')));
    if (table == nullptr || !uuid) return false;
    const auto number = static_cast<CapturedTable>(table->number);
    const JournalOp op = again.created ? JournalOp::created : JournalOp::updated;
    if (table->key_parent.empty()) {
        if (storage::journal_again(write, number, *uuid, op, again.mask)) return true;
        if (was_deleted) storage::journal_deletion_again(write, number, -again.reject, *uuid);
        return was_deleted;
    }
    std::int64_t index = 0;
    std::from_chars(key.data() + key.find(':') + 1, key.data() + key.size(), index);
    if (storage::journal_point_again(write, *uuid, index, op, again.mask)) return true;
    const std::optional<std::int64_t> series = find_series(write.connection(), *uuid);
    if (was_deleted && series)
        storage::journal_deletion_again(write, number, *series * points_per_series + index, std::nullopt);
    return was_deleted && series.has_value();
}

/// Rows of the hub's that this file could not hold: there is nothing to send, they are tried again. Returns how many it
/// can hold by now; the others are listed anew.
std::int64_t try_again(Engine::State& state, WriteTransaction& write, std::vector<protocol::Change> changes) {
    if (changes.empty()) return 0;
    const std::int64_t tried = std::ssize(changes);
    seal_pending(state, write, sync_identity(state));
    SyncBase base(write);
    PullApply pull(write, base, state.now());
    pull.apply({.rows = std::move(changes)});
    base.store();
    return tried - pull.set_aside_rows();
}

}  // namespace

std::vector<RejectedChange> Engine::rejects(bool settled) {
    std::vector<RejectedChange> reports;
    for (StoredReject& stored : storage::list_rejects(state_->db, settled ? std::string_view() : "open"))
        reports.push_back(to_report(std::move(stored)));
    return reports;
}

RejectedChange Engine::reject(std::int64_t id) {
    std::optional<StoredReject> found = storage::find_reject(state_->db, id);
    if (found) return to_report(*std::move(found));
    throw Error(ErrorCode::not_found, fmt::format("cannot show reject {}: there is none of that number", id),
                {{"reject", std::to_string(id)}}, "edge-analytics sync rejects list --all");
}

RetryReport Engine::retry_rejects(const std::vector<std::int64_t>& ids) {
    WriteTransaction write(state_->db);
    for (const std::int64_t id : ids) static_cast<void>(get_open(state_->db, id, "retry"));
    const OpenRejects open(state_->db);
    const std::set<std::int64_t> named(ids.begin(), ids.end());
    const std::set<std::size_t> chosen = open.with_dependants(ids.empty() ? open.ids() : ids);
    std::map<RowName, Again> rows;
    std::set<RowName> deleted;
    std::vector<protocol::Change> pulled;
    for (const std::size_t at : chosen) {
        const storage::SyncReject& reject = open.stored(at).reject;
        if (reject.lane == storage::pulled_lane) {
            pulled.push_back(open.change(at));
            continue;
        }
        const RowName name(reject.table, reject.key);
        if (open.change(at).op == Op::remove) deleted.insert(name);
        if (const protocol::TableDescriptor* table = protocol::find_table(reject.table))
            join(rows[name], open.stored(at), open.change(at), *table);
    }
    std::set<RowName> sent;
    for (const auto& [name, again] : rows) {
        if (journal(write, name, again, deleted.contains(name))) sent.insert(name);
    }
    RetryReport report;
    for (const std::size_t at : chosen) {
        const StoredReject& stored = open.stored(at);
        if (stored.reject.lane == storage::pulled_lane) continue;
        const bool goes = sent.contains(RowName(stored.reject.table, stored.reject.key));
        storage::settle_reject(write, stored.id, goes ? "retried" : "discarded", state_->now());
        (goes ? report.retried : report.gone) += 1;
        if (!ids.empty() && !named.contains(stored.id)) ++report.dependants;
    }
    const std::int64_t tried = std::ssize(pulled);
    const std::int64_t held = try_again(*state_, write, std::move(pulled));
    if (held < tried && chosen.size() == 1 && !ids.empty()) {
        throw Error(
            ErrorCode::conflict,
            fmt::format("cannot retry reject {}: this file still cannot hold the row that the hub has", ids.front()),
            {{"reject", std::to_string(ids.front())}},
            "a newer program may; the row's next version at the hub is tried by itself");
    }
    report.retried += held;
    write.commit();
    return report;
}

std::int64_t Engine::discard_rejects(const std::vector<std::int64_t>& ids) {
    if (ids.empty()) throw Error(ErrorCode::invalid_argument, "cannot discard rejects: none is named");
    WriteTransaction write(state_->db);
    const std::set<std::int64_t> named(ids.begin(), ids.end());
    for (const std::int64_t id : named) {
        static_cast<void>(get_open(state_->db, id, "discard"));
        storage::settle_reject(write, id, "discarded", state_->now());
    }
    write.commit();
    return std::ssize(named);
}

}  // namespace edge
