#include "check_text.hpp"

#include "edge/core/error.hpp"
#include "edge/protocol/value.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace edge {

void check_text(std::string_view text, std::string_view what) {
    const bool has_nul = text.find('\0') != std::string_view::npos;
    if (!has_nul && protocol::is_utf8(text)) return;
    throw Error(ErrorCode::invalid_argument,
                fmt::format("cannot use the {}: {}", what, has_nul ? "it holds a NUL byte" : "it is not UTF-8"),
                {{"field", std::string(what)}});
}

std::size_t count_characters(std::string_view text) noexcept {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

}  // namespace edge
