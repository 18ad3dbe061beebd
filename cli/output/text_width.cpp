#include "output/text_width.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace edge::cli {
namespace {

struct Range {
    char32_t first;
    char32_t last;
};

// Unicode 15: East Asian Width W and F, blocks joined where nothing narrow lies between.
constexpr std::array<Range, 14> wide_ranges = {{{0x1100, 0x115F},
                                                {0x231A, 0x231B},
                                                {0x23E9, 0x23EC},
                                                {0x2614, 0x2615},
                                                {0x267F, 0x267F},
                                                {0x26A1, 0x26A1},
                                                {0x2705, 0x2705},
                                                {0x2E80, 0x303E},
                                                {0x3041, 0xA4CF},
                                                {0xAC00, 0xD7A3},
                                                {0xF900, 0xFAFF},
                                                {0xFE30, 0xFE6F},
                                                {0xFF00, 0xFF60},
                                                {0x1F300, 0x1FAFF}}};
constexpr std::array<Range, 2> wide_supplements = {{{0xFFE0, 0xFFE6}, {0x20000, 0x3FFFD}}};
constexpr std::array<Range, 9> zero_ranges = {{{0x0300, 0x036F},
                                               {0x0483, 0x0489},
                                               {0x0591, 0x05BD},
                                               {0x0610, 0x061A},
                                               {0x064B, 0x065F},
                                               {0x1AB0, 0x1AFF},
                                               {0x200B, 0x200F},
                                               {0x20D0, 0x20FF},
                                               {0xFE00, 0xFE0F}}};

template <std::size_t Count>
bool within(const std::array<Range, Count>& ranges, char32_t point) {
    return std::any_of(ranges.begin(), ranges.end(),
                       [point](const Range& range) { return range.first <= point && point <= range.last; });
}

std::size_t width_of(char32_t point) {
    if (point < 0x300) return 1;
    if (within(zero_ranges, point)) return 0;
    return within(wide_ranges, point) || within(wide_supplements, point) ? 2 : 1;
}

/// One character of UTF-8 and how many bytes it takes; `valid` is false for a byte that is not part of one.
struct Character {
    char32_t point;
    std::size_t bytes;
    bool valid;
};

Character first_character(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text.front());
    if (lead < 0x80) return {lead, 1, true};
    const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return {lead, 1, false};
    auto point = static_cast<char32_t>(lead & (0x7FU >> length));
    for (std::size_t i = 1; i < length; ++i) {
        const auto next = static_cast<unsigned char>(text[i]);
        if ((next & 0xC0U) != 0x80U) return {lead, 1, false};
        point = (point << 6U) | (next & 0x3FU);
    }
    const bool overlong = (length == 3 && point < 0x800) || (length == 4 && (point < 0x10000 || point > 0x10FFFF));
    const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
    if (overlong || surrogate) return {lead, 1, false};
    return {point, length, true};
}

/// Bytes of the colour sequence that the text begins with; 0 if it begins with none.
std::size_t colour_sequence(std::string_view text) {
    if (text.size() < 3 || text[0] != '\x1b' || text[1] != '[') return 0;
    const std::size_t end = text.find('m');
    return end == std::string_view::npos ? 0 : end + 1;
}

}  // namespace

std::size_t display_width(std::string_view text) noexcept {
    std::size_t width = 0;
    while (!text.empty()) {
        if (const std::size_t skipped = colour_sequence(text); skipped > 0) {
            text.remove_prefix(skipped);
            continue;
        }
        const Character character = first_character(text);
        width += width_of(character.point);
        text.remove_prefix(character.bytes);
    }
    return width;
}

std::string truncate_to_width(std::string_view text, std::size_t columns) {
    if (display_width(text) <= columns) return std::string(text);
    if (columns == 0) return {};
    std::string result;
    std::size_t width = 0;
    while (!text.empty()) {
        const Character character = first_character(text);
        if (width + width_of(character.point) > columns - 1) break;
        width += width_of(character.point);
        result.append(text.substr(0, character.bytes));
        text.remove_prefix(character.bytes);
    }
    return result + "…";
}

std::string pad_right(std::string text, std::size_t columns) {
    const std::size_t width = display_width(text);
    if (width < columns) text.append(columns - width, ' ');
    return text;
}

std::string pad_left(std::string text, std::size_t columns) {
    const std::size_t width = display_width(text);
    if (width < columns) text.insert(0, columns - width, ' ');
    return text;
}

std::string printable(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const Character character = first_character(text);
        const bool control = character.point < 0x20 || (character.point >= 0x7F && character.point < 0xA0);
        if (control || !character.valid) {
            result += "·";
        } else {
            result.append(text.substr(0, character.bytes));
        }
        text.remove_prefix(character.bytes);
    }
    return result;
}

std::string valid_utf8(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const Character character = first_character(text);
        if (character.valid) {
            result.append(text.substr(0, character.bytes));
        } else {
            result += "\xEF\xBF\xBD";
        }
        text.remove_prefix(character.bytes);
    }
    return result;
}

}  // namespace edge::cli
