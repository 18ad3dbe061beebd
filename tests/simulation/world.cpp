#include "simulation/world.hpp"

#include "simulation/counter.hpp"
#include "simulation/templates.hpp"
#include "support/synced_rows.hpp"

#include "edge/hub/intake.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <filesystem>

namespace edge::simulation {
namespace {

constexpr std::int64_t first_morning_s = 1'772'438'400;  // 2 March 2026, 08:00
constexpr int most_clones = 2;
/// Recoveries happen at most once an hour each, and one may lead to the next.
constexpr int drain_rounds = 24;

}  // namespace

World::World(const Story& story) : now_(std::chrono::seconds(first_morning_s)) {
    hub_ = std::make_unique<HubNode>(folder_.file("hub.db"), story.durable);
    hub_->now = now_;
    network_ = std::make_unique<Network>(*hub_, now_);
    for (int number = 0; number < story.devices; ++number) {
        const auto at = static_cast<std::size_t>(number);
        devices_.push_back(std::make_unique<DeviceNode>(
            fmt::format("device {}", number), folder_.file(fmt::format("device-{}.db", number)),
            templates().devices[at], now_, std::chrono::minutes(story.skew_minutes[at]),
            story.seed * 16 + static_cast<std::uint64_t>(number)));
    }
}

void World::pass(std::chrono::minutes minutes) {
    now_ += minutes;
    hub_->now = now_;
}

void World::step(const Step& step) {
    pass(std::chrono::minutes(step.minutes));
    DeviceNode& device = *devices_[static_cast<std::size_t>(step.device) % devices_.size()];
    if (Counter(device, step).act() || act_on_hub(step) || act_on_machine(device, step)) return;
    sync(device, step);
}

bool World::act_on_hub(const Step& step) {
    switch (step.act) {
        case Act::late_delivery: network_->deliver_late(step.dice); return true;
        case Act::import_file:
            if (!files_.empty()) {
                Dice dice(step.dice);
                static_cast<void>(
                    hub_->import(dice.one_of(std::span<const std::string>(files_)), step.hub_fault, dice.next()));
            }
            return true;
        case Act::hub_restart: hub_->restart(); return true;
        case Act::hub_backup: hub_->back_up(); return true;
        case Act::hub_restore: hub_->restore(step.dice); return true;
        default: return false;
    }
}

bool World::act_on_machine(DeviceNode& device, const Step& step) {
    Dice dice(step.dice);
    switch (step.act) {
        case Act::wait: pass(std::chrono::minutes(dice.below(3000))); return true;
        case Act::partition: device.is_offline = !device.is_offline; return true;
        case Act::restart: device.restart(dice.chance(50), step.dice); return true;
        case Act::set_clock:
            device.skew = std::chrono::minutes(dice.chance(50) ? 0 : dice.below(4'000'000) - 2'000'000);
            return true;
        case Act::take_image: device.take_image(); return true;
        case Act::restore_image:
            if (device.has_image()) device.restore_image();
            return true;
        case Act::clone: clone(device, step); return true;
        case Act::narrow_way:
            device.disk().by_hand(
                "INSERT INTO sync_state (name, value) VALUES ('part_bytes', '1200') "
                "ON CONFLICT (name) DO UPDATE SET value = excluded.value");
            return true;
        case Act::export_file: export_file(device, step); return true;
        default: return false;
    }
}

void World::clone(DeviceNode& device, const Step& step) {
    if (devices_.size() >= most_devices + most_clones) return;
    const std::string name = fmt::format("clone {} of {}", devices_.size(), device.name);
    devices_.push_back(std::make_unique<DeviceNode>(name, folder_.file(fmt::format("clone-{}.db", devices_.size())),
                                                    device.disk().image(), now_, device.skew, step.dice));
    device.is_forked = true;
    devices_.back()->is_forked = true;
    devices_.back()->has_bad_values = device.has_bad_values;
}

void World::export_file(DeviceNode& device, const Step& step) {
    device.run(step.fault, step.dice, [&] {
        const std::string made = device.engine().export_segments(folder_.path());
        const std::string carried = folder_.file(fmt::format("stick-{}", files_.size()));
        std::filesystem::rename(made, carried);
        files_.push_back(carried);
    });
}

std::optional<SyncReport> World::sync_once(DeviceNode& device, const Step& step, Dice& dice,
                                           const std::function<void()>& in_between) {
    std::optional<SyncReport> report;
    const SyncOptions options{.url = "http://hub", .exchange = [&](const HubRequest& request) {
                                  return network_->carry(device, step, request, dice, in_between);
                              }};
    try {
        device.run(step.fault, step.dice, [&] {
            try {
                report = device.engine().sync(options);
            } catch (const Error& error) {
                last_reason_ = error.what();
                if (error.code() != ErrorCode::refused && error.code() != ErrorCode::corrupt_data) throw;
            }
        });
    } catch (const Killed&) {
        device.restart(dice.chance(50), step.dice);
    }
    if (report) last_reason_ = report->reason;
    return report;
}

void World::sync(DeviceNode& device, const Step& step) {
    Dice dice(step.dice);
    bool is_first = true;
    const auto in_between = [&] {
        if (!std::exchange(is_first, false)) return;
        Engine other = device.second_process();
        if (step.act == Act::sell_in_sync) {
            Counter(device, step).sell_beside(other);
        } else {
            static_cast<void>(other.sync({.url = "http://hub", .exchange = [&](const HubRequest& request) {
                                              return network_->carry(device, {.act = step.act}, request, dice, {});
                                          }}));
        }
    };
    const bool alone = step.act == Act::sync;
    static_cast<void>(sync_once(device, step, dice, alone ? std::function<void()>() : in_between));
}

bool World::sync_in_peace(DeviceNode& device) {
    Dice dice(0);
    const std::optional<SyncReport> report = sync_once(device, {.act = Act::sync}, dice, {});
    return report && report->pending_changes == 0 && report->reason.empty();
}

void World::drain() {
    network_->deliver_everything_late();
    for (const std::unique_ptr<DeviceNode>& device : devices_) device->is_offline = false;
    bool quiet = false;
    for (int round = 0; round < drain_rounds && !quiet; ++round) {
        quiet = true;
        for (const std::unique_ptr<DeviceNode>& device : devices_) quiet = sync_in_peace(*device) && quiet;
        if (!quiet) pass(std::chrono::minutes(61));
    }
    require(quiet, "I14", "the backlog does not go down to 0: " + last_reason_);
    for (const std::unique_ptr<DeviceNode>& device : devices_) check_device(*device);
}

std::string World::trace() {
    std::string text = format_timestamp(now_);
    for (const std::unique_ptr<DeviceNode>& device : devices_) {
        for (const std::string& line : test::synced_rows(device->path())) text += line;
        for (const std::string& line : hub::dump(hub_->store(), device->seller)) text += line;
    }
    return protocol::part_hash(text);
}

Outcome run(const Story& story) {
    sqlite3_test_control(SQLITE_TESTCTRL_PRNG_SEED, static_cast<int>(story.seed | 1U), nullptr);
    sqlite3_randomness(0, nullptr);
    Outcome outcome;
    try {
        World world(story);
        for (outcome.step = 0; outcome.step < story.steps.size(); ++outcome.step) world.step(story.steps[outcome.step]);
        world.drain();
        outcome.trace = world.trace();
    } catch (const Violation& violation) {
        outcome.violation = violation;
    } catch (const std::exception& unexpected) {
        outcome.violation = Violation("crash", unexpected.what());
    }
    return outcome;
}

}  // namespace edge::simulation
