#include "support/sealing_device.hpp"
#include "support/temporary_folder.hpp"

#include "edge/hub/intake.hpp"
#include "edge/hub/sqlite_store.hpp"

#include <benchmark/benchmark.h>

#include <chrono>
#include <stdexcept>

// What one core of a hub on SQLite takes: whole requests, from the body's bytes to the durable commit.

namespace {

using edge::Timestamp;
using edge::test::SealingDevice;
namespace hub = edge::hub;

const Timestamp now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 23);

/// A seller with bundles, and one reservation after another.
class Shop {
    edge::test::TemporaryFolder folder_;

public:
    std::unique_ptr<hub::HubStore> store = hub::create_sqlite_store(folder_.file("hub.db"));
    SealingDevice device;

    Shop() {
        device.seller_row(1);
        for (int bundle = 0; bundle < bundles; ++bundle) device.bundle(10 + bundle, 1);
        send();
    }

    void reserve(int count) {
        for (; count > 0; --count, ++next_) {
            device.reservation(next_, 10 + next_ % bundles, "C" + std::to_string(next_));
        }
    }
    void collect(int count) {
        for (; count > 0; --count, ++collected_) device.collect(collected_);
    }
    std::string seal() { return device.request(device.seal_bytes()); }
    void send() { take(seal()); }
    void take(const std::string& body) {
        const auto result = hub::take_request(*store, body, now);
        if (!result || !result->ack.outcomes.empty()) throw std::runtime_error("the hub did not take it");
    }

private:
    static constexpr int bundles = 200;
    static constexpr int first = 1000;
    int next_ = first;
    int collected_ = first;
};

void reservations(benchmark::State& state) {
    Shop shop;
    const auto changes = static_cast<int>(state.range(0));
    for (auto _ : state) {
        state.PauseTiming();
        shop.reserve(changes);
        const std::string body = shop.seal();
        state.ResumeTiming();
        shop.take(body);
    }
    state.SetItemsProcessed(state.iterations() * changes);
}
BENCHMARK(reservations)->Name("hub: reservations a segment")->Arg(1)->Arg(40)->Arg(1000);

void collections(benchmark::State& state) {
    Shop shop;
    const auto changes = static_cast<int>(state.range(0));
    for (auto _ : state) {
        state.PauseTiming();
        shop.reserve(changes);
        shop.send();
        shop.collect(changes);
        const std::string body = shop.seal();
        state.ResumeTiming();
        shop.take(body);
    }
    state.SetItemsProcessed(state.iterations() * changes);
}
BENCHMARK(collections)->Name("hub: collections a segment")->Arg(40)->Arg(1000);

void repeats(benchmark::State& state) {
    Shop shop;
    shop.reserve(40);
    const std::string body = shop.seal();
    shop.take(body);
    for (auto _ : state) shop.take(body);
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(repeats)->Name("hub: the same request again");

void polls(benchmark::State& state) {
    Shop shop;
    const std::string body = shop.device.request({});
    for (auto _ : state) shop.take(body);
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(polls)->Name("hub: polls");

}  // namespace

BENCHMARK_MAIN();
