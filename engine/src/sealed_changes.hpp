#pragma once

#include "edge/protocol/tables.hpp"
#include "edge/storage/connection.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace edge {

/// What the kept segments say of single rows. Segments stay decoded for the rows that are asked for next.
class SealedChanges {
public:
    explicit SealedChanges(storage::Connection& db) : db_(&db) {}

    /// The row's columns after a segment, over those before it; as they were if the segment does not name the row.
    [[nodiscard]] protocol::Fields applied(const protocol::TableDescriptor& table, std::string_view key,
                                           std::int64_t seq, protocol::Fields before);

private:
    using ByRow = std::map<std::pair<std::string, std::string>, protocol::Change>;  ///< table, key
    [[nodiscard]] const ByRow& segment(protocol::Lane lane, std::int64_t seq);

    storage::Connection* db_;
    std::array<std::map<std::int64_t, ByRow>, 2> lanes_;
};

}  // namespace edge
