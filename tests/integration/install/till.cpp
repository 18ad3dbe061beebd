#include <edge/engine.hpp>

#include <iostream>

int main(int argc, char** argv) {
    if (argc != 2) return 64;
    using namespace edge;
    Engine engine = Engine::create(argv[1], {.name = "Corner bakery", .time_zone = "Europe/London"});
    const Category bread = engine.add_category("Bread", *Co2Coefficient::parse("0.9"));
    const auto now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    const Bundle bag = engine.post_bundle({.seller = engine.home_seller(),
                                           .name = "Evening bag",
                                           .categories = {bread.id},
                                           .total_qty = 5,
                                           .price = Money{399},
                                           .window = {now, now + std::chrono::hours(2)}});
    const Reservation reservation = engine.reserve({.bundle = bag.id});
    engine.collect(reservation.claim_code);
    engine.refresh(engine.home_seller());
    const Graph sell_through = engine.graph(engine.home_seller(), 2);
    for (const GraphPoint& point : sell_through.series.at(0).points) {
        std::cout << point.x << ' ' << point.y.text() << '\n';
    }
}
