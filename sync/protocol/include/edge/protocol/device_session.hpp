#pragma once

#include "edge/protocol/exchange.hpp"
#include "edge/protocol/limits.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace edge::protocol {

/// A part that the device keeps, without its bytes.
struct HeldPart {
    Lane lane = Lane::ops;
    std::int64_t epoch = 1;
    std::int64_t seq = 1;
    int part = 1;
    int parts = 1;
    std::size_t bytes = 0;
    std::int64_t changes = 0;  ///< 0: not known
    std::string hash;          ///< hash text
    friend bool operator==(const HeldPart&, const HeldPart&) = default;
};

/// Reads a held part's bytes from the store.
using ReadPart = std::function<std::string(const HeldPart&)>;

/// What a lane knows of the hub; stored by the device.
struct LaneMark {
    std::int64_t epoch = 1;
    std::int64_t applied = 0;
    std::int64_t durable = 0;
    bool held = false;  ///< a segment of it cannot be read by the hub; a person has to look
    int staged = 0;     ///< parts of the segment behind `applied` that the hub keeps until it is complete
    int heard = 0;      ///< parts of it of which the hub, that has applied it, has told what became of them
    friend bool operator==(const LaneMark&, const LaneMark&) = default;
};

inline constexpr std::int64_t never_ms = -largest_json_integer;

/// What survives from one sync to the next; stored by the device as a document.
struct DeviceMemory {
    std::string hub_epoch;
    LaneMark ops;
    LaneMark bulk;
    int failures = 0;                ///< in a row
    std::int64_t not_before_ms = 0;  ///< next attempt, ms since 1970 UTC
    std::string waiting_for;         ///< why, for people
    std::int64_t next_after_s = 0;   ///< the hub's own wish for the next regular sync
    std::size_t request_parts = 0;   ///< parts that may go in one request after a 413 or a cut; 0: no limit known
    std::int64_t page_bytes = 0;     ///< what a pull page may bring after a cut; 0: no limit known
    std::int64_t last_resend_ms = never_ms;  ///< each recovery happens at most once an hour
    std::int64_t last_new_epoch_ms = never_ms;
    std::int64_t last_refill_ms = never_ms;  ///< when the file was last filled from a snapshot
    std::int64_t recoveries = 0;
    friend bool operator==(const DeviceMemory&, const DeviceMemory&) = default;
};

[[nodiscard]] std::string encode(const DeviceMemory& memory);
/// A text that cannot be read gives a fresh memory: everything kept is then offered to the hub again, which is
/// harmless.
[[nodiscard]] DeviceMemory decode_device_memory(std::string_view json);

/// Post the body to sync_path; then call on_response or on_transport_failure.
struct SendRequest {
    std::string body;
    std::size_t parts = 0;
};
/// Store both watermarks; segments up to `durable` may be dropped, and nothing else ever may.
struct RecordWatermarks {
    Lane lane = Lane::ops;
    std::int64_t epoch = 1;
    std::int64_t applied = 0;
    std::int64_t durable = 0;
};
/// Store what became of changes; dead letters among them (is_dead_letter) keep the change's bytes.
struct RecordOutcomes {
    std::vector<ChangeOutcome> outcomes;
};
/// The answer told all outcomes of these parts: what was refused of them before, and is not now, the hub has taken.
struct HeardParts {
    Lane lane = Lane::ops;
    std::int64_t epoch = 1;
    std::vector<std::pair<std::int64_t, int>> parts;  ///< number and part
};
/// Store what the hub says of changes that it refused earlier: one that is `unknown` to it stays as it is.
struct RecordLetters {
    std::vector<LetterMark> letters;
};
/// Apply the page and its cursor in one transaction.
struct ApplyPull {
    PullPage page;
};
/// The hub counts versions anew: set the cursor back to 0 and forget every row's version. Everything comes once more.
struct RestartPull {};
/// The hub no longer has what this file would have to be told (deletions that it has forgotten): once everything held
/// is applied, the file has to be filled from a snapshot.
struct CursorExpired {
    bool refill = false;  ///< not done within the last hour: it may be done at once
};
/// Compare what the hub is known to hold with this: the cursor stands where it was taken.
struct CompareDigest {
    Digest digest;
};
/// The chain cannot go on as it is: take `epoch` for the lane and seal again what is held. `whole` means every row of
/// the lane and not just what is unacknowledged, because the hub lacks segments that are no longer held.
struct SealAgain {
    Lane lane = Lane::ops;
    std::int64_t epoch = 1;
    bool whole = false;
    std::size_t part_bytes = 0;  ///< new limit of a part; 0: as before
};
/// A person should know. Selling goes on.
struct RaiseAlarm {
    ProblemClass problem_class = ProblemClass::bug;
    std::string reason;
    std::string detail;
};
/// This run is over; the memory says when the next may begin.
struct Finish {
    bool complete = false;  ///< everything held was acknowledged as applied
    std::string why;        ///< empty when complete
};

using Action = std::variant<SendRequest, RecordWatermarks, RecordOutcomes, HeardParts, RecordLetters, ApplyPull,
                            RestartPull, CursorExpired, CompareDigest, SealAgain, RaiseAlarm, Finish>;

/// What the network gave back. Header names are in lower case.
struct Response {
    int status = 0;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
};

/// What an answer other than success amounts to. Where the hub did not say it itself, its status does; a page that is
/// not the hub's is `not_the_hub`, to be tried again.
[[nodiscard]] Problem problem_in(const Response& response, const Limits& limits = {});

struct DeviceSettings {
    std::string seller;
    std::string replica;
    std::int64_t seen = 0;
    std::size_t request_bytes = 1U << 20U;        ///< raw bytes in one request, one part at least
    bool send = true;                             ///< false: parts wait for another run
    std::optional<std::int64_t> pull_bytes = {};  ///< what a pull page may bring; 0: only rows of changes that lost
    /// Refused changes that are open, or settled here without the hub having heard of it.
    std::vector<LetterMark> letters = {};
    Limits limits;
    std::int64_t request_timeout_ms = 30'000;  ///< a request that takes longer is cut
    std::int64_t first_backoff_ms = 2'000;
    std::int64_t longest_backoff_ms = 900'000;  ///< a quarter of an hour
};

/// One run of the device's side of a sync. The caller performs the actions in order, storing what they say and
/// `memory()` in one transaction before it sends anything. No clock, no network, no randomness of its own: `now_ms` is
/// ms since 1970 UTC, `random` is uniform in [0, 1).
class DeviceSession {
public:
    /// `held`: every part not yet durable, in chain order within a lane.
    DeviceSession(DeviceSettings settings, DeviceMemory memory, std::vector<HeldPart> held, ReadPart read);

    /// Sends even before `not_before_ms`: whether to wait is the caller's choice.
    [[nodiscard]] std::vector<Action> start(std::int64_t now_ms);
    [[nodiscard]] std::vector<Action> on_response(const Response& response, std::int64_t now_ms, double random);
    [[nodiscard]] std::vector<Action> on_transport_failure(std::string_view why, std::int64_t now_ms, double random);
    /// The request just given was not sent, since it costs more than may ever be spent on one: its parts have to be
    /// fewer, or a lone one as small as `part_bytes`.
    [[nodiscard]] std::vector<Action> on_unaffordable(std::size_t part_bytes, std::int64_t now_ms, double random);
    /// An ack that came by another way (a receipt). Never sends.
    [[nodiscard]] std::vector<Action> on_ack(Ack ack, std::int64_t now_ms);

    [[nodiscard]] const DeviceMemory& memory() const noexcept { return memory_; }

private:
    using Actions = std::vector<Action>;

    /// What happened to a lane in this run.
    struct LaneRun {
        bool stopped = false;  ///< nothing more of it is sent in this run
        bool resent = false;
        bool sealed_again = false;
        std::int64_t told_applied = 0;   ///< what the hub has applied, or may have, heard of or not
        std::int64_t shown_applied = 0;  ///< what it has said that it has applied
    };

    [[nodiscard]] LaneRun& run(Lane lane) noexcept { return runs_[static_cast<std::size_t>(lane)]; }
    [[nodiscard]] LaneMark& mark(Lane lane) noexcept;
    [[nodiscard]] const LaneMark& mark(Lane lane) const noexcept;
    [[nodiscard]] bool is_applied(const HeldPart& part) const noexcept;
    [[nodiscard]] bool holds(Lane lane, std::int64_t seq) const noexcept;
    [[nodiscard]] const HeldPart* last_part_of(Lane lane, std::int64_t seq) const noexcept;
    [[nodiscard]] std::int64_t last_held(Lane lane) const noexcept;

    void hear(const LaneAck& lane);
    [[nodiscard]] bool is_complete_in_flight(const HeldPart& part) const noexcept;
    [[nodiscard]] bool is_answered(std::size_t at) const noexcept;
    [[nodiscard]] bool can_be_sent(std::size_t at) const noexcept;
    [[nodiscard]] bool is_unheard(std::size_t at) const noexcept;
    [[nodiscard]] bool is_any_unheard() const noexcept;
    void choose_parts();
    [[nodiscard]] bool is_pending(const HeldPart& part) const noexcept;
    [[nodiscard]] bool is_staged(const HeldPart& part) const noexcept;
    void finish(Actions& actions, std::int64_t now_ms, double random);
    void send_or_finish(Actions& actions, std::int64_t now_ms, double random);
    void send(std::int64_t now_ms, Actions& actions);
    [[nodiscard]] std::optional<std::int64_t> page_bytes() const;
    void take_ack(Ack ack, std::int64_t now_ms, Actions& actions);
    void take_lane(const LaneAck& lane, bool hub_restored, std::int64_t now_ms, Actions& actions);
    void take_pull(Ack ack, bool hub_restored, std::int64_t now_ms, Actions& actions);
    void take_told_rows(const Ack& ack, Actions& actions) const;
    [[nodiscard]] bool is_ahead(const Ack& ack, Lane lane) const noexcept;
    void expire(std::int64_t now_ms, Actions& actions);
    void take_outcomes(const Ack& ack, Actions& actions) const;
    [[nodiscard]] std::vector<LetterMark> next_letters() const;
    void take_lane_problem(Lane lane, const Problem& problem, std::int64_t now_ms, Actions& actions);
    void resend_from(Lane lane, std::int64_t seq, std::int64_t now_ms, Actions& actions);
    void take_new_epoch(const SealAgain& again, std::string_view why, std::int64_t now_ms, Actions& actions);
    void hold_lane(Lane lane, const Problem& problem, Actions& actions);
    void hear_again(Lane lane, Actions& actions);
    void record_move(Lane lane, const LaneMark& before, Actions& actions) const;
    void note_heard(const LaneAck& lane, Actions& actions) const;
    void react(const Problem& problem, std::int64_t now_ms, double random, Actions& actions);
    void send_less(const Problem& problem, std::size_t part_bytes, std::int64_t now_ms, double random,
                   Actions& actions);
    void be_content_with_less(std::int64_t now_ms, Actions& actions);
    [[nodiscard]] bool was_long(std::int64_t now_ms) const noexcept;
    void ask_for_more(std::int64_t now_ms);
    void find_unreadable(const Problem& problem, std::int64_t now_ms, double random, Actions& actions);
    void stop(const Problem& problem, std::int64_t now_ms, Actions& actions);
    void back_off(const Problem& problem, std::int64_t now_ms, double random, Actions& actions);

    DeviceSettings settings_;
    DeviceMemory memory_;
    std::vector<HeldPart> held_;
    std::vector<bool> sent_;  ///< in this run, and answered
    std::vector<bool> told_;  ///< what became of its changes, in this run
    ReadPart read_;
    std::vector<std::size_t> in_flight_;  ///< places in held_
    std::size_t letters_told_ = 0;        ///< of settings_.letters
    std::int64_t sent_at_ms_ = 0;
    bool is_receipt_ = false;  ///< the answer at hand: it speaks of no request of this session
    bool pull_more_ = false;
    bool expired_ = false;  ///< the cursor
    std::array<LaneRun, 2> runs_{};
};

}  // namespace edge::protocol
