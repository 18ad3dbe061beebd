#pragma once

#include <cstddef>
#include <string_view>

namespace edge {

/// Throws `invalid_argument` for what cannot be kept and sent everywhere: text that is not UTF-8, or that holds a NUL
/// (PostgreSQL keeps none). `what` names it: "name".
void check_text(std::string_view text, std::string_view what);

/// Of a text that is UTF-8.
[[nodiscard]] std::size_t count_characters(std::string_view text) noexcept;

}  // namespace edge
