#include "commands/commands.hpp"
#include "output/chart.hpp"
#include "output/graph_csv.hpp"
#include "output/svg_chart.hpp"
#include "output/terminal_chart.hpp"
#include "output/text_table.hpp"
#include "output/text_width.hpp"
#include "program/context.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>

namespace edge::cli {
namespace {

struct GraphName {
    const char* name;
    int type;
};
constexpr std::array<GraphName, 12> graph_names = {{{"sales", 1},
                                                    {"sell-through", 2},
                                                    {"categories", 3},
                                                    {"windows", 4},
                                                    {"forecast", 5},
                                                    {"sell-through-to-date", 101},
                                                    {"no-shows", 102},
                                                    {"hours", 103},
                                                    {"waste", 104},
                                                    {"co2", 105},
                                                    {"revenue", 106},
                                                    {"accuracy", 107}}};

struct ShowArguments {
    std::string name;
    std::string format = "table";
    std::optional<std::int64_t> last;
    std::optional<std::int64_t> width;
    std::int64_t height = 12;
};

std::string name_of_type(int type) {
    const auto* const found = std::ranges::find(graph_names, type, &GraphName::type);
    return found == graph_names.end() ? fmt::format("{}", type) : found->name;
}

int parse_type(const std::string& name) {
    const auto* const found =
        std::ranges::find_if(graph_names, [&name](const GraphName& each) { return name == each.name; });
    if (found != graph_names.end()) return found->type;
    const std::optional<std::int64_t> number = parse_decimal(name, 0);
    if (number && *number > 0 && *number < 1'000'000) return static_cast<int>(*number);
    std::string names;
    for (const GraphName& each : graph_names) names += (names.empty() ? "" : ", ") + std::string(each.name);
    throw usage_error(fmt::format("cannot show graph '{}': there is none of that name", name),
                      "one of " + names + ", or the number of its type");
}

Answer run_list(Context& context) {
    const std::vector<GraphOverview> graphs = context.engine().graphs(context.seller_id());
    if (context.json()) {
        const auto one = [](const GraphOverview& each) -> Json {
            return Json::Object{{"name", name_of_type(each.type.id)},
                                {"type", json_of(each.type)},
                                {"series", each.series},
                                {"points", each.points}};
        };
        return {.data = Json::Object{{"graphs", json_array(graphs, one)}}, .text = {}};
    }
    if (graphs.empty()) return {.data = {}, .text = "No graphs yet: edge-analytics refresh\n"};
    TextTable table(
        {{"Type", Align::right}, {"Name"}, {"Title"}, {"Chart"}, {"Series", Align::right}, {"Points", Align::right}});
    for (const GraphOverview& each : graphs) {
        table.add({fmt::format("{}", each.type.id), name_of_type(each.type.id), printable(each.type.summary),
                   each.type.chart_type, fmt::format("{}", each.series), fmt::format("{}", each.points)});
    }
    return {.data = {}, .text = table.text(context.style())};
}

/// A row an x, a column a series. Points of one series with the same x keep rows of their own.
std::string table_of(const Graph& graph, const Style& style) {
    const Chart places = chart_of(graph);
    std::vector<Column> columns = {{places.x_label.empty() ? "x" : places.x_label}};
    std::vector<std::vector<std::string>> rows;
    std::map<std::pair<std::string, std::size_t>, std::size_t> row_of;
    for (const GraphSeries& series : graph.series) columns.push_back({printable(series.name), Align::right});
    for (std::size_t i = 0; i < graph.series.size(); ++i) {
        std::map<std::string, std::size_t> seen;
        for (const GraphPoint& point : graph.series[i].points) {
            const auto [row, added] = row_of.try_emplace({point.x, seen[point.x]++}, rows.size());
            if (added) rows.emplace_back(graph.series.size() + 1).front() = printable(point.x);
            rows[row->second][i + 1] = format_point(point.y);
        }
    }
    TextTable table(columns);
    for (std::vector<std::string>& row : rows) table.add(std::move(row));
    return style.paint(Tone::strong, printable(graph.type.summary)) + "\n" + table.text(style);
}

Answer run_show(Context& context, const ShowArguments& arguments) {
    Graph graph = context.engine().graph(context.seller_id(), parse_type(arguments.name));
    if (arguments.last) {
        if (*arguments.last < 0) throw usage_error("cannot use --last: it is negative");
        graph = last_days(std::move(graph), static_cast<std::size_t>(*arguments.last));
    }
    if (context.json() || arguments.format == "json") return {.data = json_of(graph), .text = {}, .document = true};
    if (arguments.format == "csv") return {.data = {}, .text = graph_csv(graph)};
    if (arguments.format == "svg") return {.data = {}, .text = svg_chart(graph)};
    if (arguments.format == "table") return {.data = {}, .text = table_of(graph, context.style())};
    const std::int64_t columns =
        arguments.width.value_or(static_cast<std::int64_t>(std::min<std::size_t>(context.columns(), 120)));
    const ChartSize size{.columns = static_cast<std::size_t>(std::clamp<std::int64_t>(columns, 40, 400)),
                         .rows = static_cast<std::size_t>(std::clamp<std::int64_t>(arguments.height, 4, 200))};
    return {.data = {}, .text = terminal_chart(graph, size, context.style())};
}

}  // namespace

void add_graph(Command& parent) {
    Command graph = parent.add("graph", "The shop's graphs: list, show");
    graph.examples({"edge-analytics graph list", "edge-analytics graph show sales --format chart"});

    Command list = graph.add("list", "List the graphs");
    list.examples({"edge-analytics graph list", "edge-analytics graph list --json"});
    list.action(run_list);

    const auto arguments = std::make_shared<ShowArguments>();
    Command show = graph.add("show", "Show a graph as last refreshed");
    show.argument("NAME", arguments->name,
                  "sales, sell-through, categories, windows, forecast, sell-through-to-date, no-shows, hours, waste, "
                  "co2, revenue, accuracy, or a type's number")
        .required();
    show.option("-f,--format", "FORMAT", arguments->format, "How to show it; table if not given")
        .one_of({"table", "chart", "json", "csv", "svg"});
    show.option("--last", "N", arguments->last, "Only the last N days or weeks");
    show.option("--width", "COLUMNS", arguments->width, "Of a chart; the terminal's if not given");
    show.option("--height", "ROWS", arguments->height, "Of a chart; 12 if not given");
    show.examples({"edge-analytics graph show sales --format chart --last 60",
                   "edge-analytics graph show forecast --format svg > forecast.svg"});
    show.action([arguments](Context& context) { return run_show(context, *arguments); });
}

}  // namespace edge::cli
