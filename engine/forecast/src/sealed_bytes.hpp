#pragma once

#include <cereal/archives/portable_binary.hpp>

#include <cstdint>
#include <exception>
#include <optional>
#include <span>
#include <sstream>
#include <string>
#include <vector>

namespace edge::forecast {

/// What stands before the payload of everything this library stores: magic, format version, length, checksum.
struct Seal {
    std::uint32_t magic = 0;
    std::uint32_t version = 0;
};

/// `payload` behind its seal.
[[nodiscard]] std::vector<std::uint8_t> seal_bytes(const Seal& seal, const std::string& payload);
/// The payload, if magic, version, length and checksum are right.
[[nodiscard]] std::optional<std::string> unseal_bytes(const Seal& seal, std::span<const std::uint8_t> bytes);

/// Bytes of `value` by its cereal `serialize`, the same on every machine.
template <class Value>
[[nodiscard]] std::vector<std::uint8_t> encode_sealed(const Seal& seal, const Value& value) {
    std::ostringstream stream(std::ios::binary);
    cereal::PortableBinaryOutputArchive archive(stream);
    archive(value);
    return seal_bytes(seal, stream.str());
}

/// Read into `value`. Nothing if the bytes are damaged, of another version, or have something left over.
template <class Value>
[[nodiscard]] std::optional<Value> decode_sealed(const Seal& seal, std::span<const std::uint8_t> bytes,
                                                 Value value = {}) noexcept {
    try {
        std::optional<std::string> payload = unseal_bytes(seal, bytes);
        if (!payload) return std::nullopt;
        std::istringstream stream(*payload, std::ios::binary);
        cereal::PortableBinaryInputArchive archive(stream);
        archive(value);
        if (stream.peek() != std::istringstream::traits_type::eof()) return std::nullopt;
        return value;
    } catch (const std::exception&) {
        return std::nullopt;
    }
}

}  // namespace edge::forecast
