#include "program/context.hpp"

#include "program/interrupt.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <filesystem>
#include <iostream>

namespace edge::cli {
namespace {

std::int64_t whole_number(std::string_view key, const std::string& text) {
    const std::optional<std::int64_t> number = parse_decimal(text, 0);
    if (!number) throw usage_error(fmt::format("cannot use {} '{}': it is not a whole number", key, text));
    return *number;
}

const char* name_of(LogLevel level) {
    switch (level) {
        case LogLevel::debug: return "debug";
        case LogLevel::info: return "info";
        case LogLevel::warning: return "warning";
    }
    return "log";
}

}  // namespace

void make_parent_folder(const std::string& path, const std::string& option) {
    const std::filesystem::path folder = std::filesystem::path(path).parent_path();
    std::error_code error;
    if (!folder.empty()) std::filesystem::create_directories(folder, error);
    if (!error) return;
    throw CommandError(ExitStatus::cannot_create, "io_failure",
                       fmt::format("cannot make the folder {}: {}", folder.string(), error.message()),
                       "name another place with " + option);
}

Context::Context(GlobalOptions& options, const CommandTree& commands, Environment environment, Streams streams)
    : options_(options), commands_(commands), environment_(std::move(environment)), streams_(streams) {}

Context::~Context() = default;

std::optional<SettingValue> Context::setting(std::string_view key) {
    const SettingInfo* info = find_setting(key);
    const auto given = options_.settings.find(std::string(key));
    if (given != options_.settings.end() && given->second) {
        check_value(*info, *given->second, "the command line");
        return SettingValue{*given->second, "command line or environment"};
    }
    if (const auto variable = environment_(std::string(info->environment)); variable && !variable->empty()) {
        check_value(*info, *variable, std::string(info->environment));
        return SettingValue{*variable, "command line or environment"};
    }
    const auto configured = config().find(std::string(key));
    if (configured != config().end()) return SettingValue{configured->second, config_path()};
    return std::nullopt;
}

std::optional<std::string> Context::setting_text(std::string_view key) {
    const std::optional<SettingValue> found = setting(key);
    if (!found) return std::nullopt;
    return found->value;
}

std::optional<std::chrono::milliseconds> Context::setting_duration(std::string_view key) {
    const std::optional<std::string> text = setting_text(key);
    if (!text) return std::nullopt;
    // Written in seconds, with up to three places; check_value has refused anything else.
    return std::chrono::milliseconds(parse_decimal(*text, 3).value());
}

std::optional<double> Context::setting_number(std::string_view key) {
    constexpr double millionths = 1e6;
    const std::optional<std::string> text = setting_text(key);
    if (!text) return std::nullopt;
    return static_cast<double>(parse_decimal(*text, 6).value()) / millionths;
}

std::string Context::config_path() const { return options_.config.value_or(default_config_path(environment_)); }

const std::map<std::string, std::string>& Context::config() {
    if (!config_) config_ = read_config(config_path(), options_.config.has_value());
    return *config_;
}

std::string Context::database_path() {
    if (const auto path = setting_text("db")) return *path;
    return default_data_path(environment_, "shop.db");
}

std::string Context::hub_database_path() {
    if (const auto path = setting_text("hub.db")) return *path;
    return default_data_path(environment_, "hub.db");
}

Timestamp Context::now() {
    if (now_) return *now_;
    if (!options_.as_of)
        return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
    now_ = parse_timestamp(*options_.as_of);
    if (!now_) {
        throw usage_error(fmt::format("cannot use --as-of '{}': it is not an instant", *options_.as_of),
                          "write it as 2026-11-23T16:00:00Z, or with an offset");
    }
    return *now_;
}

EngineOptions Context::engine_options() {
    EngineOptions engine;
    if (const auto timeout = setting_duration("timeout")) engine.lock_timeout = *timeout;
    if (const auto file = setting_text("hub.ca_file")) engine.ca_file = *file;
    if (options_.as_of) engine.clock = [fixed = now()] { return fixed; };
    if (const auto method = setting_text("forecast.method")) engine.forecast_method = *method;
    if (const auto cost = setting_number("forecast.waste_cost")) engine.costs.waste = *cost;
    if (const auto margin = setting_number("forecast.margin")) engine.costs.margin = *margin;
    if (const auto risk = setting_number("forecast.risk")) engine.costs.overbooking_risk = *risk;
    if (options_.verbose) {
        engine.log = [&err = streams_.err](LogLevel level, std::string_view line) {
            err << name_of(level) << ": " << line << "\n";
        };
    }
    return engine;
}

Engine& Context::engine() {
    if (!engine_) engine_ = std::make_unique<Engine>(Engine::open(database_path(), engine_options()));
    return *engine_;
}

void Context::adopt(Engine engine) { engine_ = std::make_unique<Engine>(std::move(engine)); }

SellerId Context::seller_id() {
    const auto given = setting_text("seller");
    if (!given) return engine().home_seller();
    const SellerId id(whole_number("--seller", *given));
    return engine().seller(id).id;  // so that nobody takes a seller who is not there for one without graphs
}

const Seller& Context::seller() {
    if (!seller_) seller_ = engine().seller(seller_id());
    return *seller_;
}

const TimeZone& Context::zone() {
    if (zone_) return *zone_;
    try {
        zone_ = TimeZone::find(seller().time_zone);
    } catch (const Error& error) {
        // Another hand wrote it. The engine counts days by UTC then, and selling goes on.
        if (error.code() != ErrorCode::bad_time_zone) throw;
        zone_ = TimeZone::utc();
        warn(fmt::format("times are shown by UTC: the shop's time zone '{}' is not an IANA time zone",
                         seller().time_zone));
    }
    return *zone_;
}

ShopView Context::shop() {
    return {.zone = zone(), .currency = seller().currency, .categories = engine().categories()};
}

std::optional<std::int64_t> Context::unsent() {
    if (!engine_) return std::nullopt;
    return engine_->sync_status().pending_changes;
}

Style Context::style() {
    const std::string when = setting_text("color").value_or("auto");
    if (when != "auto") return Style(when == "always");
    const bool refused = !environment_("NO_COLOR").value_or("").empty() || environment_("TERM").value_or("") == "dumb";
    return Style(!refused && isatty(STDOUT_FILENO) == 1);
}

std::size_t Context::columns() const {
    constexpr std::int64_t standard = 80;
    std::int64_t columns = parse_decimal(environment_("COLUMNS").value_or(""), 0).value_or(0);
    winsize size{};
    if (columns <= 0 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) columns = size.ws_col;
    return static_cast<std::size_t>(columns > 0 ? std::min<std::int64_t>(columns, 400) : standard);
}

ProgressStyle Context::progress_style() {
    const std::string how = setting_text("progress").value_or("auto");
    if (how == "json") return ProgressStyle::json;
    if (how == "never" || options_.quiet || isatty(STDERR_FILENO) != 1) return ProgressStyle::none;
    return ProgressStyle::bar;
}

ProgressCallback Context::progress() {
    auto meter = std::make_shared<ProgressMeter>(streams_.err, progress_style(), ProgressMeter::Clock::now());
    return [meter](const Progress& progress) {
        meter->show(progress, ProgressMeter::Clock::now());
        return interrupt_signal() == 0;
    };
}

bool Context::confirm(const std::string& question) {
    if (options_.yes) return true;
    if (options_.no_input || options_.json || isatty(STDIN_FILENO) != 1) return false;
    streams_.err << question << " [y/N] " << std::flush;
    std::string line;
    std::getline(std::cin, line);
    return line == "y" || line == "Y" || line == "yes";
}

bool Context::may_replace(const std::string& path) {
    std::error_code unknown;
    return std::filesystem::exists(path, unknown) && confirm("Replace " + path + "?");
}

}  // namespace edge::cli
