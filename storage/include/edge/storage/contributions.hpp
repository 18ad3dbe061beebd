#pragma once

#include "edge/storage/bundle_cursor.hpp"
#include "edge/storage/totals.hpp"

#include <array>
#include <cstddef>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <vector>

namespace edge::storage {

/// A row of contributions. The first amount, the number of bundles, is always 1 and not stored.
struct ContributionRow {
    SellerId seller{0};
    LocalDate day;
    TimeOfDay window_start{};
    std::vector<CategoryId> categories;  ///< ascending
    AmountRow amounts{};
    friend bool operator==(const ContributionRow&, const ContributionRow&) = default;
};

[[nodiscard]] std::optional<ContributionRow> find_contribution(Connection& db, BundleId bundle);
struct BundleContribution {
    BundleId bundle{0};
    ContributionRow row;
};
/// So many rows to a statement take a fifth less than one each.
inline constexpr std::size_t most_contributions_a_statement = 16;
/// Replaces what is stored of these bundles.
void put_contributions(WriteTransaction& write, std::span<const BundleContribution> rows);
void remove_contribution(WriteTransaction& write, BundleId bundle);
/// In order of bundle.
void each_contribution(Connection& db, SellerId seller,
                       const std::function<void(BundleId, const ContributionRow&)>& found);

/// Replaces the contributions of some sellers: writes those that differ from what is stored, and removes what is stored
/// and not given. One walk along the table, in memory that does not grow with it.
class ContributionRewrite {
public:
    ContributionRewrite(WriteTransaction& write, std::set<SellerId> sellers);

    /// Of a bundle of one of the sellers, in ascending order of bundle.
    void put(BundleId bundle, const ContributionRow& row);
    /// After the last.
    void finish();

private:
    /// Takes the stored row away and goes on to the next.
    void remove();
    void write_pending();

    WriteTransaction* write_;
    std::set<SellerId> sellers_;
    BundleCursor stored_;
    ContributionRow read_;
    std::array<BundleContribution, most_contributions_a_statement> pending_;
    std::size_t pending_rows_ = 0;
};

}  // namespace edge::storage
