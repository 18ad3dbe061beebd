#pragma once

#include "edge/protocol/limits.hpp"
#include "edge/protocol/problem.hpp"
#include "edge/protocol/row_digest.hpp"
#include "edge/protocol/segment.hpp"

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edge::protocol {

/// POST: a device that knows the hub's shared rows by another sum than the hub asks first in which buckets they differ,
/// then for the rows themselves.
inline constexpr std::string_view repair_path = "/v1/repair";
inline constexpr std::string_view repair_content_type = "application/json";
/// Rows that may be asked for at once.
inline constexpr std::size_t repair_rows = 1000;

struct RowName {
    std::string table;
    std::string key;
    friend auto operator<=>(const RowName&, const RowName&) = default;
};

/// Sums of the hashes of a table's rows, by bucket_of their keys.
struct TableBuckets {
    std::string table;
    std::array<Sum128, buckets_per_table> sums{};
    friend bool operator==(const TableBuckets&, const TableBuckets&) = default;
};

struct RepairRequest {
    std::string seller;
    std::string replica;
    /// Of the shared tables that have rows. Nothing: no comparison is asked for.
    std::optional<std::vector<TableBuckets>> tables;
    std::vector<RowName> rows;  ///< to be told in full
    friend bool operator==(const RepairRequest&, const RepairRequest&) = default;
};

struct HashedRow {
    std::string key;
    Sum128 hash;
    friend bool operator==(const HashedRow&, const HashedRow&) = default;
};
/// All that the hub has in one bucket, tombstones left out.
struct BucketRows {
    std::string table;
    std::size_t bucket = 0;
    std::vector<HashedRow> rows;
    friend bool operator==(const BucketRows&, const BucketRows&) = default;
};

struct RepairAnswer {
    std::int64_t at = 0;              ///< the seller's sequence
    bool more = false;                ///< further buckets differ
    std::vector<BucketRows> buckets;  ///< those that differ
    std::size_t told = 0;             ///< so many of the rows asked for are answered, from the first
    /// As in a pull page, with `hlc` in ms since 1970 UTC. A row that the hub never had is missing.
    std::vector<Change> rows;
    friend bool operator==(const RepairAnswer&, const RepairAnswer&) = default;
};

[[nodiscard]] std::string encode(const RepairRequest& request);
[[nodiscard]] Decoded<RepairRequest> decode_repair_request(std::string_view json, const Limits& limits = {});
[[nodiscard]] std::string encode(const RepairAnswer& answer);
[[nodiscard]] Decoded<RepairAnswer> decode_repair_answer(std::string_view json, const Limits& limits = {});

/// Buckets of either side whose sums are not the same, as table and bucket.
[[nodiscard]] std::vector<std::pair<std::string, std::size_t>> differing_buckets(
    const std::vector<TableBuckets>& left, const std::vector<TableBuckets>& right);
/// Keys of rows that only one side has, or that differ; ascending.
[[nodiscard]] std::vector<std::string> differing_keys(const std::vector<HashedRow>& hub,
                                                      const std::map<std::string, Sum128>& here);

}  // namespace edge::protocol
