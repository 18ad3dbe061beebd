#include "edge/forecast/method.hpp"

#include "pooled/pooled.hpp"
#include "seasonal_naive.hpp"
#include "similarity.hpp"

#include "edge/core/error.hpp"

#include <fmt/ranges.h>

#include <array>

namespace edge::forecast {

std::unique_ptr<Method> make_method(std::string_view name) {
    if (name == "pooled") return std::make_unique<Pooled>();
    if (name == "similarity") return std::make_unique<Similarity>();
    if (name == "seasonal_naive") return std::make_unique<SeasonalNaive>();
    throw Error(ErrorCode::invalid_argument,
                fmt::format("cannot forecast with method \"{}\": there is none of that name", name),
                {{"method", std::string(name)}}, fmt::format("use one of {}", fmt::join(method_names(), ", ")));
}

std::uint32_t method_version(std::string_view name) noexcept {
    return name == "pooled" ? static_cast<std::uint32_t>(pooled::state_seal.version) : 1;
}

std::span<const std::string_view> method_names() noexcept {
    static constexpr std::array<std::string_view, 3> names{"pooled", "similarity", "seasonal_naive"};
    return names;
}

}  // namespace edge::forecast
