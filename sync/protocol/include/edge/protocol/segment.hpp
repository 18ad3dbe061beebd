#pragma once

#include "edge/protocol/lane.hpp"
#include "edge/protocol/limits.hpp"
#include "edge/protocol/problem.hpp"
#include "edge/protocol/value.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edge::protocol {

/// What happened to a row. `unknown`: an operation of a newer version; such a row is rejected, the others go on.
enum class Op { create, update, remove, unknown };

/// "c", "u", "d"; "?" for unknown
[[nodiscard]] std::string_view name_of(Op op) noexcept;

/// One row's changed columns.
struct Change {
    std::string table;  ///< wire name, see tables.hpp
    std::string key;    ///< Uuid::wire(), or `<series uuid wire>:<sort_index>` for points
    Op op = Op::update;
    std::optional<std::int64_t> base;  ///< the row's version as the hub said last; in a pull: the row's version
    std::int64_t hlc = 0;              ///< hybrid logical clock, ms from the segment's h0
    Fields fields;                     ///< changed columns only; a creation has all
    std::string unknown_op;            ///< what stood there when op is unknown
    /// Members this version does not know, or known ones of a type that cannot be used.
    Members extra;
    /// Empty, or why this row alone cannot be taken: `malformed_row`, `row_too_big`, `unknown_op`.
    std::string fault;
    friend bool operator==(const Change&, const Change&) = default;
};

/// The state of the sender's synced rows, to be compared at an equal cursor.
struct Digest {
    std::int64_t at = 0;  ///< pull cursor it was computed at
    std::string root;     ///< 32 hexadecimal digits
    friend bool operator==(const Digest&, const Digest&) = default;
};

/// A segment that another one was sealed from anew: its place in its lane, and what names its bytes.
struct Origin {
    std::int64_t epoch = 1;
    std::int64_t seq = 1;
    int parts = 1;
    std::string hash;  ///< of its last part, as text
    friend bool operator==(const Origin&, const Origin&) = default;
};

/// More of them are not told: who is sealed anew that often has long been heard.
inline constexpr std::size_t most_origins = 16;

/// One part of a sealed segment: numbered, chained by hash, never changed once made. On the wire a lane `ops`, a part
/// [1,1] and an empty app are left out: a sale's body must stay small.
struct Segment {
    int version = 1;
    std::string seller;   ///< wire id of the seller
    std::string replica;  ///< wire id of the replica
    std::int64_t epoch = 1;
    Lane lane = Lane::ops;
    std::int64_t seq = 1;
    std::string prev;  ///< hash of the part before it, as text; empty for the first of an epoch
    int part = 1;      ///< 1 … parts
    int parts = 1;
    int schema = 1;         ///< number of the writer's newest migration
    std::string app;        ///< "edge-analytics/0.1.0"
    std::int64_t h0 = 0;    ///< ms since 1970 UTC that the changes' clocks count from
    std::int64_t seen = 0;  ///< pull cursor of the writer
    std::vector<Change> changes;
    std::optional<Digest> digest;
    /// Under which numbers the same changes were sealed before, the latest last: if the hub has applied one of them,
    /// they have no effect any more. Their clocks cannot tell, since the hub reads a clock that runs ahead as of the
    /// arrival.
    std::vector<Origin> origins;
    Members extra;  ///< members this version does not know
    friend bool operator==(const Segment&, const Segment&) = default;
};

/// One line of compact JSON without line end. Equal segments give equal bytes. `fields` must be valid UTF-8 (see
/// is_utf8); throws `invalid_argument` otherwise.
[[nodiscard]] std::string encode(const Segment& segment);
[[nodiscard]] std::string encode(const Change& change);

/// Reads what `encode` or any other writer of the format made. A document that is no segment, or beyond the limits, is
/// a Problem; a row that cannot be used is a Change with a fault. Memory stays within a small multiple of `bytes`.
[[nodiscard]] Decoded<Segment> decode_segment(std::string_view bytes, const Limits& limits = {});
[[nodiscard]] Decoded<Change> decode_change(std::string_view bytes, const Limits& limits = {});

/// The first 16 bytes of SHA-256: what names a part's bytes in the chain.
using SegmentHash = std::array<std::uint8_t, 16>;

[[nodiscard]] SegmentHash segment_hash(std::string_view bytes);
/// 22 characters of base64url, the form of `prev`.
[[nodiscard]] std::string hash_text(const SegmentHash& hash);
[[nodiscard]] std::optional<SegmentHash> parse_hash(std::string_view text);
/// hash_text(segment_hash(bytes))
[[nodiscard]] std::string part_hash(std::string_view bytes);

}  // namespace edge::protocol
