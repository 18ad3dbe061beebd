#pragma once

#include "edge/protocol/segment.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace edge::protocol {

/// One row as a flat merge patch (RFC 7396, where null means SQL NULL): `{"t":"bundles","k":"…","op":"u","p":{…}}`.
[[nodiscard]] std::string merge_patch(const Change& change);
/// The changes as one JSON Patch (RFC 6902) over the document `{table: {key: row}}`:
/// `[{"op":"replace","path":"/bundles/<k>/price_minor","value":399}]`.
[[nodiscard]] std::string json_patch(const std::vector<Change>& changes);

struct TableStat {
    std::string table;
    std::int64_t created = 0;
    std::int64_t updated = 0;
    std::int64_t deleted = 0;
    std::int64_t columns = 0;  ///< values that created and updated rows carry
    std::size_t bytes = 0;     ///< of their JSON
    friend bool operator==(const TableStat&, const TableStat&) = default;
};

/// A line a table, in the order of synced_tables().
[[nodiscard]] std::vector<TableStat> diff_stat(const std::vector<Change>& changes);

}  // namespace edge::protocol
