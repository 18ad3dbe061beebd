#pragma once

#include "marketplace.hpp"

#include "edge/hub/store.hpp"
#include "edge/protocol/segment.hpp"

#include <string>
#include <vector>

namespace edge::hub {

/// Looks at some of the sellers behind `after`, without a transaction.
[[nodiscard]] OutsideLook marketplace_look_outside(PostgresConnection& db, const std::string& after, Timestamp now);

/// What others have changed in the marketplace since the hub saw a seller there last, in one transaction in which
/// nobody else writes the seller at the hub.
class MarketplaceLook {
public:
    MarketplaceLook(PostgresConnection& db, const Marketplace& market, std::string seller)
        : db_(&db), market_(&market), seller_(std::move(seller)) {}

    /// Queues the question whether anything has changed, and holds the bundles that `expectation` says are written.
    void queue(const Expectation& expectation);
    /// Takes the answers out of a trip's results, from `first` on.
    void read(const std::vector<PostgresResult>& results, std::size_t first);

    [[nodiscard]] bool is_linked() const noexcept { return linked_; }
    [[nodiscard]] bool is_caught_up() const noexcept { return caught_up_; }
    /// True once something was queued that must be committed.
    [[nodiscard]] bool has_seen_something() const noexcept { return noted_; }

    /// Those changes, as the hub's own, parents first; `rows` are the hub's. What the hub must put back into the
    /// marketplace, and that it has seen the rest, is queued.
    [[nodiscard]] std::vector<protocol::Change> changes(SellerReader& rows, Timestamp now);
    /// The same for everything that the marketplace has of the seller.
    [[nodiscard]] std::vector<protocol::Change> all_changes(SellerReader& rows, Timestamp now);

private:
    [[nodiscard]] std::vector<protocol::Change> compare(SellerReader& rows, const std::vector<std::int64_t>& bundles,
                                                        Timestamp now);
    void queue_seen(Timestamp now, const std::optional<std::string>& profile,
                    const std::optional<std::string>& categories);

    PostgresConnection* db_;
    const Marketplace* market_;
    std::string seller_;
    bool locks_ = false;
    bool noted_ = false;
    bool linked_ = false;
    bool caught_up_ = false;
    bool something_else_changed_ = false;  ///< the profile, or categories
    std::int64_t settled_ = 0;
    std::int64_t seen_ = 0;
    Timestamp seen_at_;
    std::int64_t newest_ = 0;
    std::vector<std::int64_t> changed_bundles_;
};

}  // namespace edge::hub
