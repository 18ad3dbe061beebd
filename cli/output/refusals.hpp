#pragma once

#include <string>
#include <string_view>

namespace edge::cli {

/// Why a change was refused, in words and with what can be done about it. A code that is not known stands for itself.
[[nodiscard]] std::string refusal_in_words(std::string_view reason);

}  // namespace edge::cli
