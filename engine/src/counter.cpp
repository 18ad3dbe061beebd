#include "check_text.hpp"
#include "data_tables.hpp"
#include "engine_state.hpp"
#include "idempotency.hpp"

#include "edge/core/claim_code.hpp"
#include "edge/storage/bundles.hpp"
#include "edge/storage/reservations.hpp"
#include "edge/storage/sellers.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace edge {

using storage::Connection;
using storage::ReservationInWindow;
using storage::WriteTransaction;

namespace {

constexpr std::size_t longest_claim_code = 20;
constexpr int claim_code_attempts = 100;

void check_amount(std::int64_t value, std::string_view what, std::int64_t most) {
    if (value >= 0 && value <= most) return;
    const bool negative = value < 0;
    throw Error(negative ? ErrorCode::negative_quantity : ErrorCode::invalid_argument,
                fmt::format("cannot use {} {}: it is {}", what, value,
                            negative ? "negative" : fmt::format("above {}, the most that the hub takes", most)),
                {{"field", std::string(what)}});
}

void check_bundle(Connection& db, const Bundle& bundle) {
    if (bundle.name.empty()) throw Error(ErrorCode::invalid_argument, "cannot post a bundle: it has no name");
    check_text(bundle.name, "bundle's name");
    check_text(bundle.description, "bundle's description");
    check_amount(bundle.total_qty, "total quantity", most_whole);
    check_amount(bundle.weight_grams, "weight", most_whole);
    check_amount(bundle.price.minor, "price", most_price);
    check_amount(bundle.discount_percentage, "discount", 100);
    if (bundle.window.end <= bundle.window.start) {
        throw Error(ErrorCode::invalid_argument,
                    fmt::format("cannot use the pickup window {} to {}: it does not end after it starts",
                                format_timestamp(bundle.window.start), format_timestamp(bundle.window.end)));
    }
    if (bundle.categories.empty()) {
        throw Error(ErrorCode::unknown_category, fmt::format("cannot post '{}': it has no category", bundle.name), {},
                    "give at least one; edge-analytics category list shows them");
    }
    static_cast<void>(storage::get_seller(db, bundle.seller));
}

std::vector<Co2Coefficient> coefficients_of(Connection& db, const std::vector<CategoryId>& categories) {
    std::vector<Co2Coefficient> coefficients;
    for (const CategoryId id : categories) {
        const std::optional<Category> category = storage::find_category(db, id);
        if (!category) {
            throw Error(ErrorCode::unknown_category,
                        fmt::format("cannot use category {}: there is none with that id", id.value()),
                        {{"category_id", std::to_string(id.value())}}, "edge-analytics category list shows them");
        }
        coefficients.push_back(category->coefficient);
    }
    return coefficients;
}

std::vector<CategoryId> sorted_unique(std::vector<CategoryId> categories) {
    std::sort(categories.begin(), categories.end());
    categories.erase(std::unique(categories.begin(), categories.end()), categories.end());
    return categories;
}

std::vector<std::int64_t> values_of(const std::vector<CategoryId>& categories) {
    std::vector<std::int64_t> values;
    for (const CategoryId category : categories) values.push_back(category.value());
    return values;
}

std::string describe(const NewBundle& bundle) {
    return fmt::format("post {} {:?} {:?} {} {} {} {} {} {} {}", bundle.seller.value(), bundle.name, bundle.description,
                       values_of(bundle.categories), bundle.total_qty, bundle.weight_grams, bundle.price.minor,
                       bundle.discount_percentage, format_timestamp(bundle.window.start),
                       format_timestamp(bundle.window.end));
}

std::string describe(BundleId id, const BundleEdit& edit) {
    std::string request = fmt::format("edit {}", id.value());
    if (edit.name) request += fmt::format(" name={:?}", *edit.name);
    if (edit.description) request += fmt::format(" description={:?}", *edit.description);
    if (edit.categories) request += fmt::format(" categories={}", values_of(*edit.categories));
    if (edit.total_qty) request += fmt::format(" total_qty={}", *edit.total_qty);
    if (edit.weight_grams) request += fmt::format(" weight_grams={}", *edit.weight_grams);
    if (edit.price) request += fmt::format(" price={}", edit.price->minor);
    if (edit.discount_percentage) request += fmt::format(" discount={}", *edit.discount_percentage);
    if (edit.window) {
        request +=
            fmt::format(" window={}/{}", format_timestamp(edit.window->start), format_timestamp(edit.window->end));
    }
    return request;
}

void apply(const BundleEdit& edit, Bundle& bundle) {
    if (edit.name) bundle.name = *edit.name;
    if (edit.description) bundle.description = *edit.description;
    if (edit.categories) bundle.categories = sorted_unique(*edit.categories);
    if (edit.total_qty) bundle.total_qty = *edit.total_qty;
    if (edit.weight_grams) bundle.weight_grams = *edit.weight_grams;
    if (edit.price) bundle.price = *edit.price;
    if (edit.discount_percentage) bundle.discount_percentage = *edit.discount_percentage;
    if (edit.window) bundle.window = *edit.window;
}

/// Runs a use case in one transaction, unless its key was answered before.
template <class FindAnswer, class Run>
auto once(Engine::State& state, const IdempotencyKey& key, const std::string& request, FindAnswer find_answer,
          Run run) {
    WriteTransaction write(state.db);
    if (auto answered = find_answer(state.db, key, request, state.now())) return *answered;
    auto answer = run(write);
    keep_answer(write, key, request, answer, state.now());
    write.commit();
    return answer;
}

std::vector<ErrorDetail> details_of(const Reservation& reservation) {
    std::vector<ErrorDetail> details = {{"claim_code", reservation.claim_code},
                                        {"bundle_id", std::to_string(reservation.bundle.value())},
                                        {"reservation_id", std::to_string(reservation.id.value())}};
    if (reservation.collected_at) details.emplace_back("collected_at", format_timestamp(*reservation.collected_at));
    if (reservation.cancelled_at) details.emplace_back("cancelled_at", format_timestamp(*reservation.cancelled_at));
    return details;
}

Error ambiguous(std::string_view attempt, std::string_view code, const std::vector<const ReservationInWindow*>& fits) {
    std::vector<ErrorDetail> details;
    std::vector<std::int64_t> bundles;
    for (const ReservationInWindow* one : fits) {
        bundles.push_back(one->reservation.bundle.value());
        details.emplace_back("bundle_id", std::to_string(one->reservation.bundle.value()));
    }
    return Error(ErrorCode::ambiguous_code,
                 fmt::format("cannot {} '{}': the code fits bundles {}", attempt, code, fmt::join(bundles, ", ")),
                 std::move(details), "say which with --bundle");
}

/// The reservation that a typed code means: the open one if there is just one, since codes of past windows may come
/// again; else the newest. Throws `unknown_code` or `ambiguous_code`.
ReservationInWindow find_meant(Connection& db, std::string_view attempt, std::string_view code,
                               std::optional<BundleId> bundle, Timestamp now) {
    const std::vector<ReservationInWindow> fits = storage::find_by_claim_key(db, normalise_claim_code(code), bundle);
    if (fits.empty()) {
        throw Error(ErrorCode::unknown_code,
                    fmt::format("cannot {} '{}': no reservation bears that code", attempt, code),
                    {{"claim_code", std::string(code)}}, "check the code; edge-analytics reservation list shows them");
    }
    std::vector<const ReservationInWindow*> open;
    for (const ReservationInWindow& one : fits) {
        if (state_of(one.reservation, one.window.end, now) == ReservationState::open) open.push_back(&one);
    }
    if (open.size() > 1) throw ambiguous(attempt, code, open);
    if (open.size() == 1) return *open.front();
    return *std::max_element(fits.begin(), fits.end(), [](const ReservationInWindow& a, const ReservationInWindow& b) {
        return std::pair(a.window.end, a.reservation.id) < std::pair(b.window.end, b.reservation.id);
    });
}

Error already_collected(std::string_view attempt, std::string_view code, const Reservation& reservation) {
    return Error(ErrorCode::already_collected,
                 fmt::format("cannot {} '{}': it was collected at {}", attempt, code,
                             format_timestamp(*reservation.collected_at)),
                 details_of(reservation));
}

std::string free_claim_code(Engine::State& state, BundleId bundle) {
    for (int attempt = 0; attempt < claim_code_attempts; ++attempt) {
        std::string code = make_claim_code([&](std::uint32_t bound) { return state.random_below(bound); });
        if (!storage::is_claim_key_taken(state.db, bundle, code)) return code;
    }
    throw Error(ErrorCode::claim_code_collision,
                fmt::format("cannot reserve bundle {}: {} new claim codes in a row were taken", bundle.value(),
                            claim_code_attempts));
}

void check_claim_code(Connection& db, BundleId bundle, const std::string& code) {
    check_text(code, "claim code");
    const std::string key = normalise_claim_code(code);
    if (key.empty() || count_characters(code) > longest_claim_code) {
        throw Error(
            ErrorCode::invalid_argument,
            fmt::format("cannot use claim code '{}': it must have 1 to {} characters", code, longest_claim_code));
    }
    if (storage::is_claim_key_taken(db, bundle, key)) {
        throw Error(ErrorCode::claim_code_collision,
                    fmt::format("cannot use claim code '{}': it is taken in bundle {}", code, bundle.value()),
                    {{"claim_code", code}, {"bundle_id", std::to_string(bundle.value())}},
                    "use another code, or let one be made");
    }
}

void check_reservable(Connection& db, const Bundle& bundle, Timestamp now) {
    std::vector<ErrorDetail> details = {{"bundle_id", std::to_string(bundle.id.value())}};
    const auto refuse = [&](ErrorCode code, const std::string& reason) {
        return Error(code, fmt::format("cannot reserve bundle {}: {}", bundle.id.value(), reason), details);
    };
    if (bundle.closed_at)
        throw refuse(ErrorCode::bundle_closed, "it was closed at " + format_timestamp(*bundle.closed_at));
    if (bundle.window.end <= now)
        throw refuse(ErrorCode::window_over, "its pickup window ended at " + format_timestamp(bundle.window.end));
    const std::int64_t reserved = storage::count_reservations(db, bundle.id).reserved;
    if (reserved >= bundle.total_qty)
        throw refuse(ErrorCode::sold_out, fmt::format("all {} are taken", bundle.total_qty));
}

}  // namespace

Bundle Engine::post_bundle(const NewBundle& bundle, const IdempotencyKey& key) {
    return once(*state_, key, describe(bundle), find_bundle_answer, [&](WriteTransaction& write) {
        Bundle posted{.uuid = state_->new_uuid(),
                      .seller = bundle.seller,
                      .name = bundle.name,
                      .description = bundle.description,
                      .categories = sorted_unique(bundle.categories),
                      .total_qty = bundle.total_qty,
                      .weight_grams = bundle.weight_grams,
                      .price = bundle.price,
                      .discount_percentage = bundle.discount_percentage,
                      .window = bundle.window,
                      .created_at = state_->now(),
                      .closed_at = {}};
        check_bundle(state_->db, posted);
        posted.carbon_dioxide = co2_saved_grams(posted.weight_grams, coefficients_of(state_->db, posted.categories));
        return storage::insert_bundle(write, std::move(posted));
    });
}

Bundle Engine::edit_bundle(BundleId id, const BundleEdit& edit, const IdempotencyKey& key) {
    return once(*state_, key, describe(id, edit), find_bundle_answer, [&](WriteTransaction& write) {
        Bundle bundle = storage::get_bundle(state_->db, id);
        apply(edit, bundle);
        check_bundle(state_->db, bundle);
        const std::int64_t reserved = storage::count_reservations(state_->db, id).reserved;
        if (edit.total_qty && bundle.total_qty < reserved) {
            throw Error(ErrorCode::conflict,
                        fmt::format("cannot post only {} of bundle {}: {} are reserved", bundle.total_qty, id.value(),
                                    reserved),
                        {{"bundle_id", std::to_string(id.value())}, {"reserved", std::to_string(reserved)}});
        }
        if (edit.weight_grams || edit.categories) {
            bundle.carbon_dioxide =
                co2_saved_grams(bundle.weight_grams, coefficients_of(state_->db, bundle.categories));
        }
        storage::update_bundle(write, bundle);
        return bundle;
    });
}

Bundle Engine::close_bundle(BundleId id, const IdempotencyKey& key) {
    return once(*state_, key, fmt::format("close {}", id.value()), find_bundle_answer, [&](WriteTransaction& write) {
        Bundle bundle = storage::get_bundle(state_->db, id);
        if (bundle.closed_at) return bundle;
        bundle.closed_at = state_->now();
        storage::update_bundle(write, bundle);
        return bundle;
    });
}

BundleOverview Engine::bundle(BundleId id) {
    const storage::ReadTransaction read(state_->db);
    Bundle bundle = storage::get_bundle(state_->db, id);
    const storage::BundleCounts counts = storage::count_reservations(state_->db, id);
    return {.bundle = std::move(bundle), .reserved = counts.reserved, .collected = counts.collected};
}

std::vector<BundleOverview> Engine::bundles(const BundleFilter& filter) {
    const storage::ReadTransaction read(state_->db);
    std::vector<BundleOverview> overviews;
    for (Bundle& bundle :
         storage::list_bundles(state_->db, {.seller = filter.seller,
                                           .from = filter.starts_from.value_or(Timestamp::min()),
                                           .before = filter.starts_before.value_or(Timestamp::max()),
                                           .ends_after = filter.ends_after.value_or(Timestamp::min()),
                                           .include_closed = filter.include_closed,
                                           .limit = filter.limit ? static_cast<std::int64_t>(*filter.limit) : -1})) {
        const storage::BundleCounts counts = storage::count_reservations(state_->db, bundle.id);
        overviews.push_back({.bundle = std::move(bundle), .reserved = counts.reserved, .collected = counts.collected});
    }
    return overviews;
}

Reservation Engine::reserve(const NewReservation& reservation, const IdempotencyKey& key) {
    const std::string request = fmt::format("reserve {} {:?} {:?}", reservation.bundle.value(), reservation.consumer,
                                            reservation.claim_code.value_or(""));
    return once(*state_, key, request, find_reservation_answer, [&](WriteTransaction& write) {
        const Timestamp now = state_->now();
        check_text(reservation.consumer, "consumer's reference");
        check_reservable(state_->db, storage::get_bundle(state_->db, reservation.bundle), now);
        if (reservation.claim_code) check_claim_code(state_->db, reservation.bundle, *reservation.claim_code);
        return storage::insert_reservation(
            write, Reservation{.uuid = state_->new_uuid(),
                               .bundle = reservation.bundle,
                               .consumer = reservation.consumer,
                               .claim_code = reservation.claim_code ? *reservation.claim_code
                                                                    : free_claim_code(*state_, reservation.bundle),
                               .reserved_at = now,
                               .collected_at = {},
                               .cancelled_at = {}});
    });
}

Reservation Engine::collect(std::string_view claim_code, std::optional<BundleId> bundle, const IdempotencyKey& key) {
    const std::string request =
        key.empty() ? std::string()
                    : fmt::format("collect {} {}", normalise_claim_code(claim_code), bundle ? bundle->value() : 0);
    return once(*state_, key, request, find_reservation_answer, [&](WriteTransaction& write) {
        const Timestamp now = state_->now();
        ReservationInWindow meant = find_meant(state_->db, "collect", claim_code, bundle, now);
        Reservation& reservation = meant.reservation;
        if (reservation.collected_at) throw already_collected("collect", claim_code, reservation);
        if (reservation.cancelled_at) {
            throw Error(ErrorCode::reservation_cancelled,
                        fmt::format("cannot collect '{}': it was cancelled at {}", claim_code,
                                    format_timestamp(*reservation.cancelled_at)),
                        details_of(reservation));
        }
        if (meant.window.end <= now) {
            throw Error(ErrorCode::window_over,
                        fmt::format("cannot collect '{}': its pickup window ended at {}", claim_code,
                                    format_timestamp(meant.window.end)),
                        details_of(reservation));
        }
        storage::mark_collected(write, reservation.id, now);
        reservation.collected_at = now;
        return reservation;
    });
}

Reservation Engine::cancel(std::string_view claim_code, std::optional<BundleId> bundle, const IdempotencyKey& key) {
    const std::string request =
        fmt::format("cancel {} {}", normalise_claim_code(claim_code), bundle ? bundle->value() : 0);
    return once(*state_, key, request, find_reservation_answer, [&](WriteTransaction& write) {
        const Timestamp now = state_->now();
        Reservation reservation = find_meant(state_->db, "cancel", claim_code, bundle, now).reservation;
        if (reservation.collected_at) throw already_collected("cancel", claim_code, reservation);
        if (reservation.cancelled_at) return reservation;
        storage::mark_cancelled(write, reservation.id, now);
        reservation.cancelled_at = now;
        return reservation;
    });
}

std::vector<ReservationOverview> Engine::reservations(const ReservationFilter& filter) {
    const Timestamp now = state_->now();
    std::vector<ReservationOverview> overviews;
    storage::Query row = state_->db.query(
        "SELECT r.reservation_id, r.uuid, r.bundle_id, r.consumer_id, r.claim_code, r.reserved_at, r.collected_at, "
        "r.cancelled_at, "
        "b.bundle_name, b.window_start, b.window_end FROM reservations r JOIN bundles b USING (bundle_id) "
        "WHERE b.seller_id = ?1 AND (?2 IS NULL OR r.bundle_id = ?2) ORDER BY r.reservation_id",
        filter.seller, filter.bundle);
    while (row.step() && (!filter.limit || overviews.size() < *filter.limit)) {
        Reservation reservation = storage::reservation_in(row);
        const PickupWindow window{.start = row.time(9), .end = row.time(10)};
        const ReservationState state = state_of(reservation, window.end, now);
        if (filter.state && state != *filter.state) continue;
        overviews.push_back(
            {.reservation = std::move(reservation), .bundle_name = row.text(8), .window = window, .state = state});
    }
    return overviews;
}

}  // namespace edge
