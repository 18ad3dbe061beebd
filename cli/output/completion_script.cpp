#include "output/completion_script.hpp"

#include <fmt/format.h>

namespace edge::cli {
namespace {

std::string joined(const std::vector<std::string>& words, const std::string& between) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : between) + word;
    return text;
}

/// Single quotes for a POSIX shell and fish alike.
std::string quoted(const std::string& text) {
    std::string result = "'";
    for (const char c : text) {
        if (c == '\'') {
            result += "'\\''";
        } else {
            result += c;
        }
    }
    return result + "'";
}

/// The program's own --help is offered everywhere already.
bool is_offered_with(const CommandShape& shape, const CommandShape::Switch& option) {
    return shape.path.empty() || option.names.back() != "--help";
}

std::string option_names(const CommandShape& shape) {
    std::vector<std::string> names;
    for (const CommandShape::Switch& option : shape.switches) {
        if (is_offered_with(shape, option)) names.insert(names.end(), option.names.begin(), option.names.end());
    }
    return joined(names, " ");
}

/// Cases of a shell's `case "<path> <option>" in`: what may follow an option that takes a value.
std::string value_cases(const std::vector<CommandShape>& shapes) {
    std::string text;
    for (const CommandShape& shape : shapes) {
        for (const CommandShape::Switch& option : shape.switches) {
            if (!option.takes_value) continue;
            // The program's own options may follow any command.
            const std::string path = shape.path.empty() ? "*:" : quoted(joined(shape.path, " ") + ":");
            std::string pattern;
            for (const std::string& name : option.names)
                pattern += fmt::format("{}{}{}", pattern.empty() ? "" : "|", path, name);
            const std::string reply = option.values.empty() ? "COMPREPLY=($(compgen -f -- \"$word\"))"
                                                            : fmt::format("COMPREPLY=($(compgen -W {} -- \"$word\"))",
                                                                          quoted(joined(option.values, " ")));
            text += fmt::format("        {}) {}; return ;;\n", pattern, reply);
        }
    }
    return text;
}

/// Cases of `case "<path>" in`: the commands and options that may follow.
std::string word_cases(const std::vector<CommandShape>& shapes) {
    const std::string globals = option_names(shapes.front());
    std::string text;
    for (const CommandShape& shape : shapes) {
        const std::string own = shape.path.empty() ? "" : option_names(shape) + " ";
        text += fmt::format("        {}) commands={}; options={} ;;\n", quoted(joined(shape.path, " ")),
                            quoted(joined(shape.subcommands, " ")), quoted(own + globals));
    }
    return text;
}

/// The paths of all commands, so that a script can tell a command's word from an argument.
std::string path_cases(const std::vector<CommandShape>& shapes) {
    std::vector<std::string> paths;
    for (const CommandShape& shape : shapes) {
        if (!shape.path.empty()) paths.push_back(quoted(joined(shape.path, " ")));
    }
    return joined(paths, "|");
}

std::string bash_script(const std::vector<CommandShape>& shapes) {
    return "# bash completion of edge-analytics; source it, or put it into /etc/bash_completion.d\n"
           "_edge_analytics() {\n"
           "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} path='' commands='' options='' "
           "i next\n"
           "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
           "        next=${path:+$path }${COMP_WORDS[i]}\n"
           "        case \"$next\" in\n"
           "            " +
           path_cases(shapes) +
           ") path=$next ;;\n"
           "        esac\n"
           "    done\n"
           "    COMPREPLY=()\n"
           "    case \"$path:$before\" in\n" +
           value_cases(shapes) +
           "    esac\n"
           "    case \"$path\" in\n" +
           word_cases(shapes) +
           "    esac\n"
           "    if [[ $word == -* ]]; then\n"
           "        COMPREPLY=($(compgen -W \"$options\" -- \"$word\"))\n"
           "    elif [[ -n $commands ]]; then\n"
           "        COMPREPLY=($(compgen -W \"$commands\" -- \"$word\"))\n"
           "    else\n"
           "        COMPREPLY=($(compgen -f -- \"$word\"))\n"
           "    fi\n"
           "}\n"
           "complete -o filenames -F _edge_analytics edge-analytics\n";
}

std::string zsh_script(const std::vector<CommandShape>& shapes) {
    // zsh runs completions written for bash; what they complete is the same.
    return "#compdef edge-analytics\n"
           "autoload -U +X bashcompinit && bashcompinit\n" +
           bash_script(shapes);
}

/// fish's test that the words so far are this command and no command below it.
std::string fish_condition(const CommandShape& shape) {
    std::string condition;
    for (const std::string& word : shape.path)
        condition += (condition.empty() ? "" : "; and ") + ("__fish_seen_subcommand_from " + word);
    if (!shape.subcommands.empty()) {
        condition +=
            (condition.empty() ? "" : "; and ") + ("not __fish_seen_subcommand_from " + joined(shape.subcommands, " "));
    }
    return condition;
}

std::string fish_option(const CommandShape::Switch& option, const std::string& condition) {
    std::string line = "complete -c edge-analytics";
    if (!condition.empty()) line += " -n " + quoted(condition);
    for (const std::string& name : option.names)
        line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
    if (option.takes_value) line += option.values.empty() ? " -r" : " -x -a " + quoted(joined(option.values, " "));
    return line + " -d " + quoted(option.help) + "\n";
}

std::string fish_script(const std::vector<CommandShape>& shapes) {
    std::string text = "# fish completion of edge-analytics; put it into ~/.config/fish/completions\n";
    for (const CommandShape& shape : shapes) {
        for (const CommandShape& sub : shapes) {
            const bool below = sub.path.size() == shape.path.size() + 1 &&
                               std::equal(shape.path.begin(), shape.path.end(), sub.path.begin());
            if (!below) continue;
            text += fmt::format("complete -c edge-analytics -f -n {} -a {} -d {}\n", quoted(fish_condition(shape)),
                                sub.path.back(), quoted(sub.purpose));
        }
        std::string condition;
        for (const std::string& word : shape.path)
            condition += (condition.empty() ? "" : "; and ") + ("__fish_seen_subcommand_from " + word);
        for (const CommandShape::Switch& option : shape.switches) {
            if (is_offered_with(shape, option)) text += fish_option(option, condition);
        }
    }
    return text;
}

}  // namespace

std::string completion_script(const std::string& shell, const std::vector<CommandShape>& shapes) {
    if (shell == "fish") return fish_script(shapes);
    return shell == "zsh" ? zsh_script(shapes) : bash_script(shapes);
}

}  // namespace edge::cli
