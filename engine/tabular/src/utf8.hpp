#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace edge::tabular {

/// Where the first byte stands that cannot be UTF-8 (RFC 3629: no surrogates, no overlong forms); nothing if all is
/// well.
[[nodiscard]] std::optional<std::size_t> find_invalid_utf8(std::string_view text) noexcept;

}  // namespace edge::tabular
