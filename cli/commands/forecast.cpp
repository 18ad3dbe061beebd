#include "commands/commands.hpp"
#include "output/text_table.hpp"
#include "output/text_width.hpp"
#include "program/context.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <memory>

namespace edge::cli {
namespace {

struct ListArguments {
    bool all = false;
    bool outcomes = false;
};

/// Quantiles stand at 5 %, 10 %, … 95 %.
constexpr std::size_t quantile_count = 19;
constexpr std::size_t tenth_percent = 1;
constexpr std::size_t ninetieth_percent = 17;

std::string interval_of(const StoredForecast& forecast) {
    if (forecast.quantiles.size() != quantile_count) return "";
    return fmt::format("{}–{}", forecast.quantiles[tenth_percent], forecast.quantiles[ninetieth_percent]);
}

std::string percent(Probability share) { return fmt::format("{:.0f} %", share.value() * 100); }

std::string number_or_nothing(const std::optional<std::int64_t>& number) {
    return number ? fmt::format("{}", *number) : "";
}

std::string list_text(Context& context, const std::vector<StoredForecast>& forecasts, bool outcomes) {
    std::vector<Column> columns = {{"Bundle", Align::right},
                                   {"Window"},
                                   {"Name"},
                                   {"Posted", Align::right},
                                   {"Sales", Align::right},
                                   {"Reservations", Align::right},
                                   {"80 %", Align::right},
                                   {"No-show", Align::right},
                                   {"Confidence", Align::right},
                                   {"Suggested", Align::right}};
    if (outcomes) columns.insert(columns.end(), {{"Reserved", Align::right}, {"Collected", Align::right}});
    TextTable table(columns);
    const ShopView shop = context.shop();
    for (const StoredForecast& each : forecasts) {
        std::vector<std::string> cells = {fmt::format("{}", each.bundle.value()),
                                          shop.local(each.window_start),
                                          printable(each.bundle_name),
                                          fmt::format("{}", each.posted_qty),
                                          fmt::format("{}", each.predicted_sales),
                                          number_or_nothing(each.predicted_reservations),
                                          interval_of(each),
                                          percent(each.predicted_no_show_prob),
                                          percent(each.confidence),
                                          number_or_nothing(each.suggested_qty)};
        if (outcomes) {
            const BundleOverview overview = context.engine().bundle(each.bundle);
            cells.push_back(fmt::format("{}", overview.reserved));
            cells.push_back(fmt::format("{}", overview.collected));
        }
        table.add(std::move(cells));
    }
    return table.text(context.style());
}

Json list_data(Context& context, const std::vector<StoredForecast>& forecasts, bool outcomes) {
    const ShopView shop = context.shop();
    const auto one = [&](const StoredForecast& each) -> Json {
        Json::Object members = {{"forecast", json_of(each, shop)}};
        if (outcomes) {
            const BundleOverview overview = context.engine().bundle(each.bundle);
            members.push_back(
                {"outcome", Json::Object{{"reserved", overview.reserved}, {"collected", overview.collected}}});
        }
        return members;
    };
    return Json::Object{{"forecasts", json_array(forecasts, one)}};
}

Answer run_list(Context& context, const ListArguments& arguments) {
    const std::vector<StoredForecast> forecasts = context.engine().forecasts(context.seller_id(), !arguments.all);
    if (context.json()) return {.data = list_data(context, forecasts, arguments.outcomes), .text = {}};
    if (forecasts.empty())
        return {.data = {}, .text = "No forecasts: post bundles for the coming days, then edge-analytics refresh\n"};
    return {.data = {}, .text = list_text(context, forecasts, arguments.outcomes)};
}

std::string show_text(const StoredForecast& forecast, const ShopView& shop, const Style& style) {
    TextFields fields;
    fields.add("window", shop.local(forecast.window_start));
    fields.add("sales", fmt::format("{} of {} posted", forecast.predicted_sales, forecast.posted_qty));
    if (forecast.predicted_reservations)
        fields.add("reservations", fmt::format("{}", *forecast.predicted_reservations));
    if (const std::string interval = interval_of(forecast); !interval.empty())
        fields.add("80 % interval", interval + " reservations");
    fields.add("no-show", percent(forecast.predicted_no_show_prob));
    fields.add("confidence", percent(forecast.confidence));
    if (forecast.suggested_qty) fields.add("suggested", fmt::format("post {}", *forecast.suggested_qty));
    if (forecast.history_rows) fields.add("history", count_of(*forecast.history_rows, "window", "windows"));
    fields.add("method", forecast.method);
    fields.add("because", printable(forecast.rationale));
    fields.add("made", shop.local(forecast.generated_at));
    return style.paint(Tone::strong, fmt::format("{}  {}", forecast.bundle.value(), printable(forecast.bundle_name))) +
           "\n" + fields.text(style);
}

Answer run_show(Context& context, std::int64_t bundle) {
    const StoredForecast forecast = context.engine().forecast(BundleId(bundle));
    const ShopView shop = context.shop();
    if (context.json()) return {.data = json_of(forecast, shop), .text = {}};
    return {.data = {}, .text = show_text(forecast, shop, context.style())};
}

std::string effect_line(const ForecastEffect& effect) {
    const auto sign = [](bool less) { return less ? "−" : "+"; };
    return fmt::format("{} {}{:.0f} % ({}{:.1f})", printable(effect.cause), sign(effect.factor < 1),
                       std::abs(effect.factor - 1) * 100, sign(effect.moved < 0), std::abs(effect.moved));
}

std::string rows_text(const ForecastExplanation& why) {
    std::string text = fmt::format("{} of this kind, {} of the shop, {} in all",
                                   count_of(why.series_rows, "window", "windows"), why.seller_rows, why.all_rows);
    if (why.first_day && why.last_day)
        text += fmt::format("; {} to {}", format_date(*why.first_day), format_date(*why.last_day));
    return text;
}

std::string interval_text(const ForecastExplanation& why) {
    if (!why.low || !why.high) return "";
    std::string text = fmt::format("{} to {} reservations", *why.low, *why.high);
    if (why.judged > 0) {
        text += fmt::format("; held {} of {} times before ({:.0f} %)", why.held, why.judged,
                            100.0 * static_cast<double>(why.held) / static_cast<double>(why.judged));
    }
    return text;
}

std::string explain_text(const ForecastExplanation& why, const ShopView& shop, const Style& style) {
    const StoredForecast& forecast = why.forecast;
    TextFields fields;
    fields.add("window", shop.local(forecast.window_start));
    if (why.effects.empty()) {
        fields.add("because", printable(forecast.rationale));
    } else {
        fields.add("base level", fmt::format("{:.1f}", why.base_level));
        for (const ForecastEffect& effect : why.effects) fields.add(effect.kind, effect_line(effect));
        fields.add("expected", fmt::format("{:.1f}", why.expected));
        fields.add("rests on", rows_text(why));
    }
    if (const std::string interval = interval_text(why); !interval.empty()) fields.add("80 % interval", interval);
    if (!why.unknown.empty()) fields.add("unknown", fmt::format("{}", fmt::join(why.unknown, ", ")));
    fields.add("method", forecast.method);
    std::string text =
        style.paint(Tone::strong, fmt::format("{}  {}", forecast.bundle.value(), printable(forecast.bundle_name))) +
        "\n" + fields.text(style);
    if (why.latest.empty()) return text;
    TextTable table({{"Past window"},
                     {"Bundle", Align::right},
                     {"Posted", Align::right},
                     {"Reserved", Align::right},
                     {"No-shows", Align::right}});
    for (const PastWindow& each : why.latest) {
        table.add({shop.local(each.window_start), fmt::format("{}", each.bundle.value()),
                   number_or_nothing(each.posted), fmt::format("{}", each.reservations),
                   fmt::format("{}", each.no_shows)});
    }
    return text + "\n" + table.text(style);
}

Json day_json(const std::optional<LocalDate>& day) { return day ? Json(format_date(*day)) : Json(); }

Json explain_data(const ForecastExplanation& why, const ShopView& shop) {
    const auto effect = [](const ForecastEffect& each) -> Json {
        return Json::Object{{"kind", each.kind}, {"cause", each.cause}, {"factor", each.factor}, {"moved", each.moved}};
    };
    const auto window = [&shop](const PastWindow& each) -> Json {
        return Json::Object{{"bundle_id", each.bundle.value()},
                            {"window_start", shop.zone.format_with_offset(each.window_start)},
                            {"posted", each.posted},
                            {"reservations", each.reservations},
                            {"no_shows", each.no_shows}};
    };
    return Json::Object{
        {"forecast", json_of(why.forecast, shop)},
        {"base_level", why.base_level},
        {"expected", why.expected},
        {"effects", json_array(why.effects, effect)},
        {"rows", Json::Object{{"series", why.series_rows},
                              {"seller", why.seller_rows},
                              {"all", why.all_rows},
                              {"first_day", day_json(why.first_day)},
                              {"last_day", day_json(why.last_day)}}},
        {"interval", Json::Object{{"low", why.low}, {"high", why.high}, {"judged", why.judged}, {"held", why.held}}},
        {"unknown", json_array(why.unknown, [](const std::string& each) { return each; })},
        {"latest", json_array(why.latest, window)}};
}

Answer run_explain(Context& context, std::int64_t bundle) {
    const ForecastExplanation why = context.engine().explain(BundleId(bundle));
    const ShopView shop = context.shop();
    if (context.json()) return {.data = explain_data(why, shop), .text = {}};
    return {.data = {}, .text = explain_text(why, shop, context.style())};
}

}  // namespace

void add_forecast(Command& parent) {
    Command forecast = parent.add("forecast", "What will sell, and why: list, show, explain");
    forecast.examples({"edge-analytics forecast list", "edge-analytics forecast show 49"});
    forecast.action([](Context& context) { return run_list(context, {}); });

    const auto listed = std::make_shared<ListArguments>();
    Command list = forecast.add("list", "List the forecasts of coming bundles");
    list.flag("--all", listed->all, "Those of past windows too");
    list.flag("--outcomes", listed->outcomes, "Beside what is reserved and collected by now");
    list.examples({"edge-analytics forecast list", "edge-analytics forecast list --all --outcomes"});
    list.action([listed](Context& context) { return run_list(context, *listed); });

    const auto bundle = std::make_shared<std::int64_t>(0);
    Command show = forecast.add("show", "Show the forecast of one bundle, and why");
    show.argument("BUNDLE", *bundle, "Its number").required();
    show.examples({"edge-analytics forecast show 49", "edge-analytics forecast show 49 --json"});
    show.action([bundle](Context& context) { return run_show(context, *bundle); });

    const auto explained = std::make_shared<std::int64_t>(0);
    Command explain = forecast.add("explain", "Take one bundle's forecast apart: what moved it, and what it rests on");
    explain.argument("BUNDLE", *explained, "Its number").required();
    explain.examples({"edge-analytics forecast explain 49", "edge-analytics forecast explain 49 --json"});
    explain.action([explained](Context& context) { return run_explain(context, *explained); });
}

}  // namespace edge::cli
