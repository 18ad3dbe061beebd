#include "batch_thread.hpp"
#include "bootstrap.hpp"
#include "sync_exchange.hpp"
#include "sync_held.hpp"
#include "sync_once.hpp"
#include "sync_repair.hpp"
#include "sync_run.hpp"
#include "sync_seal.hpp"
#include "uncaptured_rows.hpp"

#include "edge/protocol/diff.hpp"
#include "edge/protocol/tables.hpp"
#include "edge/storage/segments.hpp"
#include "edge/storage/sync_state.hpp"
#include "edge/transport/bundle_file.hpp"
#include "edge/transport/gzip.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>

namespace edge {

using protocol::Lane;
using protocol::RaiseAlarm;
using storage::Connection;
using storage::StoredPart;

namespace {

/// Each run may have to be followed by another; more often than this is a fight with another process.
constexpr int most_runs = 4;
/// First of what is wrong here, then of what differs from the hub's.
constexpr int most_repairs = 2;

/// A part that a sync would send now.
struct OutgoingPart {
    Lane lane;
    bool ends_segment;
    std::int64_t changes;
    std::string bytes;
};

/// Sealed parts that the hub has not applied, then those that a seal would make; in the order of sending.
std::vector<OutgoingPart> outgoing_parts(Engine::State& state, const SyncIdentity& identity) {
    const storage::ReadTransaction read(state.db);
    std::vector<OutgoingPart> parts;
    for (const StoredPart& part : unapplied(state.db)) {
        parts.push_back({.lane = lane_of(part),
                         .ends_segment = part.part == part.parts,
                         .changes = part.changes,
                         .bytes = storage::find_part_bytes(state.db, part.lane, part.epoch, part.seq, part.part)
                                      .value_or(std::string())});
    }
    preview_seal(state, identity, [&](const protocol::SealedPart& part) {
        parts.push_back({.lane = part.lane,
                         .ends_segment = part.part == part.parts,
                         .changes = static_cast<std::int64_t>(part.changes),
                         .bytes = part.bytes});
    });
    std::stable_sort(parts.begin(), parts.end(),
                     [](const OutgoingPart& left, const OutgoingPart& right) { return left.lane < right.lane; });
    return parts;
}

std::int64_t wire_bytes(const std::string& body) {
    const std::size_t size = body.size() < transport::identity_below ? body.size() : transport::gzip(body).size();
    return static_cast<std::int64_t>(size);
}

/// What the bodies with these parts come to on the wire.
std::int64_t wire_bytes(Connection& db, const std::vector<OutgoingPart>& parts, const SyncIdentity& identity) {
    const protocol::DeviceSettings settings;
    const protocol::SyncHeader header{.seller = identity.seller,
                                      .replica = identity.replica,
                                      .seen = storage::find_sync_number(db, state_seen),
                                      .extra = {}};
    std::int64_t total = 0;
    std::vector<std::string> request;
    std::size_t size = 0;
    const auto flush = [&] {
        if (!request.empty()) total += wire_bytes(protocol::encode_request(header, request));
        request.clear();
        size = 0;
    };
    for (const OutgoingPart& part : parts) {
        const bool fits =
            size + part.bytes.size() + 1 <= settings.request_bytes && request.size() < settings.limits.request_parts;
        if (!fits) flush();
        size += part.bytes.size() + 1;
        request.push_back(part.bytes);
    }
    flush();
    return total;
}

protocol::Segment decode(const std::string& bytes, const std::string& path) {
    protocol::Decoded<protocol::Segment> segment = protocol::decode_segment(bytes);
    if (!segment) {
        throw Error(ErrorCode::corrupt_data,
                    fmt::format("cannot read a segment that {} keeps: {}", path, segment.problem().detail),
                    {{"reason", segment.problem().reason}});
    }
    return *std::move(segment);
}

/// The elements of a JSON array, without its brackets.
std::string elements(const std::vector<protocol::Change>& changes, DiffFormat format) {
    if (format == DiffFormat::json_patch) {
        const std::string array = protocol::json_patch(changes);
        return array.substr(1, array.size() - 2);
    }
    std::string text;
    for (const protocol::Change& change : changes) {
        if (!text.empty()) text += ",\n ";
        text += protocol::merge_patch(change);
    }
    return text;
}

std::optional<Timestamp> stored_time(Connection& db, std::string_view name) {
    const std::int64_t milliseconds = storage::find_sync_number(db, name);
    if (milliseconds == 0) return std::nullopt;
    return Timestamp(std::chrono::milliseconds(milliseconds));
}

std::optional<Timestamp> next_attempt(Connection& db) {
    const std::int64_t milliseconds = load_memory(db).not_before_ms;
    if (milliseconds == 0) return std::nullopt;
    return Timestamp(std::chrono::milliseconds(milliseconds));
}

[[noreturn]] void throw_alarm(const RaiseAlarm& alarm, const SyncReport& report) {
    const bool unreadable = alarm.problem_class == protocol::ProblemClass::bug;
    throw Error(unreadable ? ErrorCode::corrupt_data : ErrorCode::refused,
                fmt::format("cannot sync: {}", report.reason),
                {{"reason", alarm.reason},
                 {"class", std::string(protocol::name_of(alarm.problem_class))},
                 {"pending_changes", std::to_string(report.pending_changes)}},
                unreadable ? "nothing is lost; edge-analytics sync export writes the changes to a file"
                           : "nothing is lost, and selling goes on; ask who runs the hub");
}

bool is_thrown(const std::optional<RaiseAlarm>& alarm) {
    using enum protocol::ProblemClass;
    return alarm && (alarm->problem_class == auth || alarm->problem_class == upgrade || alarm->problem_class == bug);
}

SyncReport dry_run(Engine::State& state, const SyncIdentity& identity) {
    const std::vector<OutgoingPart> parts = outgoing_parts(state, identity);
    SyncReport report;
    for (const OutgoingPart& part : parts) {
        report.segments_sent += part.ends_segment ? 1 : 0;
        report.changes_sent += part.changes;
    }
    report.bytes_sent = wire_bytes(state.db, parts, identity);
    report.pending_changes = report.changes_sent;
    report.reason = "this was a dry run";
    return report;
}

/// "ops3-5" for each lane that has something.
std::string name_of_range(const std::vector<StoredPart>& parts) {
    std::map<Lane, std::pair<std::int64_t, std::int64_t>> ranges;
    std::int64_t epoch = 0;
    for (const StoredPart& part : parts) {
        const auto [place, is_new] = ranges.try_emplace(lane_of(part), part.seq, part.seq);
        place->second.second = part.seq;
        epoch = std::max(epoch, part.epoch);
    }
    std::string name = fmt::format("e{}", epoch);
    for (const auto& [lane, range] : ranges)
        name += fmt::format("-{}{}-{}", protocol::name_of(lane), range.first, range.second);
    return name;
}

LaneStatus lane_status(Connection& db, Lane lane, const std::vector<StoredPart>& parts) {
    const std::string_view name = protocol::name_of(lane);
    const storage::SyncLane stored = storage::get_sync_lane(db, name);
    const auto kept = std::count_if(parts.begin(), parts.end(), [&](const StoredPart& part) {
        return part.lane == name && part.part == part.parts;
    });
    return {.lane = std::string(name),
            .sealed = stored.next_seq - 1,
            .applied = stored.applied,
            .durable = stored.durable,
            .segments_kept = kept};
}

}  // namespace

DiffReport Engine::diff(DiffFormat format) {
    const SyncIdentity identity = sync_identity(*state_);
    const std::vector<OutgoingPart> parts = outgoing_parts(*state_, identity);
    DiffReport report;
    std::map<std::size_t, std::pair<std::string, std::int64_t>> tables;
    for (const OutgoingPart& part : parts) {
        const protocol::Segment segment = decode(part.bytes, state_->db.path());
        if (!report.document.empty()) report.document += ",\n ";
        report.document += elements(segment.changes, format);
        for (const protocol::TableStat& stat : protocol::diff_stat(segment.changes)) {
            auto& [table, rows] = tables[protocol::table_order(stat.table)];
            table = stat.table;
            rows += stat.created + stat.updated + stat.deleted;
        }
        report.rows += part.changes;
    }
    report.document = "[" + report.document + "]";
    for (auto& [order, table] : tables) report.rows_by_table.push_back(std::move(table));
    report.bytes = wire_bytes(state_->db, parts, identity);
    return report;
}

SyncOutcome sync_once(Engine::State& state, const SyncIdentity& identity, const SyncOptions& options,
                      const HubExchange& exchange, SyncReport& report) {
    const Timestamp deadline = state.now() + options.max_time;
    std::optional<RaiseAlarm> alarm;
    SyncOutcome outcome;
    SyncRun::End end = SyncRun::End::again;
    int repairs = 0;
    for (int run = 0; run < most_runs && end == SyncRun::End::again; ++run) {
        seal_pending(state, identity);
        SyncRun one(state, identity, options, exchange, deadline, report);
        end = one.go();
        outcome = {.expired = end == SyncRun::End::expired, .may_refill = one.may_refill()};
        if (one.alarm() && !is_thrown(alarm)) alarm = one.alarm();
        if (end != SyncRun::End::complete || !report.diverged || repairs == most_repairs) continue;
        if (!SyncRepair(state, identity, options, exchange, report).go()) break;
        ++repairs;
        end = SyncRun::End::again;
    }
    state.db.make_durable();  // what came is seen now, and stays
    report.pending_changes = pending_changes(state.db);
    report.next_attempt = next_attempt(state.db);
    report.bytes_today = bytes_today(state);
    report.rejects = storage::count_rejects(state.db);
    report.equal =
        end == SyncRun::End::complete && !report.diverged && report.pending_changes == 0 && report.rejects == 0;
    if (end == SyncRun::End::complete && report.diverged)
        report.reason = "the hub's rows are not what this file knows of them";
    if (end == SyncRun::End::again && report.reason.empty()) report.reason = "another process is syncing this file";
    if (is_thrown(alarm)) throw_alarm(*alarm, report);
    return outcome;
}

SyncReport Engine::sync(const SyncOptions& options) {
    const SyncIdentity identity = sync_identity(*state_, options.app);
    if (options.dry_run) return dry_run(*state_, identity);
    const BatchThread behind_sales;
    check_capture(*state_);
    const HubExchange exchange = options.exchange ? options.exchange : http_exchange(options, state_->options.ca_file);
    SyncReport report;
    const SyncOutcome outcome = sync_once(*state_, identity, options, exchange, report);
    // what a snapshot costs is not for a metered day to decide
    if (!outcome.expired || !outcome.may_refill || options.day_budget) return report;
    if (refill(*state_, identity, options, exchange, report))
        static_cast<void>(sync_once(*state_, identity, options, exchange, report));
    return report;
}

std::string Engine::export_segments(const std::string& folder) {
    if (!std::filesystem::is_directory(folder)) {
        throw Error(ErrorCode::not_found, fmt::format("cannot export segments to {}: there is no such folder", folder),
                    {{"path", folder}}, "make the folder, or name another");
    }
    const SyncIdentity identity = sync_identity(*state_);
    seal_pending(*state_, identity);
    state_->db.make_durable();
    const storage::ReadTransaction read(state_->db);
    const std::vector<StoredPart> parts = unapplied(state_->db);
    std::vector<protocol::LetterMark> letters = letters_to_tell(state_->db);
    letters.resize(std::min(letters.size(), protocol::most_letters));
    if (parts.empty() && letters.empty()) {
        throw Error(ErrorCode::invalid_argument, "cannot export segments: the hub has applied everything", {},
                    "there is nothing to carry");
    }
    protocol::BundleFileHeader header{.seller = identity.seller,
                                      .replica = identity.replica,
                                      .app = identity.app,
                                      .created_at = format_timestamp(state_->now()),
                                      .parts = static_cast<std::int64_t>(parts.size()),
                                      .letters = std::move(letters),
                                      .extra = {}};
    for (const StoredPart& part : parts) header.changes += part.changes;
    constexpr std::size_t short_replica = 8;  // the end, since the beginning is the time of birth
    const std::filesystem::path file =
        std::filesystem::path(folder) /
        fmt::format("edge-{}-{}-{}.eab", identity.seller,
                    identity.replica.substr(identity.replica.size() - short_replica),
                    parts.empty() ? fmt::format("letters-{}", to_milliseconds(state_->now())) : name_of_range(parts));
    auto next = parts.begin();
    transport::write_bundle_file(file, header, [&] {
        const StoredPart& part = *next++;
        return storage::find_part_bytes(state_->db, part.lane, part.epoch, part.seq, part.part).value_or(std::string());
    });
    return file.string();
}

SyncStatusReport Engine::sync_status() {
    const SyncIdentity identity = sync_identity(*state_);
    Connection& db = state_->db;
    const storage::ReadTransaction read(db);
    const storage::UnappliedParts kept = storage::unapplied_parts(db);
    const Timestamp day_ago = state_->now() - std::chrono::hours(24);
    const std::vector<StoredPart> parts = storage::list_parts(db);
    SyncStatusReport report{.replica = identity.replica,
                            .seller = identity.seller,
                            .epoch = storage::get_sync_lane(db, protocol::name_of(Lane::ops)).epoch,
                            .lanes = {},
                            .pending_changes = pending_changes(db),
                            .pending_bytes = kept.bytes,
                            .oldest_pending = kept.oldest,
                            .rejects = storage::count_rejects(db),
                            .diverged = storage::find_sync_number(db, state_diverged) != 0,
                            .repairs_today = storage::count_repairs(db, day_ago),
                            .buckets_left_alone = storage::count_buckets_repaired(db, repairs_a_day, day_ago),
                            .last_attempt = stored_time(db, state_last_attempt),
                            .last_success = stored_time(db, state_last_success),
                            .last_error = storage::find_sync_state(db, state_last_error),
                            .next_attempt = next_attempt(db),
                            .waiting_for = {},
                            .clock_offset = {},
                            .bytes_today = bytes_today(*state_)};
    const std::string waiting_for = load_memory(db).waiting_for;
    if (!waiting_for.empty()) report.waiting_for = sync_reason(waiting_for);
    const std::string offset = storage::find_sync_state(db, state_clock_offset);
    if (!offset.empty()) report.clock_offset = std::chrono::milliseconds(std::stoll(offset));
    for (const Lane lane : {Lane::ops, Lane::bulk}) report.lanes.push_back(lane_status(db, lane, parts));
    preview_seal(*state_, identity, [&](const protocol::SealedPart& part) {
        report.pending_bytes += static_cast<std::int64_t>(part.bytes.size());
    });
    if (!report.oldest_pending && report.pending_changes > 0) report.oldest_pending = stored_time(db, state_sealed_at);
    return report;
}

}  // namespace edge
