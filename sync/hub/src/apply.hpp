#pragma once

#include "working_set.hpp"

#include "edge/hub/store.hpp"
#include "edge/protocol/segment.hpp"

#include <cstdint>
#include <vector>

namespace edge::hub {

/// A part of a complete segment, in the order in which its changes take effect.
struct PartToApply {
    PartId id;
    const protocol::Segment* segment = nullptr;
};

struct Applied {
    /// Of each part in turn, those not accepted.
    std::vector<std::vector<protocol::ChangeOutcome>> outcomes;
    std::vector<StoredRow> rows;
    std::vector<DeadLetter> dead_letters;
    std::vector<LostWrite> lost;
    std::int64_t head = 0;
};

/// Joins the parts' changes into the seller's rows: reads what they touch, merges in memory, and returns what is to be
/// written. `head` is the seller's sequence; each changed row gets the next number.
[[nodiscard]] Applied apply_parts(SellerReader& reader, std::string_view replica, const std::vector<PartToApply>& parts,
                                  std::int64_t head, Timestamp now);

}  // namespace edge::hub
