#pragma once

#include "edge/core/time.hpp"
#include "edge/hub/store.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edge::hub {

/// Names a dead letter to people: `SELLER/REPLICA/EPOCH/LANE/SEQ/PART/INDEX`.
struct LetterId {
    std::string seller;
    ChangeId change;
    friend auto operator<=>(const LetterId&, const LetterId&) = default;
};
[[nodiscard]] std::string format_letter_id(const LetterId& id);
[[nodiscard]] std::optional<LetterId> parse_letter_id(std::string_view text);

/// Open or settled; nothing if there is none.
[[nodiscard]] std::optional<SellerDeadLetter> find_dead_letter(HubStore& store, const LetterId& id);

struct LetterReport {
    std::int64_t settled = 0;               ///< letters that are open no more
    std::vector<SellerDeadLetter> refused;  ///< those tried that still cannot be taken, with the reason as it is now
};

/// Applies the letters' changes as if they came now, parents before children; of a seller's letters in one transaction.
/// What the device wrote since then stands. Throws `not_found`, `conflict` for one that is settled; nothing has
/// happened to that seller's letters then.
LetterReport retry_dead_letters(HubStore& store, const std::vector<LetterId>& ids, Timestamp now);
/// Gives them up; the record stays. Throws as retry_dead_letters.
LetterReport discard_dead_letters(HubStore& store, const std::vector<LetterId>& ids, Timestamp now);
/// Of every open letter of a seller, or of all sellers if it is empty.
[[nodiscard]] std::vector<LetterId> open_dead_letters(HubStore& store, std::string_view seller);

}  // namespace edge::hub
