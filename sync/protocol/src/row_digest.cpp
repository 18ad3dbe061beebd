#include "edge/protocol/row_digest.hpp"

#include "json.hpp"

#include <sodium.h>

#include <span>
#include <utility>

namespace edge::protocol {
namespace {

constexpr std::string_view hash_key = "EA-Sync 1 row digest";
constexpr std::string_view hexadecimal = "0123456789abcdef";
using Hash = std::array<unsigned char, 16>;

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

class Hasher {
public:
    Hasher() { crypto_generichash_init(&state_, bytes_of(hash_key), hash_key.size(), Hash().size()); }
    void add(std::string_view text) { crypto_generichash_update(&state_, bytes_of(text), text.size()); }
    void add(std::uint64_t number) {
        std::array<unsigned char, 8> bytes{};
        for (unsigned char& byte : bytes) {
            byte = static_cast<unsigned char>(number >> 56U);
            number <<= 8U;
        }
        crypto_generichash_update(&state_, bytes.data(), bytes.size());
    }
    Hash finish() {
        Hash hash{};
        crypto_generichash_final(&state_, hash.data(), hash.size());
        return hash;
    }

private:
    crypto_generichash_state state_{};
};

std::uint64_t big_endian(std::span<const unsigned char> bytes) {
    std::uint64_t number = 0;
    for (const unsigned char byte : bytes) number = (number << 8U) | byte;
    return number;
}

std::string hexadecimal_of(const Hash& hash) {
    std::string text;
    for (const unsigned char byte : hash) {
        text += hexadecimal[byte >> 4U];
        text += hexadecimal[byte & 15U];
    }
    return text;
}

Hash hash_of(std::span<const Sum128> buckets) {
    Hasher hasher;
    for (const Sum128& bucket : buckets) {
        hasher.add(bucket.high);
        hasher.add(bucket.low);
    }
    return hasher.finish();
}

constexpr std::uint64_t shifted(std::uint8_t byte, unsigned bits) noexcept { return std::uint64_t{byte} << bits; }

std::optional<std::uint8_t> digit_of(char c) {
    const std::size_t place = hexadecimal.find(c);
    if (place == std::string_view::npos) return std::nullopt;
    return static_cast<std::uint8_t>(place);
}

}  // namespace

Sum128& Sum128::operator+=(const Sum128& term) noexcept {
    const std::uint64_t before = low;
    low += term.low;
    high += term.high + (low < before ? 1 : 0);
    return *this;
}

Sum128& Sum128::operator-=(const Sum128& term) noexcept {
    high -= term.high + (low < term.low ? 1 : 0);
    low -= term.low;
    return *this;
}

std::array<std::uint8_t, 16> digest_bytes(const Sum128& sum) noexcept {
    std::array<std::uint8_t, 16> bytes{};
    for (std::size_t i = 0; i < 8; ++i) {
        bytes.at(i) = static_cast<std::uint8_t>(sum.high >> (56U - 8U * i));
        bytes.at(i + 8) = static_cast<std::uint8_t>(sum.low >> (56U - 8U * i));
    }
    return bytes;
}

Sum128 digest_of_bytes(std::span<const std::uint8_t, 16> bytes) noexcept {
    Sum128 sum;
    for (std::size_t i = 0; i < 8; ++i) {
        sum.high |= shifted(bytes[i], static_cast<unsigned>(56U - 8U * i));
        sum.low |= shifted(bytes[i + 8], static_cast<unsigned>(56U - 8U * i));
    }
    return sum;
}

std::string digest_text(const Sum128& sum) { return hexadecimal_of(digest_bytes(sum)); }

std::optional<Sum128> parse_digest(std::string_view text) {
    std::array<std::uint8_t, 16> bytes{};
    if (text.size() != 2 * bytes.size()) return std::nullopt;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const std::optional<std::uint8_t> high = digit_of(text[2 * i]);
        const std::optional<std::uint8_t> low = digit_of(text[2 * i + 1]);
        if (!high || !low) return std::nullopt;
        bytes.at(i) = static_cast<std::uint8_t>(*high * 16U + *low);
    }
    return digest_of_bytes(bytes);
}

Sum128 row_hash(const TableDescriptor& table, std::string_view key, const Fields& fields) {
    std::string text;
    text.reserve(table.name.size() + key.size() + 64 * table.columns.size());
    text += table.name;
    text += '\n';
    text += key;
    text += "\n{";
    bool first = true;
    for (const Column& column : table.columns) {
        const FieldValue* value = find_field(fields, column.name);
        if (value == nullptr || is_null(*value)) continue;
        if (!std::exchange(first, false)) text += ',';
        write_text(text, column.name);
        text += ':';
        write_value(text, *value);
    }
    text += '}';
    Hasher hasher;
    hasher.add(text);
    const Hash hash = hasher.finish();
    return {.high = big_endian(std::span(hash).first<8>()), .low = big_endian(std::span(hash).last<8>())};
}

std::size_t bucket_of(std::string_view key) noexcept {
    // FNV-1a: http://www.isthe.com/chongo/tech/comp/fnv/
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (const char c : key) {
        hash ^= static_cast<unsigned char>(c);
        hash *= 0x100000001b3U;
    }
    return static_cast<std::size_t>((hash ^ (hash >> 32U)) % buckets_per_table);
}

void RowDigest::add(const TableDescriptor& table, std::string_view key, const Fields& fields) {
    Table& sums = tables_[table_order(table.name)];
    sums.rows += 1;
    sums.buckets.at(bucket_of(key)) += row_hash(table, key, fields);
}

void RowDigest::remove(const TableDescriptor& table, std::string_view key, const Fields& fields) {
    const auto found = tables_.find(table_order(table.name));
    if (found == tables_.end()) return;
    found->second.buckets.at(bucket_of(key)) -= row_hash(table, key, fields);
    found->second.rows -= 1;
    if (found->second.rows == 0) tables_.erase(found);
}

std::vector<RowDigest::TableDigest> RowDigest::tables() const {
    std::vector<TableDigest> digests;
    for (const auto& [place, table] : tables_) {
        digests.push_back({.table = std::string(synced_tables()[place].name),
                           .rows = table.rows,
                           .hash = hexadecimal_of(hash_of(table.buckets))});
    }
    return digests;
}

std::string RowDigest::root() const {
    Hasher hasher;
    for (const TableDigest& table : tables()) {
        hasher.add(table.table);
        hasher.add("\n");
        hasher.add(table.hash);
        hasher.add("\n");
    }
    return hexadecimal_of(hasher.finish());
}

Sum128 RowDigest::bucket(int table, std::size_t index) const {
    const TableDescriptor* descriptor = find_table(table);
    if (descriptor == nullptr) return {};
    const auto found = tables_.find(table_order(descriptor->name));
    return found == tables_.end() ? Sum128{} : found->second.buckets.at(index);
}

}  // namespace edge::protocol
