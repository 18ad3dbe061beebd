#include "commands/commands.hpp"
#include "commands/demo_shop.hpp"
#include "commands/shop_arguments.hpp"
#include "output/text_width.hpp"
#include "program/context.hpp"

#include <fmt/format.h>

#include <memory>

namespace edge::cli {
namespace {

struct Arguments {
    NewSeller seller;
    std::optional<std::string> name;
    std::optional<std::string> latitude;
    std::optional<std::string> longitude;
    bool demo = false;
};

NewSeller seller_of(const Arguments& arguments) {
    NewSeller seller = arguments.seller;
    if (arguments.latitude) seller.latitude = parse_degrees(*arguments.latitude, "--latitude", 90);
    if (arguments.longitude) seller.longitude = parse_degrees(*arguments.longitude, "--longitude", 180);
    if (arguments.name) {
        seller.name = *arguments.name;
    } else if (arguments.demo) {
        seller.name = "Corner Bakery";
    } else {
        throw usage_error("cannot make a shop without its name",
                          "edge-analytics init --name \"Corner Bakery\" --time-zone Europe/London");
    }
    return seller;
}

Answer run(Context& context, const Arguments& arguments) {
    const std::string path = context.database_path();
    const NewSeller seller = seller_of(arguments);
    static_cast<void>(TimeZone::find(seller.time_zone));
    make_parent_folder(path, "--db");
    context.adopt(Engine::create(path, seller, context.engine_options()));
    const std::int64_t posted = arguments.demo ? fill_demo_shop(path, context.engine_options(), context.now()) : 0;
    const Seller& made = context.seller();
    if (context.json())
        return {.data = Json::Object{{"path", path}, {"seller", json_of(made)}, {"bundles", posted}}, .text = {}};
    std::string text =
        fmt::format("Made {} for {} ({}, {}).\n", printable(path), printable(made.name), made.time_zone, made.currency);
    if (posted > 0)
        text += fmt::format("It holds {} bundles to try things on: edge-analytics bundle list --all\n", posted);
    return {.data = {}, .text = text, .confirmation = true};
}

}  // namespace

void add_init(Command& parent) {
    const auto arguments = std::make_shared<Arguments>();
    Command command = parent.add("init", "Make the shop's file");
    command.option("--name", "NAME", arguments->name, "The shop's name");
    command.option("--time-zone", "ZONE", arguments->seller.time_zone,
                   "IANA name, such as Europe/London; UTC if not given");
    command.option("--currency", "CODE", arguments->seller.currency, "ISO 4217 code; GBP if not given");
    command.option("--address", "TEXT", arguments->seller.address_line1, "Street and number");
    command.option("--city", "TEXT", arguments->seller.city, "City");
    command.option("--post-code", "TEXT", arguments->seller.post_code, "Post code");
    command.option("--country", "TEXT", arguments->seller.country, "Country");
    command.option("--holiday-region", "REGION", arguments->seller.holiday_region,
                   "GB-ENG, GB-WLS, GB-SCT, GB-NIR, GB, IE, PT, or one imported");
    command.option("--latitude", "DEGREES", arguments->latitude, "For the weather; north is positive");
    command.option("--longitude", "DEGREES", arguments->longitude, "For the weather; east is positive");
    command.option("--marketplace-id", "ID", arguments->seller.marketplace_id,
                   "The seller's number in the marketplace, to match its dumps");
    command.flag("--demo", arguments->demo, "Post example bundles with two weeks of history");
    command.examples({"edge-analytics init --db shop.db --name \"Corner Bakery\" --time-zone Europe/London",
                      "edge-analytics init --db demo.db --demo"});
    command.action([arguments](Context& context) { return run(context, *arguments); });
}

}  // namespace edge::cli
