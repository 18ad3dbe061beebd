#pragma once

#include "edge/protocol/hub_session.hpp"

#include <cstdint>
#include <string_view>

namespace edge::protocol {

/// Clock of the column's last write.
[[nodiscard]] std::int64_t stamp_of(const HubRow& row, std::string_view column) noexcept;
/// Whether the column was written at another time than the rest of the row, which was written at its birth.
[[nodiscard]] bool has_own_stamp(const HubRow& row, std::string_view column) noexcept;
/// Notes that `columns` were written at `hlc`, which becomes the row's clock if it is the latest.
void stamp(HubRow& row, const Fields& columns, std::int64_t hlc);

}  // namespace edge::protocol
