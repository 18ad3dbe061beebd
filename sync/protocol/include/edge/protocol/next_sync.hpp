#pragma once

#include "edge/protocol/device_session.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace edge::protocol {

/// What the next sync of a device that syncs by itself depends on.
struct SyncOutlook {
    bool complete = false;           ///< the last sync left nothing to do
    std::int64_t not_before_ms = 0;  ///< as the session left it: back-off, Retry-After, the hub's wish
    std::string waiting_for;         ///< the code why the last sync ended early
    bool budget_used = false;        ///< the day's bytes are used up
    std::int64_t next_day_ms = 0;    ///< when the next day begins that has bytes of its own
};

/// When to sync next, and the code why then: "hub_wish", "budget", or what the device waits for.
struct NextSync {
    std::int64_t at_ms = 0;
    std::string why;
    friend bool operator==(const NextSync&, const NextSync&) = default;
};

/// No wait is longer, whatever a hub wishes or a clock says that was set back meanwhile.
inline constexpr std::int64_t longest_wait_ms = 86'400'000;

/// `random` is uniform in [0, 1). A wait that was not drawn at random before (the hub's wish, a new day) is lengthened
/// by up to a tenth, five minutes at most, so that devices that were told the same do not come together.
[[nodiscard]] NextSync next_sync(const SyncOutlook& outlook, std::int64_t now_ms, double random);

/// The hub's clock minus this one's, from an answer's Date and when the request went and the answer came; nothing if
/// the answer has none. Good to about a second.
[[nodiscard]] std::optional<std::int64_t> clock_offset_ms(const Response& response, std::int64_t sent_ms,
                                                          std::int64_t received_ms);
/// `Mon, 23 Nov 2026 16:02:11 GMT` (RFC 9110), and back; nothing if the text is something else.
[[nodiscard]] std::string http_date(std::int64_t ms);
[[nodiscard]] std::optional<std::int64_t> parse_http_date(std::string_view text);

}  // namespace edge::protocol
