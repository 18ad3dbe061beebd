#include "answer.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace edge::forecast {

const std::array<double, quantile_count>& quantile_levels() noexcept {
    static constexpr std::array<double, quantile_count> levels{.05, .10, .15, .20, .25, .30, .35, .40, .45, .50,
                                                               .55, .60, .65, .70, .75, .80, .85, .90, .95};
    return levels;
}

std::int64_t hit_margin(std::int64_t predicted) noexcept {
    return static_cast<std::int64_t>(std::max(1.0, std::floor(.2 * static_cast<double>(predicted))));
}

double hit_probability(const CountDistribution& reservations, std::int64_t predicted) {
    const std::int64_t margin = hit_margin(predicted);
    return std::clamp(reservations.cdf(predicted + margin) - reservations.cdf(predicted - margin - 1), 0.0, 1.0);
}

void set_distribution(Forecast& answer, CountDistribution reservations,
                      const std::array<double, quantile_count>& levels) {
    answer.mean = reservations.mean();
    const std::vector<std::int64_t> counts = reservations.quantiles(levels);
    std::copy(counts.begin(), counts.end(), answer.quantiles.begin());
    answer.reservations = std::move(reservations);
}

void set_suggestion(Forecast& answer, const Costs& costs) {
    answer.suggested_qty =
        suggest_quantity(answer.reservations.without_cap(), answer.predicted_no_show_prob, costs).post;
}

std::string bounded_text(std::string text) {
    constexpr std::size_t most_characters = 500;
    const auto starts_character = [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; };
    std::size_t characters = 0;
    std::size_t cut_at = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (!starts_character(text[i])) continue;
        if (++characters == most_characters) cut_at = i;
    }
    if (characters > most_characters) text = text.substr(0, cut_at) + "…";
    return text;
}

}  // namespace edge::forecast
