#include "program/program.hpp"

#include "commands/commands.hpp"
#include "output/envelope.hpp"
#include "output/text_width.hpp"
#include "program/command.hpp"
#include "program/context.hpp"
#include "program/interrupt.hpp"
#include "program/version.hpp"

#include <fmt/format.h>

#include <csignal>
#include <ostream>

namespace edge::cli {
namespace {

void declare_globals(Command root, GlobalOptions& options) {
    const auto setting = [&](const std::string& names, const std::string& label, const std::string& key) {
        const SettingInfo* info = find_setting(key);
        std::string help(info->meaning);
        help.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(help.front())));
        return root.option(names, label, options.settings[key], help).environment(std::string(info->environment));
    };
    setting("--db", "PATH", "db");
    root.option("--config", "PATH", options.config, "The configuration file (TOML)")
        .environment("EDGE_ANALYTICS_CONFIG");
    setting("--seller", "ID", "seller");
    root.flag("--json", options.json, "Print one JSON document").environment("EDGE_ANALYTICS_JSON");
    root.flag("-q,--quiet", options.quiet, "Print results and errors only").environment("EDGE_ANALYTICS_QUIET");
    root.flag("-v,--verbose", options.verbose, "Log decisions and durations to stderr")
        .environment("EDGE_ANALYTICS_VERBOSE");
    setting("--color", "WHEN", "color").one_of({"auto", "always", "never"});
    setting("--progress", "HOW", "progress").one_of({"auto", "never", "json"});
    root.option("--as-of", "INSTANT", options.as_of, "Take this for now: 2026-11-23T16:00:00Z")
        .environment("EDGE_ANALYTICS_AS_OF");
    root.flag("--no-input", options.no_input, "Never ask").environment("EDGE_ANALYTICS_NO_INPUT");
    root.flag("-y,--yes", options.yes, "Answer yes to every question").environment("EDGE_ANALYTICS_YES");
    setting("--timeout", "SECONDS", "timeout");
    setting("--hub-db", "PATH", "hub.db");
    setting("--ca-file", "PEM", "hub.ca_file");
}

/// Known before the command line is read, so that its own mistakes are answered in JSON too.
bool wants_json(int argc, const char* const* argv, const Environment& environment) {
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        if (word == "--") break;
        if (word == "--json") return true;
    }
    const std::string value = environment("EDGE_ANALYTICS_JSON").value_or("");
    return value == "1" || value == "true" || value == "on" || value == "yes";
}

std::string failure_code(const Error& error) {
    if (const auto* refusal = dynamic_cast<const CommandError*>(&error)) return refusal->name();
    return std::string(name_of(error.code()));
}

class Program {
public:
    Program(const Environment& environment, const Streams& streams)
        : streams_(streams),
          tree_("edge-analytics", "Bundles, reservations, graphs and forecasts of a shop, offline first"),
          context_(options_, tree_, environment, streams) {
        declare_globals(tree_.root(), options_);
        declare_commands(tree_.root());
    }

    int run(int argc, const char* const* argv) {
        try {
            const Request request = tree_.parse(argc, argv);
            command_ = tree_.command_named();
            if (request.help) return finish_help(*request.help);
            return finish(request.action(context_));
        } catch (const Error& error) {
            return fail(error, argc, argv);
        } catch (const std::bad_alloc&) {
            return fail(Error(ErrorCode::io_failure, "cannot go on: out of memory"), argc, argv);
        } catch (const std::exception& error) {
            return fail(Error(ErrorCode::internal, fmt::format("cannot go on: {}", error.what()), {},
                              "this is a bug; please report it with the output of edge-analytics version"),
                        argc, argv);
        }
    }

private:
    int finish_help(const std::string& help) {
        streams_.out << help;
        return flushed(ExitStatus::done);
    }

    int finish(const Answer& answer) {
        if (options_.json || answer.document) {
            streams_.out << success_document(command_, answer.data, context_.warnings(), meta());
        } else {
            if (!answer.confirmation || !options_.quiet) streams_.out << answer.text;
            if (!options_.quiet) {
                for (const std::string& warning : context_.warnings())
                    streams_.err << "warning: " << printable(warning) << "\n";
            }
        }
        return flushed(answer.status);
    }

    int flushed(ExitStatus status) {
        streams_.out.flush();
        if (streams_.out) return static_cast<int>(status);
        streams_.err << "edge-analytics: cannot write the result: standard output does not take it\n";
        return static_cast<int>(ExitStatus::input_output);
    }

    int fail(const Error& error, int argc, const char* const* argv) {
        const int signal = interrupt_signal();
        if (command_.empty()) command_ = tree_.command_named();
        const bool stopped = error.code() == ErrorCode::cancelled && signal != 0;
        const int status = stopped ? 128 + signal : static_cast<int>(exit_status_of(error));
        if (options_.json || wants_json(argc, argv, context_.environment())) {
            const Failure failure{failure_code(error),        error.what(),   error.hint(), status,
                                  is_retryable(error.code()), error.details()};
            streams_.out << failure_document(command_, failure, context_.warnings(), failure_meta());
            streams_.out.flush();
        } else {
            streams_.err << "edge-analytics: " << printable(error.what()) << "\n";
            if (!error.hint().empty()) streams_.err << "hint: " << printable(error.hint()) << "\n";
        }
        return status;
    }

    EnvelopeMeta meta() {
        return {.version = program_version, .as_of = format_timestamp(context_.now()), .unsent = context_.unsent()};
    }

    /// What can still be said when something has gone wrong: --as-of or the file may be the reason.
    EnvelopeMeta failure_meta() {
        EnvelopeMeta meta{.version = program_version, .as_of = "", .unsent = {}};
        const auto system = std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
        const std::optional<Timestamp> given = options_.as_of ? parse_timestamp(*options_.as_of) : std::nullopt;
        meta.as_of = format_timestamp(given.value_or(system));
        return meta;
    }

    Streams streams_;
    GlobalOptions options_;
    CommandTree tree_;
    Context context_;
    std::string command_;
};

}  // namespace

int run_program(int argc, const char* const* argv, const Environment& environment, const Streams& streams) {
    watch_interrupts();
    return Program(environment, streams).run(argc, argv);
}

}  // namespace edge::cli
