#pragma once

#include "edge/protocol/exchange.hpp"
#include "edge/protocol/segment.hpp"
#include "edge/protocol/tables.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace edge::protocol {

/// The hub's cursor of one (seller, replica, epoch, lane). It moves in the transaction of the effect.
struct LaneCursor {
    std::int64_t next_seq = 1;
    int next_part = 1;
    int parts = 0;             ///< of the segment being staged; 0 when none is
    std::string head;          ///< hash text of the last part taken, staged or applied
    std::string applied_head;  ///< hash text of the last part of segment next_seq - 1; what an ack shows
    friend bool operator==(const LaneCursor&, const LaneCursor&) = default;
};

enum class PartVerdict {
    apply,              ///< the segment is complete: apply its staged parts and this one, in one transaction
    stage,              ///< keep the bytes, no effect yet
    already_applied,    ///< answer the stored outcomes, no effect
    already_staged,     ///< no effect
    gap,                ///< something before it is missing: a number
    out_of_order_part,  ///< something before it is missing: a part of the same number
    fork,               ///< not the bytes, or not the past, that the hub knows
};

/// "apply" …
[[nodiscard]] std::string_view name_of(PartVerdict verdict) noexcept;

/// The place of a part in its lane; from a decoded Segment by `place_of`.
struct PartPlace {
    std::int64_t seq = 1;
    int part = 1;
    int parts = 1;
    std::string prev;
    std::string hash;  ///< hash text of its own bytes
};
[[nodiscard]] PartPlace place_of(const Segment& segment, std::string_view bytes);

/// True if the part lies before the cursor, so that `judge` needs the hash stored for (seq, part).
[[nodiscard]] bool is_behind(const LaneCursor& cursor, const PartPlace& place) noexcept;

/// What to do with an arriving part. `stored_hash` is the hash kept for (seq, part) if the hub has taken it before. A
/// part behind the cursor whose hash is not known counts as a fork: taking it for applied could lose it.
[[nodiscard]] PartVerdict judge(const LaneCursor& cursor, const PartPlace& place,
                                const std::optional<std::string>& stored_hash);

/// The cursor after `apply` or `stage`; unchanged for any other verdict.
[[nodiscard]] LaneCursor advance(const LaneCursor& cursor, const PartPlace& place, PartVerdict verdict);

/// What the ack says about a lane that did not go on (gap, out_of_order_part, fork).
[[nodiscard]] Problem problem_of(PartVerdict verdict, const LaneCursor& cursor, const Segment& segment,
                                 std::int64_t next_free_epoch);

/// A row as the hub keeps it.
struct HubRow {
    Fields fields;                 ///< every column ever received, unknown ones too
    std::int64_t version = 0;      ///< the seller's sequence number of its last change
    std::int64_t hub_version = 0;  ///< the same of the last change that the hub itself made; 0: never
    std::int64_t hlc = 0;          ///< clock of the last change, ms since 1970 UTC
    /// Clocks of columns by name, in order; "" stands for all that are not named. Empty: all were written at `hlc`.
    std::vector<std::pair<std::string, std::int64_t>> stamps;
    std::string writer;  ///< replica of the last change; empty: the hub
    bool deleted = false;
    friend bool operator==(const HubRow&, const HubRow&) = default;
};

/// `{"name":1764000123456}` and back; nothing if the text is something else.
[[nodiscard]] std::string encode_stamps(const HubRow& row);
[[nodiscard]] bool decode_stamps(std::string_view json, HubRow& row);

/// Clocks of devices run ahead; nobody's writes win for longer than this by it.
inline constexpr std::int64_t clock_allowance_ms = 300'000;
/// A change's clock at the hub: h0 + h, at most now + clock_allowance_ms, at least 0. Never refused.
[[nodiscard]] std::int64_t clamp_clock(std::int64_t h0, std::int64_t offset, std::int64_t hub_now_ms) noexcept;

/// What the hub knows about the rows around a change.
struct MergeContext {
    std::string_view replica;        ///< who wrote the change
    std::int64_t hlc = 0;            ///< clamp_clock of the change
    std::int64_t seen = 0;           ///< the writer knew every row up to that version when it made the change
    bool forgotten = false;          ///< a row that is not there may be one that was deleted since the writer looked
    bool parent_absent = false;      ///< a row it refers to, travelling in the same lane, is not at the hub at all
    bool parent_deleted = false;     ///< a row it refers to is a tombstone
    bool has_live_children = false;  ///< for deletions: a bundle's reservations, a category's bundles
    bool is_repeat = false;          ///< the change took effect before, under another number: see merge_repeat
};

struct Merge {
    Outcome outcome = Outcome::accepted;
    std::string reason;         ///< stable code; empty for plain success
    std::optional<HubRow> row;  ///< to be stored, with a version of the caller's; nothing when unchanged
    Fields lost;  ///< values of the change, or of the row before, that did not stand: history, compensation
    bool revive_parent = false;  ///< the deleted rows it refers to come back (see revive)
};

/// Codes of Merge::reason and of rejected rows; those of check_change besides.
namespace reason {
inline constexpr std::string_view already_collected = "already_collected";
inline constexpr std::string_view already_cancelled = "already_cancelled";
inline constexpr std::string_view collected_is_final = "collected_is_final";
inline constexpr std::string_view cancelled_is_final = "cancelled_is_final";
inline constexpr std::string_view cancellation_overruled = "cancellation_overruled";
inline constexpr std::string_view closed_instead = "closed_instead";  ///< a bundle with reservations is not deleted
inline constexpr std::string_view still_named = "still_named";        ///< nor a category that a bundle has
inline constexpr std::string_view deleted = "deleted";
inline constexpr std::string_view later_write = "later_write";
inline constexpr std::string_view hub_owns = "hub_owns";
inline constexpr std::string_view unknown_row = "unknown_row";
inline constexpr std::string_view missing_parent = "missing_parent";
inline constexpr std::string_view claim_code_collision = "claim_code_collision";
inline constexpr std::string_view marketplace_rule = "marketplace_rule";
/// Every reason for which a hub can refuse a row by itself. The last three: the marketplace's column cannot hold it, or
/// a rule was made there that the hub does not know.
inline constexpr std::array<std::string_view, 13> of_dead_letters{
    "malformed_row", "row_too_big",    "unknown_op",    "unknown_table", "bad_key",
    "bad_value",     "missing_column", unknown_row,     missing_parent,  claim_code_collision,
    "too_long",      "out_of_range",   marketplace_rule};
}  // namespace reason

/// Joins a change into the hub's row by its table's rule. `current` is nothing for a row the hub never had, and a row
/// with `deleted` for a tombstone. Applying a change twice leaves what applying it once left.
[[nodiscard]] Merge merge(const std::optional<HubRow>& current, const Change& change, const MergeContext& context);

/// The same for a change that was joined before: whatever the row has become since then stands.
[[nodiscard]] Merge merge_repeat(const std::optional<HubRow>& current, const Change& change);

/// The row back from its tombstone: a bundle closed, so that it takes no more reservations.
[[nodiscard]] HubRow revive(const TableDescriptor& table, HubRow tombstone, std::int64_t hlc);

}  // namespace edge::protocol
