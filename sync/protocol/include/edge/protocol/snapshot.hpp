#pragma once

#include "edge/protocol/limits.hpp"
#include "edge/protocol/problem.hpp"
#include "edge/protocol/segment.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edge::protocol {

/// GET: a seller's shared rows, chunk by chunk, to fill a new file with. `?seller=…&replica=…` gives the first chunk,
/// which names the sequence; each further one is asked for with `&hub_epoch=…&at=…&after=…` of the chunk before. A
/// chunk that was cut off is asked for again with `Range: bytes=N-` and `If-Range`.
inline constexpr std::string_view snapshot_path = "/v1/snapshot";
inline constexpr std::string_view snapshot_content_type = "application/x-edge-snapshot-chunk";

/// Where a chunk ends, to go on behind; before everything if empty.
struct SnapshotPlace {
    std::string table;
    std::string key;
    friend bool operator==(const SnapshotPlace&, const SnapshotPlace&) = default;
};
/// `bundles/01JDQ4S0N9…`, empty for the beginning; and back, nothing for a text that names no table of ours.
[[nodiscard]] std::string to_text(const SnapshotPlace& place);
[[nodiscard]] std::optional<SnapshotPlace> parse_snapshot_place(std::string_view text);

/// Rows of one state of a seller, in order of table and key: those that exist at the sequence `at` and were not changed
/// since. What was changed since comes with a pull whose cursor is `at`. Rows are as in a pull page.
struct SnapshotChunk {
    std::string seller;
    std::string hub_epoch;
    std::int64_t at = 0;
    SnapshotPlace after;             ///< as it was asked for
    SnapshotPlace to;                ///< the last row's
    bool more = false;               ///< another chunk follows
    std::optional<std::int64_t> of;  ///< in the first chunk: how many rows there are in all, about
    std::int64_t h0 = 0;
    std::vector<Change> rows;
    friend bool operator==(const SnapshotChunk&, const SnapshotChunk&) = default;
};

/// Lines of JSON: a header, then a row each.
[[nodiscard]] std::string encode(const SnapshotChunk& chunk);
[[nodiscard]] Decoded<SnapshotChunk> decode_snapshot_chunk(std::string_view lines, const Limits& limits = {});

/// How a chunk travels: 52 bytes that say how long it is and what its hash is, then the lines, gzipped by the caller.
///
///     0  "EASC"                       12  bytes stored behind the head, 4, big-endian
///     4  1, the version               16  rows, 4, big-endian
///     5  1, for gzip                  20  SHA-256 of bytes 0 to 19 and of what is stored
///     6  0, 0                         52  the stored bytes
///     8  bytes of the lines, 4, big-endian
struct SnapshotFrame {
    std::size_t raw_bytes = 0;  ///< what `stored` expands to
    std::size_t rows = 0;
    std::string_view stored;  ///< a view into what was read
};
inline constexpr std::size_t snapshot_frame_head = 52;

[[nodiscard]] std::string encode(const SnapshotFrame& frame);
/// Sizes are held against the limits before anything is made of them: a frame of another version is `upgrade`, one that
/// is too short `truncated`, one whose bytes are not those that were written `damaged`.
[[nodiscard]] Decoded<SnapshotFrame> decode_snapshot_frame(std::string_view bytes, const Limits& limits = {});

/// 16 hexadecimal digits for the bytes of a frame: same name, same bytes.
[[nodiscard]] std::string name_of_frame(std::string_view frame);

namespace reason {
/// The hub no longer has what a file with this cursor would have to be told: it has to be filled anew (410).
inline constexpr std::string_view cursor_expired = "cursor_expired";
/// The same of a snapshot: begin with its first chunk (410).
inline constexpr std::string_view snapshot_expired = "snapshot_expired";
}  // namespace reason

}  // namespace edge::protocol
