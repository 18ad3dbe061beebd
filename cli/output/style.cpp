#include "output/style.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace edge::cli {
namespace {

const char* code_of(Tone tone) {
    switch (tone) {
        case Tone::strong: return "1";
        case Tone::faint: return "2";
        case Tone::good: return "32";
        case Tone::warning: return "33";
        case Tone::bad: return "31";
    }
    return "0";
}

// Of the 256 colours, in pairs that people with a colour deficiency can tell apart.
constexpr std::array<int, 7> series_colours = {33, 208, 35, 141, 244, 220, 161};
constexpr std::array<int, 6> shades = {22, 28, 34, 40, 76, 118};

}  // namespace

std::string Style::paint(Tone tone, std::string_view text) const {
    if (!colours_ || text.empty()) return std::string(text);
    return fmt::format("\x1b[{}m{}\x1b[0m", code_of(tone), text);
}

std::string Style::paint_series(std::size_t index, std::string_view text) const {
    if (!colours_ || text.empty()) return std::string(text);
    return fmt::format("\x1b[38;5;{}m{}\x1b[0m", series_colours.at(index % series_colours.size()), text);
}

std::string Style::shade(double intensity, std::string_view text) const {
    if (!colours_ || intensity <= 0) return std::string(text);
    const auto last = static_cast<double>(shades.size() - 1);
    const auto index = static_cast<std::size_t>(std::lround(std::clamp(intensity, 0.0, 1.0) * last));
    return fmt::format("\x1b[38;5;{}m{}\x1b[0m", shades.at(index), text);
}

}  // namespace edge::cli
