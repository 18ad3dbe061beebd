#pragma once

#include <compare>
#include <cstdint>

namespace edge {

/// A row's local key, which means something in one file only. Two kinds of id do not mix.
template <class Tag>
class Id {
public:
    constexpr explicit Id(std::int64_t value) noexcept : value_(value) {}
    [[nodiscard]] constexpr std::int64_t value() const noexcept { return value_; }
    friend constexpr auto operator<=>(Id, Id) noexcept = default;  // NOLINT(modernize-use-nullptr): a false finding

private:
    std::int64_t value_;
};

using SellerId = Id<struct SellerTag>;
using CategoryId = Id<struct CategoryTag>;
using BundleId = Id<struct BundleTag>;
using ReservationId = Id<struct ReservationTag>;

}  // namespace edge
