#include "edge/core/entities.hpp"

#include "edge/core/error.hpp"

#include <fmt/format.h>

#include <limits>

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
    __extension__ using Wide = __int128;
    if (coefficients.empty()) return 0;
    Wide sum = 0;
    for (const Co2Coefficient coefficient : coefficients) sum += coefficient.units();
    Wide divisor = static_cast<Wide>(coefficients.size());
    for (int i = 0; i < Co2Coefficient::places; ++i) divisor *= 10;
    const Wide grams = static_cast<Wide>(weight_grams) * sum / divisor;
    if (grams > std::numeric_limits<std::int64_t>::max() || grams < std::numeric_limits<std::int64_t>::min()) {
        throw Error(ErrorCode::invalid_argument,
                    fmt::format("cannot compute the CO2e saved by {} g: it does not fit", weight_grams));
    }
    return static_cast<std::int64_t>(grams);
}

}  // namespace edge
