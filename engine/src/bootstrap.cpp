#include "bootstrap.hpp"

#include "sync_exchange.hpp"
#include "sync_held.hpp"
#include "sync_once.hpp"
#include "sync_run.hpp"
#include "take_over.hpp"

#include "edge/storage/sync_base.hpp"
#include "edge/storage/sync_state.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <utility>

namespace edge {

using protocol::DeviceMemory;
using storage::WriteTransaction;

namespace {

/// How often a snapshot that expired, or that does not add up, is begun again in one run.
constexpr int most_beginnings = 3;
/// How often others may be faster: they write at the hub, or sync this file.
constexpr int most_turns = 5;

Timestamp now_of(const EngineOptions& options) {
    if (options.clock) return options.clock();
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

Uuid new_uuid_of(const EngineOptions& options) {
    std::array<std::uint8_t, 10> random{};
    if (options.random) {
        options.random(random.data(), random.size());
    } else {
        randombytes_buf(random.data(), random.size());
    }
    return Uuid::make_v7(now_of(options), random);
}

SyncOptions sync_options_of(const BootstrapOptions& options) {
    SyncOptions sync;
    sync.url = options.url;
    sync.timeout = options.timeout;
    sync.direction = SyncDirection::push;
    sync.app = options.app;
    return sync;
}

bool same_marks(const DeviceMemory& left, const DeviceMemory& right) {
    return left.ops.epoch == right.ops.epoch && left.ops.applied == right.ops.applied &&
           left.bulk.epoch == right.bulk.epoch && left.bulk.applied == right.bulk.applied;
}

std::string seller_of(const std::string& shop) {
    const std::optional<Uuid> seller = Uuid::parse(shop);
    if (seller) return seller->wire();
    throw Error(ErrorCode::invalid_argument,
                fmt::format("cannot fill a file for the shop '{}': that is no identity", shop), {{"shop", shop}},
                "edge-analytics sync status shows it on another device of the shop");
}

}  // namespace

Bootstrap::Bootstrap(Engine::State* own, std::string path, const SyncIdentity& identity,
                     const BootstrapOptions& options, const EngineOptions& engine_options, const HubExchange& exchange,
                     BootstrapReport& report)
    : own_(own),
      path_(std::move(path)),
      identity_(identity),
      options_(options),
      engine_options_(engine_options),
      exchange_(exchange),
      report_(report),
      shown_{.what = "bootstrap"},
      download_(
          exchange,
          {.url = options.url, .seller = identity.seller, .replica = identity.replica, .timeout = options.timeout},
          [this] { return std::this_thread::get_id() == thread_ ? is_cancelled() : cancelled_.load(); }) {
    report_.seller = identity.seller;
    report_.replica = identity.replica;
}

Timestamp Bootstrap::now() const { return now_of(engine_options_); }

Bootstrap::Step Bootstrap::stop(std::string why) {
    report_.reason = std::move(why);
    return Step::stopped;
}

bool Bootstrap::go() {
    if (options_.dry_run) return ask_what_there_is();
    BootstrapFile file(path_, engine_options_, identity_.seller);
    report_.chunks_kept = file.place().chunks;
    try {
        report_.complete = send_unsent() && fill_and_take(file);
    } catch (const Error& error) {
        // what is not as it came can be had again from the hub
        if (error.code() == ErrorCode::corrupt_data || error.code() == ErrorCode::not_a_database) file.remove();
        count_traffic();
        throw;
    }
    count_traffic();
    report_.bytes_received += download_.bytes_received();
    report_.chunks_repeated = download_.repeated();
    if (own_ != nullptr) report_.pending_changes = pending_changes(own_->db);
    return report_.complete;
}

/// Of this file's day; one that is made now had none before. What was filled is filled, whether that can be noted or
/// not.
void Bootstrap::count_traffic() {
    if (own_ == nullptr || download_.traffic() == 0) return;
    try {
        WriteTransaction write(own_->db, storage::Writing::background);
        note_traffic(write, *own_, download_.traffic());
        write.commit();
    } catch (const Error& error) {
        own_->log(LogLevel::warning, fmt::format("bootstrap: its bytes are not counted: {}", error.what()));
    }
}

/// The hub has it then, and the snapshot too: nothing has to be laid on top but what is sold meanwhile.
bool Bootstrap::send_unsent() {
    if (own_ == nullptr) return true;
    SyncReport sent;
    static_cast<void>(sync_once(*own_, identity_, sync_options_of(options_), exchange_, sent));
    report_.bytes_received += sent.bytes_received;
    const DeviceMemory memory = load_memory(own_->db);
    // a lane that waits for a person keeps what it has, and that stands on top
    if (sent.reason.empty() || memory.ops.held || memory.bulk.held) return true;
    report_.reason = fmt::format(
        "{} cannot be sent first: {}",
        sent.pending_changes == 1 ? "1 change" : fmt::format("{} changes", sent.pending_changes), sent.reason);
    return false;
}

bool Bootstrap::ask_what_there_is() {
    SnapshotDownload::ChunkAnswer answer = download_.chunk({});
    report_.bytes_received += download_.bytes_received();
    if (own_ != nullptr) report_.pending_changes = pending_changes(own_->db);
    report_.reason = "this was a dry run";
    if (const auto* chunk = std::get_if<protocol::SnapshotChunk>(&answer)) {
        report_.at = chunk->at;
        report_.rows = chunk->of.value_or(0);
    } else if (const auto* interrupted = std::get_if<SnapshotInterrupted>(&answer)) {
        report_.reason = interrupted->why;
    }
    return false;
}

bool Bootstrap::fill_and_take(BootstrapFile& file) {
    int turns = 0;
    for (int beginnings = 0; beginnings < most_beginnings;) {
        if (own_ != nullptr) marks_ = load_memory(own_->db);
        Step step = fill(file);
        if (step == Step::done) step = catch_up(file);
        if (step == Step::stopped) return false;
        if (step == Step::again) {
            ++beginnings;
            file.start_over();
            continue;
        }
        report_.at = file.seen();
        report_.rows = file.place().rows;
        report_.digest = protocol::digest_text(file.sum());
        if (own_ == nullptr) {
            file.become(path_, *Uuid::parse(identity_.replica), identity_.app, now());
            return true;
        }
        step = take_over(file);
        if (step == Step::done) return true;
        if (++turns == most_turns) {
            static_cast<void>(stop("another process is syncing this file"));
            return false;
        }
    }
    static_cast<void>(stop("the hub's rows do not stay long enough to be compared; try again"));
    return false;
}

Bootstrap::Step Bootstrap::fill(BootstrapFile& file) {
    std::future<SnapshotDownload::ChunkAnswer> coming;
    while (!file.place().filled) {
        const FilledPlace& place = file.place();
        show(place);
        if (!coming.valid()) coming = ask_for({.hub_epoch = place.hub_epoch, .at = place.at, .after = place.after});
        SnapshotDownload::ChunkAnswer answer = wait_for(coming);
        if (std::holds_alternative<SnapshotExpired>(answer)) return Step::again;
        if (auto* interrupted = std::get_if<SnapshotInterrupted>(&answer)) return stop(std::move(interrupted->why));
        const protocol::SnapshotChunk& chunk = std::get<protocol::SnapshotChunk>(answer);
        if (chunk.more) coming = ask_for({.hub_epoch = chunk.hub_epoch, .at = chunk.at, .after = chunk.to});
        try {
            file.take(chunk, now());
        } catch (...) {
            cancelled_ = true;  // nobody waits for the next any more
            throw;
        }
        ++report_.chunks;
    }
    show(file.place());
    return Step::done;
}

/// What is asked over HTTP comes while the chunk before it is written; whoever gave an exchange of their own is called
/// when the chunk is needed, on their own thread.
std::future<SnapshotDownload::ChunkAnswer> Bootstrap::ask_for(const SnapshotPosition& position) {
    const auto policy = options_.exchange ? std::launch::deferred : std::launch::async;
    return std::async(policy, [this, position] { return download_.chunk(position); });
}

SnapshotDownload::ChunkAnswer Bootstrap::wait_for(std::future<SnapshotDownload::ChunkAnswer>& answer) {
    constexpr std::chrono::milliseconds look_again{100};
    if (!options_.exchange) cancelled_ = is_cancelled();
    while (answer.wait_for(look_again) == std::future_status::timeout) cancelled_ = is_cancelled();
    return answer.get();
}

bool Bootstrap::is_cancelled() { return cancelled_ || (options_.progress && !options_.progress(shown_)); }

void Bootstrap::show(const FilledPlace& place) {
    shown_.done = static_cast<std::uint64_t>(place.rows);
    shown_.total = static_cast<std::uint64_t>(std::max(place.of, place.rows));
}

/// Takes what was changed since the snapshot's sequence, and compares.
Bootstrap::Step Bootstrap::catch_up(BootstrapFile& file) {
    for (int turns = 0; turns < most_turns;) {
        SnapshotDownload::PullAnswer answer = download_.changes(file.seen());
        if (std::holds_alternative<SnapshotExpired>(answer)) return Step::again;
        if (auto* interrupted = std::get_if<SnapshotInterrupted>(&answer)) return stop(std::move(interrupted->why));
        const protocol::Ack& ack = std::get<protocol::Ack>(answer);
        if (ack.hub_epoch != file.place().hub_epoch) return Step::again;
        check_marks(ack);
        file.take(ack.pull, now());
        if (ack.pull.more) continue;
        const Step step = compare(file, ack);
        if (step != Step::stopped) return step;
        ++turns;  // somebody wrote at the hub in between
    }
    return stop("the hub is written faster than this can read");
}

/// `stopped`: the digest is of another moment.
Bootstrap::Step Bootstrap::compare(BootstrapFile& file, const protocol::Ack& ack) {
    if (!ack.digest) {
        throw Error(ErrorCode::refused,
                    fmt::format("cannot compare with the hub at {}: it has never added up its rows", options_.url), {},
                    "edge-analytics sync sends a change, which makes it do so");
    }
    if (ack.digest->at != file.seen()) return Step::stopped;
    if (ack.digest->root == protocol::digest_text(file.sum())) return Step::done;
    if (own_ != nullptr) own_->log(LogLevel::warning, "bootstrap: what came does not add up to what the hub has");
    return Step::again;
}

/// A hub that lost what it had taken from this file would have its rows removed here.
void Bootstrap::check_marks(const protocol::Ack& ack) const {
    if (own_ == nullptr) return;
    for (const protocol::Lane lane : {protocol::Lane::ops, protocol::Lane::bulk}) {
        const protocol::LaneMark& mark = lane == protocol::Lane::ops ? marks_.ops : marks_.bulk;
        const auto found = std::find_if(ack.lanes.begin(), ack.lanes.end(), [&](const protocol::LaneAck& one) {
            return one.lane == lane && one.epoch == mark.epoch;
        });
        if (mark.applied <= (found == ack.lanes.end() ? 0 : found->applied)) continue;
        throw Error(ErrorCode::refused,
                    fmt::format("cannot fill {} from the hub at {}: the hub has lost what it had taken from this file",
                                path_, options_.url),
                    {{"lane", std::string(protocol::name_of(lane))}},
                    "nothing was changed; who runs the hub has to say that it was restored from a backup");
    }
}

Bootstrap::Step Bootstrap::take_over(BootstrapFile& file) {
    TakeOver rows(own_->db, file.db(), now());
    const std::int64_t seen = storage::find_sync_number(own_->db, state_seen);
    for (int transactions = 1;; ++transactions) {
        WriteTransaction write(own_->db, storage::Writing::background);
        // rows are at the hub that the file lacks, or came from there and are newer than it
        if (!same_marks(load_memory(own_->db), marks_)) return Step::again;
        if (storage::find_sync_number(own_->db, state_seen) != seen) return Step::again;
        seal_pending(*own_, write, identity_);
        SyncBase base(write);
        const bool done = rows.go_on(write, base);
        if (done && base.sum() != file.sum()) {
            if (transactions > 1) return Step::again;  // another process may have been here in between
            throw Error(ErrorCode::corrupt_data,
                        fmt::format("cannot bring {} to what the hub has: what is known of the hub's rows does not add "
                                    "up",
                                    path_),
                        {}, "nothing was changed; edge-analytics doctor looks for what is wrong with the file");
        }
        base.store();
        if (done) finish_taking(write, file);
        write.commit();
        if (done) break;
    }
    own_->db.make_durable();
    file.remove();
    report_.rows_changed = rows.changed_rows();
    report_.rows_removed = rows.removed_rows();
    own_->log(LogLevel::info, fmt::format("bootstrap: {} rows changed and {} removed, at {}", report_.rows_changed,
                                          report_.rows_removed, report_.at));
    return Step::done;
}

void Bootstrap::finish_taking(WriteTransaction& write, BootstrapFile& file) {
    storage::set_sync_state(write, state_seen, file.seen());
    storage::set_sync_state(
        write, state_clock,
        std::max(storage::find_sync_number(own_->db, state_clock), storage::find_sync_number(file.db(), state_clock)));
    storage::set_sync_state(write, state_diverged, std::int64_t{0});
    storage::forget_lost(write);
    DeviceMemory memory = load_memory(own_->db);
    memory.last_refill_ms = to_milliseconds(now());
    ++memory.recoveries;
    store_memory(write, memory);
}

bool refill(Engine::State& state, const SyncIdentity& identity, const SyncOptions& options, const HubExchange& exchange,
            SyncReport& report) {
    BootstrapOptions filling;
    filling.url = options.url;
    filling.timeout = options.timeout;
    filling.app = identity.app;
    filling.progress = options.progress;
    filling.exchange = options.exchange;
    BootstrapReport filled;
    const bool complete = Bootstrap(&state, state.db.path(), identity, filling, state.options, exchange, filled).go();
    report.bytes_received += filled.bytes_received;
    report.rows_received += filled.rows_changed + filled.rows_removed;
    report.bootstrapped = complete;
    report.reason = filled.reason;
    return complete;
}

BootstrapReport Engine::bootstrap(const std::string& path, const BootstrapOptions& options,
                                  const EngineOptions& engine_options) {
    const HubExchange exchange =
        options.exchange ? options.exchange : http_exchange(sync_options_of(options), engine_options.ca_file);
    BootstrapReport report;
    if (std::filesystem::exists(path)) {
        Engine engine = Engine::open(path, engine_options);
        const SyncIdentity identity = sync_identity(*engine.state_, options.app);
        if (!options.shop.empty() && seller_of(options.shop) != identity.seller) {
            throw Error(ErrorCode::conflict, fmt::format("cannot fill {}: it is the file of another shop", path),
                        {{"shop", identity.seller}}, "name another file with --db");
        }
        static_cast<void>(
            Bootstrap(engine.state_.get(), path, identity, options, engine_options, exchange, report).go());
        return report;
    }
    if (options.shop.empty()) {
        throw Error(ErrorCode::not_found,
                    fmt::format("cannot fill {}: there is no such file, and no shop is named", path), {{"path", path}},
                    "name the shop with --shop; edge-analytics sync status shows its identity");
    }
    if (sodium_init() < 0) throw Error(ErrorCode::internal, "cannot start: the system gives no random numbers");
    const SyncIdentity identity{
        .seller = seller_of(options.shop), .replica = new_uuid_of(engine_options).wire(), .app = options.app};
    static_cast<void>(Bootstrap(nullptr, path, identity, options, engine_options, exchange, report).go());
    return report;
}

}  // namespace edge
