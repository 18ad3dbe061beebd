#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace edge::cli {

/// One thing that can be set, wherever it is set: by an option, by the environment, in the configuration file.
struct SettingInfo {
    std::string_view key;          ///< "hub.url"
    std::string_view environment;  ///< EDGE_ANALYTICS_HUB_URL
    std::string_view standard;     ///< what holds if it is set nowhere, for people
    std::string_view
        kind;  ///< "text", "address", "whole number", "number", "seconds" or the values that are allowed, with |
    std::string_view meaning;
};

/// Every setting, by key.
[[nodiscard]] std::span<const SettingInfo> all_settings() noexcept;
/// Nothing for a key that does not exist.
[[nodiscard]] const SettingInfo* find_setting(std::string_view key) noexcept;

/// The environment, as an argument.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;
[[nodiscard]] std::optional<std::string> process_environment(const std::string& name);

/// $XDG_CONFIG_HOME/edge-analytics/config.toml, else below ~/.config.
[[nodiscard]] std::string default_config_path(const Environment& environment);
/// $XDG_DATA_HOME/edge-analytics/<name>, else below ~/.local/share.
[[nodiscard]] std::string default_data_path(const Environment& environment, std::string_view name);

/// Keys and values of a TOML file, all as text. A file that does not exist is empty, unless it `must_exist`. Throws a
/// configuration error for a file that cannot be read, a key that does not exist or a value that does not fit.
[[nodiscard]] std::map<std::string, std::string> read_config(const std::string& path, bool must_exist);
/// Writes one value, leaving everything else in the file as it is, comments too; makes the file and its folder where
/// needed. An empty value takes the key out.
void write_config(const std::string& path, const SettingInfo& setting, const std::string& value);
/// Throws a configuration error if the value does not fit the setting's kind.
void check_value(const SettingInfo& setting, const std::string& value, const std::string& where);

}  // namespace edge::cli
