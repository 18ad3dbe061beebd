#pragma once

#include "program/context.hpp"

#include <optional>
#include <string>
#include <vector>

namespace edge::cli {

/// Ids of categories given by id or name, in any case. Throws `unknown_category`.
[[nodiscard]] std::vector<CategoryId> find_categories(Engine& engine, const std::vector<std::string>& given);

/// Major units of the seller's currency: "3.99". Throws a usage error.
[[nodiscard]] Money parse_price(Context& context, const std::string& text);

/// A plain decimal number, not negative: "0.35". Throws a usage error.
[[nodiscard]] double parse_number(const std::string& text, const std::string& option);

/// Degrees with at most six places, from -`most` to `most`. Throws a usage error.
[[nodiscard]] Degrees parse_degrees(const std::string& text, const std::string& option, std::int64_t most);

[[nodiscard]] std::optional<BundleId> bundle_id(const std::optional<std::int64_t>& given);

/// One bundle after what was done to it, under a line that says so.
[[nodiscard]] Answer bundle_answer(Context& context, const Bundle& bundle, const std::string& done);

inline constexpr const char* idempotency_help = "Your own name for this request: given again, it changes nothing";

}  // namespace edge::cli
