#include "simulation/planted.hpp"

#include <array>

namespace edge {
namespace {

PlantedBug planted = PlantedBug::none;

using simulation::PlantedName;
using enum PlantedBug;
constexpr std::array<PlantedName, 20> names{{{ack_before_commit, "ack_before_commit"},
                                             {cursor_not_moved, "cursor_not_moved"},
                                             {chain_unchecked, "chain_unchecked"},
                                             {journal_trimmed_early, "journal_trimmed_early"},
                                             {tombstone_lost, "tombstone_lost"},
                                             {mask_overwritten, "mask_overwritten"},
                                             {retry_re_encoded, "retry_re_encoded"},
                                             {dead_letter_forgotten, "dead_letter_forgotten"},
                                             {watermark_confusion, "watermark_confusion"},
                                             {lane_order, "lane_order"},
                                             {staged_part_shown, "staged_part_shown"},
                                             {commit_not_synced, "commit_not_synced"},
                                             {lock_held_over_network, "lock_held_over_network"},
                                             {clock_set_back, "clock_set_back"},
                                             {digest_not_updated, "digest_not_updated"},
                                             {restore_ignored, "restore_ignored"},
                                             {pull_echoed, "pull_echoed"},
                                             {rebase_dropped, "rebase_dropped"},
                                             {pulled_tombstone_lost, "pulled_tombstone_lost"},
                                             {base_not_updated, "base_not_updated"}}};

}  // namespace

bool is_planted(PlantedBug bug) noexcept { return planted == bug; }

namespace simulation {

std::span<const PlantedName> planted_names() noexcept { return names; }

std::optional<PlantedBug> find_planted(std::string_view name) noexcept {
    for (const PlantedName& one : names) {
        if (one.name == name) return one.bug;
    }
    return std::nullopt;
}

void plant(PlantedBug bug) noexcept { planted = bug; }

}  // namespace simulation
}  // namespace edge
