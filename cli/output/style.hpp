#pragma once

#include <string>
#include <string_view>

namespace edge::cli {

enum class Tone { strong, faint, good, warning, bad };

/// Colours for a terminal, or none at all.
class Style {
public:
    explicit Style(bool colours) noexcept : colours_(colours) {}

    [[nodiscard]] bool colours() const noexcept { return colours_; }
    [[nodiscard]] std::string paint(Tone tone, std::string_view text) const;
    /// In the colour of the n-th series of a chart.
    [[nodiscard]] std::string paint_series(std::size_t index, std::string_view text) const;
    /// On a background between pale (0) and full (1).
    [[nodiscard]] std::string shade(double intensity, std::string_view text) const;

private:
    bool colours_;
};

}  // namespace edge::cli
