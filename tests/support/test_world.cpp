#include "support/test_world.hpp"

#include <cstdlib>
#include <memory>
#include <random>

namespace edge::test {

EngineOptions TestWorld::options(const std::string& vfs) const {
    EngineOptions options;
    options.clock = [this] { return now; };
    options.random = [random = std::make_shared<std::mt19937_64>(seed)](std::uint8_t* bytes, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) bytes[i] = static_cast<std::uint8_t>((*random)());
    };
    options.vfs = vfs;
    return options;
}

std::uint64_t seed_or(std::uint64_t usual) {
    const char* given = std::getenv("EDGE_SEED");
    return given == nullptr ? usual : std::stoull(given);
}

int rounds_or(int usual) {
    const char* given = std::getenv("EDGE_ROUNDS");
    return given == nullptr ? usual : std::stoi(given);
}

NewBundle bundle_in(const TestWorld& world, SellerId seller, std::chrono::hours from_now, std::int64_t quantity) {
    NewBundle bundle;
    bundle.seller = seller;
    bundle.name = "Bag";
    bundle.categories = {CategoryId(1)};
    bundle.total_qty = quantity;
    bundle.weight_grams = 500;
    bundle.price = Money{399};
    bundle.discount_percentage = 30;
    bundle.window = {.start = world.now + from_now, .end = world.now + from_now + std::chrono::hours(2)};
    return bundle;
}

void make_shop(const std::string& path, const TestWorld& world, int days, Refreshed refreshed) {
    constexpr int reservations_a_bundle = 4;
    TestWorld then = world;
    then.now = world.now - std::chrono::days(days);
    NewSeller seller;
    seller.name = "Corner Bakery";
    seller.time_zone = "Europe/London";
    seller.holiday_region = "GB-ENG";
    Engine engine = Engine::create(path, seller, then.options());
    const SellerId home = engine.home_seller();
    for (const char* name : {"Bread", "Fruit", "Meals"})
        static_cast<void>(engine.add_category(name, Co2Coefficient::parse("2.5").value()));
    for (int day = 0; day < days + 2; ++day) {
        NewBundle wanted = bundle_in(then, home, std::chrono::hours(6 + day % 3), reservations_a_bundle + 1);
        wanted.categories = {CategoryId(1 + day % 3)};
        if (day % 4 == 0) wanted.categories.emplace_back(1 + (day + 1) % 3);
        const Bundle bundle = engine.post_bundle(wanted);
        if (then.now <= world.now) {
            for (int i = 0; i < reservations_a_bundle; ++i) {
                const Reservation made =
                    engine.reserve({.bundle = bundle.id, .consumer = {}, .claim_code = std::nullopt});
                if (i % 4 < 2) static_cast<void>(engine.collect(made.claim_code, bundle.id));
                if (i % 4 == 2) static_cast<void>(engine.cancel(made.claim_code, bundle.id));
            }
        }
        then.now += std::chrono::days(1);
    }
    then.now = world.now;
    const Bundle today = engine.post_bundle(bundle_in(then, home, std::chrono::hours(-1), 10));
    for (const char* code : {open_code, other_open_code})
        static_cast<void>(engine.reserve({.bundle = today.id, .consumer = {}, .claim_code = code}));
    if (refreshed == Refreshed::yes) static_cast<void>(engine.refresh(home));
}

}  // namespace edge::test
