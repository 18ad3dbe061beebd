#include "durable.hpp"

#include <array>

namespace edge::hub {
namespace {

constexpr std::array<std::string_view, 3> rule_names{"applied", "lag", "command"};

}  // namespace

std::string_view name_of(DurableRule rule) noexcept { return rule_names[static_cast<std::size_t>(rule)]; }

std::optional<DurableRule> parse_durable_rule(std::string_view name) noexcept {
    for (std::size_t i = 0; i < rule_names.size(); ++i) {
        if (rule_names[i] == name) return static_cast<DurableRule>(i);
    }
    return std::nullopt;
}

std::optional<Timestamp> covered_until(const HubSettings& settings, Timestamp now) {
    switch (settings.durable.rule) {
        case DurableRule::applied: break;
        case DurableRule::lag: return now - settings.durable.lag;
        case DurableRule::command: return settings.covered.value_or(Timestamp::min());
    }
    return std::nullopt;
}

}  // namespace edge::hub
