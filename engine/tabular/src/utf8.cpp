#include "edge/tabular/utf8.hpp"

#include <cstdint>
#include <cstring>

namespace edge::tabular {
namespace {

/// How many bytes from `at` on are ASCII, as far as whole words tell.
std::size_t ascii_run(std::string_view text, std::size_t at) noexcept {
    constexpr std::uint64_t high_bits = 0x8080808080808080U;
    std::size_t count = 0;
    for (std::uint64_t word = 0; at + count + sizeof word <= text.size(); count += sizeof word) {
        std::memcpy(&word, text.data() + at + count, sizeof word);
        if ((word & high_bits) != 0) break;
    }
    return count;
}

/// Length of the sequence that starts with `lead`, and what its second byte may be; length 0 if none starts so.
struct Sequence {
    std::size_t length = 0;
    unsigned char second_from = 0x80;
    unsigned char second_to = 0xBF;
};

Sequence sequence_of(unsigned char lead) noexcept {
    if (lead < 0x80) return {.length = 1};
    if (lead >= 0xC2 && lead <= 0xDF) return {.length = 2};
    if (lead == 0xE0) return {.length = 3, .second_from = 0xA0};
    if (lead == 0xED) return {.length = 3, .second_to = 0x9F};
    if (lead >= 0xE1 && lead <= 0xEF) return {.length = 3};
    if (lead == 0xF0) return {.length = 4, .second_from = 0x90};
    if (lead == 0xF4) return {.length = 4, .second_to = 0x8F};
    if (lead >= 0xF1 && lead <= 0xF3) return {.length = 4};
    return {};
}

}  // namespace

std::optional<std::size_t> find_invalid_utf8(std::string_view text) noexcept {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    for (std::size_t at = ascii_run(text, 0); at < text.size();) {
        const Sequence sequence = sequence_of(byte(at));
        if (sequence.length == 0 || at + sequence.length > text.size()) return at;
        for (std::size_t i = 1; i < sequence.length; ++i) {
            const unsigned char from = i == 1 ? sequence.second_from : 0x80;
            const unsigned char to = i == 1 ? sequence.second_to : 0xBF;
            if (byte(at + i) < from || byte(at + i) > to) return at;
        }
        at += sequence.length;
        at += ascii_run(text, at);
    }
    return std::nullopt;
}

std::string replace_invalid_utf8(std::string_view text) {
    std::string shown;
    while (const std::optional<std::size_t> bad = find_invalid_utf8(text)) {
        shown += text.substr(0, *bad);
        shown += "\xEF\xBF\xBD";
        text.remove_prefix(*bad + 1);
    }
    shown += text;
    return shown;
}

}  // namespace edge::tabular
