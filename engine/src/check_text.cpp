#include "check_text.hpp"

#include "edge/core/error.hpp"
#include "edge/protocol/value.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace edge {

void check_text(std::string_view text, std::string_view what) {
    const auto refuse = [&](const std::string& why) {
        throw Error(ErrorCode::invalid_argument, fmt::format("cannot use the {}: {}", what, why),
                    {{"field", std::string(what)}});
    };
    if (text.find('\0') != std::string_view::npos) refuse("it holds a NUL byte");
    if (!protocol::is_utf8(text)) refuse("it is not UTF-8");
    if (const std::size_t length = count_characters(text); length > longest_text)
        refuse(fmt::format("it has {} characters, at most {} are taken", length, longest_text));
}

std::size_t count_characters(std::string_view text) noexcept {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

}  // namespace edge
