#include "support/temporary_folder.hpp"

#include "edge/engine.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace edge::test {
namespace {

TEST(ReadmeExample, PostsReservesCollectsAndReadsAGraph) {
    const TemporaryFolder folder;
    const std::string path = folder.file("shop.db");
    std::string printed;

    // The lines between here and the next such mark stand in README.md.
    using namespace std::chrono_literals;
    Engine engine = Engine::create(path, {.name = "Corner Bakery", .time_zone = "Europe/London"});
    const CategoryId bread = engine.add_category("Bread", Co2Coefficient::round(2.5)).id;
    const Timestamp now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    const Bundle bag = engine.post_bundle({.seller = engine.home_seller(),
                                           .name = "Evening bag",
                                           .categories = {bread},
                                           .total_qty = 10,
                                           .weight_grams = 800,
                                           .price = Money{399},
                                           .window = {.start = now, .end = now + 2h}});
    const Reservation reservation = engine.reserve({.bundle = bag.id});
    engine.collect(reservation.claim_code);
    engine.refresh(engine.home_seller());
    const Graph sell_through = engine.graph(engine.home_seller(), 2);
    for (const GraphPoint& point : sell_through.series.front().points)
        printed += point.x + " " + point.y.text() + " %\n";
    // Up to here.

    EXPECT_EQ(printed, "sold 10.0000 %\nunsold 90.0000 %\n");
}

}  // namespace
}  // namespace edge::test
