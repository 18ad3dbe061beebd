#pragma once

#include "marketplace_layout.hpp"

#include "edge/hub/store.hpp"
#include "edge/hub/transaction_lost.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace edge::hub {

/// The marketplace whose tables are in the hub's database, as all requests share it.
class Marketplace {
public:
    /// Throws what `read_marketplace_layout` does.
    Marketplace(PostgresConnection& db, bool makes_sellers);

    [[nodiscard]] const MarketplaceLayout& layout() const noexcept { return layout_; }
    /// Where there is no web application, the hub makes a seller of each shop that syncs.
    [[nodiscard]] bool makes_sellers() const noexcept { return makes_sellers_; }
    /// Where statements differ from database to database.
    [[nodiscard]] const std::string& put_bundles() const noexcept { return put_bundles_; }
    [[nodiscard]] const std::string& put_inputs() const noexcept { return put_inputs_; }
    [[nodiscard]] const std::string& put_graphs() const noexcept { return put_graphs_; }
    [[nodiscard]] const std::string& put_series() const noexcept { return put_series_; }

    /// Links the sellers that the marketplace has and the hub does not know, at most once in a few seconds: a shop that
    /// is no seller must not have them all compared at each of its requests. True if it looked.
    bool link_sellers(PostgresConnection& db);
    /// What was linked was not committed.
    void forget_links();

    /// A request of the seller broke a rule. Where the hub does not know it, the next attempt tries the rows one by
    /// one, and refuses those that break it.
    void doubt(std::string_view seller, const ForeignConstraint& broken);
    [[nodiscard]] bool is_doubted(std::string_view seller) const;
    /// True for a rule that was not there when the hub read the tables.
    [[nodiscard]] bool is_unknown(const ForeignConstraint& broken) const;
    void refuse(std::string_view seller, const StoredRow& row, const std::string& rule);
    /// The rule that the row of the seller breaks with such fields; empty if none is known.
    [[nodiscard]] std::string broken_rule(std::string_view seller, const RowKey& at,
                                          const protocol::Fields& fields) const;
    /// A request of the seller was committed: the next finds out for itself, since rules go as they come.
    void trust(std::string_view seller);

    /// Notes that a row did not go in because its number was taken: somebody gave numbers by hand.
    void suspect_sequences() noexcept { suspected_ = true; }
    /// Moves the sequences if that was noted.
    void mend_sequences(PostgresConnection& db);

private:
    static void link_unlinked(PostgresConnection& db);

    MarketplaceLayout layout_;
    bool makes_sellers_;
    std::string put_bundles_;
    std::string put_inputs_;
    std::string put_graphs_;
    std::string put_series_;
    std::atomic<bool> suspected_ = false;
    /// Rows that break a rule, with their fields and the rule; by seller.
    using BrokenRules = std::map<std::pair<RowKey, std::string>, std::string>;
    std::map<std::string, BrokenRules, std::less<>> doubted_;
    std::atomic<bool> any_doubted_ = false;
    mutable std::mutex mutex_;
    std::optional<std::chrono::steady_clock::time_point> linked_at_;
};

}  // namespace edge::hub
