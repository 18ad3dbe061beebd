#pragma once

#include "edge/protocol/tables.hpp"
#include "edge/protocol/value.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace edge::protocol {

/// A number of 128 bits that sums wrap around in, as high and low halves.
struct Sum128 {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    friend bool operator==(const Sum128&, const Sum128&) = default;

    Sum128& operator+=(const Sum128& term) noexcept;
    Sum128& operator-=(const Sum128& term) noexcept;
};

/// 32 hexadecimal digits and back; nothing for any other text.
[[nodiscard]] std::string digest_text(const Sum128& sum);
[[nodiscard]] std::optional<Sum128> parse_digest(std::string_view text);
/// 16 bytes, most significant first, and back.
[[nodiscard]] std::array<std::uint8_t, 16> digest_bytes(const Sum128& sum) noexcept;
[[nodiscard]] Sum128 digest_of_bytes(std::span<const std::uint8_t, 16> bytes) noexcept;

/// How many buckets a table's rows are spread over.
inline constexpr std::size_t buckets_per_table = 64;

/// BLAKE2b-128, keyed with the protocol's name, of the table, the key and the known columns that are not null, in the
/// order of the table's descriptor. The same whether a value came over the wire or from the file.
[[nodiscard]] Sum128 row_hash(const TableDescriptor& table, std::string_view key, const Fields& fields);
/// The bucket of a key: the same for every version of its row.
[[nodiscard]] std::size_t bucket_of(std::string_view key) noexcept;

/// What a set of rows amounts to, whatever the order in which they were added. Two sides hold the same rows if, and
/// beyond chance only if, their roots are equal; a differing bucket says where to look.
class RowDigest {
public:
    void add(const TableDescriptor& table, std::string_view key, const Fields& fields);
    /// Takes away a row that was added with the same fields.
    void remove(const TableDescriptor& table, std::string_view key, const Fields& fields);

    struct TableDigest {
        std::string table;
        std::int64_t rows = 0;
        std::string hash;  ///< of its buckets, 32 hexadecimal digits
        friend bool operator==(const TableDigest&, const TableDigest&) = default;
    };
    /// Tables with rows, parents before children.
    [[nodiscard]] std::vector<TableDigest> tables() const;
    /// 32 hexadecimal digits over all tables.
    [[nodiscard]] std::string root() const;
    /// Zero for a table without rows.
    [[nodiscard]] Sum128 bucket(int table, std::size_t index) const;

private:
    struct Table {
        std::int64_t rows = 0;
        std::array<Sum128, buckets_per_table> buckets{};
    };
    std::map<std::size_t, Table> tables_;  // by place in synced_tables()
};

}  // namespace edge::protocol
