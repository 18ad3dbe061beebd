#pragma once

#include "edge/core/time.hpp"

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace edge {

/// A 128-bit identity (RFC 9562). A row keeps it for life, on every device and at the hub.
class Uuid {
public:
    using Bytes = std::array<std::uint8_t, 16>;

    constexpr Uuid() noexcept = default;
    constexpr explicit Uuid(const Bytes& bytes) noexcept : bytes_(bytes) {}

    /// Version 7: sorts by time. `random` are ten bytes from a cryptographic generator.
    [[nodiscard]] static Uuid make_v7(Timestamp now, std::span<const std::uint8_t, 10> random) noexcept;
    /// Version 8 from the first 16 bytes of a cryptographic hash: the same name always gives the same identity.
    [[nodiscard]] static Uuid make_v8(std::span<const std::uint8_t, 16> hash) noexcept;
    /// `01935a2b-…` (36 characters) or the wire's form (26).
    [[nodiscard]] static std::optional<Uuid> parse(std::string_view text) noexcept;
    /// From the 16 bytes that a BLOB holds; nothing for any other length.
    [[nodiscard]] static std::optional<Uuid> from_bytes(std::span<const std::uint8_t> bytes) noexcept;

    [[nodiscard]] const Bytes& bytes() const noexcept { return bytes_; }
    /// 36 characters, for people.
    [[nodiscard]] std::string text() const;
    /// 26 characters of Crockford's base 32, in the order of the bytes: the key on the wire.
    [[nodiscard]] std::string wire() const;
    friend constexpr auto operator<=>(const Uuid&, const Uuid&) noexcept = default;

private:
    Bytes bytes_{};
};

}  // namespace edge
