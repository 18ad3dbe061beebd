#pragma once

#include <cstdint>

namespace edge {

/// Bugs that the simulator plants to see that it would find them. A library knows nothing of them: only the copies of
/// a few source files that tests/simulation compiles for itself define EDGE_PLANTED_BUGS.
enum class PlantedBug : std::uint8_t {
    none,
    ack_before_commit,       ///< the hub answers although its commit failed
    cursor_not_moved,        ///< a request of both lanes moves the cursor of one
    chain_unchecked,         ///< neither side looks at what came before a part
    journal_trimmed_early,   ///< below one of its readers instead of all
    tombstone_lost,          ///< a deletion is forgotten when its row's number is used again
    mask_overwritten,        ///< of several updates of a row the last one's columns are sent
    retry_re_encoded,        ///< a retry writes its parts anew
    dead_letter_forgotten,   ///< what was rejected is not told again after a lost reply
    watermark_confusion,     ///< segments are dropped once they are applied
    lane_order,              ///< bulk goes before ops
    staged_part_shown,       ///< a part takes effect before its segment is complete
    commit_not_synced,       ///< a sale is not on the disk when it returns
    lock_held_over_network,  ///< nobody can sell while a request is under way
    clock_set_back,          ///< a change may bear an older clock than the one before
    digest_not_updated,      ///< a deletion leaves the hub's digest as it was
    restore_ignored,         ///< a hub that was restored is not told again what it lost
    pull_echoed,             ///< what a pull wrote is sent back
    rebase_dropped,          ///< a pull overwrites columns that are not confirmed
    pulled_tombstone_lost,   ///< a deletion of another device is not applied
    base_not_updated,        ///< what a pull brought is not in the sum of the hub's rows
};

#ifdef EDGE_PLANTED_BUGS
[[nodiscard]] bool is_planted(PlantedBug bug) noexcept;
#define EDGE_PLANTED(bug) (::edge::is_planted(::edge::PlantedBug::bug))
#else
#define EDGE_PLANTED(bug) false
#endif

}  // namespace edge
