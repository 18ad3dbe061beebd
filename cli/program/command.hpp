#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace edge::cli {

class Context;
struct Answer;

using Action = std::function<Answer(Context&)>;

/// An option or argument as declared.
class Option {
public:
    explicit Option(CLI::Option* option) noexcept : option_(option) {}
    Option& required();
    Option& one_of(const std::vector<std::string>& values);
    /// Also read from this variable of the environment.
    Option& environment(const std::string& variable);

private:
    CLI::Option* option_;
};

/// A command of the command line as declared: what it takes, and what it does. The variables given must live as long
/// as the command.
class Command {
public:
    Command(CLI::App* app, std::vector<std::pair<const CLI::App*, Action>>* actions) noexcept
        : app_(app), actions_(actions) {}

    Command add(const std::string& name, const std::string& purpose);
    /// `names` as "-n,--name"; `label` stands for the value in the help.
    Option option(const std::string& names, const std::string& label, std::string& value, const std::string& help);
    Option option(const std::string& names, const std::string& label, std::optional<std::string>& value,
                  const std::string& help);
    Option option(const std::string& names, const std::string& label, std::int64_t& value, const std::string& help);
    Option option(const std::string& names, const std::string& label, std::optional<std::int64_t>& value,
                  const std::string& help);
    /// May be given several times.
    Option option(const std::string& names, const std::string& label, std::vector<std::string>& values,
                  const std::string& help);
    Option flag(const std::string& names, bool& value, const std::string& help);
    Option argument(const std::string& label, std::string& value, const std::string& help);
    Option argument(const std::string& label, std::optional<std::string>& value, const std::string& help);
    Option argument(const std::string& label, std::int64_t& value, const std::string& help);
    /// One or more.
    Option arguments(const std::string& label, std::vector<std::string>& values, const std::string& help);
    /// Any number, none too.
    Option optional_arguments(const std::string& label, std::vector<std::string>& values, const std::string& help);
    /// Shown at the end of the help: lines that work as typed.
    void examples(const std::vector<std::string>& lines);
    void action(Action action);

private:
    CLI::App* app_;
    std::vector<std::pair<const CLI::App*, Action>>* actions_;
};

/// A command or group as the completion scripts need to know it.
struct CommandShape {
    struct Switch {
        std::vector<std::string> names;  ///< with their dashes
        bool takes_value = false;
        std::vector<std::string> values;  ///< if only some are allowed
        std::string help;
    };
    std::vector<std::string> path;  ///< empty for the program itself
    std::string purpose;
    std::vector<Switch> switches;
    std::vector<std::string> subcommands;
};

/// What the words on the command line ask for.
struct Request {
    Action action;
    std::optional<std::string> help;  ///< the text to print instead
};

/// The whole command line.
class CommandTree {
public:
    CommandTree(const std::string& program, const std::string& purpose);
    CommandTree(const CommandTree&) = delete;
    CommandTree& operator=(const CommandTree&) = delete;
    ~CommandTree();

    [[nodiscard]] Command root();
    /// Throws a usage error.
    [[nodiscard]] Request parse(int argc, const char* const* argv);
    /// The command that the words parsed name, even if parse threw: "bundle-list"; "status" if they name none.
    [[nodiscard]] std::string command_named() const;
    /// The program and everything below it, groups before their commands, in order of declaration.
    [[nodiscard]] std::vector<CommandShape> shapes() const;

private:
    [[nodiscard]] Action action_of(const CLI::App* command) const;

    std::unique_ptr<CLI::App> app_;
    std::vector<std::pair<const CLI::App*, Action>> actions_;
    bool version_ = false;
    const CLI::App* command_ = nullptr;  ///< what the words mean, once they are parsed
};

}  // namespace edge::cli
