#include "program/settings.hpp"

#include "program/exit_status.hpp"

#include "edge/core/decimal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace edge::cli {
namespace {

constexpr std::array<SettingInfo, 15> settings = {{
    {"color", "EDGE_ANALYTICS_COLOR", "auto", "auto|always|never",
     "colours in text; auto: on a terminal, unless NO_COLOR is set"},
    {"db", "EDGE_ANALYTICS_DB", "$XDG_DATA_HOME/edge-analytics/shop.db", "text", "the shop's file"},
    {"forecast.margin", "EDGE_ANALYTICS_FORECAST_MARGIN", "1", "number",
     "earned on an item that is fetched, against forecast.waste_cost, when suggesting how many to post"},
    {"forecast.method", "EDGE_ANALYTICS_FORECAST_METHOD", "the best one built in", "text",
     "how forecasts are made: pooled, similarity or seasonal_naive"},
    {"forecast.risk", "EDGE_ANALYTICS_FORECAST_RISK", "0.05", "number",
     "accepted probability, when suggesting how many to post, that more people come than there are items"},
    {"forecast.waste_cost", "EDGE_ANALYTICS_FORECAST_WASTE_COST", "1", "number",
     "lost on an item that nobody fetches, against forecast.margin, when suggesting how many to post"},
    {"hub.ca_file", "EDGE_ANALYTICS_HUB_CA_FILE", "the system's certificates", "text",
     "certificates (PEM) that a hub over https is known by"},
    {"hub.db", "EDGE_ANALYTICS_HUB_DB", "$XDG_DATA_HOME/edge-analytics/hub.db", "text",
     "the hub's file, on the machine that serves it"},
    {"hub.listen", "EDGE_ANALYTICS_HUB_LISTEN", "127.0.0.1:8765", "text", "address and port on which the hub answers"},
    {"hub.url", "EDGE_ANALYTICS_HUB_URL", "none", "address", "where sync finds the hub, such as http://127.0.0.1:8765"},
    {"progress", "EDGE_ANALYTICS_PROGRESS", "auto", "auto|never|json", "how long work shows its progress on stderr"},
    {"seller", "EDGE_ANALYTICS_SELLER", "the file's own", "whole number",
     "which seller of the file commands are about"},
    {"sync.day_budget", "EDGE_ANALYTICS_SYNC_DAY_BUDGET", "2000000", "whole number",
     "bytes that a metered sync may send and receive on one of the shop's days"},
    {"sync.max_time", "EDGE_ANALYTICS_SYNC_MAX_TIME", "600", "seconds", "how long a sync may take altogether"},
    {"timeout", "EDGE_ANALYTICS_TIMEOUT", "5 for the file, 30 for the network", "seconds",
     "how long to wait for another program or the network"},
}};

std::string home_below(const Environment& environment, const std::string& variable, std::string_view standard) {
    // The XDG rules: a path that is not absolute is as good as none.
    if (const auto value = environment(variable); value && !value->empty() && value->front() == '/') return *value;
    return environment("HOME").value_or("") + std::string(standard);
}

bool is_http_address(std::string_view text) {
    const auto rest = text.starts_with("http://") ? text.substr(7) : text.starts_with("https://") ? text.substr(8) : "";
    return !rest.empty() && rest.front() != '/' && rest.front() != ':' &&
           std::ranges::all_of(rest, [](char c) { return c > ' ' && c != '\x7f'; });
}

}  // namespace

std::span<const SettingInfo> all_settings() noexcept { return settings; }

const SettingInfo* find_setting(std::string_view key) noexcept {
    const auto* const found = std::ranges::find(settings, key, &SettingInfo::key);
    return found == settings.end() ? nullptr : found;
}

std::optional<std::string> process_environment(const std::string& name) {
    // Nothing in this program changes its environment.
    const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe)
    if (value == nullptr) return std::nullopt;
    return value;
}

std::string default_config_path(const Environment& environment) {
    return home_below(environment, "XDG_CONFIG_HOME", "/.config") + "/edge-analytics/config.toml";
}

std::string default_data_path(const Environment& environment, std::string_view name) {
    return home_below(environment, "XDG_DATA_HOME", "/.local/share") + "/edge-analytics/" + std::string(name);
}

void check_value(const SettingInfo& setting, const std::string& value, const std::string& where) {
    const auto refuse = [&](const std::string& why) {
        throw configuration_error(fmt::format("cannot use {} = '{}' from {}: {}", setting.key, value, where, why),
                                  fmt::format("edge-analytics config explain {}", setting.key));
    };
    if (setting.kind == "whole number" && !parse_decimal(value, 0)) refuse("it is not a whole number");
    if (setting.kind == "seconds") {
        const auto milliseconds = parse_decimal(value, 3);
        if (!milliseconds || *milliseconds < 0) refuse("it is not a number of seconds");
    }
    if (setting.kind == "number") {
        const auto millionths = parse_decimal(value, 6);
        if (!millionths || *millionths < 0) refuse("it is not a number");
    }
    if (setting.kind == "address" && !is_http_address(value)) {
        refuse("it is not an address such as http://127.0.0.1:8765 or https://hub.example");
    }
    if (setting.kind.find('|') == std::string_view::npos) return;
    const std::string allowed = fmt::format("|{}|", setting.kind);
    if (value.find('|') != std::string::npos || allowed.find("|" + value + "|") == std::string::npos) {
        refuse(fmt::format("it may be {}", setting.kind));
    }
}

}  // namespace edge::cli
