#pragma once

#include "edge/engine.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace edge::bench {

/// How long a shop's history is: at most four years, or longer with so many bundles a day.
struct HistoryLength {
    std::int64_t reservations = 0;
    std::optional<std::int64_t> bundles_a_day = std::nullopt;
};

/// How a shop of any size looks: eight reservations a bundle, as a rule one to 86 bundles a day over up to four years,
/// six categories, one or two a bundle, eight pickup windows a day, four of five collected; today's bundles with their
/// reservations still open; a bundle for each of the coming seven days.
struct BigShop {
    std::string path;
    SellerId seller{1};
    Timestamp now;
    std::vector<std::string> open_codes;  ///< claim codes that can be collected now, one at a time

    /// With the clock standing at `now`.
    [[nodiscard]] EngineOptions options() const;
};

enum class Refreshed { no, yes };

/// Makes the file, synced up to date. Seconds for a million.
[[nodiscard]] BigShop make_big_shop(const std::string& path, const HistoryLength& history,
                                    Refreshed refreshed = Refreshed::yes);

}  // namespace edge::bench
