#include "output/views.hpp"

#include "output/chart.hpp"
#include "output/text_table.hpp"
#include "output/text_width.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace edge::cli {
namespace {

template <class Decimal>
Json number_of(const std::optional<Decimal>& decimal) {
    if (!decimal) return nullptr;
    return decimal->value();
}

const Category* find_category(const std::vector<Category>& categories, CategoryId id) {
    const auto found = std::ranges::find(categories, id, &Category::id);
    return found == categories.end() ? nullptr : &*found;
}

Json json_of(const PickupWindow& window, const ShopView& shop) {
    return Json::Object{{"start", shop.zone.format_with_offset(window.start)},
                        {"end", shop.zone.format_with_offset(window.end)}};
}

Json::Object bundle_members(const Bundle& bundle, const ShopView& shop) {
    const auto category = [&shop](CategoryId id) -> Json {
        const Category* known = find_category(shop.categories, id);
        return Json::Object{{"id", id.value()}, {"name", known == nullptr ? Json() : Json(known->name)}};
    };
    return {{"id", bundle.id.value()},
            {"uuid", bundle.uuid.text()},
            {"seller_id", bundle.seller.value()},
            {"name", bundle.name},
            {"description", bundle.description},
            {"categories", json_array(bundle.categories, category)},
            {"total_qty", bundle.total_qty},
            {"weight_grams", bundle.weight_grams},
            {"carbon_dioxide_grams", bundle.carbon_dioxide},
            {"price_minor", bundle.price.minor},
            {"currency", shop.currency},
            {"discount_percentage", bundle.discount_percentage},
            {"window", json_of(bundle.window, shop)},
            {"created_at", format_timestamp(bundle.created_at)},
            {"closed_at", json_instant(bundle.closed_at)}};
}

Json::Object reservation_members(const Reservation& reservation) {
    return {{"id", reservation.id.value()},
            {"uuid", reservation.uuid.text()},
            {"bundle_id", reservation.bundle.value()},
            {"consumer", reservation.consumer},
            {"claim_code", reservation.claim_code},
            {"reserved_at", format_timestamp(reservation.reserved_at)},
            {"collected_at", json_instant(reservation.collected_at)},
            {"cancelled_at", json_instant(reservation.cancelled_at)}};
}

}  // namespace

std::string ShopView::local(Timestamp instant) const {
    const LocalTime time = zone.to_local(instant);
    return format_date(time.day) + " " + format_hour_minute(time.time);
}

std::string ShopView::window(const PickupWindow& window) const {
    const LocalTime start = zone.to_local(window.start);
    const LocalTime end = zone.to_local(window.end);
    const std::string text = local(window.start) + "–";
    return start.day == end.day ? text + format_hour_minute(end.time) : text + local(window.end);
}

std::string ShopView::price(Money amount) const { return format_money(amount, currency) + " " + currency; }

std::string ShopView::category_names(const Bundle& bundle) const {
    std::string names;
    for (const CategoryId id : bundle.categories) {
        const Category* known = find_category(categories, id);
        names +=
            (names.empty() ? "" : ", ") + (known == nullptr ? fmt::format("#{}", id.value()) : printable(known->name));
    }
    return names;
}

Json json_instant(const std::optional<Timestamp>& instant) {
    if (!instant) return nullptr;
    return format_timestamp(*instant);
}

Json json_of(const Seller& seller) {
    return Json::Object{{"id", seller.id.value()},
                        {"uuid", seller.uuid.text()},
                        {"name", seller.name},
                        {"country", seller.country},
                        {"latitude", number_of(seller.latitude)},
                        {"longitude", number_of(seller.longitude)},
                        {"time_zone", seller.time_zone},
                        {"currency", seller.currency},
                        {"holiday_region", seller.holiday_region}};
}

Json json_of(const Category& category) {
    return Json::Object{{"id", category.id.value()},
                        {"uuid", category.uuid.text()},
                        {"name", category.name},
                        {"co2e_coefficient", category.coefficient.value()}};
}

Json json_of(const Bundle& bundle, const ShopView& shop) { return bundle_members(bundle, shop); }

Json json_of(const BundleOverview& overview, const ShopView& shop) {
    Json::Object members = bundle_members(overview.bundle, shop);
    members.push_back({"reserved", overview.reserved});
    members.push_back({"collected", overview.collected});
    members.push_back({"left", std::max<std::int64_t>(overview.bundle.total_qty - overview.reserved, 0)});
    return members;
}

Json json_of(const Reservation& reservation) { return reservation_members(reservation); }

Json json_of(const ReservationOverview& overview, const ShopView& shop) {
    Json::Object members = reservation_members(overview.reservation);
    members.push_back({"state", name_of(overview.state)});
    members.push_back({"bundle_name", overview.bundle_name});
    members.push_back({"window", json_of(overview.window, shop)});
    return members;
}

Json json_of(const StoredForecast& forecast, const ShopView& shop) {
    return Json::Object{{"bundle_id", forecast.bundle.value()},
                        {"bundle_name", forecast.bundle_name},
                        {"seller_id", forecast.seller.value()},
                        {"window_start", shop.zone.format_with_offset(forecast.window_start)},
                        {"predicted_reservations", forecast.predicted_reservations},
                        {"predicted_sales", forecast.predicted_sales},
                        {"posted_qty", forecast.posted_qty},
                        {"predicted_no_show_prob", forecast.predicted_no_show_prob.value()},
                        {"confidence", forecast.confidence.value()},
                        {"rationale", forecast.rationale},
                        {"method", forecast.method},
                        {"mean", forecast.mean},
                        {"quantiles", json_array(forecast.quantiles, [](std::int64_t value) { return value; })},
                        {"demand_uncut", forecast.demand_uncut},
                        {"suggested_qty", forecast.suggested_qty},
                        {"history_rows", forecast.history_rows},
                        {"generated_at", format_timestamp(forecast.generated_at)}};
}

Json json_of(const GraphType& type) {
    return Json::Object{{"id", type.id},
                        {"chart_type", type.chart_type},
                        {"summary", type.summary},
                        {"x_axis_label", type.x_axis_label},
                        {"y_axis_label", type.y_axis_label}};
}

Json json_of(const Graph& graph) {
    const auto point = [](const GraphPoint& each) -> Json { return Json::Object{{"x", each.x}, {"y", each.y.text()}}; };
    const auto series = [&point](const GraphSeries& each) -> Json {
        return Json::Object{{"name", each.name}, {"points", json_array(each.points, point)}};
    };
    return Json::Object{{"type", json_of(graph.type)},
                        {"seller_id", graph.seller.value()},
                        {"series", json_array(graph.series, series)}};
}

Json json_of(const RefreshReport& report) {
    const auto id_of = [](CategoryId id) { return id.value(); };
    return Json::Object{{"bundles_recounted", report.bundles_recounted},
                        {"windows_closed", report.windows_closed},
                        {"inputs_written", report.inputs_written},
                        {"forecasts_written", report.forecasts_written},
                        {"points_written", report.points_written},
                        {"categories_without_row", json_array(report.categories_without_row, id_of)}};
}

Json json_of(const Finding& finding) {
    return Json::Object{{"check", finding.check}, {"message", finding.message}, {"remedy", finding.remedy}};
}

std::string bundle_table(const std::vector<BundleOverview>& bundles, const ShopView& shop, const Style& style) {
    TextTable table({{"Bundle", Align::right},
                     {"Window"},
                     {"Name"},
                     {"Categories", Align::left, 28},
                     {"Price", Align::right},
                     {"Posted", Align::right},
                     {"Reserved", Align::right},
                     {"Collected", Align::right},
                     {"Left", Align::right},
                     {""}});
    for (const BundleOverview& each : bundles) {
        const Bundle& bundle = each.bundle;
        table.add({fmt::format("{}", bundle.id.value()), shop.window(bundle.window), printable(bundle.name),
                   shop.category_names(bundle), format_money(bundle.price, shop.currency),
                   fmt::format("{}", bundle.total_qty), fmt::format("{}", each.reserved),
                   fmt::format("{}", each.collected),
                   fmt::format("{}", std::max<std::int64_t>(bundle.total_qty - each.reserved, 0)),
                   bundle.closed_at ? style.paint(Tone::faint, "closed") : ""});
    }
    return table.text(style);
}

std::string count_of(std::int64_t count, const std::string& singular, const std::string& plural) {
    return format_value(static_cast<double>(count)) + " " + (count == 1 ? singular : plural);
}

std::string byte_size(std::int64_t bytes) {
    constexpr double kilo = 1000;
    if (bytes < 1000) return fmt::format("{} B", bytes);
    const auto value = static_cast<double>(bytes);
    if (value < kilo * kilo) return fmt::format("{:.1f} kB", value / kilo);
    if (value < kilo * kilo * kilo) return fmt::format("{:.1f} MB", value / kilo / kilo);
    return fmt::format("{:.1f} GB", value / kilo / kilo / kilo);
}

}  // namespace edge::cli
