#include "commands/commands.hpp"
#include "output/text_table.hpp"
#include "output/text_width.hpp"
#include "program/context.hpp"

#include <fmt/format.h>

#include <memory>

namespace edge::cli {
namespace {

struct AddArguments {
    std::string name;
    std::string co2e = "0";
};

Answer run_list(Context& context) {
    const std::vector<Category> categories = context.engine().categories();
    if (context.json()) {
        return {.data = Json::Object{{"categories",
                                      json_array(categories, [](const Category& each) { return json_of(each); })}},
                .text = {}};
    }
    TextTable table({{"Category", Align::right}, {"Name"}, {"kg CO2e/kg", Align::right}});
    for (const Category& each : categories) {
        table.add(
            {fmt::format("{}", each.id.value()), printable(each.name), fmt::format("{}", each.coefficient.value())});
    }
    if (table.empty())
        return {.data = {}, .text = "No categories yet: edge-analytics category add Bakery --co2e 1.9\n"};
    return {.data = {}, .text = table.text(context.style())};
}

Answer run_add(Context& context, const AddArguments& arguments) {
    const std::optional<Co2Coefficient> coefficient = Co2Coefficient::parse(arguments.co2e);
    if (!coefficient || coefficient->units() < 0) {
        throw usage_error(fmt::format("cannot use --co2e '{}': it is not a number of kg CO2e per kg", arguments.co2e));
    }
    const Category category = context.engine().add_category(arguments.name, *coefficient);
    if (context.json()) return {.data = json_of(category), .text = {}};
    return {.data = {},
            .text = fmt::format("Added category {}: {}\n", category.id.value(), printable(category.name)),
            .confirmation = true};
}

}  // namespace

void add_category(Command& parent) {
    Command category = parent.add("category", "Kinds of food: list, add");
    category.examples({"edge-analytics category list", "edge-analytics category add Dairy --co2e 3.2"});

    Command list = category.add("list", "List the categories");
    list.examples({"edge-analytics category list", "edge-analytics category list --json"});
    list.action(run_list);

    const auto arguments = std::make_shared<AddArguments>();
    Command add = category.add("add", "Add a category");
    add.argument("NAME", arguments->name, "Its name, which no other has").required();
    add.option("--co2e", "KG", arguments->co2e, "kg CO2e that a kg of it stands for; 0 if not given");
    add.examples(
        {"edge-analytics category add Dairy --co2e 3.2", "edge-analytics category add \"Fruit and vegetables\""});
    add.action([arguments](Context& context) { return run_add(context, *arguments); });
}

}  // namespace edge::cli
