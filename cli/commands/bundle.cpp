#include "commands/commands.hpp"
#include "commands/shop_arguments.hpp"
#include "input/moments.hpp"
#include "output/text_table.hpp"
#include "output/text_width.hpp"
#include "program/context.hpp"

#include <fmt/format.h>

#include <memory>

namespace edge::cli {
namespace {

struct ListArguments {
    bool all = false;
    bool open_only = false;
    std::optional<std::string> from;
    std::optional<std::string> to;
    std::optional<std::int64_t> limit;
};

struct OneArguments {
    std::int64_t bundle = 0;
    std::string key;
};

BundleFilter filter_of(Context& context, const ListArguments& arguments) {
    BundleFilter filter;
    filter.seller = context.seller_id();
    filter.include_closed = !arguments.open_only;
    if (arguments.from)
        filter.starts_from = context.zone().to_instant(
            parse_day(*arguments.from, context.zone(), context.now(), "--from"), TimeOfDay{0});
    if (arguments.to) {
        const LocalDate last = parse_day(*arguments.to, context.zone(), context.now(), "--to");
        filter.starts_before = context.zone().to_instant(last + std::chrono::days(1), TimeOfDay{0});
    }
    if (!arguments.all && !arguments.from && !arguments.to) filter.ends_after = context.now();
    if (arguments.limit) {
        if (*arguments.limit < 0) throw usage_error("cannot use --limit: it is negative");
        filter.limit = static_cast<std::size_t>(*arguments.limit);
    }
    return filter;
}

Answer run_list(Context& context, const ListArguments& arguments) {
    const std::vector<BundleOverview> bundles = context.engine().bundles(filter_of(context, arguments));
    const ShopView shop = context.shop();
    if (context.json()) {
        return {.data = Json::Object{{"bundles",
                                      json_array(bundles,
                                                 [&shop](const BundleOverview& each) { return json_of(each, shop); })}},
                .text = {}};
    }
    if (bundles.empty())
        return {.data = {},
                .text = arguments.all ? "No bundles.\n" : "No bundles to come; --all lists those of the past too.\n"};
    return {.data = {}, .text = bundle_table(bundles, shop, context.style())};
}

std::string text_of(const BundleOverview& overview, const ShopView& shop, const Style& style) {
    const Bundle& bundle = overview.bundle;
    TextFields fields;
    fields.add("window", shop.window(bundle.window) + " " + shop.zone.name());
    fields.add("categories", shop.category_names(bundle));
    if (!bundle.description.empty()) fields.add("description", printable(bundle.description));
    fields.add("price", fmt::format("{}, {} % off", shop.price(bundle.price), bundle.discount_percentage));
    fields.add("weight", fmt::format("{} g, saves {} g CO2e", bundle.weight_grams, bundle.carbon_dioxide));
    fields.add("posted", fmt::format("{}", bundle.total_qty));
    fields.add("reserved", fmt::format("{}", overview.reserved));
    fields.add("collected", fmt::format("{}", overview.collected));
    if (bundle.closed_at) fields.add("closed", shop.local(*bundle.closed_at));
    fields.add("identity", bundle.uuid.text());
    return style.paint(Tone::strong, fmt::format("{}  {}", bundle.id.value(), printable(bundle.name))) + "\n" +
           fields.text(style);
}

Answer run_show(Context& context, const OneArguments& arguments) {
    const BundleOverview overview = context.engine().bundle(BundleId(arguments.bundle));
    const ShopView shop = context.shop();
    if (context.json()) return {.data = json_of(overview, shop), .text = {}};
    return {.data = {}, .text = text_of(overview, shop, context.style())};
}

Answer run_close(Context& context, const OneArguments& arguments) {
    return bundle_answer(context, context.engine().close_bundle(BundleId(arguments.bundle), arguments.key), "Closed");
}

void add_list(Command& bundle) {
    const auto arguments = std::make_shared<ListArguments>();
    Command command = bundle.add("list", "List bundles whose window is not over");
    command.flag("--all", arguments->all, "Past ones too");
    command.flag("--open", arguments->open_only, "Without closed ones");
    command.option("--from", "DAY", arguments->from, "Windows that start on this day or later");
    command.option("--to", "DAY", arguments->to, "Windows that start on this day or before");
    command.option("--limit", "N", arguments->limit, "At most so many");
    command.examples({"edge-analytics bundle list", "edge-analytics bundle list --from yesterday --to tomorrow"});
    command.action([arguments](Context& context) { return run_list(context, *arguments); });
}

void add_show(Command& bundle) {
    const auto arguments = std::make_shared<OneArguments>();
    Command command = bundle.add("show", "Show one bundle and how it sells");
    command.argument("BUNDLE", arguments->bundle, "Its number").required();
    command.examples({"edge-analytics bundle show 47", "edge-analytics bundle show 47 --json"});
    command.action([arguments](Context& context) { return run_show(context, *arguments); });
}

void add_close(Command& bundle) {
    const auto arguments = std::make_shared<OneArguments>();
    Command command = bundle.add("close", "Take no more reservations for a bundle; those made stay");
    command.argument("BUNDLE", arguments->bundle, "Its number").required();
    command.option("--idempotency-key", "KEY", arguments->key, idempotency_help);
    command.examples(
        {"edge-analytics bundle close 46", "edge-analytics bundle close 46 --idempotency-key till-1-0042"});
    command.action([arguments](Context& context) { return run_close(context, *arguments); });
}

}  // namespace

void add_bundle(Command& parent) {
    Command bundle = parent.add("bundle", "The shop's offers: post, list, show, edit, close");
    bundle.examples({"edge-analytics bundle list", "edge-analytics bundle show 47"});
    add_bundle_post(bundle);
    add_list(bundle);
    add_show(bundle);
    add_bundle_edit(bundle);
    add_close(bundle);
}

}  // namespace edge::cli
