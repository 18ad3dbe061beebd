#pragma once

#include <cstddef>
#include <string_view>

namespace edge {

/// Characters of a text that is kept: what is typed and what is imported have one limit, so that an export comes back.
inline constexpr std::size_t longest_text = 1000;

/// Throws `invalid_argument` for what cannot be kept and sent everywhere: text that is too long, is not UTF-8, or holds
/// a NUL (PostgreSQL keeps none). `what` names it: "name".
void check_text(std::string_view text, std::string_view what);

/// Of a text that is UTF-8.
[[nodiscard]] std::size_t count_characters(std::string_view text) noexcept;

}  // namespace edge
