#include "commands/commands.hpp"
#include "commands/hub_store.hpp"
#include "input/listen_address.hpp"
#include "output/text_width.hpp"
#include "program/context.hpp"
#include "program/interrupt.hpp"
#include "program/version.hpp"

#include "edge/hub/outside_watch.hpp"
#include "edge/hub/server.hpp"
#include "edge/hub/trim_watch.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <memory>
#include <mutex>
#include <ostream>
#include <thread>

namespace edge::cli {
namespace {

struct Arguments {
    std::optional<std::string> listen;
    std::int64_t workers = 2;
    std::int64_t marketplace_pause = 10;
    std::int64_t keep_deleted = 90;
    std::int64_t connections = 256;
    std::optional<std::string> tls_certificate;
    std::optional<std::string> tls_key;
    bool plain_http = false;
    bool log_json = false;
    StoreArguments store;
};

std::string text_line(const hub::LogEvent& event) {
    std::string line = fmt::format("{}: {}", name_of(event.severity), event.name);
    for (const auto& [name, value] : event.facts) line += fmt::format(" {}={}", name, printable(value));
    return line;
}

/// Numbers stay numbers, so that a collector can add them up.
boost::json::value value_of(const std::string& text) {
    const std::optional<std::int64_t> number = text.size() < 18 ? parse_decimal(text, 0) : std::nullopt;
    if (number && std::to_string(*number) == text) return *number;
    return boost::json::value(valid_utf8(text));
}

std::string json_line(const hub::LogEvent& event) {
    const auto now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    boost::json::object line{
        {"at", format_timestamp(now)}, {"severity", name_of(event.severity)}, {"event", event.name}};
    for (const auto& [name, value] : event.facts) line[name] = value_of(value);
    return boost::json::serialize(line);
}

/// A line an event, from several threads.
hub::LogSink log_sink(Context& context, bool json) {
    const bool everything = context.verbose() || json;
    return [&err = context.err(), everything, json, lock = std::make_shared<std::mutex>()](const hub::LogEvent& event) {
        if (!everything && event.severity == hub::Severity::info) return;
        const std::string line = json ? json_line(event) : text_line(event);
        const std::lock_guard guard(*lock);
        err << line << "\n" << std::flush;
    };
}

hub::ServerOptions options_of(Context& context, const Arguments& arguments) {
    hub::ServerOptions options;
    const std::string listen =
        arguments.listen ? *arguments.listen : context.setting_text("hub.listen").value_or("127.0.0.1:8765");
    const ListenAddress address = parse_listen_address(listen);
    options.address = address.host;
    options.port = address.port;
    if (arguments.workers < 1 || arguments.workers > 256)
        throw usage_error("cannot use --workers: it is not between 1 and 256");
    if (arguments.marketplace_pause < 1 || arguments.marketplace_pause > 86'400)
        throw usage_error("cannot use --marketplace-pause: it is not between 1 second and a day");
    if (arguments.keep_deleted < 1 || arguments.keep_deleted > 36'500)
        throw usage_error("cannot use --keep-deleted: it is not between 1 and 36500 days");
    options.workers = static_cast<std::size_t>(arguments.workers);
    if (arguments.connections < 1 || arguments.connections > 100'000)
        throw usage_error("cannot use --connections: it is not between 1 and 100000");
    options.connections = static_cast<std::size_t>(arguments.connections);
    options.tls_certificate = arguments.tls_certificate.value_or("");
    options.tls_key = arguments.tls_key.value_or("");
    const bool has_tls = arguments.tls_certificate || arguments.tls_key;
    if (!is_loopback(options.address) && !has_tls && !arguments.plain_http) {
        throw usage_error(fmt::format("cannot serve {} without TLS: everyone on the way could read and change what "
                                      "devices send",
                                      listen),
                          "give --tls-cert and --tls-key, or --plain-http if something in front of it does TLS");
    }
    options.app = fmt::format("edge-analytics/{}", program_version);
    if (context.has_fixed_clock()) options.clock = [fixed = context.now()] { return fixed; };
    options.log = log_sink(context, arguments.log_json);
    return options;
}

void wait_for_interrupt() {
    constexpr std::chrono::milliseconds glance{50};
    while (interrupt_signal() == 0) std::this_thread::sleep_for(glance);
}

Answer run(Context& context, const Arguments& arguments) {
    const hub::ServerOptions options = options_of(context, arguments);
    const std::unique_ptr<hub::HubStore> store = open_or_create_hub(context, arguments.store);
    hub::HubServer server(*store, options);
    server.start();
    const hub::OutsideWatch watch(*store, std::chrono::seconds(arguments.marketplace_pause), options.clock,
                                  options.log);
    const hub::TrimWatch trimming(*store, std::chrono::days(arguments.keep_deleted), options.clock, options.log);
    const std::string address = format_listen_address({.host = options.address, .port = server.port()});
    const std::string_view scheme = options.tls_certificate.empty() ? "http" : "https";
    if (!is_loopback(options.address) && !arguments.log_json)
        context.err() << "warning: " << address
                      << " is open to the network, and this hub does not ask devices who they are\n";
    if (!context.quiet() && !arguments.log_json)
        context.err() << "listening on " << scheme << "://" << address << "; stop with Ctrl-C\n" << std::flush;
    wait_for_interrupt();
    server.stop();
    const hub::ServerCounters counters = server.counters();
    if (context.json()) {
        return {.data = Json::Object{{"listen", address},
                                     {"path", store_name(context, arguments.store)},
                                     {"requests", counters.requests},
                                     {"applied_segments", counters.applied_segments},
                                     {"applied_changes", counters.applied_changes},
                                     {"dead_letters", counters.dead_letters}},
                .text = {}};
    }
    return {.data = {},
            .text = fmt::format("Served {}: {} applied.\n",
                                count_of(static_cast<std::int64_t>(counters.requests), "request", "requests"),
                                count_of(static_cast<std::int64_t>(counters.applied_changes), "change", "changes")),
            .confirmation = true};
}

}  // namespace

void add_hub_serve(Command& hub) {
    const auto arguments = std::make_shared<Arguments>();
    Command command = hub.add("serve", "Run the hub until it is told to stop");
    command.option("--listen", "ADDRESS:PORT", arguments->listen,
                   "127.0.0.1:8765 if not given; port 0 takes a free one");
    command.option("--workers", "N", arguments->workers, "Threads that work on the store; 2 if not given");
    command.option("--marketplace-pause", "SECONDS", arguments->marketplace_pause,
                   "Between looks at what a marketplace in the same database has changed; 10 if not given");
    command.option("--keep-deleted", "DAYS", arguments->keep_deleted,
                   "A device that was away for longer is filled anew; 90 if not given");
    command.option("--connections", "N", arguments->connections,
                   "At once, one more is told to come back; 256 if not given");
    command.option("--tls-cert", "PEM", arguments->tls_certificate, "Certificate to serve with, its issuers behind it");
    command.option("--tls-key", "PEM", arguments->tls_key, "The certificate's key");
    command.flag("--plain-http", arguments->plain_http, "Let the network in without TLS");
    command.flag("--log-json", arguments->log_json, "One JSON line on stderr for each request and event");
    add_store_options(command, arguments->store);
    command.examples({"edge-analytics hub serve --hub-db hub.db --listen 127.0.0.1:0",
                      "edge-analytics hub serve --store postgresql://edge@127.0.0.1/hub"});
    command.action([arguments](Context& context) { return run(context, *arguments); });
}

}  // namespace edge::cli
