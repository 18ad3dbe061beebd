#pragma once

#include "working_set.hpp"

#include "edge/hub/store.hpp"
#include "edge/protocol/row_digest.hpp"
#include "edge/protocol/segment.hpp"

#include <cstdint>
#include <set>
#include <string_view>
#include <vector>

namespace edge::hub {

/// A part of a complete segment, in the order in which its changes take effect.
struct PartToApply {
    PartId id;
    const protocol::Segment* segment = nullptr;
    bool is_repeat = false;    ///< the same changes took effect under another number
    std::set<RowKey> refused;  ///< rows whose changes did not take effect then, as dead letters tell
    bool is_late = false;      ///< that number was sealed from this one, and its letters stand for both
};

/// Who writes.
struct Writer {
    std::string_view replica;  ///< empty: the hub itself
    std::int64_t seen = 0;     ///< what the writer has pulled
};

struct Applied {
    /// Of each part in turn, those not accepted.
    std::vector<std::vector<protocol::ChangeOutcome>> outcomes;
    std::vector<StoredRow> rows;
    /// Of the rows those that the writer has exactly as they are now, so that they need not be sent to it.
    std::set<RowKey> known;
    std::vector<DeadLetter> dead_letters;
    std::vector<LostWrite> lost;
    std::int64_t head = 0;
    protocol::Sum128 digest;
};

/// The digest of a seller whose rows were stored before digests were.
[[nodiscard]] protocol::Sum128 added_up(SellerReader& reader);

/// Joins the parts' changes into the seller's rows: reads what they touch, merges in memory, and returns what is to be
/// written. Each changed row gets the next number after the seller's sequence.
[[nodiscard]] Applied apply_parts(SellerReader& reader, const Writer& writer, const std::vector<PartToApply>& parts,
                                  Timestamp now);

}  // namespace edge::hub
