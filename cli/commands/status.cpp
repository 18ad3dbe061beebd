#include "commands/commands.hpp"
#include "output/text_table.hpp"
#include "output/text_width.hpp"
#include "program/context.hpp"

#include <fmt/format.h>

#include <filesystem>

namespace edge::cli {
namespace {

Json data_of(const StatusReport& report, const ShopView& shop) {
    return Json::Object{
        {"exists", true},
        {"path", report.path},
        {"seller", json_of(report.seller)},
        {"bundles", report.bundles},
        {"open_bundles", report.open_bundles},
        {"reservations", report.reservations},
        {"open_reservations", report.open_reservations},
        {"windows_to_close", report.windows_to_close},
        {"unrefreshed", report.unrefreshed},
        {"unsent", report.unsent},
        {"file_bytes", report.file_bytes},
        {"today", json_array(report.today, [&shop](const BundleOverview& each) { return json_of(each, shop); })}};
}

std::string text_of(const StatusReport& report, const ShopView& shop, const Style& style) {
    const bool stale = report.unrefreshed > 0 || report.windows_to_close > 0;
    const std::string graphs =
        stale ? style.paint(Tone::warning, count_of(report.unrefreshed, "change", "changes") + " and " +
                                               count_of(report.windows_to_close, "closed window", "closed windows") +
                                               " not shown yet: edge-analytics refresh")
              : "up to date";
    const std::string sync =
        report.unsent > 0
            ? style.paint(Tone::warning, count_of(report.unsent, "change waits", "changes wait") + " for the hub")
            : "nothing to send";
    TextFields fields;
    fields.add("now", shop.local(report.as_of) + " " + report.seller.time_zone);
    fields.add("file", printable(report.path) + ", " + byte_size(report.file_bytes));
    fields.add("bundles", fmt::format("{}, {} open", report.bundles, report.open_bundles));
    fields.add("reservations", fmt::format("{}, {} open", report.reservations, report.open_reservations));
    fields.add("graphs", graphs);
    fields.add("sync", sync);
    std::string text = style.paint(Tone::strong, printable(report.seller.name)) +
                       fmt::format("  seller {}\n", report.seller.id.value());
    text += fields.text(style) + "\n";
    if (report.today.empty()) return text + "No pickup window today.\n";
    return text + bundle_table(report.today, shop, style);
}

Answer run(Context& context) {
    StatusReport report = context.engine().status();
    if (report.seller.id != context.seller_id()) report.seller = context.seller();
    const ShopView shop = context.shop();
    if (context.json()) return {.data = data_of(report, shop), .text = {}};
    return {.data = {}, .text = text_of(report, shop, context.style())};
}

/// The program without a command: the shop if there is one, else how to begin.
Answer run_bare(Context& context) {
    const std::string path = context.database_path();
    std::error_code error;
    if (std::filesystem::exists(path, error)) return run(context);
    if (context.json()) return {.data = Json::Object{{"exists", false}, {"path", path}}, .text = {}};
    return {.data = {},
            .text = "There is no shop at " + printable(path) +
                    " yet. Begin with one of\n\n"
                    "  edge-analytics init --name \"Corner Bakery\" --time-zone Europe/London\n"
                    "  edge-analytics init --demo\n\n"
                    "and see edge-analytics --help for all commands.\n"};
}

}  // namespace

void add_status(Command& parent) {
    parent.action(run_bare);
    parent.examples({"edge-analytics init --demo",
                     "edge-analytics bundle post \"Evening bag\" --category Bakery --quantity 8 --price 3.99 --window "
                     "18:00-19:30 --day tomorrow"});
    Command command = parent.add("status", "Show the shop on one screen");
    command.examples({"edge-analytics status", "edge-analytics status --json"});
    command.action(run);
}

}  // namespace edge::cli
