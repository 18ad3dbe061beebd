#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace edge::simulation {

/// What goes wrong with a disk during a step. A process that is killed leaves what the system has taken of its writes;
/// when the power goes, writes that were not synced are kept, lost or torn.
enum class FaultKind { none, killed, power_cut, io_error, disk_full };
[[nodiscard]] std::string_view name_of(FaultKind kind) noexcept;

struct Fault {
    FaultKind kind = FaultKind::none;
    int nth = 0;  ///< at which change of the disk since the step began, from 1
    friend bool operator==(const Fault&, const Fault&) = default;
};

enum class Act {
    // at the counter
    post,
    edit,
    close,
    reserve,
    collect,
    cancel,
    refresh,
    // somebody in the sqlite3 shell
    hand_edit,
    hand_delete,
    hand_holiday,
    hand_twins,  ///< two rows that are always written together
    hand_weather,
    hand_bad_value,  ///< a value that the hub refuses
    hand_bad_text,   ///< a value that cannot be sent
    hot_row,         ///< one row written very often
    // in the hub's own name
    web_edit,
    web_delete,
    web_reserve,
    web_collect,
    web_cancel,
    web_category,
    web_profile,
    web_holiday,
    web_edit_holiday,
    // the way to the hub
    sync,
    sync_by_two,    ///< another process syncs the same file in the middle of a request
    sell_in_sync,   ///< another process sells in the middle of a request
    late_delivery,  ///< a copy of an old request arrives
    export_file,
    import_file,  ///< any file exported so far, as often as it comes
    partition,    ///< no network for a while
    // what happens to machines
    restart,
    wait,
    set_clock,
    take_image,
    restore_image,
    clone,
    narrow_way,  ///< from now on the device cuts small parts
    hub_restart,
    hub_backup,
    hub_restore,
};
inline constexpr int acts = static_cast<int>(Act::hub_restore) + 1;
[[nodiscard]] std::string_view name_of(Act act) noexcept;

/// Copies of devices' files that live on.
inline constexpr int most_clones = 2;

/// One thing that happens. All its choices come from `dice`, so that leaving out other steps changes little in it.
struct Step {
    Act act = Act::wait;
    int device = 0;  ///< devices, then clones; counted round while there are fewer
    std::uint64_t dice = 0;
    int minutes = 0;  ///< since the step before
    int storm = 0;    ///< of 100 requests, how many meet with misfortune
    Fault fault;      ///< of the device's disk
    Fault hub_fault;  ///< of the hub's disk
};

/// A device's way to the hub.
struct Way {
    std::int64_t bytes_per_second = 0;  ///< 0: however many
    std::int64_t day_budget = 0;        ///< bytes that its syncs may take a day; 0: any
    friend bool operator==(const Way&, const Way&) = default;
};

enum class Durable { applied, lag, command };

/// A run, completely: the same story is the same run to the last byte.
struct Story {
    std::uint64_t seed = 0;
    int devices = 1;                     ///< of one shop
    bool another_shop = false;           ///< besides, one device of another seller
    std::size_t page_bytes = 1U << 20U;  ///< of rows that an answer brings
    Durable durable = Durable::applied;
    std::vector<std::int64_t> skew_minutes;  ///< of each device's clock
    std::vector<Way> ways;                   ///< of each device
    std::vector<Step> steps;
};

/// What may happen in a story.
struct StoryOptions {
    int steps = 30;
    bool clocks_jump = true;
};

/// The story of a seed. Each seed lets only some acts and faults happen, so that rare things meet often.
[[nodiscard]] Story make_story(std::uint64_t seed, const StoryOptions& options = {});
/// In words, one line a step.
[[nodiscard]] std::string describe(const Story& story);
/// One of its steps in words.
[[nodiscard]] std::string describe(const Story& story, std::size_t step);
/// Steps and faults; what shrinking makes less of.
[[nodiscard]] std::size_t weight_of(const Story& story);

}  // namespace edge::simulation
