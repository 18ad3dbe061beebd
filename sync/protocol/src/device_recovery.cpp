#include "edge/protocol/device_session.hpp"
#include "edge/protocol/snapshot.hpp"

#include <algorithm>

namespace edge::protocol {
namespace {

constexpr std::int64_t between_recoveries_ms = 3'600'000;
constexpr std::int64_t longest_retry_after_s = 86'400;
constexpr std::size_t smallest_part_bytes = 80U << 10U;  // any row fits
constexpr int doublings = 20;
/// A request that was cut is followed by one of this share, so that a slow way needs few of them.
constexpr int less = 4;
constexpr std::int64_t full_page_bytes = std::int64_t{1} << 20U;  ///< what a hub gives unasked
constexpr std::int64_t smallest_page_bytes = 200;                 ///< a row, and little beside it
/// A change or two. A part of these, the rows that it may have to be told again and a row of a page are at most some
/// 1,600 bytes on the wire, both ways together, which 60 bytes a second bring in time.
constexpr std::size_t small_part_bytes = 512;
constexpr int patience = 3;  ///< cuts in a row, before a lone part is taken to be too big

/// A clock that was set back must not forbid it for years.
bool may_recover(std::int64_t last_ms, std::int64_t now_ms) {
    return now_ms - last_ms >= between_recoveries_ms || now_ms < last_ms;
}

RaiseAlarm alarm_of(const Problem& problem) {
    return {.problem_class = problem.problem_class, .reason = problem.reason, .detail = problem.detail};
}

}  // namespace

void DeviceSession::take_lane_problem(Lane lane, const Problem& problem, std::int64_t now_ms, Actions& actions) {
    run(lane).stopped = true;
    if (problem.problem_class == ProblemClass::bug) return hold_lane(lane, problem, actions);
    if (problem.problem_class != ProblemClass::resync) {
        if (problem.problem_class != ProblemClass::retry) actions.emplace_back(alarm_of(problem));
        return;
    }
    const LaneMark& known = mark(lane);
    const std::int64_t free_epoch = std::max(known.epoch + 1, problem.next_epoch.value_or(0));
    SealAgain again{.lane = lane, .epoch = free_epoch, .whole = false, .part_bytes = 0};
    if (problem.reason == reason::fork || !problem.position) {
        return take_new_epoch(again, problem.detail, now_ms, actions);
    }
    const std::int64_t expected = problem.position->seq;
    if (holds(lane, expected)) return resend_from(lane, expected, now_ms, actions);
    again.whole = expected <= last_held(lane);
    take_new_epoch(again, problem.detail, now_ms, actions);
}

void DeviceSession::resend_from(Lane lane, std::int64_t seq, std::int64_t now_ms, Actions& actions) {
    const bool first = !runs_[0].resent && !runs_[1].resent;
    if (run(lane).resent || (first && !may_recover(memory_.last_resend_ms, now_ms))) {
        actions.emplace_back(RaiseAlarm{.problem_class = ProblemClass::resync,
                                        .reason = "resync_again",
                                        .detail = "the hub asks for old segments more than once an hour"});
        return;
    }
    run(lane) = LaneRun{.resent = true};
    memory_.last_resend_ms = now_ms;
    ++memory_.recoveries;
    LaneMark& known = mark(lane);
    known.applied = std::min(known.applied, seq - 1);
    known.staged = 0;
    known.heard = 0;
    actions.emplace_back(
        RecordWatermarks{.lane = lane, .epoch = known.epoch, .applied = known.applied, .durable = known.durable});
    for (std::size_t at = 0; at < held_.size(); ++at) {
        if (held_[at].lane == lane && held_[at].seq >= seq) sent_[at] = told_[at] = false;
    }
}

void DeviceSession::take_new_epoch(const SealAgain& again, std::string_view why, std::int64_t now_ms,
                                   Actions& actions) {
    actions.emplace_back(
        RaiseAlarm{.problem_class = ProblemClass::resync, .reason = "new_epoch", .detail = std::string(why)});
    run(again.lane).stopped = true;
    const bool first = !runs_[0].sealed_again && !runs_[1].sealed_again;
    if (run(again.lane).sealed_again || (first && !may_recover(memory_.last_new_epoch_ms, now_ms))) return;
    run(again.lane).sealed_again = true;
    memory_.last_new_epoch_ms = now_ms;
    ++memory_.recoveries;
    mark(again.lane) = LaneMark{.epoch = again.epoch};
    actions.emplace_back(again);
}

void DeviceSession::expire(std::int64_t now_ms, Actions& actions) {
    expired_ = true;
    actions.emplace_back(CursorExpired{.refill = may_recover(memory_.last_refill_ms, now_ms)});
}

void DeviceSession::hold_lane(Lane lane, const Problem& problem, Actions& actions) {
    mark(lane).held = true;
    actions.emplace_back(alarm_of(problem));
}

void DeviceSession::react(const Problem& problem, std::int64_t now_ms, double random, Actions& actions) {
    switch (problem.problem_class) {
        case ProblemClass::retry:
            if (problem.reason == reason::timed_out) be_content_with_less(now_ms, actions);
            if (problem.reason == "unexpected_answer") actions.emplace_back(alarm_of(problem));
            return back_off(problem, now_ms, random, actions);
        case ProblemClass::auth:
        case ProblemClass::upgrade: return stop(problem, now_ms, actions);
        case ProblemClass::too_big: return send_less(problem, 0, now_ms, random, actions);
        case ProblemClass::bug: return find_unreadable(problem, now_ms, random, actions);
        case ProblemClass::resync: break;
    }
    if (problem.reason == reason::cursor_expired) {
        expire(now_ms, actions);
        return send_or_finish(actions, now_ms, random);
    }
    if (!problem.position || problem.position->epoch != mark(problem.position->lane).epoch) {
        actions.emplace_back(alarm_of(problem));
        return back_off(problem, now_ms, random, actions);
    }
    const std::int64_t before = memory_.recoveries;
    take_lane_problem(problem.position->lane, problem, now_ms, actions);
    if (memory_.recoveries == before) return back_off(problem, now_ms, random, actions);
    send_or_finish(actions, now_ms, random);
}

/// `part_bytes`: what a part may have; 0: half of what it has.
void DeviceSession::send_less(const Problem& problem, std::size_t part_bytes, std::int64_t now_ms, double random,
                              Actions& actions) {
    if (in_flight_.size() > 1) {
        memory_.request_parts = in_flight_.size() / 2;
        choose_parts();
        return send(now_ms, actions);
    }
    const std::int64_t before = memory_.recoveries;
    const std::size_t has = in_flight_.empty() ? 0 : held_[in_flight_.front()].bytes;
    const std::size_t may_have = part_bytes > 0 ? part_bytes : std::max(smallest_part_bytes, has / 2);
    if (may_have < has) {
        const HeldPart& part = held_[in_flight_.front()];
        take_new_epoch({.lane = part.lane, .epoch = part.epoch + 1, .whole = false, .part_bytes = may_have},
                       "a part is too big for the way to the hub", now_ms, actions);
    } else {
        actions.emplace_back(alarm_of(problem));
    }
    if (memory_.recoveries == before) return back_off(problem, now_ms, random, actions);
    send_or_finish(actions, now_ms, random);
}

/// What was under way was cut, and would be again: the way may be slow. Which half it was that took so long nobody can
/// tell, so both become less.
void DeviceSession::be_content_with_less(std::int64_t now_ms, Actions& actions) {
    const std::int64_t page = page_bytes().value_or(full_page_bytes);
    memory_.page_bytes = std::max(smallest_page_bytes, page / less);
    if (in_flight_.size() > 1) memory_.request_parts = std::max<std::size_t>(in_flight_.size() / less, 1);
    if (in_flight_.size() != 1 || memory_.failures + 1 < patience) return;
    const HeldPart& part = held_[in_flight_.front()];
    const std::size_t may_have = std::max(small_part_bytes, part.bytes / less);
    if (may_have >= part.bytes || part.changes == 1) return;
    take_new_epoch({.lane = part.lane, .epoch = part.epoch + 1, .whole = false, .part_bytes = may_have},
                   "a part takes too long on the way to the hub", now_ms, actions);
}

/// Whether the request under way took a good part of the time that it may.
bool DeviceSession::was_long(std::int64_t now_ms) const noexcept {
    return now_ms - sent_at_ms_ > settings_.request_timeout_ms / less;
}

/// Twice as much, where that may be expected to arrive in time.
void DeviceSession::ask_for_more(std::int64_t now_ms) {
    if (was_long(now_ms)) return;
    memory_.request_parts *= 2;
    if (memory_.request_parts >= settings_.limits.request_parts) memory_.request_parts = 0;
    memory_.page_bytes *= 2;
    if (memory_.page_bytes >= full_page_bytes) memory_.page_bytes = 0;
}

/// The hub could not read the request: sent one by one, the part that it cannot read shows itself.
void DeviceSession::find_unreadable(const Problem& problem, std::int64_t now_ms, double random, Actions& actions) {
    if (in_flight_.empty()) {
        actions.emplace_back(alarm_of(problem));
        return back_off(problem, now_ms, random, actions);
    }
    if (in_flight_.size() > 1) {
        memory_.request_parts = 1;
        choose_parts();
        return send(now_ms, actions);
    }
    const Lane lane = problem.position ? problem.position->lane : held_[in_flight_.front()].lane;
    hold_lane(lane, problem, actions);
    send_or_finish(actions, now_ms, random);
}

void DeviceSession::stop(const Problem& problem, std::int64_t now_ms, Actions& actions) {
    actions.emplace_back(alarm_of(problem));
    ++memory_.failures;
    memory_.not_before_ms = now_ms + settings_.longest_backoff_ms;
    memory_.waiting_for = problem.reason;
    actions.emplace_back(Finish{.complete = false, .why = problem.reason});
}

void DeviceSession::back_off(const Problem& problem, std::int64_t now_ms, double random, Actions& actions) {
    const int exponent = std::min(memory_.failures, doublings);
    const std::int64_t cap = std::min(settings_.longest_backoff_ms, settings_.first_backoff_ms << exponent);
    auto wait = static_cast<std::int64_t>(random * static_cast<double>(cap));
    if (problem.retry_after_s) wait = std::max(wait, 1000 * std::min(*problem.retry_after_s, longest_retry_after_s));
    ++memory_.failures;
    memory_.not_before_ms = now_ms + wait;
    memory_.waiting_for = problem.reason;
    actions.emplace_back(Finish{.complete = false, .why = problem.reason});
}

}  // namespace edge::protocol
