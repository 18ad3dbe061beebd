#pragma once

#include "postgres_connection.hpp"

#include "edge/hub/store.hpp"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace edge::hub {

/// What can be asked about one seller in an open transaction. What was expected is read with the first question.
class PostgresQueries {
public:
    PostgresQueries(PostgresConnection& db, std::string_view seller) : db_(&db), seller_(storable_name(seller)) {}

    void expect(Expectation expectation) { expected_ = std::move(expectation); }
    /// Queues everything that was expected, for the round trip of the first question. `read_ahead` takes the answers
    /// out of that trip's results, from `first` on, and returns where they end.
    void queue_ahead();
    std::size_t read_ahead(std::vector<PostgresResult>& results, std::size_t first);
    /// Answers `settings`, `head` and `lanes` from one statement that needs no transaction. False, and nothing is
    /// answered, if the seller is beyond `seen`.
    [[nodiscard]] bool glance(std::int64_t seen);
    /// What was read ahead no longer holds.
    void forget_ahead();

    [[nodiscard]] HubSettings settings();
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
    /// Claims of the reservations that were read in this transaction, and are neither cancelled nor deleted, as they
    /// were then.
    [[nodiscard]] const std::map<std::string, Claim, std::less<>>& claims_read() const noexcept { return claims_read_; }

    /// As it is stored.
    [[nodiscard]] const std::string& seller() const noexcept { return seller_; }
    [[nodiscard]] PostgresConnection& connection() const noexcept { return *db_; }

private:
    [[nodiscard]] std::vector<StoredRow> read(const PostgresResult& result);

    PostgresConnection* db_;
    std::string seller_;
    Expectation expected_;
    std::optional<HubSettings> settings_;
    std::optional<SellerHead> head_;
    std::optional<std::vector<LaneState>> lanes_;
    std::map<PartId, std::optional<TakenPart>> parts_;
    std::map<RowKey, std::optional<StoredRow>> rows_;
    std::map<Claim, std::vector<ClaimHolder>> claims_;
    std::map<std::string, Claim, std::less<>> claims_read_;
    std::optional<bool> any_open_letters_;  ///< of the replica that was expected
};

/// Columns: seq, applied_at, digest, trimmed; the first row, if there is one.
[[nodiscard]] SellerHead head_of(const PostgresResult& result);
/// The facts in the table `hub`.
[[nodiscard]] HubSettings read_settings(PostgresConnection& db);
/// Columns: replica, epoch, lane, seq, part, idx, tbl, key, outcome, reason, detail, change, at, state, settled_at.
[[nodiscard]] DeadLetter read_dead_letter(const PostgresResult& result, int row, int first_column);

}  // namespace edge::hub
