#include "simulation/world.hpp"

#include "simulation/counter.hpp"
#include "simulation/events.hpp"
#include "simulation/office.hpp"
#include "simulation/templates.hpp"

#include "edge/hub/intake.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace edge::simulation {
namespace {

constexpr std::int64_t first_morning_s = 1'772'438'400;  // 2 March 2026, 08:00
/// Recoveries happen at most once an hour each, and one may lead to the next.
constexpr int drain_rounds = 40;

}  // namespace

World::World() : now_(std::chrono::seconds(first_morning_s)) {
    hub_ = std::make_unique<HubNode>(folder_.file("hub.db"), Durable::applied);
    hub_->now = now_;
    network_ = std::make_unique<Network>(*hub_, now_);
    for (int number = 0; number <= most_devices; ++number) {
        const bool is_other = number == most_devices;
        devices_.push_back(std::make_unique<DeviceNode>(
            fmt::format("device {}", number), folder_.file(fmt::format("device-{}.db", number)),
            is_other ? templates().other_shop : templates().devices[static_cast<std::size_t>(number)], now_,
            std::chrono::minutes(0), 0, is_other ? of_another_ : of_this_shop_));
        DeviceNode& device = *devices_.back();
        if (number == 0 || is_other) device.history().begin(device.model);
    }
}

void World::begin(const Story& story) {
    hub_->begin(story.durable, story.page_bytes);
    const auto leave_out = [&](std::size_t at) {
        left_out_.push_back(std::move(devices_[at]));
        devices_.erase(devices_.begin() + static_cast<std::ptrdiff_t>(at));
    };
    if (!story.another_shop) leave_out(most_devices);
    for (int number = most_devices - 1; number >= story.devices; --number) leave_out(static_cast<std::size_t>(number));
    for (std::size_t at = 0; at < devices_.size(); ++at) {
        devices_[at]->begin(fmt::format("device {}", at), std::chrono::minutes(story.skew_minutes[at]),
                            story.seed * 16 + at);
        devices_[at]->way = story.ways[at];
        network_->watch_twins(*devices_[at]);
    }
}

void World::pass(std::chrono::minutes minutes) {
    now_ += minutes;
    hub_->now = now_;
}

void World::step(const Step& step) {
    count_event("step", name_of(step.act));
    pass(std::chrono::minutes(step.minutes));
    DeviceNode& device = *devices_[static_cast<std::size_t>(step.device) % devices_.size()];
    if (Counter(device, step).act() || Office(*hub_, device.history(), device.seller, step).act()) return;
    if (act_on_hub(step) || act_on_machine(device, step)) return;
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
        case Act::hub_backup: hub_->back_up(writes_); return true;
        case Act::hub_restore: restore_hub(step); return true;
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
            device.set_clock(std::chrono::minutes(dice.chance(50) ? 0 : dice.below(4'000'000) - 2'000'000));
            return true;
        case Act::take_image: device.take_image(); return true;
        case Act::restore_image:
            if (!device.has_image()) return true;
            count_event("device restored");
            device.restore_image(written_rows(hub_->rows(device.seller)));
            fork(device);
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

/// What the hub wrote itself since its backup is gone.
void World::restore_hub(const Step& step) {
    const std::optional<std::size_t> mark = hub_->restore(step.dice);
    if (!mark) return;
    hub_was_restored_ = true;
    count_event("hub restored");
    for (History* history : {&of_this_shop_, &of_another_}) {
        history->doubt(the_hub, {.since = *mark}, {});
        history->hub_was_restored();
    }
    for (const std::unique_ptr<DeviceNode>& device : devices_)
        device->hub_was_restored(written_rows(hub_->rows(device->seller)));
}

void World::fork(DeviceNode& device) {
    device.is_forked = true;
    device.may_go_back = true;
    network_->no_longer_watch_twins(device);
}

void World::clone(DeviceNode& device, const Step& step) {
    if (devices_.size() >= most_devices + most_clones) return;
    count_event("device cloned");
    device.note_copy();
    const std::string name = fmt::format("clone {} of {}", devices_.size(), device.name);
    devices_.push_back(std::make_unique<DeviceNode>(name, folder_.file(fmt::format("clone-{}.db", devices_.size())),
                                                    device.disk().image(), now_, device.skew, step.dice,
                                                    device.history()));
    devices_.back()->begin_as_copy_of(device);
    if (device.history().is_ahead(device.name)) device.history().runs_ahead(name);
    fork(device);
    fork(*devices_.back());
    devices_.back()->has_bad_values = device.has_bad_values;
    devices_.back()->way = device.way;
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
    SyncOptions options{.url = "http://hub", .exchange = [&](const HubRequest& request) {
                            return network_->carry(device, step, request, dice, in_between);
                        }};
    if (device.way.day_budget > 0) options.day_budget = device.way.day_budget;
    const std::int64_t carried = device.carried;
    const std::int64_t seen = device.seen();
    try {
        device.sync(step.fault, step.dice, [&] {
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
    const bool may_begin_anew = hub_was_restored_ || device.may_go_back;
    require(!report || may_begin_anew || device.seen() >= seen, "I9", device.name + " has set its cursor back");
    if (report && !in_between) check_meter(device, *report, device.carried - carried);
    if (report) check_after_sync(device, *report, !in_between);
    return report;
}

void World::sync(DeviceNode& device, const Step& step) {
    Dice dice(step.dice);
    bool is_first = true;
    const auto in_between = [&] {
        if (!std::exchange(is_first, false)) return;
        Engine other = device.second_process();
        if (step.act == Act::sell_in_sync) {
            const std::string sold = Counter(device, step).sell_beside(other);
            if (dice.chance(50)) Office(*hub_, device.history(), device.seller, step).rename(sold);
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
    return report && report->pending_changes == 0 && report->reason.empty() && report->rows_received == 0 &&
           report->changes_sent == 0 && !report->diverged;
}

void World::drain() {
    network_->deliver_everything_late();
    for (const std::unique_ptr<DeviceNode>& device : devices_) {
        device->is_offline = false;
        device->way.day_budget = 0;  // a person syncs once without counting; the way stays as slow as it is
    }
    bool quiet = false;
    for (int round = 0; round < drain_rounds && !quiet; ++round) {
        quiet = true;
        for (const std::unique_ptr<DeviceNode>& device : devices_) quiet = sync_in_peace(*device) && quiet;
        if (!quiet) pass(std::chrono::minutes(61));
    }
    require(quiet, "I14", "there is no end of syncing: " + last_reason_);
    for (const std::unique_ptr<DeviceNode>& device : devices_) check_device(*device);
    for (const std::unique_ptr<DeviceNode>& device : devices_) check_history(*device);
}

std::string World::trace() {
    std::string text = format_timestamp(now_);
    for (const std::unique_ptr<DeviceNode>& device : devices_) {
        for (const auto& [place, row] : device->rows()) {
            text += place;
            for (const auto& [column, value] : row) text += column + value;
        }
        for (const std::string& line : hub::dump(hub_->store(), device->seller)) text += line;
    }
    return protocol::part_hash(text);
}

void World::tell_changes(const Tell& tell) {
    const auto compare = [&](const std::string& whose, Rows now) {
        for (const Effect& effect : effects_between(told_[whose], now)) {
            std::string line =
                fmt::format("{}: {} {}", whose, effect.place, effect.kind == Effect::Kind::remove ? "is gone" : "has");
            for (const auto& [column, value] : effect.columns) line += fmt::format(" {} {}", column, value);
            tell(line);
        }
        told_[whose] = std::move(now);
    };
    compare("hub", written_rows(hub_->rows(devices_.front()->seller)));
    for (const std::unique_ptr<DeviceNode>& device : devices_) compare(device->name, written_rows(device->rows()));
}

}  // namespace edge::simulation
