#pragma once

#include "output/json.hpp"
#include "output/progress_meter.hpp"
#include "output/style.hpp"
#include "output/views.hpp"
#include "program/exit_status.hpp"
#include "program/settings.hpp"

#include "edge/engine.hpp"

#include <cstdint>
#include <iosfwd>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace edge::cli {

class CommandTree;

/// What stands on the command line for every command.
struct GlobalOptions {
    std::optional<std::string> config;
    std::map<std::string, std::optional<std::string>> settings;  ///< by key, as given by option or environment
    bool json = false;
    bool quiet = false;
    bool verbose = false;
    bool no_input = false;
    bool yes = false;
    std::optional<std::string> as_of;
};

/// What a command leaves to be printed: in JSON `data`, else `text`. A command fills the one that is asked for.
struct Answer {
    Json data;
    std::string text;
    bool confirmation = false;  ///< text that only says that it is done: --quiet leaves it out
    bool document = false;      ///< asks for JSON by itself (`--format json`)
    ExitStatus status = ExitStatus::done;
};

/// The streams of the process.
struct Streams {
    std::ostream& out;
    std::ostream& err;
};

/// Where a setting's value comes from.
struct SettingValue {
    std::string value;
    std::string source;  ///< "command line or environment", a path, or "default"
};

/// Makes the folder in which a file is to stand; `option` names the file in a refusal.
void make_parent_folder(const std::string& path, const std::string& option);

/// What a command works with: the options that all share, the shop's file, and the ways to the person.
class Context {
public:
    Context(GlobalOptions& options, const CommandTree& commands, Environment environment, Streams streams);
    ~Context();
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;

    [[nodiscard]] bool json() const noexcept { return options_.json; }
    [[nodiscard]] const CommandTree& commands() const noexcept { return commands_; }
    /// For a result too long to be kept in memory; only in text.
    [[nodiscard]] std::ostream& out() const noexcept { return streams_.out; }
    /// For messages while work goes on.
    [[nodiscard]] std::ostream& err() const noexcept { return streams_.err; }
    [[nodiscard]] bool quiet() const noexcept { return options_.quiet; }
    [[nodiscard]] bool verbose() const noexcept { return options_.verbose; }
    [[nodiscard]] bool has_fixed_clock() const noexcept { return options_.as_of.has_value(); }
    [[nodiscard]] const Environment& environment() const noexcept { return environment_; }

    // Settings

    [[nodiscard]] std::optional<SettingValue> setting(std::string_view key);
    [[nodiscard]] std::optional<std::string> setting_text(std::string_view key);
    [[nodiscard]] std::optional<std::chrono::milliseconds> setting_duration(std::string_view key);
    [[nodiscard]] std::optional<double> setting_number(std::string_view key);
    [[nodiscard]] std::string config_path() const;
    [[nodiscard]] std::string database_path();
    [[nodiscard]] std::string hub_database_path();

    // The shop

    /// As told by --as-of, else by the system's clock.
    [[nodiscard]] Timestamp now();
    [[nodiscard]] EngineOptions engine_options();
    /// Opened at the first call, for reading only if nothing has asked to write.
    [[nodiscard]] Engine& engine();
    [[nodiscard]] bool engine_is_open() const noexcept { return engine_ != nullptr; }
    /// For a file that was just made.
    void adopt(Engine engine);
    [[nodiscard]] SellerId seller_id();
    [[nodiscard]] const Seller& seller();
    [[nodiscard]] const TimeZone& zone();
    /// The seller's clock, currency and categories.
    [[nodiscard]] ShopView shop();
    /// Changes the hub has not confirmed; nothing if no file is open.
    [[nodiscard]] std::optional<std::int64_t> unsent();

    // The person

    [[nodiscard]] Style style();
    /// Columns of the terminal: $COLUMNS, the terminal's own, else 80.
    [[nodiscard]] std::size_t columns() const;
    /// Whether a file may be replaced if it is there; asks.
    [[nodiscard]] bool may_replace(const std::string& path);
    void warn(const std::string& text) { warnings_.push_back(text); }
    [[nodiscard]] const std::vector<std::string>& warnings() const noexcept { return warnings_; }
    /// Shows progress and asks the work to stop once Ctrl-C was pressed.
    [[nodiscard]] ProgressCallback progress();
    /// Asks a yes-or-no question. With --yes the answer is yes, where nobody can be asked it is no.
    [[nodiscard]] bool confirm(const std::string& question);

private:
    [[nodiscard]] const std::map<std::string, std::string>& config();
    [[nodiscard]] ProgressStyle progress_style();

    GlobalOptions& options_;
    const CommandTree& commands_;
    Environment environment_;
    Streams streams_;
    std::optional<std::map<std::string, std::string>> config_;
    std::optional<Timestamp> now_;
    std::unique_ptr<Engine> engine_;
    std::optional<Seller> seller_;
    std::optional<TimeZone> zone_;
    std::vector<std::string> warnings_;
};

}  // namespace edge::cli
