#pragma once

#include "edge/hub/store.hpp"
#include "edge/storage/connection.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace edge::hub {

/// What can be asked about one seller in an open transaction.
class SqliteQueries {
public:
    SqliteQueries(storage::Connection& db, std::string_view seller) : db_(&db), seller_(seller) {}

    [[nodiscard]] SellerHead head();
    [[nodiscard]] std::vector<LaneState> lanes(std::string_view replica);
    [[nodiscard]] std::vector<TakenPart> parts(std::string_view replica, const std::vector<PartId>& ids);
    [[nodiscard]] std::vector<std::int64_t> applied_until(std::string_view replica, const std::vector<LaneId>& lanes,
                                                          Timestamp covered);
    [[nodiscard]] std::vector<StoredRow> rows(const std::vector<RowKey>& keys);
    [[nodiscard]] std::vector<StoredRow> children(const std::vector<std::string>& parents);
    [[nodiscard]] std::vector<ClaimHolder> claims(const std::vector<Claim>& claims);
    [[nodiscard]] std::vector<DeadLetter> open_letters(std::string_view replica, const std::vector<RowKey>& keys);
    [[nodiscard]] std::vector<DeadLetter> letters(std::string_view replica, const std::vector<ChangeId>& ids);
    [[nodiscard]] std::vector<StoredRow> changes(std::int64_t after, std::size_t at_most);
    [[nodiscard]] std::vector<StoredRow> rows_as_of(std::int64_t at, int table, std::string_view after,
                                                    std::size_t at_most);
    [[nodiscard]] std::int64_t count_shared_rows();
    void each_row(const std::function<void(const StoredRow&)>& visit);

    [[nodiscard]] const std::string& seller() const noexcept { return seller_; }
    [[nodiscard]] storage::Connection& connection() const noexcept { return *db_; }

private:
    storage::Connection* db_;
    std::string seller_;
};

/// The facts in the table `hub`.
[[nodiscard]] HubSettings read_settings(storage::Connection& db);
/// Columns: replica, epoch, lane, seq, part, idx, tbl, key, outcome, reason, detail, change, at, state, settled_at.
[[nodiscard]] DeadLetter read_dead_letter(const storage::Query& row, int first_column);

}  // namespace edge::hub
