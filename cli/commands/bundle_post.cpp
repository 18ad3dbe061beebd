#include "commands/commands.hpp"
#include "commands/shop_arguments.hpp"
#include "input/moments.hpp"
#include "program/context.hpp"

#include <memory>

namespace edge::cli {
namespace {

struct Arguments {
    std::string name;
    std::string description;
    std::vector<std::string> categories;
    std::int64_t quantity = 0;
    std::int64_t weight = 0;
    std::string price = "0";
    std::int64_t discount = 0;
    WindowOptions window;
    std::string key;
};

Answer run(Context& context, const Arguments& arguments) {
    NewBundle bundle;
    bundle.seller = context.seller_id();
    bundle.name = arguments.name;
    bundle.description = arguments.description;
    bundle.categories = find_categories(context.engine(), arguments.categories);
    bundle.total_qty = arguments.quantity;
    bundle.weight_grams = arguments.weight;
    bundle.price = parse_price(context, arguments.price);
    bundle.discount_percentage = arguments.discount;
    const std::optional<PickupWindow> window = parse_window(arguments.window, context.zone(), context.now());
    if (!window)
        throw usage_error("cannot post a bundle without its pickup window", "add --window 18:00-19:30 --day today");
    bundle.window = *window;
    return bundle_answer(context, context.engine().post_bundle(bundle, arguments.key), "Posted");
}

}  // namespace

void add_bundle_post(Command& bundle) {
    const auto arguments = std::make_shared<Arguments>();
    Command command = bundle.add("post", "Post a bundle for a pickup window");
    command.argument("NAME", arguments->name, "What it is called").required();
    command.option("-c,--category", "NAME|ID", arguments->categories, "A category; may be given several times")
        .required();
    command.option("-n,--quantity", "N", arguments->quantity, "How many are offered").required();
    command.option("--price", "AMOUNT", arguments->price, "Of one, in the shop's currency: 3.99");
    command.option("--discount", "PERCENT", arguments->discount, "0 to 100");
    command.option("--weight", "GRAMS", arguments->weight, "Of one");
    command.option("--description", "TEXT", arguments->description, "What is in it");
    command.option("--window", "FROM-TO", arguments->window.window, "By the shop's clock: 16:00-18:00");
    command.option("--day", "DAY", arguments->window.day, "Of --window: today (if not given), tomorrow or YYYY-MM-DD");
    command.option("--from", "TIME", arguments->window.from, "2026-11-23T16:00 by the shop's clock, or with an offset");
    command.option("--to", "TIME", arguments->window.to, "The same, or just 18:00");
    command.option("--idempotency-key", "KEY", arguments->key, idempotency_help);
    command.examples(
        {"edge-analytics bundle post \"Evening bag\" --category Bread --quantity 8 --price 3.99 --window 18:00-19:30 "
         "--day tomorrow",
         "edge-analytics bundle post \"Night bag\" -c Bakery -n 4 --price 2.50 --from 2030-11-23T22:00 --to 01:00"});
    command.action([arguments](Context& context) { return run(context, *arguments); });
}

}  // namespace edge::cli
