#pragma once

#include "edge/protocol/lane.hpp"
#include "edge/protocol/segment.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace edge::protocol {

/// A row as the journal names it, with its values as they are now.
struct JournalEntry {
    std::string table;
    std::string key;
    Op first = Op::update;             ///< first journal entry of the row since the last seal
    Op last = Op::update;              ///< and its last
    std::optional<std::int64_t> base;  ///< the version that the hub said last, if it ever did
    /// Hybrid logical clock of the row's last change, ms since 1970 UTC. A journal that keeps no times gives all rows
    /// the clock of the seal.
    std::int64_t hlc = 0;
    /// Changed columns; all columns for a row that was created (or deleted and created again). Not read for deletions.
    Fields fields;
};

/// The operation that a row's first and last journal entries amount to; nothing for a row that came and went.
[[nodiscard]] std::optional<Op> effective_op(Op first, Op last) noexcept;

/// Where a lane's chain stands.
struct LaneHead {
    std::int64_t epoch = 1;
    std::int64_t next_seq = 1;
    std::string prev;  ///< hash text of the last part sealed; empty for the first of an epoch
    friend bool operator==(const LaneHead&, const LaneHead&) = default;
};

struct SealSettings {
    std::string seller;
    std::string replica;
    int schema = 1;
    std::string app;  ///< written into the bulk lane and the first segment of an epoch
    std::int64_t seen = 0;
    std::optional<Digest> digest;  ///< goes into the last part of the ops lane
    LaneHead ops;
    LaneHead bulk;
    std::vector<Origin> origins;  ///< of what is sealed again
    /// Raw bytes of a part. The default cannot exceed 256 KiB compressed, whatever the rows hold.
    std::size_t part_bytes = 240U << 10U;
    std::size_t part_changes = 5000;
    std::size_t row_bytes = 64U << 10U;
};

/// The bytes of one part, ready to be stored and sent.
struct SealedPart {
    Lane lane = Lane::ops;
    std::int64_t epoch = 1;
    std::int64_t seq = 1;
    int part = 1;
    int parts = 1;
    std::size_t changes = 0;
    SegmentHash hash{};
    std::string bytes;
};

/// A row that cannot travel: it goes to the device's dead letters, the others are sent.
struct Unsendable {
    JournalEntry entry;
    std::string reason;  ///< `row_too_big`, `bad_text` (not UTF-8), `unknown_table`
};

struct Sealed {
    std::vector<SealedPart> parts;  ///< ops before bulk, each in chain order; a lane without changes has none
    std::vector<Unsendable> unsendable;
    LaneHead ops;  ///< where the chain stands afterwards
    LaneHead bulk;
};

/// What a held segment amounts to, with its clocks and bases as they were: for sealing it again in a new epoch. Held
/// segments are sealed again one by one and in order, each into a segment of its own.
[[nodiscard]] std::vector<JournalEntry> entries_of(const Segment& segment);

/// One segment a lane from everything the journal holds, cut into parts. Rows nobody refers to are deleted first (they
/// free unique names), then rows are written, parents before children, then parents are deleted, children before
/// parents. Rows of one table keep the order given. Same input, same bytes.
[[nodiscard]] Sealed seal(std::vector<JournalEntry> entries, const SealSettings& settings);

}  // namespace edge::protocol
