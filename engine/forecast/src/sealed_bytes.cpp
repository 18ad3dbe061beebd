#include "sealed_bytes.hpp"

#include <cstddef>

namespace edge::forecast {

namespace {

constexpr std::size_t header_size = 24;

// FNV-1a finds any single damaged byte: each step is a bijection of what came before.
std::uint64_t checksum(std::uint64_t start, const std::string& payload) {
    std::uint64_t hash = 14695981039346656037ULL ^ start;
    for (const char byte : payload) {
        hash ^= static_cast<std::uint8_t>(byte);
        hash *= 1099511628211ULL;
    }
    return hash;
}

void append(std::vector<std::uint8_t>& bytes, std::uint64_t value, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

std::uint64_t read(std::span<const std::uint8_t> bytes, std::size_t offset, std::size_t size) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i) value |= static_cast<std::uint64_t>(bytes[offset + i]) << (8 * i);
    return value;
}

std::uint64_t identity(const Seal& seal) { return (static_cast<std::uint64_t>(seal.magic) << 32) | seal.version; }

}  // namespace

std::vector<std::uint8_t> seal_bytes(const Seal& seal, const std::string& payload) {
    std::vector<std::uint8_t> bytes;
    bytes.reserve(header_size + payload.size());
    append(bytes, seal.magic, 4);
    append(bytes, seal.version, 4);
    append(bytes, payload.size(), 8);
    append(bytes, checksum(identity(seal), payload), 8);
    bytes.insert(bytes.end(), payload.begin(), payload.end());
    return bytes;
}

std::optional<std::string> unseal_bytes(const Seal& seal, std::span<const std::uint8_t> bytes) {
    if (bytes.size() < header_size) return std::nullopt;
    if (read(bytes, 0, 4) != seal.magic || read(bytes, 4, 4) != seal.version) return std::nullopt;
    const std::span<const std::uint8_t> body = bytes.subspan(header_size);
    if (read(bytes, 8, 8) != body.size()) return std::nullopt;
    std::string payload(body.begin(), body.end());
    if (read(bytes, 16, 8) != checksum(identity(seal), payload)) return std::nullopt;
    return payload;
}

}  // namespace edge::forecast
