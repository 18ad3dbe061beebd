#include "commands/demo_shop.hpp"

#include <array>
#include <memory>

namespace edge::cli {
namespace {

struct Offer {
    const char* name;
    const char* category;
    double co2e;  // kg CO2e per kg
    int hour;
    std::int64_t price_minor;
    std::int64_t weight_grams;
};
constexpr std::array<Offer, 3> offers = {{{"Morning pastries", "Bakery", 1.9, 11, 299, 600},
                                          {"Evening bread bag", "Bread", 1.4, 18, 349, 1200},
                                          {"Sandwich box", "Meals", 2.8, 15, 449, 800}}};
constexpr int days_past = 14;
constexpr int days_ahead = 3;

NewBundle bundle_of(const Offer& offer, CategoryId category, SellerId seller, const TimeZone& zone, LocalDate day) {
    NewBundle bundle;
    bundle.seller = seller;
    bundle.name = offer.name;
    bundle.description = "Example";
    bundle.categories = {category};
    bundle.total_qty = 6 + weekday_index(day) % 3;
    bundle.weight_grams = offer.weight_grams;
    bundle.price = Money{offer.price_minor};
    bundle.discount_percentage = 60;
    bundle.window = {.start = zone.to_instant(day, std::chrono::hours(offer.hour)),
                     .end = zone.to_instant(day, std::chrono::hours(offer.hour + 2))};
    return bundle;
}

/// How many people come: more towards the week-end, never more than there is.
std::int64_t visitors(LocalDate day, std::size_t offer) {
    return 2 + (weekday_index(day) * 2 + static_cast<int>(offer)) % 4;
}

/// A shop whose clock is set by what happens in it.
class DemoShop {
public:
    DemoShop(const std::string& path, EngineOptions options, Timestamp now) : clock_(std::make_shared<Timestamp>(now)) {
        options.clock = [clock = clock_] { return *clock; };
        engine_ = std::make_unique<Engine>(Engine::open(path, options));
    }
    Engine& engine() { return *engine_; }

    Bundle post(const NewBundle& offer, Timestamp at) {
        *clock_ = at;
        return engine_->post_bundle(offer);
    }
    /// Everybody reserves before the window opens; four of five then come.
    void sell(const Bundle& bundle, std::int64_t people) {
        std::vector<std::string> codes;
        NewReservation reservation;
        reservation.bundle = bundle.id;
        for (std::int64_t i = 0; i < people; ++i) {
            *clock_ += std::chrono::minutes(20);
            codes.push_back(engine_->reserve(reservation).claim_code);
        }
        *clock_ = bundle.window.start + std::chrono::minutes(10);
        for (const std::string& code : codes) {
            if (++visits_ % 5 != 0) engine_->collect(code, bundle.id);
        }
    }
    void reserve_with_code(const Bundle& bundle, const std::string& code) {
        NewReservation reservation;
        reservation.bundle = bundle.id;
        reservation.claim_code = code;
        engine_->reserve(reservation);
    }

private:
    std::shared_ptr<Timestamp> clock_;
    std::unique_ptr<Engine> engine_;
    int visits_ = 0;
};

}  // namespace

std::int64_t fill_demo_shop(const std::string& path, EngineOptions options, Timestamp now) {
    DemoShop shop(path, std::move(options), now);
    const SellerId seller = shop.engine().home_seller();
    const TimeZone zone = TimeZone::find(shop.engine().seller(seller).time_zone);
    const LocalDate today = zone.to_local(now).day;
    std::vector<CategoryId> categories;
    categories.reserve(std::size(offers));
    for (const Offer& offer : offers) {
        categories.push_back(shop.engine().add_category(offer.category, Co2Coefficient::round(offer.co2e)).id);
    }
    std::int64_t posted = 0;
    for (int ahead = -days_past; ahead <= days_ahead; ++ahead) {
        const LocalDate day = today + std::chrono::days(ahead);
        for (std::size_t i = 0; i < offers.size(); ++i, ++posted) {
            const NewBundle offer = bundle_of(offers.at(i), categories[i], seller, zone, day);
            const Bundle bundle = shop.post(offer, ahead < 0 ? offer.window.start - std::chrono::hours(6) : now);
            if (ahead < 0) shop.sell(bundle, visitors(day, i));
            if (ahead == 1 && i == 1) shop.reserve_with_code(bundle, "DEMO42");
        }
    }
    return posted;
}

}  // namespace edge::cli
