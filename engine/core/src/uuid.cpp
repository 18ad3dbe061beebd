#include "edge/core/uuid.hpp"

#include <algorithm>

namespace edge {
namespace {

constexpr std::string_view hex = "0123456789abcdef";
constexpr std::string_view base32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t text_length = 36;
constexpr std::size_t wire_length = 26;

void set_version(Uuid::Bytes& bytes, std::uint8_t version) {
    bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0fU) | (version << 4U));
    bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3fU) | 0x80U);
}

bool is_dash(std::size_t position) { return position == 8 || position == 13 || position == 18 || position == 23; }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::optional<Uuid> parse_text(std::string_view text) {
    Uuid::Bytes bytes{};
    std::size_t nibble = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (is_dash(i)) {
            if (text[i] != '-') return std::nullopt;
            continue;
        }
        const std::size_t value = hex.find(lower(text[i]));
        if (value == std::string_view::npos) return std::nullopt;
        bytes[nibble / 2] = static_cast<std::uint8_t>((bytes[nibble / 2] << 4U) | value);
        ++nibble;
    }
    return Uuid(bytes);
}

constexpr std::uint8_t no_digit = 0xff;

constexpr std::array<std::uint8_t, 256> digit_values = [] {
    std::array<std::uint8_t, 256> values{};
    values.fill(no_digit);
    for (std::size_t value = 0; value < base32.size(); ++value) {
        const char digit = base32[value];
        values[static_cast<unsigned char>(digit)] = static_cast<std::uint8_t>(value);
        if (digit >= 'A') values[static_cast<unsigned char>(digit - 'A' + 'a')] = static_cast<std::uint8_t>(value);
    }
    return values;
}();

/// The 128 bits as two halves.
struct Halves {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
};

Halves halves_of(const Uuid::Bytes& bytes) {
    Halves halves;
    for (std::size_t i = 0; i < 8; ++i) {
        halves.high = (halves.high << 8U) | bytes[i];
        halves.low = (halves.low << 8U) | bytes[i + 8];
    }
    return halves;
}

Uuid::Bytes bytes_of(const Halves& halves) {
    Uuid::Bytes bytes{};
    for (std::size_t i = 0; i < 8; ++i) {
        bytes[i] = static_cast<std::uint8_t>(halves.high >> (56U - 8U * i));
        bytes[i + 8] = static_cast<std::uint8_t>(halves.low >> (56U - 8U * i));
    }
    return bytes;
}

/// 26 digits of 5 bits hold 130 bits, so the first digit is at most 7.
std::optional<Uuid> parse_wire(std::string_view text) {
    Halves halves;
    for (const char c : text) {
        const std::uint8_t value = digit_values[static_cast<unsigned char>(c)];
        if (value == no_digit) return std::nullopt;
        halves.high = (halves.high << 5U) | (halves.low >> 59U);
        halves.low = (halves.low << 5U) | value;
    }
    if (digit_values[static_cast<unsigned char>(text.front())] > 7) return std::nullopt;
    return Uuid(bytes_of(halves));
}

}  // namespace

Uuid Uuid::make_v7(Timestamp now, std::span<const std::uint8_t, 10> random) noexcept {
    Bytes bytes{};
    const auto milliseconds =
        static_cast<std::uint64_t>(std::chrono::floor<std::chrono::milliseconds>(now).time_since_epoch().count());
    for (std::size_t i = 0; i < 6; ++i) bytes[i] = static_cast<std::uint8_t>(milliseconds >> (8 * (5 - i)));
    std::copy(random.begin(), random.end(), bytes.begin() + 6);
    set_version(bytes, 7);
    return Uuid(bytes);
}

Uuid Uuid::make_v8(std::span<const std::uint8_t, 16> hash) noexcept {
    Bytes bytes{};
    std::copy(hash.begin(), hash.end(), bytes.begin());
    set_version(bytes, 8);
    return Uuid(bytes);
}

std::optional<Uuid> Uuid::parse(std::string_view text) noexcept {
    if (text.size() == text_length) return parse_text(text);
    if (text.size() == wire_length) return parse_wire(text);
    return std::nullopt;
}

std::optional<Uuid> Uuid::from_bytes(std::span<const std::uint8_t> bytes) noexcept {
    if (bytes.size() != 16) return std::nullopt;
    Bytes copy{};
    std::copy(bytes.begin(), bytes.end(), copy.begin());
    return Uuid(copy);
}

std::string Uuid::text() const {
    std::string result;
    result.reserve(text_length);
    for (const std::uint8_t byte : bytes_) {
        if (is_dash(result.size())) result += '-';
        result += hex[byte >> 4U];
        result += hex[byte & 15U];
    }
    return result;
}

std::string Uuid::wire() const {
    std::string result(wire_length, '0');
    Halves halves = halves_of(bytes_);
    for (std::size_t i = wire_length; i-- > 0;) {
        result[i] = base32[halves.low & 31U];
        halves.low = (halves.low >> 5U) | (halves.high << 59U);
        halves.high >>= 5U;
    }
    return result;
}

}  // namespace edge
