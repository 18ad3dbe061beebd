#pragma once

#include "edge/protocol/hub_session.hpp"

#include <cstdint>
#include <string_view>

namespace edge::protocol {

/// Clock of the column's last write.
[[nodiscard]] std::int64_t stamp_of(const HubRow& row, std::string_view column) noexcept;
/// Whether the column was written since the row's birth, which may have borne the same clock.
[[nodiscard]] bool has_own_stamp(const HubRow& row, std::string_view column) noexcept;
/// What a write is to its row.
enum class Written { at_birth, since };
/// Notes that `columns` were written at `hlc`, which becomes the row's clock if it is the latest.
void stamp(HubRow& row, const Fields& columns, std::int64_t hlc, Written written = Written::since);

}  // namespace edge::protocol
