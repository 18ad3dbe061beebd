#pragma once

#include "edge/core/decimal.hpp"
#include "edge/core/id.hpp"
#include "edge/core/money.hpp"
#include "edge/core/time.hpp"
#include "edge/core/uuid.hpp"
#include "edge/core/weather_flag.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace edge {

/// A shop.
struct Seller {
    SellerId id{0};
    Uuid uuid;
    std::string name;
    std::string address_line1;
    std::string address_line2;
    std::string city;
    std::string post_code;
    std::string region;
    std::string country;
    std::optional<Degrees> latitude;   ///< north is positive
    std::optional<Degrees> longitude;  ///< east is positive
    std::string time_zone = "UTC";     ///< IANA name
    std::string currency = "GBP";      ///< ISO 4217
    std::string holiday_region;  ///< "GB-ENG", "GB-SCT", "GB-WLS", "GB-NIR", "GB", "IE", "PT" …; empty: none known
};

struct Category {
    CategoryId id{0};
    Uuid uuid;
    std::string name;
    Co2Coefficient coefficient;  ///< kg CO2e saved per kg
};

/// When a bundle may be fetched: [start, end). May cross midnight.
struct PickupWindow {
    Timestamp start;
    Timestamp end;
    friend auto operator<=>(const PickupWindow&, const PickupWindow&) = default;
};

/// A number of equal bags offered for one pickup window.
struct Bundle {
    BundleId id{0};
    Uuid uuid;
    SellerId seller{0};
    std::string name;
    std::string description;
    std::vector<CategoryId> categories;    ///< ascending; may be empty in foreign data
    std::int64_t total_qty = 0;            ///< negative only in foreign data
    std::int64_t weight_grams = 0;         ///< of one item
    std::int64_t carbon_dioxide = 0;       ///< grams CO2e saved per item
    Money price;                           ///< of one item, before the discount
    std::int64_t discount_percentage = 0;  ///< 0 to 100
    PickupWindow window;
    Timestamp created_at;
    std::optional<Timestamp> closed_at;  ///< set: takes no more reservations
};

enum class ReservationState { open, collected, cancelled, no_show };

/// "open", "collected", "cancelled", "no_show"
[[nodiscard]] std::string_view name_of(ReservationState state) noexcept;

struct Reservation {
    ReservationId id{0};
    Uuid uuid;
    BundleId bundle{0};
    std::string consumer;  ///< the consumer's reference; empty for a walk-in
    std::string claim_code;
    Timestamp reserved_at;
    std::optional<Timestamp> collected_at;
    std::optional<Timestamp> cancelled_at;
};

/// Collected beats cancelled; neither, and the window over: a no-show; before that: open.
[[nodiscard]] ReservationState state_of(const Reservation& reservation, Timestamp window_end, Timestamp now) noexcept;

/// Grams of CO2e saved by one item: weight × the exact mean of the coefficients, both as doubles, truncated toward
/// zero. 0 without categories. Throws `invalid_argument` if the result does not fit 64 bits.
[[nodiscard]] std::int64_t co2_saved_grams(std::int64_t weight_grams, const std::vector<Co2Coefficient>& coefficients);

/// One point of a series. `x` is a day, a name or a time of day.
struct GraphPoint {
    std::string x;
    PointValue y;
    friend bool operator==(const GraphPoint&, const GraphPoint&) = default;
};

/// A named line, bar group or ring; its place in `Graph::series` is its sort index, a point's place its own.
struct GraphSeries {
    std::string name;
    std::vector<GraphPoint> points;
    friend bool operator==(const GraphSeries&, const GraphSeries&) = default;
};

/// What a graph type looks like wherever it is shown.
struct GraphType {
    int id = 0;
    std::string chart_type;  ///< line, multi_line, bar, stacked_bar, pie or area
    std::string summary;     ///< its title
    std::string x_axis_label;
    std::string y_axis_label;
    friend bool operator==(const GraphType&, const GraphType&) = default;
};

struct Graph {
    GraphType type;
    SellerId seller{0};
    std::vector<GraphSeries> series;
};

}  // namespace edge
