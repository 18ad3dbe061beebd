#include "edge/protocol/device_session.hpp"

#include "answers.hpp"

#include "edge/core/planted_bugs.hpp"
#include "edge/protocol/snapshot.hpp"

#include <algorithm>
#include <utility>

namespace edge::protocol {
namespace {

/// No hub's wish silences a device for longer.
constexpr std::int64_t longest_pause_s = 86'400;

}  // namespace

DeviceSession::DeviceSession(DeviceSettings settings, DeviceMemory memory, std::vector<HeldPart> held, ReadPart read)
    : settings_(std::move(settings)),
      memory_(std::move(memory)),
      held_(std::move(held)),
      sent_(held_.size(), false),
      told_(held_.size(), false),
      read_(std::move(read)) {
    // bulk never goes before ops
    std::stable_sort(held_.begin(), held_.end(), [](const HeldPart& left, const HeldPart& right) {
        return EDGE_PLANTED(lane_order) ? right.lane < left.lane : left.lane < right.lane;
    });
}

std::vector<Action> DeviceSession::start(std::int64_t now_ms) {
    Actions actions;
    choose_parts();
    send(now_ms, actions);
    return actions;
}

std::vector<Action> DeviceSession::on_response(const Response& response, std::int64_t now_ms, double random) {
    Actions actions;
    Decoded<Ack> answer = classify(response, settings_.limits);
    if (!answer) {
        react(answer.problem(), now_ms, random, actions);
        return actions;
    }
    for (const std::size_t at : in_flight_) sent_[at] = true;
    letters_told_ += next_letters().size();
    ask_for_more(now_ms);
    take_ack(*std::move(answer), now_ms, actions);
    send_or_finish(actions, now_ms, random);
    return actions;
}

std::vector<Action> DeviceSession::on_transport_failure(std::string_view why, std::int64_t now_ms, double random) {
    Actions actions;
    if (why == reason::timed_out || (why == reason::broken && was_long(now_ms))) be_content_with_less(now_ms, actions);
    back_off(make_problem(ProblemClass::retry, why, {}), now_ms, random, actions);
    return actions;
}

std::vector<Action> DeviceSession::on_unaffordable(std::size_t part_bytes, std::int64_t now_ms, double random) {
    Actions actions;
    send_less(make_problem(ProblemClass::too_big, reason::over_budget, {}), part_bytes, now_ms, random, actions);
    return actions;
}

std::vector<Action> DeviceSession::on_ack(Ack ack, std::int64_t now_ms) {
    Actions actions;
    is_receipt_ = true;
    take_ack(std::move(ack), now_ms, actions);
    is_receipt_ = false;
    return actions;
}

LaneMark& DeviceSession::mark(Lane lane) noexcept { return lane == Lane::ops ? memory_.ops : memory_.bulk; }

const LaneMark& DeviceSession::mark(Lane lane) const noexcept { return lane == Lane::ops ? memory_.ops : memory_.bulk; }

bool DeviceSession::is_applied(const HeldPart& part) const noexcept {
    return part.epoch == mark(part.lane).epoch && part.seq <= mark(part.lane).applied;
}

bool DeviceSession::holds(Lane lane, std::int64_t seq) const noexcept { return last_part_of(lane, seq) != nullptr; }

const HeldPart* DeviceSession::last_part_of(Lane lane, std::int64_t seq) const noexcept {
    for (const HeldPart& part : held_) {
        if (part.lane == lane && part.seq == seq && part.epoch == mark(lane).epoch && part.part == part.parts)
            return &part;
    }
    return nullptr;
}

std::int64_t DeviceSession::last_held(Lane lane) const noexcept {
    std::int64_t last = mark(lane).applied;
    for (const HeldPart& part : held_) {
        if (part.lane == lane && part.epoch == mark(lane).epoch) last = std::max(last, part.seq);
    }
    return last;
}

/// An answer tells what became of the changes that its request carried, and of those parts that the hub kept of a
/// segment which the request completed. What the hub has applied besides (a request whose answer was lost) is sent
/// again, to hear of its outcomes; on a slow way that takes several runs, so how far it is heard of is remembered.
void DeviceSession::hear(const LaneAck& lane) {
    LaneMark& known = mark(lane.lane);
    if (is_receipt_ || lane.applied <= known.applied) {
        known.heard = 0;
        known.applied = std::max(known.applied, lane.applied);
        return;
    }
    for (const std::size_t at : in_flight_) {
        const HeldPart& part = held_[at];
        const bool is_told = part.lane == lane.lane && part.epoch == lane.epoch && part.seq <= lane.applied;
        told_[at] = told_[at] || (is_told && (!lane.problem || lane.problem->problem_class != ProblemClass::resync));
    }
    for (std::size_t at = 0; at < held_.size(); ++at) {
        const HeldPart& part = held_[at];
        if (part.lane != lane.lane || part.epoch != known.epoch || part.seq <= known.applied) continue;
        if (part.seq > lane.applied) break;
        const bool is_known = part.seq == known.applied + 1 && part.part <= known.heard;
        const bool is_told = told_[at] || (part.seq > lane.repeated && is_complete_in_flight(part));
        if (!is_known && !is_told) break;
        known.heard = std::max(known.heard, part.part);
        if (part.part < part.parts) continue;
        known.applied = part.seq;
        known.heard = 0;
    }
}

/// Whether the last part of its segment is under way.
bool DeviceSession::is_complete_in_flight(const HeldPart& part) const noexcept {
    return std::any_of(in_flight_.begin(), in_flight_.end(), [&](std::size_t at) {
        const HeldPart& last = held_[at];
        return last.part == last.parts && last.lane == part.lane && last.epoch == part.epoch && last.seq == part.seq;
    });
}

/// A part that was kept, of a segment that was applied then by a request whose answer was lost, was answered for
/// nothing.
bool DeviceSession::is_answered(std::size_t at) const noexcept {
    return told_[at] || (sent_[at] && held_[at].seq > runs_[static_cast<std::size_t>(held_[at].lane)].shown_applied);
}

bool DeviceSession::can_be_sent(std::size_t at) const noexcept {
    const HeldPart& part = held_[at];
    const bool current = part.epoch == mark(part.lane).epoch && !runs_[static_cast<std::size_t>(part.lane)].stopped;
    return current && !is_answered(at) && is_pending(part) && !is_staged(part);
}

/// The hub has applied it, as this session was told, but not what became of its changes.
bool DeviceSession::is_unheard(std::size_t at) const noexcept {
    return held_[at].seq <= runs_[static_cast<std::size_t>(held_[at].lane)].told_applied && can_be_sent(at);
}

bool DeviceSession::is_any_unheard() const noexcept {
    for (std::size_t at = 0; at < held_.size(); ++at) {
        if (is_unheard(at)) return true;
    }
    return false;
}

void DeviceSession::choose_parts() {
    std::size_t most = settings_.limits.request_parts;
    if (memory_.request_parts > 0) most = std::min(most, memory_.request_parts);
    in_flight_.clear();
    std::size_t bytes = 0;
    for (std::size_t at = 0; at < held_.size() && in_flight_.size() < most; ++at) {
        const HeldPart& part = held_[at];
        if (!(settings_.send ? can_be_sent(at) : is_unheard(at))) continue;
        bytes += part.bytes + 1;
        if (!in_flight_.empty() && bytes > settings_.request_bytes) break;
        in_flight_.push_back(at);
    }
}

void DeviceSession::send(std::int64_t now_ms, Actions& actions) {
    sent_at_ms_ = now_ms;
    std::vector<std::string> parts;
    parts.reserve(in_flight_.size());
    for (const std::size_t at : in_flight_) parts.push_back(read_(held_[at]));
    const SyncHeader header{.seller = settings_.seller,
                            .replica = settings_.replica,
                            .seen = settings_.seen,
                            .pull_bytes = page_bytes(),
                            .letters = next_letters(),
                            .extra = {}};
    actions.emplace_back(SendRequest{.body = encode_request(header, parts), .parts = parts.size()});
}

std::optional<std::int64_t> DeviceSession::page_bytes() const {
    if (memory_.page_bytes == 0) return settings_.pull_bytes;
    return std::min(settings_.pull_bytes.value_or(memory_.page_bytes), memory_.page_bytes);
}

/// Those of the request that goes next, or is under way.
std::vector<LetterMark> DeviceSession::next_letters() const {
    const auto from = settings_.letters.begin() + static_cast<std::ptrdiff_t>(letters_told_);
    constexpr std::int64_t letter_bytes = 64;
    const std::size_t most = memory_.page_bytes > 0
                                 ? std::min(most_letters, static_cast<std::size_t>(memory_.page_bytes / letter_bytes))
                                 : most_letters;
    const std::size_t count = std::min(settings_.letters.size() - letters_told_, most);
    return {from, from + static_cast<std::ptrdiff_t>(count)};
}

void DeviceSession::send_or_finish(Actions& actions, std::int64_t now_ms, double random) {
    if (runs_[0].sealed_again || runs_[1].sealed_again) {
        memory_.not_before_ms = now_ms;
        memory_.waiting_for = "sealing_again";
        actions.emplace_back(Finish{.complete = false, .why = memory_.waiting_for});
        return;
    }
    choose_parts();
    if (!in_flight_.empty() || pull_more_ || letters_told_ < settings_.letters.size()) return send(now_ms, actions);
    finish(actions, now_ms, random);
}

bool DeviceSession::is_pending(const HeldPart& part) const noexcept {
    return !is_applied(part) && !mark(part.lane).held;
}

/// Whether the hub has it and waits for the rest of its segment (if it is not this file's part, the next one shows it),
/// or has told what became of it.
bool DeviceSession::is_staged(const HeldPart& part) const noexcept {
    const LaneMark& known = mark(part.lane);
    const int behind = std::max(known.staged, known.heard);
    return part.seq == known.applied + 1 && part.part <= behind && behind < part.parts;
}

void DeviceSession::finish(Actions& actions, std::int64_t now_ms, double random) {
    const bool pending =
        std::any_of(held_.begin(), held_.end(), [&](const HeldPart& part) { return is_pending(part); });
    if (pending && settings_.send) {
        return back_off(make_problem(ProblemClass::retry, "not_applied", {}), now_ms, random, actions);
    }
    if (expired_)
        return back_off(make_problem(ProblemClass::resync, reason::cursor_expired, {}), now_ms, random, actions);
    // a held lane waits for a person and must not slow the other
    const bool lane_held = memory_.ops.held || memory_.bulk.held;
    memory_.failures = 0;
    memory_.waiting_for = lane_held ? reason::lane_held : std::string_view(pending ? "not_sent" : "");
    memory_.not_before_ms = now_ms + 1000 * std::min(memory_.next_after_s, longest_pause_s);
    // a session that only takes has done its work, whatever waits to be sent
    actions.emplace_back(Finish{.complete = !lane_held, .why = memory_.waiting_for});
}

void DeviceSession::take_ack(Ack ack, std::int64_t now_ms, Actions& actions) {
    const bool restored =
        !memory_.hub_epoch.empty() && memory_.hub_epoch != ack.hub_epoch && !EDGE_PLANTED(restore_ignored);
    if (restored) ++memory_.recoveries;
    memory_.hub_epoch = ack.hub_epoch;
    memory_.next_after_s = ack.next_after_s;
    take_outcomes(ack, actions);
    if (!ack.letters.empty()) actions.emplace_back(RecordLetters{ack.letters});
    for (const Lane lane : {Lane::ops, Lane::bulk}) {
        const auto found = std::find_if(ack.lanes.begin(), ack.lanes.end(), [&](const LaneAck& one) {
            return one.lane == lane && one.epoch == mark(lane).epoch;
        });
        if (found != ack.lanes.end()) {
            take_lane(*found, restored, now_ms, actions);
        } else if (is_ahead(ack, lane)) {
            if (restored) hear_again(lane, actions);
            run(lane).told_applied = last_held(lane);
        } else if (restored) {
            take_lane({.lane = lane, .epoch = mark(lane).epoch, .head = {}, .problem = {}}, restored, now_ms, actions);
        }
    }
    take_pull(std::move(ack), restored, now_ms, actions);
}

/// Whether a copy of this file has gone on in a later epoch: an answer shows no earlier one that it was not asked
/// about, so that what is held may be applied or not.
bool DeviceSession::is_ahead(const Ack& ack, Lane lane) const noexcept {
    return std::any_of(ack.lanes.begin(), ack.lanes.end(),
                       [&](const LaneAck& one) { return one.lane == lane && one.epoch > mark(lane).epoch; });
}

void DeviceSession::take_pull(Ack ack, bool hub_restored, std::int64_t now_ms, Actions& actions) {
    if (hub_restored) {
        settings_.seen = 0;
        pull_more_ = true;
        actions.emplace_back(RestartPull{});
        return;
    }
    pull_more_ = false;
    // what is sealed anew may have taken effect already, by another copy of the file
    const bool is_sealed_again = runs_[0].sealed_again || runs_[1].sealed_again;
    if (settings_.pull_bytes == 0 || is_any_unheard() || is_sealed_again) return take_told_rows(ack, actions);
    if (ack.pull.problem) return expire(now_ms, actions);
    pull_more_ = ack.pull.more && ack.pull.to > settings_.seen;
    if (ack.pull.to > settings_.seen || !ack.pull.rows.empty()) {
        settings_.seen = std::max(settings_.seen, ack.pull.to);
        actions.emplace_back(ApplyPull{std::move(ack.pull)});
    }
    if (ack.digest && ack.digest->at == settings_.seen) actions.emplace_back(CompareDigest{*ack.digest});
}

/// A page shows rows after changes whose outcomes are still to be heard: it comes again with those, since the cursor
/// stays. But for the rows of changes that did not stand, which are told with their outcomes alone.
void DeviceSession::take_told_rows(const Ack& ack, Actions& actions) const {
    PullPage page = ack.pull;
    page.to = page.from;
    std::erase_if(page.rows, [&](const Change& row) {
        return std::none_of(ack.outcomes.begin(), ack.outcomes.end(), [&](const ChangeOutcome& outcome) {
            return outcome.outcome != Outcome::duplicate && outcome.table == row.table && outcome.key == row.key;
        });
    });
    if (!page.rows.empty()) actions.emplace_back(ApplyPull{std::move(page)});
}

/// Whatever a restored hub has of what it had not called durable may have come to it anew, late or from a copy of this
/// file, and have fared otherwise than before: all that is held is sent again, and answered from what is stored.
void DeviceSession::hear_again(Lane lane, Actions& actions) {
    LaneMark& known = mark(lane);
    const LaneMark before = known;
    known.applied = known.durable;
    known.staged = 0;  // of a later segment
    known.heard = 0;
    for (std::size_t at = 0; at < held_.size(); ++at) {
        if (held_[at].lane == lane) sent_[at] = told_[at] = false;
    }
    record_move(lane, before, actions);
}

void DeviceSession::record_move(Lane lane, const LaneMark& before, Actions& actions) const {
    const LaneMark& known = mark(lane);
    if (known == before) return;
    actions.emplace_back(
        RecordWatermarks{.lane = lane, .epoch = known.epoch, .applied = known.applied, .durable = known.durable});
}

/// Of a part that waits for the rest of its segment, or that the hub did not take, the answer tells nothing.
void DeviceSession::note_heard(const LaneAck& lane, Actions& actions) const {
    if (is_receipt_ || lane.problem) return;
    HeardParts heard{.lane = lane.lane, .epoch = lane.epoch, .parts = {}};
    for (const std::size_t at : in_flight_) {
        const HeldPart& part = held_[at];
        if (part.lane == lane.lane && part.epoch == lane.epoch && part.seq <= lane.applied)
            heard.parts.emplace_back(part.seq, part.part);
    }
    if (!heard.parts.empty()) actions.emplace_back(std::move(heard));
}

void DeviceSession::take_outcomes(const Ack& ack, Actions& actions) const {
    RecordOutcomes record;
    for (const ChangeOutcome& outcome : ack.outcomes) {
        if (holds(outcome.lane, outcome.seq)) record.outcomes.push_back(outcome);
    }
    if (!record.outcomes.empty()) actions.emplace_back(std::move(record));
}

void DeviceSession::take_lane(const LaneAck& lane, bool hub_restored, std::int64_t now_ms, Actions& actions) {
    LaneMark& known = mark(lane.lane);
    // the next number may be taken by a copy of this file, with the same bytes
    const std::int64_t told_epoch = lane.problem ? lane.problem->next_epoch.value_or(0) : 0;
    const SealAgain again{
        .lane = lane.lane, .epoch = std::max(known.epoch + 1, told_epoch), .whole = false, .part_bytes = 0};
    if (hub_restored && lane.applied < known.durable) {
        SealAgain whole = again;
        whole.whole = true;
        return take_new_epoch(whole, "the hub lost what it had called durable", now_ms, actions);
    }
    const HeldPart* last = last_part_of(lane.lane, lane.applied);
    if (lane.applied > last_held(lane.lane) ||
        (last != nullptr && last->hash != lane.head && !EDGE_PLANTED(chain_unchecked))) {
        return take_new_epoch(again, "the hub has other segments under the numbers of this file", now_ms, actions);
    }
    note_heard(lane, actions);
    run(lane.lane).told_applied = run(lane.lane).shown_applied = lane.applied;
    if (hub_restored) hear_again(lane.lane, actions);
    const LaneMark before = known;
    if (!hub_restored) hear(lane);
    known.staged = lane.applied == known.applied ? lane.staged : 0;
    // the head's hash vouches for everything below it; without it only what is no longer held may be called durable
    const bool vouched = last != nullptr || std::none_of(held_.begin(), held_.end(), [&](const HeldPart& part) {
                             return part.lane == lane.lane && part.epoch == known.epoch && part.seq <= lane.durable;
                         });
    if (vouched) known.durable = std::max(known.durable, std::min(lane.durable, known.applied));
    record_move(lane.lane, before, actions);
    if (lane.problem) take_lane_problem(lane.lane, *lane.problem, now_ms, actions);
}

}  // namespace edge::protocol
