#include "edge/protocol/snapshot.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace edge::protocol {
namespace {

constexpr std::string_view magic = "EASC";
constexpr char version = 1;
constexpr char gzipped = 1;
constexpr std::size_t hash_begin = 20;
using Hash = std::array<unsigned char, crypto_hash_sha256_BYTES>;
static_assert(hash_begin + crypto_hash_sha256_BYTES == snapshot_frame_head);

const unsigned char* octets(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

void write_u32(std::string& out, std::size_t value) {
    for (const unsigned shift : {24U, 16U, 8U, 0U}) out += static_cast<char>((value >> shift) & 0xffU);
}

std::size_t read_u32(std::string_view bytes) {
    std::size_t value = 0;
    for (const char byte : bytes.substr(0, 4)) value = value << 8U | static_cast<unsigned char>(byte);
    return value;
}

Hash hash_of(std::string_view head, std::string_view stored) {
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    crypto_hash_sha256_update(&state, octets(head), head.size());
    crypto_hash_sha256_update(&state, octets(stored), stored.size());
    Hash hash{};
    crypto_hash_sha256_final(&state, hash.data());
    return hash;
}

Problem damaged(std::string_view what) { return make_problem(ProblemClass::retry, reason::damaged, std::string(what)); }

}  // namespace

std::string encode(const SnapshotFrame& frame) {
    std::string out(magic);
    out += {version, gzipped, '\0', '\0'};
    write_u32(out, frame.raw_bytes);
    write_u32(out, frame.stored.size());
    write_u32(out, frame.rows);
    const Hash hash = hash_of(out, frame.stored);
    out.append(hash.begin(), hash.end());
    return out += frame.stored;
}

Decoded<SnapshotFrame> decode_snapshot_frame(std::string_view bytes, const Limits& limits) {
    if (!bytes.starts_with(magic.substr(0, bytes.size()))) return damaged("this is no chunk of a snapshot");
    if (bytes.size() > magic.size() && bytes[magic.size()] != version) {
        return make_problem(ProblemClass::upgrade, reason::unknown_version, "the chunk has a version of another kind");
    }
    if (bytes.size() < snapshot_frame_head)
        return make_problem(ProblemClass::retry, reason::truncated, "the head of the chunk does not end");
    const SnapshotFrame frame{.raw_bytes = read_u32(bytes.substr(8)),
                              .rows = read_u32(bytes.substr(16)),
                              .stored = bytes.substr(snapshot_frame_head)};
    const std::size_t stored = read_u32(bytes.substr(12));
    if (frame.raw_bytes > limits.part_bytes || stored > limits.part_bytes || frame.rows > frame.raw_bytes) {
        return make_problem(ProblemClass::too_big, reason::too_many_bytes,
                            "a chunk of " + std::to_string(frame.raw_bytes) + " bytes");
    }
    if (frame.stored.size() < stored)
        return make_problem(ProblemClass::retry, reason::truncated, "the chunk does not end");
    if (frame.stored.size() > stored) return damaged("something stands behind the chunk");
    const Hash hash = hash_of(bytes.substr(0, hash_begin), frame.stored);
    if (!std::equal(hash.begin(), hash.end(), octets(bytes.substr(hash_begin))))
        return damaged("the chunk's hash is another");
    if (bytes[5] != gzipped || bytes[6] != '\0' || bytes[7] != '\0') {
        return make_problem(ProblemClass::upgrade, reason::unknown_version, "the chunk is packed in another way");
    }
    return frame;
}

std::string name_of_frame(std::string_view frame) {
    const std::string_view hash = frame.substr(std::min(hash_begin, frame.size()), 8);
    std::array<char, 17> text{};
    sodium_bin2hex(text.data(), text.size(), octets(hash), hash.size());
    return text.data();
}

}  // namespace edge::protocol
