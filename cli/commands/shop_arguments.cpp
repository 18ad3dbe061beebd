#include "commands/shop_arguments.hpp"

#include "output/text_width.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>

namespace edge::cli {
namespace {

bool same_name(const std::string& left, const std::string& right) {
    return std::ranges::equal(left, right,
                              [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); });
}

CategoryId find_category(const std::vector<Category>& categories, const std::string& given) {
    const std::optional<std::int64_t> number = parse_decimal(given, 0);
    const auto found = std::ranges::find_if(categories, [&](const Category& category) {
        return (number && category.id.value() == *number) || same_name(category.name, given);
    });
    if (found != categories.end()) return found->id;
    throw Error(ErrorCode::unknown_category,
                fmt::format("cannot find category '{}': no category has that id or name", given), {{"category", given}},
                "edge-analytics category list shows them, edge-analytics category add makes one");
}

}  // namespace

std::vector<CategoryId> find_categories(Engine& engine, const std::vector<std::string>& given) {
    const std::vector<Category> categories = engine.categories();
    std::vector<CategoryId> found;
    found.reserve(given.size());
    for (const std::string& each : given) found.push_back(find_category(categories, each));
    return found;
}

Money parse_price(Context& context, const std::string& text) {
    const std::string& currency = context.seller().currency;
    const std::optional<Money> price = parse_money(text, currency);
    if (!price) {
        throw usage_error(fmt::format("cannot use --price '{}': it is not an amount of {}", text, currency),
                          fmt::format("write it with at most {} places, such as {}", minor_digits(currency),
                                      format_money(Money{399}, currency)));
    }
    return *price;
}

double parse_number(const std::string& text, const std::string& option) {
    constexpr double millionths = 1e6;
    const std::optional<std::int64_t> number = parse_decimal(text, 6);
    if (!number || *number < 0) {
        throw usage_error(fmt::format("cannot use {} '{}': it is not a number of 0 or more", option, text),
                          "write it as 2 or 0.35, with at most 6 places");
    }
    return static_cast<double>(*number) / millionths;
}

Degrees parse_degrees(const std::string& text, const std::string& option, std::int64_t most) {
    const std::optional<Degrees> degrees = Degrees::parse(text);
    if (!degrees || std::abs(degrees->units()) > most * 1'000'000) {
        throw usage_error(fmt::format("cannot use {} '{}': it is not a number of degrees between -{} and {}", option,
                                      text, most, most));
    }
    return *degrees;
}

std::optional<BundleId> bundle_id(const std::optional<std::int64_t>& given) {
    if (!given) return std::nullopt;
    return BundleId(*given);
}

Answer bundle_answer(Context& context, const Bundle& bundle, const std::string& done) {
    const ShopView shop = context.shop();
    if (context.json()) return {.data = json_of(bundle, shop), .text = {}};
    return {.data = {},
            .text = fmt::format("{} bundle {}: {} × {}, {}, {}\n", done, bundle.id.value(), bundle.total_qty,
                                printable(bundle.name), shop.window(bundle.window), shop.price(bundle.price)),
            .confirmation = true};
}

}  // namespace edge::cli
