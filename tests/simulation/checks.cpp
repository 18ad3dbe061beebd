#include "simulation/violation.hpp"
#include "simulation/world.hpp"
#include "support/database_dump.hpp"
#include "support/synced_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace edge::simulation {
namespace {

/// What a dead letter is known by on both sides.
using Letters = std::multiset<std::string>;

Letters letters_at_hub(hub::HubStore& store, const DeviceNode& device) {
    Letters letters;
    for (const hub::SellerDeadLetter& one :
         store.dead_letters({.seller = device.seller, .after = {}, .at_most = 100'000, .settled = true})) {
        const hub::DeadLetter& letter = one.letter;
        letters.insert(fmt::format("{} {} {} {} {}", letter.table, letter.key, protocol::name_of(letter.outcome),
                                   letter.reason, letter.change));
    }
    return letters;
}

Letters letters_at_device(const DeviceNode& device, std::string_view which) {
    const std::vector<std::string> lines =
        test::select_column(device.path(), fmt::format("SELECT tbl || ' ' || row_key || ' ' || outcome || ' ' "
                                                       "|| reason || ' ' || change FROM sync_rejects WHERE {}",
                                                       which));
    return {lines.begin(), lines.end()};
}

/// Rows named by a dead letter of either side: both sides know that they differ.
Rows rows_in_letters(const Letters& letters) {
    Rows rows;
    for (const std::string& letter : letters) rows[letter.substr(0, letter.find(' ', letter.find(' ') + 1))];
    return rows;
}

std::int64_t count(const DeviceNode& device, const std::string& what) {
    return std::stoll(test::select_column(device.path(), "SELECT count(*) FROM " + what).front());
}

}  // namespace

void World::check_device(DeviceNode& device) {
    device.check_rows();
    const std::string integrity = test::integrity_of(device.path());
    require(integrity == "ok", "integrity", device.name + ": " + integrity);
    hub_->check_digest(device.seller);
    if (device.is_forked) {
        check_covered(device);
        return;
    }
    check_equal(device);
    check_dead_letters(device);
    check_nothing_left(device);
}

void World::check_equal(DeviceNode& device) {
    Letters letters = letters_at_device(device, "1");
    const std::string difference = first_difference(device.rows(), hub_->rows(device.seller), rows_in_letters(letters));
    require(difference.empty(), "I5", device.name + " (left) and the hub (right): " + difference);
}

void World::check_dead_letters(DeviceNode& device) {
    const Letters here = letters_at_device(device, "outcome <> 'unsendable'");
    const Letters there = letters_at_hub(hub_->store(), device);
    require(here == there, "I17",
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

/// Two lives of one numbering, without a pull: neither holds everything, but the hub has what either has.
void World::check_covered(DeviceNode& device) {
    const Rows hub_rows = hub_->rows(device.seller);
    const Rows passed_over = rows_in_letters(letters_at_device(device, "1"));
    for (const auto& [place, row] : device.model) {
        if (passed_over.contains(place) || hub_rows.contains(place)) continue;
        const bool deleted_elsewhere = std::any_of(devices_.begin(), devices_.end(), [&](const auto& other) {
            return other->seller == device.seller && !other->model.contains(place);
        });
        require(deleted_elsewhere, "I1", device.name + " has " + place + ", the hub does not");
    }
}

}  // namespace edge::simulation
