#include "harness/bare_sqlite.hpp"
#include "harness/big_shop.hpp"
#include "harness/folder.hpp"
#include "harness/stopwatch.hpp"
#include "harness/table_row.hpp"
#include "rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>

// The refresh after one sale, in shops of four sizes that take turns, in memory; and on a disk, beside a bare durable
// update of the same file's copy, which shows what the disk's sync alone takes.

namespace {

using namespace edge::bench;

constexpr std::array<std::int64_t, 4> sizes = {1'000, 10'000, 100'000, 1'000'000};

struct SizedShop {
    SizedShop(const Folder& folder, std::int64_t reservations)
        : shop(make_big_shop(folder.file(std::to_string(reservations) + ".db"), {.reservations = reservations})),
          engine(edge::Engine::open(shop.path, shop.options())) {}

    BigShop shop;
    edge::Engine engine;
    Samples refresh;
};

std::vector<Samples> measure_refreshes() {
    const Folder folder;
    std::vector<std::unique_ptr<SizedShop>> shops;
    for (const std::int64_t size : sizes) shops.push_back(std::make_unique<SizedShop>(folder, size));
    const std::size_t turns = is_quick() ? 100 : 600;
    for (std::size_t turn = 0; turn < turns; ++turn) {
        for (const auto& sized : shops) {
            sized->engine.collect(sized->shop.open_codes[turn]);
            sized->refresh.measure([&] { sized->engine.refresh(sized->shop.seller); });
        }
    }
    std::vector<Samples> samples;
    for (const auto& sized : shops) samples.push_back(sized->refresh);
    return samples;
}

const std::vector<Samples>& refreshes() {
    static const std::vector<Samples> measured = measure_refreshes();
    return measured;
}

struct DiskTimes {
    Samples refresh;
    Samples bare;
};

const DiskTimes& on_disk() {
    static const DiskTimes times = [] {
        const DiskFolder folder;
        const BigShop shop = make_big_shop(folder.file("shop.db"), {.reservations = 100'000});
        std::filesystem::copy_file(shop.path, folder.file("bare.db"));
        edge::Engine engine = edge::Engine::open(shop.path, shop.options());
        BareDatabase database(folder.file("bare.db"));
        BareStatement update(database.handle(), "UPDATE journal_readers SET cursor = cursor + 1 WHERE reader = 'sync'");
        DiskTimes measured;
        const std::size_t turns = is_quick() ? 100 : 400;
        for (std::size_t turn = 0; turn < turns; ++turn) {
            engine.collect(shop.open_codes[turn]);
            measured.refresh.measure([&] { engine.refresh(shop.seller); });
            measured.bare.measure([&] { update.run(); });
        }
        return measured;
    }();
    return times;
}

}  // namespace

void edge::bench::add_refresh_rows() {
    for (std::size_t i = 0; i < sizes.size(); ++i) {
        add_row(fmt::format("refresh after one collect, {} reservations", sizes.at(i)), [i] {
            return TableRow{.measured = refreshes().at(i).wall(), .unit = "us", .bar = Bar::at_most, .limit = 1000};
        });
    }
    add_row("the same, slowest size to fastest", [] {
        const auto [least, most] =
            std::minmax_element(refreshes().begin(), refreshes().end(),
                                [](const Samples& a, const Samples& b) { return a.wall() < b.wall(); });
        return TableRow{.measured = most->wall(),
                        .baseline = least->wall(),
                        .unit = "us",
                        .bar = Bar::ratio_at_most,
                        .limit = 1.3,
                        .note = "the fastest size"};
    });
    add_row("refresh after one collect on a disk, CPU", [] {
        return TableRow{.measured = on_disk().refresh.processor(),
                        .unit = "us",
                        .bar = Bar::at_most,
                        .limit = 1000,
                        .note = "100,000 reservations; the sync's own included"};
    });
    add_row("the same, wall time", [] {
        return TableRow{.measured = on_disk().refresh.wall(),
                        .baseline = on_disk().bare.wall(),
                        .unit = "us",
                        .note = "a durable update of one row"};
    });
}
