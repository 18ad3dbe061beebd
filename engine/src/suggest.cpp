#include "engine_state.hpp"
#include "learned_history.hpp"
#include "slot_context.hpp"

#include "edge/core/error.hpp"
#include "edge/forecast/suggestion.hpp"
#include "edge/storage/bundles.hpp"
#include "edge/storage/sellers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace edge {

namespace {

Error unusable(const std::string& why, std::string hint) {
    return Error(ErrorCode::invalid_argument, "cannot suggest how many to post: " + why, {}, std::move(hint));
}

void check_costs(const ForecastCosts& costs) {
    const auto is_cost = [](double value) { return std::isfinite(value) && value > 0; };
    if (!is_cost(costs.waste) || !is_cost(costs.margin))
        throw unusable("the cost of waste and the margin must be above 0", "only their ratio matters: 1 and 3");
    if (!(costs.overbooking_risk >= 0 && costs.overbooking_risk <= 1))
        throw unusable("the risk of overbooking must lie between 0 and 1", "0 never posts more than is prepared");
}

/// The request with its bundle's seller, window and categories filled in.
SuggestionRequest completed(storage::Connection& db, SuggestionRequest request) {
    if (request.bundle) {
        const Bundle bundle = storage::get_bundle(db, *request.bundle);
        request.seller = bundle.seller;
        request.window = bundle.window;
        request.categories = bundle.categories;
    }
    if (!request.window || request.window->end <= request.window->start)
        throw unusable("there is no pickup window", "name a bundle, or a window that ends after it starts");
    std::ranges::sort(request.categories);
    request.categories.erase(std::unique(request.categories.begin(), request.categories.end()),
                             request.categories.end());
    return request;
}

void check_categories(storage::Connection& db, const std::vector<CategoryId>& categories) {
    for (const CategoryId id : categories) {
        if (!storage::find_category_name(db, id))
            throw Error(ErrorCode::unknown_category,
                        fmt::format("cannot suggest how many to post: there is no category {}", id.value()),
                        {{"category_id", std::to_string(id.value())}}, "list them with: edge-analytics category list");
    }
}

SuggestionReport report_of(const SuggestionRequest& request, const ForecastCosts& costs,
                           const forecast::Forecast& answer, const forecast::Slot& slot) {
    const forecast::CountDistribution demand = answer.reservations.without_cap();
    const forecast::Suggestion best = forecast::suggest_quantity(demand, answer.predicted_no_show_prob, slot.costs);
    constexpr std::array<double, 2> interval{.1, .9};
    const std::vector<std::int64_t> bounds = demand.quantiles(interval);
    SuggestionReport report{.window = *request.window,
                            .categories = request.categories,
                            .costs = costs,
                            .post = best.post,
                            .items = best.items,
                            .allowance = best.allowance,
                            .overflow_risk = best.overflow_risk,
                            .expected_waste = best.expected_waste,
                            .expected_lost = best.expected_lost,
                            .expected_demand = demand.mean(),
                            .low = bounds.at(0),
                            .high = bounds.at(1),
                            .no_show_prob = answer.predicted_no_show_prob,
                            .around = {},
                            .history_rows = answer.history_rows,
                            .method = answer.method,
                            .rationale = answer.rationale};
    for (const forecast::QuantityOutcome& one :
         forecast::outcomes_around(demand, answer.predicted_no_show_prob, best.items, slot.costs)) {
        report.around.push_back({.items = one.items,
                                 .expected_waste = one.expected_waste,
                                 .expected_lost = one.expected_lost,
                                 .expected_cost = one.expected_cost});
    }
    return report;
}

}  // namespace

SuggestionReport Engine::suggest(const SuggestionRequest& request) {
    const ForecastCosts costs = request.costs.value_or(state_->options.costs);
    check_costs(costs);
    const storage::ReadTransaction read(state_->db);
    const SuggestionRequest wanted = completed(state_->db, request);
    if (!request.bundle) check_categories(state_->db, wanted.categories);
    const Seller seller = storage::get_seller(state_->db, wanted.seller);
    const Timestamp now = state_->now();
    SellerContext context(state_->db, seller, now);
    const forecast::Slot slot = slot_of(seller.id, state_->time_zone_or_utc(seller.time_zone), context, *wanted.window,
                                        wanted.categories, costs);
    LearnedHistory history(*state_, state_->db, now);
    note_unread_changes(history, state_->db);
    return report_of(wanted, costs, history.method().forecast(slot), slot);
}

}  // namespace edge
