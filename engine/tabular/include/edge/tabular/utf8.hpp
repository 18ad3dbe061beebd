#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace edge::tabular {

/// Where the first byte stands that cannot be UTF-8 (RFC 3629: no surrogates, no overlong forms); nothing if all is
/// well.
[[nodiscard]] std::optional<std::size_t> find_invalid_utf8(std::string_view text) noexcept;

/// The text with U+FFFD for every byte that cannot be UTF-8, so that it can be shown.
[[nodiscard]] std::string replace_invalid_utf8(std::string_view text);

}  // namespace edge::tabular
