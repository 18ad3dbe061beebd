#include "commands/commands.hpp"
#include "program/context.hpp"

#include <fmt/format.h>

#include <memory>

namespace edge::cli {
namespace {

Answer run(Context& context, bool rebuild) {
    Engine& engine = context.engine();
    const RefreshReport report = rebuild ? engine.rebuild(context.seller_id()) : engine.refresh(context.seller_id());
    for (const CategoryId id : report.categories_without_row) {
        context.warn(fmt::format("category {} has no row; graphs show it as #{}", id.value(), id.value()));
    }
    if (context.json()) return {.data = json_of(report), .text = {}};
    std::string text = "Nothing had changed.\n";
    if (!(report == RefreshReport{})) {
        text = fmt::format("Refreshed: {} counted, {} closed, {} and {} written.\n",
                           count_of(report.bundles_recounted, "bundle", "bundles"),
                           count_of(report.windows_closed, "window", "windows"),
                           count_of(report.forecasts_written, "forecast", "forecasts"),
                           count_of(report.points_written, "point of the graphs", "points of the graphs"));
    }
    return {.data = {}, .text = text, .confirmation = true};
}

}  // namespace

void add_refresh(Command& parent) {
    const auto rebuild = std::make_shared<bool>(false);
    Command command = parent.add("refresh", "Bring graphs and forecasts up to date");
    command.flag("--rebuild", *rebuild, "Count everything again, from nothing");
    command.examples({"edge-analytics refresh", "edge-analytics refresh --rebuild"});
    command.action([rebuild](Context& context) { return run(context, *rebuild); });
}

}  // namespace edge::cli
