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

struct Arguments {
    std::optional<std::int64_t> bundle;
    std::vector<std::string> categories;
    WindowOptions window;
    std::optional<std::string> waste_cost;
    std::optional<std::string> margin;
    std::optional<std::string> risk;
};

SuggestionRequest request_of(Context& context, const Arguments& arguments) {
    SuggestionRequest request;
    ForecastCosts costs = context.engine_options().costs;
    if (arguments.waste_cost) costs.waste = parse_number(*arguments.waste_cost, "--waste-cost");
    if (arguments.margin) costs.margin = parse_number(*arguments.margin, "--margin");
    if (arguments.risk) costs.overbooking_risk = parse_number(*arguments.risk, "--risk");
    request.costs = costs;
    const std::optional<PickupWindow> window = parse_window(arguments.window, context.zone(), context.now());
    if (arguments.bundle) {
        if (window || !arguments.categories.empty())
            throw usage_error("cannot suggest for a bundle and a window of your own at once",
                              "leave out --for, or --day, --window and --category");
        request.bundle = BundleId(*arguments.bundle);
        return request;
    }
    if (!window)
        throw usage_error("cannot suggest how many to post: for which window?",
                          "add --for BUNDLE, or --day tomorrow --window 18:00-19:30 --category Bread");
    request.seller = context.seller_id();
    request.window = window;
    request.categories = find_categories(context.engine(), arguments.categories);
    return request;
}

Json json_of(const SuggestionReport& report, const ShopView& shop) {
    const auto outcome = [](const QuantityOutcome& each) -> Json {
        return Json::Object{{"items", each.items},
                            {"expected_waste", each.expected_waste},
                            {"expected_lost", each.expected_lost},
                            {"expected_cost", each.expected_cost}};
    };
    return Json::Object{
        {"window_start", shop.zone.format_with_offset(report.window.start)},
        {"window_end", shop.zone.format_with_offset(report.window.end)},
        {"category_ids", json_array(report.categories, [](CategoryId id) { return id.value(); })},
        {"post", report.post},
        {"items", report.items},
        {"allowance", report.allowance},
        {"overflow_risk", report.overflow_risk},
        {"expected_waste", report.expected_waste},
        {"expected_lost", report.expected_lost},
        {"demand", Json::Object{{"mean", report.expected_demand}, {"low", report.low}, {"high", report.high}}},
        {"no_show_prob", report.no_show_prob.value()},
        {"around", json_array(report.around, outcome)},
        {"costs", Json::Object{{"waste", report.costs.waste},
                               {"margin", report.costs.margin},
                               {"overbooking_risk", report.costs.overbooking_risk}}},
        {"history_rows", report.history_rows},
        {"method", report.method},
        {"rationale", report.rationale}};
}

/// How many may be posted beyond what is prepared, and why no more.
std::string allowance_text(const SuggestionReport& report) {
    const double away = report.no_show_prob.value() * 100;
    if (report.allowance == 0)
        return fmt::format("none: too few stay away ({:.0f} %) to post more than there is", away);
    return fmt::format("{} because {:.0f} % do not come; {:.1f} % risk that more come than there are", report.allowance,
                       away, report.overflow_risk * 100);
}

std::string text_of(const SuggestionReport& report, const ShopView& shop, const Style& style) {
    TextFields fields;
    fields.add("window", shop.window(report.window));
    fields.add("prepare", fmt::format("{}", report.items));
    fields.add("on top", allowance_text(report));
    fields.add("demand", fmt::format("{:.1f} reservations, {} to {} in 8 of 10 cases", report.expected_demand,
                                     report.low, report.high));
    fields.add("costs",
               fmt::format("{} for an item wasted, {} for one missed", report.costs.waste, report.costs.margin));
    fields.add("because", printable(report.rationale));
    TextTable table({{"Prepare", Align::right},
                     {"Left over", Align::right},
                     {"Sales missed", Align::right},
                     {"Cost", Align::right}});
    for (const QuantityOutcome& each : report.around) {
        table.add({fmt::format("{}{}", each.items == report.items ? "* " : "", each.items),
                   fmt::format("{:.1f}", each.expected_waste), fmt::format("{:.1f}", each.expected_lost),
                   fmt::format("{:.2f}", each.expected_cost)});
    }
    return style.paint(Tone::strong, fmt::format("Post {}", report.post)) + "\n" + fields.text(style) + "\n" +
           table.text(style);
}

Answer run(Context& context, const Arguments& arguments) {
    const SuggestionReport report = context.engine().suggest(request_of(context, arguments));
    const ShopView shop = context.shop();
    if (context.json()) return {.data = json_of(report, shop), .text = {}};
    return {.data = {}, .text = text_of(report, shop, context.style())};
}

}  // namespace

void add_suggest(Command& parent) {
    const auto arguments = std::make_shared<Arguments>();
    Command command = parent.add("suggest", "How many to post for a pickup window, and what more or fewer would cost");
    command.option("--for", "BUNDLE", arguments->bundle, "The window and categories of this bundle");
    command.option("--window", "FROM-TO", arguments->window.window, "By the shop's clock: 16:00-18:00");
    command.option("--day", "DAY", arguments->window.day, "Of --window: today (if not given), tomorrow or YYYY-MM-DD");
    command.option("-c,--category", "NAME|ID", arguments->categories, "A category; may be given several times");
    command.option("--waste-cost", "COST", arguments->waste_cost,
                   "Lost on an item that nobody fetches; the setting forecast.waste_cost if not given");
    command.option("--margin", "MARGIN", arguments->margin,
                   "Earned on an item that is fetched; the setting forecast.margin if not given");
    command.option("--risk", "SHARE", arguments->risk,
                   "Accepted, that more people come than there are items; the setting forecast.risk if not given");
    command.examples({"edge-analytics suggest --for 49 --waste-cost 1 --margin 3",
                      "edge-analytics suggest --day tomorrow --window 18:00-19:30 --category Bread"});
    command.action([arguments](Context& context) { return run(context, *arguments); });
}

}  // namespace edge::cli
