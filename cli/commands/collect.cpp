#include "commands/commands.hpp"
#include "commands/shop_arguments.hpp"
#include "output/text_width.hpp"
#include "program/context.hpp"

#include <fmt/format.h>

#include <memory>

namespace edge::cli {
namespace {

struct Arguments {
    std::string code;
    std::optional<std::int64_t> bundle;
    std::string key;
};

using Operation = Reservation (Engine::*)(std::string_view, std::optional<BundleId>, const IdempotencyKey&);

Answer run(Context& context, const Arguments& arguments, Operation operation, const char* done) {
    const Reservation reservation =
        (context.engine().*operation)(arguments.code, bundle_id(arguments.bundle), arguments.key);
    if (context.json()) return {.data = json_of(reservation), .text = {}};
    const Bundle bundle = context.engine().bundle(reservation.bundle).bundle;
    return {.data = {},
            .text = fmt::format("{} {}: {}, {}\n", done, printable(reservation.claim_code), printable(bundle.name),
                                context.shop().window(bundle.window)),
            .confirmation = true};
}

void declare(Command command, Operation operation, const char* done) {
    const auto arguments = std::make_shared<Arguments>();
    command.argument("CODE", arguments->code, "The claim code; case, spaces and dashes do not matter").required();
    command.option("--bundle", "BUNDLE", arguments->bundle, "Which bundle, if the code fits several");
    command.option("--idempotency-key", "KEY", arguments->key, idempotency_help);
    command.action(
        [arguments, operation, done](Context& context) { return run(context, *arguments, operation, done); });
}

}  // namespace

void add_collect(Command& parent) {
    Command command = parent.add("collect", "Hand the goods over for a claim code");
    command.examples({"edge-analytics collect DEMO42", "edge-analytics collect \"demo-42\" --bundle 47"});
    declare(command, &Engine::collect, "Collected");
}

void add_cancel(Command& parent) {
    Command command = parent.add("cancel", "Cancel a reservation; its item is free again");
    command.examples({"edge-analytics cancel DEMO42", "edge-analytics cancel demo-42 --bundle 47"});
    declare(command, &Engine::cancel, "Cancelled");
}

}  // namespace edge::cli
