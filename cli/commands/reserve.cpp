#include "commands/commands.hpp"
#include "commands/shop_arguments.hpp"
#include "output/text_width.hpp"
#include "program/context.hpp"

#include <fmt/format.h>

#include <memory>

namespace edge::cli {
namespace {

struct Arguments {
    std::int64_t bundle = 0;
    NewReservation reservation;
    std::string key;
};

Answer run(Context& context, const Arguments& arguments) {
    NewReservation wanted = arguments.reservation;
    wanted.bundle = BundleId(arguments.bundle);
    const Reservation reservation = context.engine().reserve(wanted, arguments.key);
    if (context.json()) return {.data = json_of(reservation), .text = {}};
    const BundleOverview bundle = context.engine().bundle(reservation.bundle);
    return {.data = {},
            .text = fmt::format("{}  {}, {}, {} left\n",
                                context.style().paint(Tone::strong, printable(reservation.claim_code)),
                                printable(bundle.bundle.name), context.shop().window(bundle.bundle.window),
                                std::max<std::int64_t>(bundle.bundle.total_qty - bundle.reserved, 0))};
}

}  // namespace

void add_reserve(Command& parent) {
    const auto arguments = std::make_shared<Arguments>();
    Command command = parent.add("reserve", "Reserve an item of a bundle; prints its claim code");
    command.argument("BUNDLE", arguments->bundle, "The bundle's number").required();
    command.option("--consumer", "REFERENCE", arguments->reservation.consumer, "Whose it is; nobody's for a walk-in");
    command.option("--code", "CODE", arguments->reservation.claim_code, "The claim code; made if not given");
    command.option("--idempotency-key", "KEY", arguments->key, idempotency_help);
    command.examples(
        {"edge-analytics reserve 47", "edge-analytics reserve 47 --consumer 4827 --idempotency-key till-1-0043"});
    command.action([arguments](Context& context) { return run(context, *arguments); });
}

}  // namespace edge::cli
