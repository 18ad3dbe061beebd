#include "simulation/story.hpp"

#include "simulation/dice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace edge::simulation {
namespace {

struct ActInfo {
    std::string_view name;
    int weight;
    bool always;  ///< in every story
};
constexpr std::array<ActInfo, acts> act_infos{{
    {"post", 8, true},
    {"edit", 5, true},
    {"close", 2, false},
    {"reserve", 10, true},
    {"collect", 7, true},
    {"cancel", 4, false},
    {"refresh", 4, false},
    {"hand_edit", 4, false},
    {"hand_delete", 6, false},
    {"hand_holiday", 4, false},
    {"hand_twins", 6, false},
    {"hand_weather", 2, false},
    {"hand_bad_value", 3, false},
    {"hand_bad_text", 2, false},
    {"hot_row", 2, false},
    {"web_edit", 4, false},
    {"web_delete", 2, false},
    {"web_reserve", 4, false},
    {"web_collect", 2, false},
    {"web_cancel", 2, false},
    {"web_category", 2, false},
    {"web_profile", 2, false},
    {"web_holiday", 2, false},
    {"web_edit_holiday", 3, false},
    {"sync", 22, true},
    {"sync_by_two", 5, false},
    {"sell_in_sync", 4, false},
    {"late_delivery", 6, false},
    {"export_file", 4, false},
    {"import_file", 5, false},
    {"partition", 2, false},
    {"restart", 2, false},
    {"wait", 2, true},
    {"set_clock", 6, false},
    {"take_image", 5, false},
    {"restore_image", 5, false},
    {"clone", 6, false},
    {"narrow_way", 4, false},
    {"hub_restart", 2, false},
    {"hub_backup", 7, false},
    {"hub_restore", 7, false},
}};
constexpr std::array<std::string_view, 5> fault_names{"none", "killed", "power_cut", "io_error", "disk_full"};

const ActInfo& info_of(Act act) { return act_infos[static_cast<std::size_t>(act)]; }

/// Which acts and faults this seed lets happen, and how often.
struct Climate {
    std::vector<Act> acts;  ///< each as often as its weight
    int fault_percent = 0;
    int hub_fault_percent = 0;
    int storm = 0;
};

Climate make_climate(Dice& dice, const StoryOptions& options) {
    Climate climate;
    for (int number = 0; number < acts; ++number) {
        const Act act = static_cast<Act>(number);
        const bool chosen = info_of(act).always || dice.chance(45);
        if (!chosen || (act == Act::set_clock && !options.clocks_jump)) continue;
        climate.acts.insert(climate.acts.end(), static_cast<std::size_t>(info_of(act).weight), act);
    }
    if (dice.chance(60)) climate.fault_percent = static_cast<int>(dice.below(25));
    if (dice.chance(40)) climate.hub_fault_percent = static_cast<int>(dice.below(30));
    if (dice.chance(75)) climate.storm = static_cast<int>(dice.below(70));
    return climate;
}

Fault make_fault(Dice& dice, int percent) {
    if (!dice.chance(percent)) return {};
    return {.kind = static_cast<FaultKind>(1 + dice.below(4)), .nth = static_cast<int>(1 + dice.below(14))};
}

std::int64_t make_skew(Dice& dice) {
    constexpr std::int64_t year = 525'600;
    if (dice.chance(50)) return 0;
    if (dice.chance(60)) return dice.below(120) - 60;
    return dice.below(10 * year) - 5 * year;
}

/// Some seeds have slow or metered ways. The dice are other ones, so that what else happens stays as it was.
std::vector<Way> make_ways(std::uint64_t seed, int devices) {
    Dice dice(~seed);
    std::vector<Way> ways(static_cast<std::size_t>(devices));
    if (!dice.chance(25)) return ways;
    for (Way& way : ways) {
        if (dice.chance(70)) way.bytes_per_second = 60 + dice.below(dice.chance(50) ? 100 : 1500);
        if (dice.chance(40)) way.day_budget = 4'000 + dice.below(40'000);
    }
    return ways;
}

bool may_fail(Act act) { return act < Act::late_delivery; }

}  // namespace

std::string_view name_of(FaultKind kind) noexcept { return fault_names[static_cast<std::size_t>(kind)]; }
std::string_view name_of(Act act) noexcept { return info_of(act).name; }

Story make_story(std::uint64_t seed, const StoryOptions& options) {
    Dice dice(seed * 2 + 1);
    Story story{.seed = seed, .skew_minutes = {}, .ways = {}, .steps = {}};
    story.devices = dice.chance(40) ? 1 : (dice.chance(60) ? 2 : 3);
    story.another_shop = dice.chance(15);
    if (dice.chance(40)) story.page_bytes = static_cast<std::size_t>(200 + dice.below(3000));
    story.durable = static_cast<Durable>(dice.below(3));
    const Climate climate = make_climate(dice, options);
    const int all_devices = story.devices + (story.another_shop ? 1 : 0);
    for (int device = 0; device < all_devices; ++device) story.skew_minutes.push_back(make_skew(dice));
    story.ways = make_ways(seed, all_devices);
    for (int number = 0; number < options.steps; ++number) {
        Step step{.act = dice.one_of(std::span<const Act>(climate.acts)),
                  .device = static_cast<int>(dice.below(all_devices + most_clones)),
                  .dice = dice.next(),
                  .minutes = static_cast<int>(dice.chance(10) ? dice.below(2000) : dice.below(50)),
                  .storm = climate.storm};
        if (may_fail(step.act)) step.fault = make_fault(dice, climate.fault_percent);
        if (step.act >= Act::web_edit && step.act <= Act::import_file)
            step.hub_fault = make_fault(dice, climate.hub_fault_percent);
        story.steps.push_back(step);
    }
    return story;
}

std::string describe(const Story& story) {
    constexpr std::array<std::string_view, 3> rules{"applied", "lag", "command"};
    std::string text = fmt::format(
        "seed {}: {} device(s){}, durable by {}, pages of {} bytes, clocks off by {} minutes\n", story.seed,
        story.devices, story.another_shop ? " and another shop" : "", rules[static_cast<std::size_t>(story.durable)],
        story.page_bytes, fmt::join(story.skew_minutes, ", "));
    for (std::size_t at = 0; at < story.ways.size(); ++at) {
        if (story.ways[at] == Way{}) continue;
        text += fmt::format("  device {}: {} bytes a second, {} a day (0: any)\n", at, story.ways[at].bytes_per_second,
                            story.ways[at].day_budget);
    }
    for (std::size_t at = 0; at < story.steps.size(); ++at) text += fmt::format("  {}\n", describe(story, at));
    return text;
}

std::string describe(const Story& story, std::size_t at) {
    std::int64_t minutes = 0;
    for (std::size_t i = 0; i <= at; ++i) minutes += story.steps[i].minutes;
    const Step& step = story.steps[at];
    std::string text = fmt::format("{:3}d {:02}:{:02}  device {}  {}", minutes / 1440, minutes / 60 % 24, minutes % 60,
                                   step.device, name_of(step.act));
    if (step.storm > 0 && step.act >= Act::sync) text += fmt::format(", {} % of requests go wrong", step.storm);
    if (step.fault.kind != FaultKind::none)
        text += fmt::format(", {} at write {}", name_of(step.fault.kind), step.fault.nth);
    if (step.hub_fault.kind != FaultKind::none)
        text += fmt::format(", hub {} at write {}", name_of(step.hub_fault.kind), step.hub_fault.nth);
    return text + fmt::format("  [{:x}]", step.dice);
}

std::size_t weight_of(const Story& story) {
    std::size_t weight = story.steps.size();
    for (const Step& step : story.steps) {
        weight += step.fault.kind == FaultKind::none ? 0U : 1U;
        weight += step.hub_fault.kind == FaultKind::none ? 0U : 1U;
        weight += step.storm > 0 ? 1U : 0U;
    }
    for (const std::int64_t skew : story.skew_minutes) weight += skew == 0 ? 0U : 1U;
    for (const Way& way : story.ways) weight += way == Way{} ? 0U : 1U;
    return weight;
}

}  // namespace edge::simulation
