#include "program/command.hpp"

#include "program/context.hpp"
#include "program/exit_status.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace edge::cli {
namespace {

/// One line of purpose, usage, arguments, options, examples.
class HelpFormatter : public CLI::Formatter {
public:
    HelpFormatter() {
        column_width(34);
        label("OPTIONS", "options");
        label("SUBCOMMAND", "command");
    }
    std::string make_option_opts(const CLI::Option* option) const override {
        if (option->get_type_size() == 0) return {};
        return option->get_option_text().empty() && !option->get_positional() ? " " + option->get_type_name() : "";
    }
    std::string make_option_desc(const CLI::Option* option) const override {
        std::string text = option->get_description();
        if (!option->get_envname().empty()) text += fmt::format(" [{}]", option->get_envname());
        if (option->get_required()) text += " (required)";
        return text;
    }
};

std::string name_of_path(const CLI::App* command) {
    std::string name;
    for (; command->get_parent() != nullptr; command = command->get_parent()) {
        name.insert(0, name.empty() ? command->get_name() : command->get_name() + "-");
    }
    return name;
}

std::string words_of_path(const CLI::App* command) {
    std::string words;
    for (; command->get_parent() != nullptr; command = command->get_parent()) {
        words.insert(0, command->get_name()).insert(0, 1, ' ');
    }
    return "edge-analytics" + words;
}

const CLI::App* chosen(const CLI::App* command) {
    for (;;) {
        const std::vector<const CLI::App*> parsed =
            command->get_subcommands([](const CLI::App* sub) { return sub->parsed(); });
        if (parsed.empty()) return command;
        command = parsed.front();
    }
}

std::string names_below(const CLI::App* command) {
    std::string names;
    for (const CLI::App* sub : command->get_subcommands([](const CLI::App*) { return true; })) {
        names += (names.empty() ? "" : ", ") + sub->get_name();
    }
    return names;
}

CommandShape::Switch shape_of(const CLI::Option* option) {
    CommandShape::Switch result;
    for (const std::string& name : option->get_snames()) result.names.push_back("-" + name);
    for (const std::string& name : option->get_lnames()) result.names.push_back("--" + name);
    result.takes_value = option->get_items_expected_max() > 0;
    result.help = option->get_description();
    const std::string label = option->get_type_name();
    if (label.find('|') == std::string::npos) return result;
    for (const std::string& value : CLI::detail::split(label, '|')) result.values.push_back(value);
    return result;
}

void collect_shapes(const CLI::App* command, std::vector<std::string> path, std::vector<CommandShape>& shapes) {
    CommandShape shape{.path = path, .purpose = command->get_description(), .switches = {}, .subcommands = {}};
    for (const CLI::Option* option : command->get_options()) {
        if (!option->get_positional()) shape.switches.push_back(shape_of(option));
    }
    const std::vector<const CLI::App*> below = command->get_subcommands([](const CLI::App*) { return true; });
    for (const CLI::App* sub : below) shape.subcommands.push_back(sub->get_name());
    shapes.push_back(std::move(shape));
    for (const CLI::App* sub : below) {
        path.push_back(sub->get_name());
        collect_shapes(sub, path, shapes);
        path.pop_back();
    }
}

template <class Value>
Option add_option(CLI::App* app, const std::string& names, const std::string& label, Value& value,
                  const std::string& help) {
    return Option(app->add_option(names, value, help)->type_name(label));
}

/// What a person should read of CLI11's complaint: without the name of the option's type.
std::string complaint(const CLI::ParseError& error) {
    std::string text = error.what();
    if (!text.empty()) text.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(text.front())));
    return text;
}

}  // namespace

Option& Option::required() {
    option_->required();
    return *this;
}

Option& Option::one_of(const std::vector<std::string>& values) {
    std::string label;
    for (const std::string& value : values) label += (label.empty() ? "" : "|") + value;
    option_->check([values, label](const std::string& given) {
        const bool known = std::find(values.begin(), values.end(), given) != values.end();
        return known ? std::string() : fmt::format("'{}' is not one of {}", given, label);
    });
    option_->type_name(label);
    return *this;
}

Option& Option::environment(const std::string& variable) {
    option_->envname(variable);
    return *this;
}

Command Command::add(const std::string& name, const std::string& purpose) {
    CLI::App* sub = app_->add_subcommand(name, purpose);
    sub->fallthrough();
    return {sub, actions_};
}

Option Command::option(const std::string& names, const std::string& label, std::string& value,
                       const std::string& help) {
    return add_option(app_, names, label, value, help);
}

Option Command::option(const std::string& names, const std::string& label, std::optional<std::string>& value,
                       const std::string& help) {
    return add_option(app_, names, label, value, help);
}

Option Command::option(const std::string& names, const std::string& label, std::int64_t& value,
                       const std::string& help) {
    return add_option(app_, names, label, value, help);
}

Option Command::option(const std::string& names, const std::string& label, std::optional<std::int64_t>& value,
                       const std::string& help) {
    return add_option(app_, names, label, value, help);
}

Option Command::option(const std::string& names, const std::string& label, std::vector<std::string>& values,
                       const std::string& help) {
    return Option(app_->add_option(names, values, help)
                      ->type_name(label)
                      ->expected(1)
                      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll));
}

Option Command::flag(const std::string& names, bool& value, const std::string& help) {
    return Option(app_->add_flag(names, value, help));
}

Option Command::argument(const std::string& label, std::string& value, const std::string& help) {
    return Option(app_->add_option(label, value, help));
}

Option Command::argument(const std::string& label, std::optional<std::string>& value, const std::string& help) {
    return Option(app_->add_option(label, value, help));
}

Option Command::argument(const std::string& label, std::int64_t& value, const std::string& help) {
    return Option(app_->add_option(label, value, help));
}

Option Command::arguments(const std::string& label, std::vector<std::string>& values, const std::string& help) {
    return Option(app_->add_option(label, values, help)->required());
}

Option Command::optional_arguments(const std::string& label, std::vector<std::string>& values,
                                   const std::string& help) {
    return Option(app_->add_option(label, values, help));
}

void Command::examples(const std::vector<std::string>& lines) {
    std::string text = "Examples:";
    for (const std::string& line : lines) text += "\n  " + line;
    app_->footer(text);
}

void Command::action(Action action) { actions_->emplace_back(app_, std::move(action)); }

CommandTree::CommandTree(const std::string& program, const std::string& purpose)
    : app_(std::make_unique<CLI::App>(purpose, program)) {
    app_->formatter(std::make_shared<HelpFormatter>());
    app_->require_subcommand(0, 1);
    app_->set_help_flag("-h,--help", "Show this help");
    app_->add_flag("-V,--version", version_, "Show the program's version, as the command does");
}

CommandTree::~CommandTree() = default;

Command CommandTree::root() { return {app_.get(), &actions_}; }

Request CommandTree::parse(int argc, const char* const* argv) {
    try {
        app_->parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        return {.action = {}, .help = app_->help()};
    } catch (const CLI::ParseError& error) {
        throw usage_error(fmt::format("cannot read the command line: {}", complaint(error)),
                          words_of_path(chosen(app_.get())) + " --help");
    }
    command_ = version_ ? app_->get_subcommand("version") : chosen(app_.get());
    return {.action = action_of(command_), .help = {}};
}

Action CommandTree::action_of(const CLI::App* command) const {
    const auto found = std::ranges::find(actions_, command, &std::pair<const CLI::App*, Action>::first);
    if (found == actions_.end()) {
        throw usage_error(
            fmt::format("cannot run '{}' alone: it needs one of {}", words_of_path(command), names_below(command)),
            words_of_path(command) + " --help");
    }
    return found->second;
}

std::string CommandTree::command_named() const {
    const std::string name = name_of_path(command_ != nullptr ? command_ : chosen(app_.get()));
    return name.empty() ? "status" : name;
}

std::vector<CommandShape> CommandTree::shapes() const {
    std::vector<CommandShape> shapes;
    collect_shapes(app_.get(), {}, shapes);
    return shapes;
}

}  // namespace edge::cli
