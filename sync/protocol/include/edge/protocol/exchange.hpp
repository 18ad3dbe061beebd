#pragma once

#include "edge/protocol/lane.hpp"
#include "edge/protocol/limits.hpp"
#include "edge/protocol/problem.hpp"
#include "edge/protocol/segment.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edge::protocol {

/// POST /v1/sync: a body of lines, the first a header, then the very bytes of one part each. A header alone is a poll.
/// Where the first part says the same as the header would, the header is left out.
inline constexpr std::string_view sync_path = "/v1/sync";
/// GET: an ack without segments, as a poll gets it. `?seller=…&replica=…&seen=…`
inline constexpr std::string_view pull_path = "/v1/pull";
inline constexpr std::string_view sync_content_type = "application/x-ndjson";
inline constexpr std::string_view ack_content_type = "application/json";

/// What became of a change that could not be taken.
enum class LetterState {
    open,       ///< somebody has to look
    taken,      ///< it took effect after all, or a later change of its device that says as much did
    discarded,  ///< a person gave it up
    retried,    ///< its device has sent its row anew, and what became of that stands there
    unknown,    ///< in an answer: the hub has no such change among those it refused
};

/// "open" …
[[nodiscard]] std::string_view name_of(LetterState state) noexcept;
[[nodiscard]] std::optional<LetterState> parse_letter_state(std::string_view name) noexcept;

/// A change of the replica's that the hub refused, and what became of it since.
struct LetterMark {
    Lane lane = Lane::ops;
    std::int64_t epoch = 1;
    std::int64_t seq = 0;
    int part = 1;
    std::int64_t index = 0;
    LetterState state = LetterState::open;
    friend bool operator==(const LetterMark&, const LetterMark&) = default;
};
/// In one request.
inline constexpr std::size_t most_letters = 500;

struct SyncHeader {
    std::string seller;
    std::string replica;
    std::int64_t seen = 0;  ///< pull cursor: what the device has already
    /// Bytes of rows that the answer's page may bring, 0 for no page; nothing: as many as the hub gives.
    std::optional<std::int64_t> pull_bytes = {};
    /// Refused changes as the device has them: open ones, of which it asks, and those that a person settled there.
    std::vector<LetterMark> letters = {};
    Members extra;
    friend bool operator==(const SyncHeader&, const SyncHeader&) = default;
};

[[nodiscard]] std::string encode(const SyncHeader& header);
[[nodiscard]] Decoded<SyncHeader> decode_sync_header(std::string_view line, const Limits& limits = {});

/// A request body taken apart. `parts` are views into the body, undecoded: one bad part does not spoil the others.
struct SyncRequest {
    SyncHeader header;
    std::vector<std::string_view> parts;
};

/// The header line if it is needed, then the parts' bytes, each followed by a line end.
[[nodiscard]] std::string encode_request(const SyncHeader& header, const std::vector<std::string>& parts);
[[nodiscard]] Decoded<SyncRequest> decode_request(std::string_view body, const Limits& limits = {});

/// What became of one change at the hub.
enum class Outcome {
    accepted,    ///< all of it took effect
    merged,      ///< some of it
    superseded,  ///< none of it: the other side's write stands
    duplicate,   ///< the hub had it already
    rejected,    ///< it cannot be taken, ever
    blocked,     ///< it refers to a row that the hub does not have
};

/// "accepted" …
[[nodiscard]] std::string_view name_of(Outcome outcome) noexcept;
[[nodiscard]] std::optional<Outcome> parse_outcome(std::string_view name) noexcept;
/// True for rejected and blocked: these go to the dead letters on both sides.
[[nodiscard]] bool is_dead_letter(Outcome outcome) noexcept;

/// A change that was not simply accepted.
struct ChangeOutcome {
    Lane lane = Lane::ops;
    std::int64_t seq = 0;
    int part = 1;
    std::int64_t index = 0;  ///< place in the part's `changes`, from 0
    std::string table;
    std::string key;
    Outcome outcome = Outcome::accepted;
    std::string reason;  ///< stable code; may be empty
    friend bool operator==(const ChangeOutcome&, const ChangeOutcome&) = default;
};

/// Where one lane of the replica stands at the hub.
struct LaneAck {
    Lane lane = Lane::ops;
    std::int64_t epoch = 0;
    std::int64_t applied = 0;  ///< every segment up to this number has taken effect; 0: none
    std::int64_t durable = 0;  ///< and up to this one is in the hub's backup; never above applied
    std::string head;          ///< hash text of the last part of segment `applied`; empty for none
    int staged = 0;            ///< so many parts of the segment behind `applied` are kept and need not come again
    /// The last segment in parts that this request completed anew: it had taken effect before, and of those up to it
    /// the outcomes of the request's own parts alone are told. 0: none.
    std::int64_t repeated = 0;
    std::optional<Problem> problem;  ///< why the lane did not go on; the other lane is not concerned
    friend bool operator==(const LaneAck&, const LaneAck&) = default;
};

/// A page of what others changed. Rows are changes whose `base` is the row's version at the hub and whose `hlc` counts
/// from `h0`.
struct PullPage {
    std::int64_t from = 0;
    std::int64_t to = 0;  ///< the cursor to keep with the page's effect
    bool more = false;
    std::int64_t h0 = 0;
    std::vector<Change> rows;
    /// Why there is no page although the request did what it was sent for: `cursor_expired`.
    std::optional<Problem> problem = {};
    friend bool operator==(const PullPage&, const PullPage&) = default;
};

/// The hub's answer to a sync.
struct Ack {
    std::string hub_epoch;  ///< one life of the hub's database; another value means it was restored
    std::vector<LaneAck> lanes;
    std::vector<ChangeOutcome> outcomes;  ///< of this request's changes, those not accepted
    std::int64_t next_after_s = 300;
    PullPage pull;
    /// Of the shared rows at the seller's sequence `at`: their hashes added up (row_digest.hpp). What a device holds
    /// when its cursor is there.
    std::optional<Digest> digest;
    /// Of the header's letters, those that are not open at the hub, as they are there.
    std::vector<LetterMark> letters = {};
    Members extra;
    friend bool operator==(const Ack&, const Ack&) = default;
};

[[nodiscard]] std::string encode(const Ack& ack);
[[nodiscard]] Decoded<Ack> decode_ack(std::string_view json, const Limits& limits = {});

}  // namespace edge::protocol
