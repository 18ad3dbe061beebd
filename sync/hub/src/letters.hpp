#pragma once

#include "apply.hpp"

#include "edge/core/time.hpp"
#include "edge/hub/store.hpp"

#include <string_view>
#include <vector>

namespace edge::hub {

/// The replica's open dead letters that what was just applied makes needless. Those come back as taken of whose row a
/// change says as much as the letter did, and was taken; as retried those of a segment that was sealed anew, whose
/// change was refused anew and has a letter there: its device never heard of this one. `outcomes` are those of `parts`.
[[nodiscard]] std::vector<DeadLetter> covered_letters(SellerReader& reader, std::string_view replica,
                                                      const std::vector<PartToApply>& parts,
                                                      const std::vector<std::vector<protocol::ChangeOutcome>>& outcomes,
                                                      Timestamp now);

struct LetterReview {
    std::vector<DeadLetter> settled;         ///< open ones that a person settled at the device
    std::vector<protocol::LetterMark> told;  ///< what the device is to hear
};
/// Of the letters that a replica asks of or tells of, those `covered` just now among them.
[[nodiscard]] LetterReview review_letters(SellerReader& reader, const protocol::SyncHeader& header,
                                          const std::vector<DeadLetter>& covered, Timestamp now);

}  // namespace edge::hub
