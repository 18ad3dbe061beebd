#include "commands/commands.hpp"
#include "output/new_file.hpp"
#include "output/text_table.hpp"
#include "output/text_width.hpp"
#include "program/context.hpp"

#include <fmt/format.h>

#include <memory>

namespace edge::cli {
namespace {

struct Arguments {
    std::optional<std::string> file;
    std::string method;
    bool alone = false;
    std::optional<std::string> out;
    bool overwrite = false;
};

BacktestReport judge(Context& context, const Arguments& arguments, std::ostream* predictions) {
    BacktestOptions options;
    options.method = arguments.method;
    if (options.method.empty()) options.method = context.setting_text("forecast.method").value_or("");
    if (arguments.alone) options.beside.clear();
    options.predictions = predictions;
    options.progress = context.progress();
    if (!arguments.file) return context.engine().backtest(context.seller_id(), options);
    return Engine::backtest_file(*arguments.file, options);
}

BacktestReport judge_into_file(Context& context, const Arguments& arguments) {
    if (!arguments.out) return judge(context, arguments, nullptr);
    NewFile file(*arguments.out, arguments.overwrite || context.may_replace(*arguments.out));
    BacktestReport report = judge(context, arguments, &file.stream());
    file.finish();
    return report;
}

std::string length_text(const AccuracyRow& row) {
    if (!row.history_to) return fmt::format("{}+", row.history_from);
    if (*row.history_to == row.history_from) return fmt::format("{}", row.history_from);
    return fmt::format("{}–{}", row.history_from, *row.history_to);
}

std::string places(const std::optional<double>& value, int digits) {
    return value ? fmt::format("{:.{}f}", *value, digits) : "";
}

std::vector<std::string> cells_of(const std::string& method, const std::string& history, const AccuracyRow& row) {
    return {method,
            history,
            fmt::format("{}", row.slots),
            places(row.mae, 3),
            places(row.rmse, 3),
            places(row.mase, 3),
            places(row.crps, 3),
            places(row.coverage * 100, 1),
            fmt::format("{:.1f}/{:.1f}", row.below * 100, row.above * 100),
            places(row.brier, 4),
            places(row.log_loss, 4),
            places(row.confidence_calibration, 3)};
}

std::string text_of(const BacktestReport& report, const Arguments& arguments, const Style& style) {
    if (report.slots == 0) return "No slots to judge: the history is empty.\n";
    TextTable table({{"Method"},
                     {"Rows before", Align::right},
                     {"Slots", Align::right},
                     {"MAE", Align::right},
                     {"RMSE", Align::right},
                     {"MASE", Align::right},
                     {"CRPS", Align::right},
                     {"In 80 %", Align::right},
                     {"Under/over", Align::right},
                     {"Brier", Align::right},
                     {"Log loss", Align::right},
                     {"Calibration", Align::right}});
    for (const MethodReport& method : report.methods) {
        table.add(cells_of(method.method, "any", method.all));
        for (const AccuracyRow& row : method.by_history) table.add(cells_of("", length_text(row), row));
    }
    std::string text = fmt::format("{} slots from {} to {}, each forecast from earlier days\n", report.slots,
                                   format_date(*report.first_day), format_date(*report.last_day)) +
                       table.text(style);
    if (!report.rows_in_order) text += "The rows are not in order of date: all of them were held to sort them.\n";
    if (arguments.out) text += "Forecasts are in " + printable(*arguments.out) + "\n";
    return text;
}

Json json_of(const AccuracyRow& row) {
    return Json::Object{{"history_from", row.history_from},
                        {"history_to", row.history_to},
                        {"slots", row.slots},
                        {"mae", row.mae},
                        {"rmse", row.rmse},
                        {"bias", row.bias},
                        {"mase", row.mase},
                        {"pinball", row.pinball},
                        {"crps", row.crps},
                        {"coverage", row.coverage},
                        {"below", row.below},
                        {"above", row.above},
                        {"stated_confidence", row.stated_confidence},
                        {"hit_rate", row.hit_rate},
                        {"confidence_calibration", row.confidence_calibration},
                        {"brier", row.brier},
                        {"log_loss", row.log_loss},
                        {"no_show_error", row.no_show_error}};
}

Json json_of(const BacktestReport& report, const Arguments& arguments) {
    const auto day = [](const std::optional<LocalDate>& each) { return each ? Json(format_date(*each)) : Json(); };
    const auto row = [](const AccuracyRow& each) { return json_of(each); };
    const auto method = [&row](const MethodReport& each) -> Json {
        return Json::Object{
            {"method", each.method}, {"all", json_of(each.all)}, {"by_history", json_array(each.by_history, row)}};
    };
    return Json::Object{{"slots", report.slots},
                        {"first_day", day(report.first_day)},
                        {"last_day", day(report.last_day)},
                        {"rows_in_order", report.rows_in_order},
                        {"predictions", arguments.out},
                        {"methods", json_array(report.methods, method)}};
}

Answer run(Context& context, const Arguments& arguments) {
    const BacktestReport report = judge_into_file(context, arguments);
    if (context.json()) return {.data = json_of(report, arguments), .text = {}};
    return {.data = {}, .text = text_of(report, arguments, context.style())};
}

}  // namespace

void add_backtest(Command& parent) {
    const auto arguments = std::make_shared<Arguments>();
    Command command = parent.add("backtest", "How well forecasts would have done, each from strictly earlier days");
    command.argument(
        "FILE", arguments->file,
        "The shop's own history (--db) if not given: would this have served me? Else CSV, - for standard "
        "input: series_id, category_id, date, day_of_week (0 = Monday), "
        "window_start_hour, window_end_hour, is_holiday, observed_reservations; and where known "
        "observed_no_shows, posted_qty, temperature, weather_flag. Rows in order of date are read a day at a "
        "time, others are held to sort them");
    command.option("--method", "METHOD", arguments->method, "The setting forecast.method if not given")
        .one_of({"pooled", "similarity", "seasonal_naive"});
    command.flag("--alone", arguments->alone, "Do not judge seasonal_naive and similarity beside it");
    command.option("-o,--out", "FILE", arguments->out, "Takes every forecast, a line a slot, with its quantiles");
    command.flag("--overwrite", arguments->overwrite, "Replace the file if it exists");
    command.examples(
        {"edge-analytics backtest --db shop.db", "edge-analytics backtest history.csv --out forecasts.csv --json"});
    command.action([arguments](Context& context) { return run(context, *arguments); });
}

}  // namespace edge::cli
