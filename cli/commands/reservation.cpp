#include "commands/commands.hpp"
#include "commands/shop_arguments.hpp"
#include "output/text_table.hpp"
#include "output/text_width.hpp"
#include "program/context.hpp"

#include <fmt/format.h>

#include <array>
#include <memory>

namespace edge::cli {
namespace {

struct Arguments {
    std::optional<std::int64_t> bundle;
    std::optional<std::string> state;
    std::optional<std::int64_t> limit;
};

std::optional<ReservationState> parse_state(const std::optional<std::string>& name) {
    constexpr std::array<ReservationState, 4> states = {ReservationState::open, ReservationState::collected,
                                                        ReservationState::cancelled, ReservationState::no_show};
    for (const ReservationState state : states) {
        if (name && *name == name_of(state)) return state;
    }
    return std::nullopt;
}

ReservationFilter filter_of(Context& context, const Arguments& arguments) {
    ReservationFilter filter;
    filter.seller = context.seller_id();
    filter.bundle = bundle_id(arguments.bundle);
    filter.state = parse_state(arguments.state);
    if (arguments.limit) {
        if (*arguments.limit < 0) throw usage_error("cannot use --limit: it is negative");
        filter.limit = static_cast<std::size_t>(*arguments.limit);
    }
    return filter;
}

Answer run(Context& context, const Arguments& arguments) {
    const std::vector<ReservationOverview> found = context.engine().reservations(filter_of(context, arguments));
    const ShopView shop = context.shop();
    if (context.json()) {
        return {.data =
                    Json::Object{
                        {"reservations",
                         json_array(found, [&shop](const ReservationOverview& each) { return json_of(each, shop); })}},
                .text = {}};
    }
    if (found.empty()) return {.data = {}, .text = "No reservations.\n"};
    TextTable table({{"Reservation", Align::right},
                     {"Code"},
                     {"State"},
                     {"Bundle", Align::right},
                     {"Name"},
                     {"Window"},
                     {"Reserved at"},
                     {"Collected at"}});
    for (const ReservationOverview& each : found) {
        const Reservation& reservation = each.reservation;
        table.add({fmt::format("{}", reservation.id.value()), printable(reservation.claim_code),
                   std::string(name_of(each.state)), fmt::format("{}", reservation.bundle.value()),
                   printable(each.bundle_name), shop.window(each.window), shop.local(reservation.reserved_at),
                   reservation.collected_at ? shop.local(*reservation.collected_at) : ""});
    }
    return {.data = {}, .text = table.text(context.style())};
}

}  // namespace

void add_reservation(Command& parent) {
    Command reservation = parent.add("reservation", "Reservations: list");
    reservation.examples({"edge-analytics reservation list", "edge-analytics reservation list --state open"});

    const auto arguments = std::make_shared<Arguments>();
    Command list = reservation.add("list", "List reservations");
    list.option("--bundle", "BUNDLE", arguments->bundle, "Of this bundle only");
    list.option("--state", "STATE", arguments->state, "In this state only")
        .one_of({"open", "collected", "cancelled", "no_show"});
    list.option("--limit", "N", arguments->limit, "At most so many");
    list.examples(
        {"edge-analytics reservation list --bundle 47", "edge-analytics reservation list --state open --json"});
    list.action([arguments](Context& context) { return run(context, *arguments); });
}

}  // namespace edge::cli
