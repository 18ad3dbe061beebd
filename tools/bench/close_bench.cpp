#include "harness/big_shop.hpp"
#include "harness/folder.hpp"
#include "harness/stopwatch.hpp"
#include "harness/table_row.hpp"
#include "rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>

// The refresh that closes one window (its inputs recorded, its forecast judged, the graphs drawn), in shops whose
// history has more and more rows, in turns; and what a forecast costs that begins with the stored state.

namespace {

using namespace edge::bench;
using std::chrono::minutes;

constexpr std::array<std::int64_t, 3> history_rows = {1'000, 10'000, 100'000};
constexpr std::int64_t reservations_a_row = 8;  // as the shop is made
constexpr std::int64_t bundles_a_day = 8;       // the same in all: what a day holds is learned anew for two days

struct ClosingShop {
    ClosingShop(const Folder& folder, std::int64_t rows)
        : shop(make_big_shop(folder.file(std::to_string(rows) + ".db"),
                             {.reservations = rows * reservations_a_row, .bundles_a_day = bundles_a_day})),
          now(shop.now),
          engine(edge::Engine::open(shop.path, {.clock = [this] { return now; }})) {}

    /// Windows that end a minute after each other, each with four reservations of which three are collected.
    void post_windows(int count) {
        const edge::CategoryId category = engine.categories().front().id;
        for (int i = 0; i < count; ++i) {
            const edge::BundleId bundle =
                engine
                    .post_bundle({.seller = shop.seller,
                                  .name = "Evening bag",
                                  .description = {},
                                  .categories = {category},
                                  .total_qty = 6,
                                  .window = {.start = now - minutes(30), .end = now + minutes(i + 1)}})
                    .id;
            for (int sold = 0; sold < 4; ++sold) {
                const std::string code =
                    engine.reserve({.bundle = bundle, .consumer = {}, .claim_code = {}}).claim_code;
                if (sold > 0) engine.collect(code);
            }
        }
        engine.refresh(shop.seller);
    }
    void close_next() {
        now += minutes(1);
        closing.measure([&] { engine.refresh(shop.seller); });
    }
    void suggest() {
        const edge::SuggestionRequest request{
            .seller = shop.seller,
            .categories = {engine.categories().front().id},
            .window = edge::PickupWindow{.start = now + minutes(60), .end = now + minutes(180)}};
        suggestion.measure([&] { benchmark::DoNotOptimize(engine.suggest(request)); });
    }

    BigShop shop;
    edge::Timestamp now;
    edge::Engine engine;
    Samples closing;
    Samples suggestion;
};

struct ClosingTimes {
    std::array<Samples, history_rows.size()> closing;
    Samples suggestion;  // in the smallest shop
};

const ClosingTimes& closing_times() {
    static const ClosingTimes times = [] {
        const Folder folder;
        std::vector<std::unique_ptr<ClosingShop>> shops;
        for (const std::int64_t rows : history_rows) shops.push_back(std::make_unique<ClosingShop>(folder, rows));
        const int windows = is_quick() ? 20 : 100;
        for (const auto& shop : shops) shop->post_windows(windows);
        for (int i = 0; i < windows; ++i) {
            for (const auto& shop : shops) shop->close_next();
            shops.front()->suggest();
        }
        ClosingTimes measured;
        for (std::size_t i = 0; i < shops.size(); ++i) measured.closing.at(i) = shops[i]->closing;
        measured.suggestion = shops.front()->suggestion;
        return measured;
    }();
    return times;
}

}  // namespace

void edge::bench::add_closing_rows() {
    for (std::size_t i = 0; i < history_rows.size(); ++i) {
        add_row(fmt::format("closing a window, {} rows of history", history_rows.at(i)), [i] {
            return TableRow{.measured = closing_times().closing.at(i).processor(), .unit = "us", .note = "CPU"};
        });
    }
    add_row("closing a window, most history to least", [] {
        return TableRow{.measured = closing_times().closing.back().processor(),
                        .baseline = closing_times().closing.front().processor(),
                        .unit = "us",
                        .bar = Bar::ratio_at_most,
                        .limit = 1.3,
                        .note = "CPU with 1,000 rows"};
    });
    add_row("forecast and suggestion from the stored state, 1,000 rows of history", [] {
        return TableRow{.measured = closing_times().suggestion.processor(),
                        .unit = "us",
                        .note = "CPU; reads and decodes what was learned"};
    });
}
