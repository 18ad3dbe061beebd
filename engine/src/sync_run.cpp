#include "sync_run.hpp"

#include "refused_columns.hpp"
#include "sync_held.hpp"
#include "sync_pull.hpp"
#include "uncaptured_rows.hpp"

#include "edge/core/planted_bugs.hpp"
#include "edge/protocol/next_sync.hpp"
#include "edge/protocol/row_digest.hpp"
#include "edge/protocol/snapshot.hpp"
#include "edge/protocol/tables.hpp"
#include "edge/storage/sellers.hpp"
#include "edge/storage/sync_base.hpp"
#include "edge/storage/sync_rejects.hpp"
#include "edge/storage/sync_state.hpp"
#include "edge/transport/gzip.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

namespace edge {

using protocol::Action;
using protocol::ChangeOutcome;
using protocol::DeviceSession;
using protocol::Finish;
using protocol::HeldPart;
using protocol::ProblemClass;
using protocol::RaiseAlarm;
using protocol::SendRequest;
using storage::StoredPart;
using storage::WriteTransaction;

namespace {

/// Another process has dropped a part that this run wanted to send: the hub has it for good, or it was sealed again.
struct PartIsGone {};

/// Another process has synced while a request was under way: the answer may be older than what that has brought.
struct Overtaken {};

constexpr std::string_view sealing_again = "sealing_again";

/// Whether the actions change what is known of the hub's rows.
bool moves_base(const std::vector<Action>& actions) {
    return std::any_of(actions.begin(), actions.end(), [](const Action& action) {
        return std::holds_alternative<protocol::RecordWatermarks>(action) ||
               std::holds_alternative<protocol::RecordOutcomes>(action) ||
               std::holds_alternative<protocol::ApplyPull>(action) ||
               std::holds_alternative<protocol::RestartPull>(action) ||
               std::holds_alternative<protocol::CompareDigest>(action);
    });
}

template <class Wanted>
const Wanted* find_action(const std::vector<Action>& actions) {
    for (const Action& action : actions) {
        if (const auto* found = std::get_if<Wanted>(&action)) return found;
    }
    return nullptr;
}

struct Words {
    std::string_view code;
    std::string_view words;
};
constexpr std::array<Words, 19> all_words = {{
    {"cursor_expired",
     "the hub has forgotten deletions that this file has not heard of: edge-analytics sync bootstrap fills it anew"},
    {"cannot_resolve", "the hub's name is not known to the network"},
    {"cannot_connect", "the hub cannot be reached"},
    {"timed_out", "the hub did not answer in time"},
    {"tls", "the connection to the hub cannot be made secure"},
    {"bad_answer", "what answered does not speak HTTP"},
    {"too_big", "the answer is bigger than a hub's would be"},
    {"broken", "the connection to the hub broke"},
    {"unavailable", "the hub cannot take anything at the moment"},
    {"not_the_hub", "what answered is not a hub; there may be a login page in between"},
    {"unexpected_answer", "the hub answered something that this program does not know"},
    {"too_many_bytes", "the way to the hub does not take requests of this size"},
    {"over_budget", "one change alone is more than a day's bytes carry: sync once without --metered"},
    {"not_applied", "the hub has not applied everything that it was sent"},
    {"lane_held", "the hub cannot read a segment, and the changes behind it wait"},
    {"unexplained", "the hub refuses and does not say why"},
    {"not_sent", "changes wait for a sync that sends"},
    {"new_epoch", "the hub knows other segments under the numbers of this file"},
    {"resync_again", "the hub asks for old segments too often"},
}};

std::string in_words(std::string_view code, std::string_view detail) {
    const auto* const found =
        std::find_if(all_words.begin(), all_words.end(), [&](const Words& one) { return one.code == code; });
    std::string text = found == all_words.end() ? fmt::format("the hub says '{}'", code) : std::string(found->words);
    if (!detail.empty()) text += fmt::format(" ({})", detail);
    return text;
}

int severity(ProblemClass problem_class) {
    switch (problem_class) {
        case ProblemClass::bug: return 3;
        case ProblemClass::auth:
        case ProblemClass::upgrade: return 2;
        case ProblemClass::resync:
        case ProblemClass::too_big: return 1;
        case ProblemClass::retry: break;
    }
    return 0;
}

/// A kept part's changes, decoded once for all outcomes in it.
class ChangesOfParts {
public:
    ChangesOfParts(storage::Connection& db, const protocol::DeviceMemory& epochs) : db_(&db), epochs_(&epochs) {}

    [[nodiscard]] std::int64_t epoch(protocol::Lane lane) const {
        return lane == protocol::Lane::ops ? epochs_->ops.epoch : epochs_->bulk.epoch;
    }
    /// The change as JSON; empty if it is no longer kept.
    std::string find(const ChangeOutcome& outcome) {
        const std::tuple place(outcome.lane, outcome.seq, outcome.part);
        if (place != place_) {
            place_ = place;
            changes_.clear();
            const std::optional<std::string> bytes = storage::find_part_bytes(
                *db_, protocol::name_of(outcome.lane), epoch(outcome.lane), outcome.seq, outcome.part);
            if (bytes) {
                protocol::Decoded<protocol::Segment> segment = protocol::decode_segment(*bytes);
                if (segment) changes_ = (*std::move(segment)).changes;
            }
        }
        const auto index = static_cast<std::size_t>(outcome.index);
        return index < changes_.size() ? protocol::encode(changes_[index]) : std::string();
    }

private:
    storage::Connection* db_;
    const protocol::DeviceMemory* epochs_;
    std::tuple<protocol::Lane, std::int64_t, int> place_{protocol::Lane::ops, 0, 0};
    std::vector<protocol::Change> changes_;
};

/// The day that it is now where the shop is.
std::string local_day(Engine::State& state) {
    const std::string home = find_meta(state.db, meta_home_seller);
    std::int64_t seller = 0;
    std::from_chars(home.data(), home.data() + home.size(), seller);
    const std::string zone = storage::get_seller(state.db, SellerId(seller)).time_zone;
    return format_date(state.time_zone_or_utc(zone).to_local(state.now()).day);
}

}  // namespace

std::string sync_reason(std::string_view code, std::string_view detail) { return in_words(code, detail); }

std::int64_t bytes_today(Engine::State& state) {
    if (storage::find_sync_state(state.db, state_traffic_day) != local_day(state)) return 0;
    return storage::find_sync_number(state.db, state_traffic);
}

std::int64_t traffic_of(const HubAnswer& answer) {
    return answer.socket_bytes > 0 ? answer.socket_bytes : answer.bytes_sent + answer.bytes_received;
}

void note_traffic(WriteTransaction& write, Engine::State& state, std::int64_t bytes) {
    const std::int64_t before = bytes_today(state);
    storage::set_sync_state(write, state_traffic_day, local_day(state));
    storage::set_sync_state(write, state_traffic, before + bytes);
}

SyncRun::SyncRun(Engine::State& state, const SyncIdentity& identity, const SyncOptions& options,
                 const HubExchange& exchange, Timestamp deadline, SyncReport& report)
    : state_(state),
      identity_(identity),
      options_(options),
      exchange_(exchange),
      deadline_(deadline),
      report_(report),
      standing_(standing()),
      parts_(storage::list_parts(state.db)),
      before_(load_memory(state.db)),
      session_(make_session()) {
    for (const StoredPart& part : unapplied(state.db)) all_changes_ += part.changes;
}

DeviceSession SyncRun::make_session() {
    std::vector<HeldPart> held;
    held.reserve(parts_.size());
    for (const StoredPart& part : parts_) held.push_back(to_held(part));
    protocol::DeviceSettings settings;
    settings.seller = identity_.seller;
    settings.replica = identity_.replica;
    settings.seen = storage::find_sync_number(state_.db, state_seen);
    settings.letters = letters_to_tell(state_.db);
    settings.request_timeout_ms = options_.timeout.count();
    settings.send = options_.direction != SyncDirection::pull;
    if (options_.direction == SyncDirection::push) settings.pull_bytes = 0;
    if (options_.day_budget) {
        const std::int64_t left = std::max<std::int64_t>(*options_.day_budget - bytes_today(state_), 0);
        // segments shrink to a quarter at most; a page of rows may take half of what is left
        settings.request_bytes = std::min(settings.request_bytes, static_cast<std::size_t>(left) * 2);
        if (!settings.pull_bytes) settings.pull_bytes = left / 2;
    }
    return DeviceSession(std::move(settings), before_, std::move(held),
                         [this](const HeldPart& part) { return read_part(part); });
}

std::string SyncRun::read_part(const HeldPart& part) {
    std::optional<std::string> bytes =
        storage::find_part_bytes(state_.db, protocol::name_of(part.lane), part.epoch, part.seq, part.part);
    if (!bytes) throw PartIsGone();
    if (EDGE_PLANTED(retry_re_encoded)) bytes->insert(1, static_cast<std::size_t>(before_.failures % 4), ' ');
    in_flight_.insert({part.lane, part.seq, part.part});
    return std::move(*bytes);
}

SyncRun::End SyncRun::go() {
    try {
        Actions actions = session_.start(to_milliseconds(state_.now()));
        for (;;) {
            if (const auto* finish = find_action<Finish>(actions)) return end_of(*finish);
            const auto* request = find_action<SendRequest>(actions);
            if (request == nullptr || !may_go_on()) {
                report_.reason = "the time for this sync is over";
                return End::incomplete;
            }
            const std::int64_t cost = cost_of(request->body);
            if (!fits_budget(cost) || is_beyond_any_day(cost)) return End::incomplete;
            actions = is_affordable(cost) ? exchange_once(*request) : ask_for_less(*request, cost);
            store(actions);
        }
    } catch (const PartIsGone&) {
        return End::again;
    } catch (const Overtaken&) {
        return End::again;  // what the answer says can be had again
    }
}

void SyncRun::take(const protocol::Ack& ack) {
    const Actions actions = session_.on_ack(ack, to_milliseconds(state_.now()));
    WriteTransaction write(state_.db);
    store_effects(write, actions);
    write.commit();
    if (alarm_) report_.reason = in_words(alarm_->reason, alarm_->detail);
}

/// Heads of both sides, an answer without rows, and the handshake of a new connection over TLS.
std::int64_t SyncRun::cost_beside_the_body() const {
    constexpr std::int64_t heads = 2'000;
    constexpr std::int64_t handshake = 6'000;
    return heads + (requests_ == 0 && options_.url.starts_with("https") ? handshake : 0);
}

/// At most; 0 if nothing counts.
std::int64_t SyncRun::cost_of(const std::string& body) const {
    if (!options_.day_budget) return 0;
    const std::size_t size = body.size() < transport::identity_below ? body.size() : transport::gzip(body).size();
    return cost_beside_the_body() + static_cast<std::int64_t>(size);
}

/// False for a part that no day's bytes can carry, and for several that what is left of today's cannot.
bool SyncRun::is_affordable(std::int64_t cost) const {
    if (!options_.day_budget) return true;
    return cost + (in_flight_.size() > 1 ? bytes_today(state_) : 0) <= *options_.day_budget;
}

bool SyncRun::fits_budget(std::int64_t cost) {
    if (!options_.day_budget) return true;
    const std::int64_t used = bytes_today(state_);
    constexpr std::int64_t small_part = 512;
    const std::int64_t least = is_affordable(cost) ? cost : cost_beside_the_body() + small_part;
    if (used + least <= *options_.day_budget) return true;
    report_.budget_used = true;
    report_.reason =
        least > *options_.day_budget
            ? fmt::format("a day's {} bytes carry no request at all: one needs {}", *options_.day_budget, least)
            : fmt::format("the day's {} bytes are used up: {} went, and the next request needs {}",
                          *options_.day_budget, used, least);
    return false;
}

/// One change cannot be cut.
bool SyncRun::is_beyond_any_day(std::int64_t cost) const {
    if (is_affordable(cost) || in_flight_.size() != 1) return false;
    const bool is_one = std::ranges::any_of(parts_, [&](const StoredPart& part) {
        return part.changes == 1 && in_flight_.contains({lane_of(part), part.seq, part.part});
    });
    if (is_one) {
        report_.reason = fmt::format("{} (it needs {}, a day has {})", in_words(protocol::reason::over_budget, {}),
                                     cost, *options_.day_budget);
    }
    return is_one;
}

/// Fewer parts, or smaller ones if no day's bytes can carry one.
SyncRun::Actions SyncRun::ask_for_less(const SendRequest& request, std::int64_t cost) {
    in_flight_.clear();
    const auto affordable = static_cast<double>(*options_.day_budget - cost_beside_the_body());
    // a short text shrinks less than a long one
    const double share = 0.7 * affordable / static_cast<double>(cost - cost_beside_the_body());
    const auto bytes = static_cast<std::size_t>(share * static_cast<double>(request.body.size()));
    constexpr std::size_t least = 512;
    return session_.on_unaffordable(std::max(bytes, least), to_milliseconds(state_.now()), 0.0);
}

/// The hub's clock against this one's, if its answer says.
void SyncRun::note_clock(const HubAnswer& answer, Timestamp sent) {
    const std::optional<std::int64_t> offset =
        protocol::clock_offset_ms({.status = answer.status, .headers = answer.headers, .body = {}},
                                  to_milliseconds(sent), to_milliseconds(state_.now()));
    if (offset) clock_offset_ = offset;
}

bool SyncRun::may_go_on() const { return requests_ == 0 || state_.now() < deadline_; }

SyncRun::Actions SyncRun::exchange_once(const SendRequest& request) {
    const std::set<PartPlace> parts = std::exchange(in_flight_, {});
    bool cancelled = false;
    const auto ask = [&] {
        const Progress progress{.what = "sync",
                                .done = static_cast<std::uint64_t>(report_.changes_sent),
                                .total = static_cast<std::uint64_t>(std::max(all_changes_, report_.changes_sent))};
        cancelled = cancelled || (options_.progress && !options_.progress(progress));
        return cancelled;
    };
    HubAnswer answer;
    const Timestamp sent = state_.now();
    ++requests_;
    std::optional<WriteTransaction> held;
    if (EDGE_PLANTED(lock_held_over_network)) held.emplace(state_.db);
    state_.db.make_durable();  // the hub must not hear of what a power cut takes back
    if (!ask()) {
        answer = exchange_({.url = options_.url,
                            .path = std::string(protocol::sync_path),
                            .body = request.body,
                            .content_type = std::string(protocol::sync_content_type),
                            .timeout = options_.timeout,
                            .cancelled = ask});
    }
    if (cancelled) throw Error(ErrorCode::cancelled, "cannot finish the sync: it was stopped");
    traffic_ = traffic_of(answer);
    report_.socket_bytes += traffic_;
    note_clock(answer, sent);
    report_.bytes_sent += answer.bytes_sent;
    report_.bytes_received += answer.bytes_received;
    const std::int64_t now = to_milliseconds(state_.now());
    const double random = static_cast<double>(state_.random_below(1U << 30U)) / static_cast<double>(1U << 30U);
    if (answer.status == 0) {
        const std::size_t colon = answer.failure.find(": ");
        failure_ = colon == std::string::npos ? std::string() : answer.failure.substr(colon + 2);
        return session_.on_transport_failure(answer.failure.substr(0, colon), now, random);
    }
    failure_.clear();
    if (answer.status >= 200 && answer.status < 300) count_sent(parts);
    return session_.on_response(
        {.status = answer.status, .headers = std::move(answer.headers), .body = std::move(answer.body)}, now, random);
}

void SyncRun::count_sent(const std::set<PartPlace>& parts) {
    for (const StoredPart& part : parts_) {
        const PartPlace place(lane_of(part), part.seq, part.part);
        if (!parts.contains(place) || !sent_.insert(place).second) continue;
        report_.changes_sent += part.changes;
        if (part.part == part.parts) ++report_.segments_sent;
    }
}

SyncRun::Standing SyncRun::standing() const {
    const storage::SyncLane ops = storage::get_sync_lane(state_.db, protocol::name_of(protocol::Lane::ops));
    const storage::SyncLane bulk = storage::get_sync_lane(state_.db, protocol::name_of(protocol::Lane::bulk));
    return {storage::find_sync_number(state_.db, state_seen), ops.epoch, ops.applied, bulk.epoch, bulk.applied};
}

/// After a power cut before the next request the same answer can be had again.
void SyncRun::store(const Actions& actions) {
    // what it seals besides is then little, and a sale may come in between
    if (moves_base(actions)) seal_pending(state_, identity_);
    WriteTransaction write(state_.db, storage::Writing::background);
    const bool is_overtaken = moves_base(actions) && standing() != standing_;
    if (!is_overtaken) store_effects(write, actions);
    store_attempt(write, is_overtaken ? nullptr : find_action<Finish>(actions));
    standing_ = standing();
    write.commit();
    if (is_overtaken) throw Overtaken();
}

void SyncRun::store_effects(WriteTransaction& write, const Actions& actions) {
    // before the watermarks, which drop the segments that refused changes are read from
    for (const Action& action : actions) {
        if (const auto* letters = std::get_if<protocol::RecordLetters>(&action)) store_letters(write, *letters);
        if (const auto* record = std::get_if<protocol::RecordOutcomes>(&action)) store_outcomes(write, *record);
        if (const auto* heard = std::get_if<protocol::HeardParts>(&action))
            forget_taken(write, *heard, find_action<protocol::RecordOutcomes>(actions));
    }
    if (moves_base(actions)) {
        seal_pending(state_, write, identity_);
        if (const auto* pull = find_action<protocol::ApplyPull>(actions))
            seal_refused(state_, write, identity_, names_of(pull->page.rows));
        find_gone_rows_daily(state_, write);
        store_base(write, actions);
    }
    for (const Action& action : actions) store(write, action);
    store_memory(write, session_.memory());
}

void SyncRun::store(WriteTransaction& write, const Action& action) {
    if (const auto* order = std::get_if<protocol::SealAgain>(&action)) {
        state_.log(LogLevel::warning,
                   fmt::format("sync: lane {} starts epoch {}", protocol::name_of(order->lane), order->epoch));
        seal_again(state_, write, identity_, *order);
    } else if (const auto* alarm = std::get_if<RaiseAlarm>(&action)) {
        raise(*alarm);
    } else if (const auto* expired = std::get_if<protocol::CursorExpired>(&action)) {
        may_refill_ = expired->refill;
    }
}

void SyncRun::store_base(WriteTransaction& write, const Actions& actions) {
    SyncBase base(write);
    for (const Action& action : actions) {
        if (const auto* record = std::get_if<protocol::RecordOutcomes>(&action)) {
            forget_refused(write, *record);
        } else if (const auto* marks = std::get_if<protocol::RecordWatermarks>(&action)) {
            const std::string_view lane = protocol::name_of(marks->lane);
            if (!storage::set_watermarks(write, lane, marks->epoch, marks->applied, marks->durable)) continue;
            storage::delete_parts_through(write, lane, marks->epoch,
                                          EDGE_PLANTED(watermark_confusion) ? marks->applied : marks->durable);
            base.confirm(lane, marks->applied);
        } else if (std::holds_alternative<protocol::RestartPull>(action)) {
            storage::set_sync_state(write, state_seen, std::int64_t{0});
            storage::forget_versions(write);
        } else if (const auto* pull = std::get_if<protocol::ApplyPull>(&action)) {
            apply_pull(write, base, pull->page);
        } else if (const auto* compare = std::get_if<protocol::CompareDigest>(&action)) {
            compare_digest(write, base, compare->digest);
        }
    }
    base.store();
}

/// How those rows stand the hub says itself, now or with a page. It may be long until their segment is confirmed: an
/// answer tells of the parts of its request alone.
void SyncRun::forget_refused(WriteTransaction& write, const protocol::RecordOutcomes& record) {
    for (const ChangeOutcome& outcome : record.outcomes) {
        const protocol::TableDescriptor* table = protocol::find_table(outcome.table);
        if (table == nullptr || outcome.outcome == protocol::Outcome::duplicate) continue;
        storage::delete_sealed_row(write, protocol::name_of(outcome.lane), outcome.seq,
                                   static_cast<storage::CapturedTable>(table->number), outcome.key);
    }
}

void SyncRun::apply_pull(WriteTransaction& write, SyncBase& base, const protocol::PullPage& page) {
    const std::int64_t seen = storage::find_sync_number(state_.db, state_seen);
    if (page.from > seen) return;  // another process has set the cursor back
    PullApply pull(write, base, state_.now());
    pull.apply(page);
    report_.rows_received += pull.changed_rows();
    if (pull.set_aside_rows() > 0) {
        state_.log(LogLevel::warning, fmt::format("sync: {} rows from the hub cannot be held here, and were set aside",
                                                  pull.set_aside_rows()));
    }
    storage::set_sync_state(write, state_seen, std::max(seen, page.to));
    std::int64_t clock = storage::find_sync_number(state_.db, state_clock);
    for (const protocol::Change& row : page.rows) clock = std::max(clock, page.h0 + row.hlc);
    storage::set_sync_state(write, state_clock, clock);
}

void SyncRun::compare_digest(WriteTransaction& write, const SyncBase& base, const protocol::Digest& digest) {
    if (digest.at != storage::find_sync_number(state_.db, state_seen)) return;
    report_.diverged = digest.root != protocol::digest_text(base.sum());
    storage::set_sync_state(write, state_diverged, std::int64_t{report_.diverged ? 1 : 0});
    if (!report_.diverged) storage::forget_lost(write);
    if (report_.diverged) {
        state_.log(LogLevel::warning,
                   fmt::format("sync: the hub's rows differ from what is known of them, at {}", digest.at));
    }
}

void SyncRun::store_outcomes(WriteTransaction& write, const protocol::RecordOutcomes& record) {
    ChangesOfParts changes(state_.db, before_);
    for (const ChangeOutcome& outcome : record.outcomes) {
        if (!protocol::is_dead_letter(outcome.outcome)) continue;
        const bool is_new = storage::insert_reject(write, {.lane = std::string(protocol::name_of(outcome.lane)),
                                                           .epoch = changes.epoch(outcome.lane),
                                                           .seq = outcome.seq,
                                                           .part = outcome.part,
                                                           .position = outcome.index,
                                                           .table = outcome.table,
                                                           .key = outcome.key,
                                                           .outcome = std::string(protocol::name_of(outcome.outcome)),
                                                           .reason = outcome.reason,
                                                           .change = changes.find(outcome),
                                                           .received_at = state_.now()});
        if (is_new) {
            ++report_.rejected;
        } else {
            // a hub that says so anew may have lost what it was told of it
            storage::set_told(write,
                              {.lane = protocol::name_of(outcome.lane),
                               .epoch = changes.epoch(outcome.lane),
                               .seq = outcome.seq,
                               .part = outcome.part,
                               .position = outcome.index},
                              false);
        }
    }
}

/// A hub that was restored may take what it had refused, and then lists nothing.
void SyncRun::forget_taken(WriteTransaction& write, const protocol::HeardParts& heard,
                           const protocol::RecordOutcomes* told) {
    const auto is_heard = [&](const storage::SyncReject& reject) {
        return std::ranges::find(heard.parts, std::pair(reject.seq, reject.part)) != heard.parts.end();
    };
    const auto is_refused_again = [&](const storage::SyncReject& reject) {
        return told != nullptr && std::ranges::any_of(told->outcomes, [&](const ChangeOutcome& one) {
                   return protocol::is_dead_letter(one.outcome) && one.lane == heard.lane && one.seq == reject.seq &&
                          one.part == reject.part && one.index == reject.position;
               });
    };
    const auto [first, last] = std::ranges::minmax(heard.parts);
    for (const storage::StoredReject& one :
         storage::rejects_of_segments(state_.db, protocol::name_of(heard.lane), heard.epoch, first.first, last.first)) {
        if (is_heard(one.reject) && !is_refused_again(one.reject)) storage::forget_reject(write, one.id);
    }
}

void SyncRun::store_letters(WriteTransaction& write, const protocol::RecordLetters& record) {
    for (const protocol::LetterMark& mark : record.letters) {
        const storage::RejectPlace place{.lane = protocol::name_of(mark.lane),
                                         .epoch = mark.epoch,
                                         .seq = mark.seq,
                                         .part = mark.part,
                                         .position = mark.index};
        if (mark.state == protocol::LetterState::unknown) {
            storage::set_told(write, place, true);
        } else {
            storage::follow_hub(write, place, protocol::name_of(mark.state), state_.now());
        }
    }
}

void SyncRun::store_attempt(WriteTransaction& write, const Finish* finish) {
    const Timestamp now = state_.now();
    note_traffic(write, state_, traffic_);
    if (clock_offset_) storage::set_sync_state(write, state_clock_offset, *clock_offset_);
    storage::set_sync_state(write, state_last_attempt, to_milliseconds(now));
    if (finish == nullptr) return;
    if (finish->complete) storage::set_sync_state(write, state_last_success, to_milliseconds(now));
    storage::set_sync_state(write, state_last_error, finish->complete ? std::string() : reason_of(*finish));
}

void SyncRun::raise(const RaiseAlarm& alarm) {
    state_.log(LogLevel::warning, fmt::format("sync: {}: {}", alarm.reason, alarm.detail));
    if (!alarm_ || severity(alarm.problem_class) > severity(alarm_->problem_class)) alarm_ = alarm;
}

std::string SyncRun::reason_of(const Finish& finish) const {
    if (!failure_.empty()) return in_words(finish.why, failure_);
    const bool explained = alarm_ && (alarm_->reason == finish.why || severity(alarm_->problem_class) > 0);
    return explained ? in_words(alarm_->reason, alarm_->detail) : in_words(finish.why, {});
}

SyncRun::End SyncRun::end_of(const Finish& finish) const {
    report_.reason.clear();
    if (finish.complete) return End::complete;
    report_.reason = reason_of(finish);
    if (finish.why == protocol::reason::cursor_expired) return End::expired;
    return finish.why == sealing_again ? End::again : End::incomplete;
}

}  // namespace edge
