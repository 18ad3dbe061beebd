#include "simulation/violation.hpp"
#include "simulation/world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <set>

namespace edge::simulation {
namespace {

/// What a dead letter is known by on both sides.
using Letters = std::multiset<std::string>;

using WhichLetters = std::function<bool(const hub::DeadLetter&)>;

Letters letters_at_hub(hub::HubStore& store, const DeviceNode& device, const WhichLetters& which) {
    Letters letters;
    for (const hub::SellerDeadLetter& one :
         store.dead_letters({.seller = device.seller, .after = {}, .at_most = 100'000, .settled = true})) {
        const hub::DeadLetter& letter = one.letter;
        if (!which(letter)) continue;
        letters.insert(fmt::format("{} {} {} {} {}", letter.table, letter.key, protocol::name_of(letter.outcome),
                                   letter.reason, letter.change));
    }
    return letters;
}

bool any_letter(const hub::DeadLetter& /*letter*/) { return true; }

Letters letters_at_device(DeviceNode& device, std::string_view which) {
    const std::vector<std::string> lines =
        device.select(fmt::format("SELECT tbl || ' ' || row_key || ' ' || outcome || ' ' "
                                  "|| reason || ' ' || change FROM sync_rejects WHERE {}",
                                  which));
    return {lines.begin(), lines.end()};
}

/// Rows named by a dead letter: somebody was told that they differ.
void add_rows_in_letters(const Letters& letters, Rows& rows) {
    for (const std::string& letter : letters) rows[letter.substr(0, letter.find(' ', letter.find(' ') + 1))];
}

/// Computed rows belong to the device that made them, and stay with it.
bool is_shared(const std::string& place) { return !place.starts_with("forecast_") && !place.starts_with("analytics_"); }

Rows shared_rows(const Rows& rows) {
    Rows shared;
    for (const auto& [place, row] : rows) {
        if (is_shared(place)) shared.emplace(place, row);
    }
    return shared;
}

/// The hub's, without computed rows that the device does not have.
Rows rows_for(const Rows& at_hub, const Rows& at_device) {
    Rows rows;
    for (const auto& [place, row] : at_hub) {
        if (is_shared(place) || at_device.contains(place)) rows.emplace(place, row);
    }
    return rows;
}

std::int64_t count(DeviceNode& device, const std::string& what) {
    return std::stoll(device.select("SELECT count(*) FROM " + what).front());
}

}  // namespace

/// After a sync that went through and met no trouble.
void World::check_after_sync(DeviceNode& device, const SyncReport& report, bool alone) {
    if (hub_was_restored_ || !report.reason.empty()) return;
    require(!report.diverged && !device.differs, "I12", device.name + " does not know the hub's rows as they are");
    require(count(device, "sync_repairs") == 0, "I12", device.name + " had to repair rows");
    if (!alone || device.is_forked) return;
    // of bundles and reservations: of other rows two devices may make one where only one can be
    const std::int64_t echoes = count(
        device,
        "journal WHERE tbl IN (3, 4) AND op < 8 AND seq > (SELECT cursor FROM journal_readers WHERE reader = 'sync')");
    require(echoes == 0, "I23", fmt::format("{} has {} changes to send after a sync", device.name, echoes));
}

/// What a sync counted is what its way carried, and no more than it may.
void World::check_meter(const DeviceNode& device, const SyncReport& report, std::int64_t carried) {
    if (device.way == Way{}) return;
    require(report.socket_bytes == carried, "I20",
            fmt::format("{} counts {} bytes of a sync, its way carried {}", device.name, report.socket_bytes, carried));
    // another process that did not count may have taken more than a day's bytes before: then this one takes none
    if (device.way.day_budget == 0 || carried == 0) return;
    require(report.bytes_today <= device.way.day_budget, "I20",
            fmt::format("{} took {} bytes of a day's {}", device.name, report.bytes_today, device.way.day_budget));
}

void World::check_device(DeviceNode& device) {
    device.check_rows();
    for (const char* check : {"PRAGMA quick_check", "PRAGMA foreign_key_check"}) {
        const std::vector<std::string> found = device.select(check);
        require(found.empty() || found.front() == "ok", "integrity",
                device.name + ": " + fmt::format("{}", fmt::join(found, "; ")));
    }
    hub_->check_digest(device.seller);
    check_equal(device);
    if (device.is_forked) return;
    check_dead_letters(device);
    check_nothing_left(device);
}

void World::check_equal(DeviceNode& device) {
    Rows told;
    for (const std::unique_ptr<DeviceNode>& other : devices_) {
        if (other->seller == device.seller) add_rows_in_letters(letters_at_device(*other, "1"), told);
    }
    add_rows_in_letters(letters_at_hub(hub_->store(), device, any_letter), told);
    const Rows at_hub = hub_->rows(device.seller);
    const Rows here = device.is_forked ? shared_rows(device.rows()) : device.rows();
    const std::string difference = first_difference(here, rows_for(at_hub, here), told);
    require(difference.empty(), "I5", device.name + " (left) and the hub (right): " + difference);
}

/// What all sides agree on is what people wrote.
void World::check_history(const DeviceNode& device) {
    Rows told;
    for (const std::unique_ptr<DeviceNode>& other : devices_) {
        if (other->seller == device.seller) add_rows_in_letters(letters_at_device(*other, "1"), told);
    }
    add_rows_in_letters(letters_at_hub(hub_->store(), device, any_letter), told);
    const std::string fault = device.history().fault_in(written_rows(hub_->rows(device.seller)), told);
    require(fault.empty(), "I1", fault);
}

/// Both list the same, but for what was sealed anew before its device heard of it: that stands in a later letter.
void World::check_dead_letters(DeviceNode& device) {
    const auto own = [&](const hub::DeadLetter& letter) { return letter.id.replica == device.replica; };
    const auto retried = [&](const hub::DeadLetter& letter) {
        return own(letter) && letter.state == hub::LetterState::retried;
    };
    const Letters here = letters_at_device(device, "outcome <> 'unsendable'");
    const Letters there = letters_at_hub(hub_->store(), device, own);
    const Letters unheard = letters_at_hub(hub_->store(), device, retried);
    Letters only_there;
    std::ranges::set_difference(there, here, std::inserter(only_there, only_there.end()));
    require(std::ranges::includes(there, here) && std::ranges::includes(unheard, only_there), "I17",
            fmt::format("{} lists {} rejected changes, the hub {}{}", device.name, here.size(), there.size(),
                        here.empty() ? (there.empty() ? "" : ": " + *there.begin()) : ": " + *here.begin()));
}

void World::check_nothing_left(DeviceNode& device) {
    for (const LaneStatus& lane : device.engine().sync_status().lanes) {
        require(lane.applied == lane.sealed, "I3",
                fmt::format("{} has sealed {} segments of {}, {} are applied", device.name, lane.sealed, lane.lane,
                            lane.applied));
        require(lane.durable <= lane.applied, "I3", device.name + " takes for durable what is not applied");
        require(lane.segments_kept == lane.applied - lane.durable, "I13",
                fmt::format("{} keeps {} segments of {}, {} are not durable", device.name, lane.segments_kept,
                            lane.lane, lane.applied - lane.durable));
    }
    const std::int64_t left_over = count(device,
                                         "journal WHERE seq <= (SELECT min(cursor) FROM journal_readers) AND seq < "
                                         "(SELECT max(seq) FROM journal)");
    require(left_over == 0, "I13", device.name + " keeps journal lines that all have read");
}

}  // namespace edge::simulation
