#pragma once

#include "marketplace_layout.hpp"

#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>
#include <string>

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
    std::mutex mutex_;
    std::optional<std::chrono::steady_clock::time_point> linked_at_;
};

}  // namespace edge::hub
