#include "edge/core/entities.hpp"

#include "edge/core/error.hpp"

#include <fmt/format.h>

#include <cmath>

namespace edge {

std::string_view name_of(ReservationState state) noexcept {
    switch (state) {
        case ReservationState::open: return "open";
        case ReservationState::collected: return "collected";
        case ReservationState::cancelled: return "cancelled";
        case ReservationState::no_show: return "no_show";
    }
    return "open";
}

ReservationState state_of(const Reservation& reservation, Timestamp window_end, Timestamp now) noexcept {
    if (reservation.collected_at) return ReservationState::collected;
    if (reservation.cancelled_at) return ReservationState::cancelled;
    return window_end <= now ? ReservationState::no_show : ReservationState::open;
}

std::int64_t co2_saved_grams(std::int64_t weight_grams, const std::vector<Co2Coefficient>& coefficients) {
    if (coefficients.empty()) return 0;
    double sum = 0;  // exact: units are whole and their sum stays far below 2^53
    for (const Co2Coefficient coefficient : coefficients) sum += static_cast<double>(coefficient.units());
    auto divisor = static_cast<double>(coefficients.size());
    for (int i = 0; i < Co2Coefficient::places; ++i) divisor *= 10;
    // Deliberately binary: the marketplace keeps 100 g at 0.57 as 56 g, and what both store must compare equal.
    const double grams = static_cast<double>(weight_grams) * (sum / divisor);
    if (std::abs(grams) >= 9.2e18) {
        throw Error(ErrorCode::invalid_argument,
                    fmt::format("cannot compute the CO2e saved by {} g: it does not fit", weight_grams));
    }
    return static_cast<std::int64_t>(grams);
}

}  // namespace edge
