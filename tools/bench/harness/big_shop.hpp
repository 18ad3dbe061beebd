#pragma once

#include "edge/engine.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace edge::bench {

/// How a shop of any size looks: eight reservations a bundle, one to 86 bundles a day over up to four years, six
/// categories, one or two a bundle, eight pickup windows a day, four of five collected; today's bundles with their
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
[[nodiscard]] BigShop make_big_shop(const std::string& path, std::int64_t reservations,
                                    Refreshed refreshed = Refreshed::yes);

}  // namespace edge::bench
