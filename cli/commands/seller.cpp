#include "commands/commands.hpp"
#include "commands/shop_arguments.hpp"
#include "output/text_table.hpp"
#include "output/text_width.hpp"
#include "program/context.hpp"

#include <fmt/format.h>

#include <memory>

namespace edge::cli {
namespace {

struct EditArguments {
    SellerEdit edit;
    std::optional<std::string> latitude;
    std::optional<std::string> longitude;
};

Answer run_show(Context& context) {
    const Seller seller = context.engine().seller(context.seller_id());
    if (context.json()) return {.data = json_of(seller), .text = {}};
    const auto degrees = [](const std::optional<Degrees>& value) { return value ? value->text() : "unknown"; };
    TextFields fields;
    fields.add("time zone", printable(seller.time_zone));
    fields.add("currency", printable(seller.currency));
    fields.add("holidays", seller.holiday_region.empty() ? "of no region" : printable(seller.holiday_region));
    fields.add("latitude", degrees(seller.latitude));
    fields.add("longitude", degrees(seller.longitude));
    fields.add("identity", seller.uuid.text());
    const Style style = context.style();
    return {.data = {},
            .text = style.paint(Tone::strong, fmt::format("{}  {}", seller.id.value(), printable(seller.name))) + "\n" +
                    fields.text(style)};
}

Answer run_edit(Context& context, const EditArguments& arguments) {
    SellerEdit edit = arguments.edit;
    if (arguments.latitude) edit.latitude = parse_degrees(*arguments.latitude, "--latitude", 90);
    if (arguments.longitude) edit.longitude = parse_degrees(*arguments.longitude, "--longitude", 180);
    if (!edit.name && !edit.time_zone && !edit.holiday_region && !edit.latitude && !edit.longitude) {
        throw usage_error("cannot edit a seller without saying what",
                          "edge-analytics seller edit --help lists what can be changed");
    }
    const Seller seller = context.engine().edit_seller(context.seller_id(), edit);
    if (context.json()) return {.data = json_of(seller), .text = {}};
    return {.data = {},
            .text = fmt::format("Changed seller {}: {}, {}\n", seller.id.value(), printable(seller.name),
                                printable(seller.time_zone)),
            .confirmation = true};
}

}  // namespace

void add_seller(Command& parent) {
    Command seller = parent.add("seller", "Who sells, where, and by which clock: show, edit");
    seller.examples({"edge-analytics seller show", "edge-analytics seller edit --time-zone Europe/Lisbon"});

    Command show = seller.add("show", "Show the shop's own seller, or the one that --seller names");
    show.examples({"edge-analytics seller show", "edge-analytics seller show --json"});
    show.action(run_show);

    const auto arguments = std::make_shared<EditArguments>();
    Command edit = seller.add("edit", "Change a seller; what is not named stays");
    edit.option("--name", "NAME", arguments->edit.name, "The shop's name");
    edit.option("--time-zone", "ZONE", arguments->edit.time_zone,
                "IANA name, such as Europe/London; the next refresh counts every day by it");
    edit.option("--holiday-region", "REGION", arguments->edit.holiday_region,
                "GB-ENG, GB-WLS, GB-SCT, GB-NIR, GB, IE, PT, or one imported");
    edit.option("--latitude", "DEGREES", arguments->latitude, "For the weather; north is positive");
    edit.option("--longitude", "DEGREES", arguments->longitude, "For the weather; east is positive");
    edit.examples({"edge-analytics seller edit --time-zone Europe/Lisbon --holiday-region PT",
                   "edge-analytics seller edit --latitude 51.507400 --longitude -0.127800"});
    edit.action([arguments](Context& context) { return run_edit(context, *arguments); });
}

}  // namespace edge::cli
