#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace edge::cli {

/// Columns a terminal needs for UTF-8 text: 2 for wide (East Asian, emoji) characters, 0 for combining ones and for
/// colour sequences; a byte that is not UTF-8 counts as 1.
[[nodiscard]] std::size_t display_width(std::string_view text) noexcept;

/// The text, cut to so many columns with "…" as its last if it does not fit. Never cuts inside a character.
[[nodiscard]] std::string truncate_to_width(std::string_view text, std::size_t columns);

/// Spaces added behind (or before) until it is so many columns wide.
[[nodiscard]] std::string pad_right(std::string text, std::size_t columns);
[[nodiscard]] std::string pad_left(std::string text, std::size_t columns);

/// The text as a terminal may safely show it: control characters (which could move the cursor or set colours)
/// become "·".
[[nodiscard]] std::string printable(std::string_view text);

/// The text as valid UTF-8: each byte that is part of no character becomes U+FFFD.
[[nodiscard]] std::string valid_utf8(std::string_view text);

}  // namespace edge::cli
