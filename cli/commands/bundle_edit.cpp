#include "commands/commands.hpp"
#include "commands/shop_arguments.hpp"
#include "input/moments.hpp"
#include "program/context.hpp"

#include <memory>

namespace edge::cli {
namespace {

struct Arguments {
    std::int64_t bundle = 0;
    std::optional<std::string> price;
    std::vector<std::string> categories;
    BundleEdit edit;
    WindowOptions window;
    std::string key;
};

bool is_empty(const BundleEdit& edit) {
    return !edit.name && !edit.description && !edit.categories && !edit.total_qty && !edit.weight_grams &&
           !edit.price && !edit.discount_percentage && !edit.window;
}

Answer run(Context& context, const Arguments& arguments) {
    BundleEdit edit = arguments.edit;
    if (!arguments.categories.empty()) edit.categories = find_categories(context.engine(), arguments.categories);
    if (arguments.price) edit.price = parse_price(context, *arguments.price);
    edit.window = parse_window(arguments.window, context.zone(), context.now());
    if (is_empty(edit))
        throw usage_error("cannot edit a bundle without saying what",
                          "edge-analytics bundle edit --help lists what can be changed");
    return bundle_answer(context, context.engine().edit_bundle(BundleId(arguments.bundle), edit, arguments.key),
                         "Changed");
}

}  // namespace

void add_bundle_edit(Command& bundle) {
    const auto arguments = std::make_shared<Arguments>();
    Command command = bundle.add("edit", "Change a bundle; what is not named stays");
    command.argument("BUNDLE", arguments->bundle, "Its number").required();
    command.option("--name", "NAME", arguments->edit.name, "What it is called");
    command.option("-c,--category", "NAME|ID", arguments->categories, "All its categories from now on");
    command.option("-n,--quantity", "N", arguments->edit.total_qty,
                   "How many are offered; not fewer than are reserved");
    command.option("--price", "AMOUNT", arguments->price, "Of one, in the shop's currency: 3.99");
    command.option("--discount", "PERCENT", arguments->edit.discount_percentage, "0 to 100");
    command.option("--weight", "GRAMS", arguments->edit.weight_grams, "Of one");
    command.option("--description", "TEXT", arguments->edit.description, "What is in it");
    command.option("--window", "FROM-TO", arguments->window.window, "By the shop's clock: 16:00-18:00");
    command.option("--day", "DAY", arguments->window.day, "Of --window: today (if not given), tomorrow or YYYY-MM-DD");
    command.option("--from", "TIME", arguments->window.from, "2026-11-23T16:00 by the shop's clock, or with an offset");
    command.option("--to", "TIME", arguments->window.to, "The same, or just 18:00");
    command.option("--idempotency-key", "KEY", arguments->key, idempotency_help);
    command.examples({"edge-analytics bundle edit 47 --quantity 12 --price 2.99",
                      "edge-analytics bundle edit 48 --window 17:00-19:00 --day tomorrow"});
    command.action([arguments](Context& context) { return run(context, *arguments); });
}

}  // namespace edge::cli
