#include "pooled/effects.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace edge::forecast::pooled {

namespace {

/// Asks the state for expected counts under changed circumstances.
class Question {
public:
    Question(const State& state, std::span<const State::View> views, std::int64_t day)
        : state_(state), views_(views), day_(day) {}

    [[nodiscard]] double expected(const Context& context) const { return both(context).expected; }

    struct Answer {
        double expected = 0;
        double unchanging = 0;  ///< as the setting says that knows no drift: the long run
    };
    [[nodiscard]] Answer both(const Context& context) const {
        Answer answer;
        for (const State::View& view : views_) {
            const Prediction prediction = state_.predict(view, context, day_);
            for (std::size_t i = 0; i < component_count; ++i) {
                answer.expected += prediction.weights[i] * prediction.components[i].mean;
            }
            answer.unchanging += prediction.components[unchanging_setting].mean;
        }
        answer.expected /= static_cast<double>(views_.size());
        answer.unchanging /= static_cast<double>(views_.size());
        return answer;
    }

private:
    const State& state_;
    std::span<const State::View> views_;
    std::int64_t day_;
};

double mean_over_weekdays(const Question& question, Context context) {
    double sum = 0;
    for (context.weekday = 0; context.weekday < 7; ++context.weekday) sum += question.expected(context);
    return sum / 7;
}

double mean_over_windows(const Question& question, Context context, const std::set<double>& hours) {
    double sum = 0;
    for (const double hour : hours) {
        context.start_hour = hour;
        sum += question.expected(context);
    }
    return sum / static_cast<double>(hours.size());
}

std::string window_name(double hour) {
    return format_hour_minute(std::chrono::minutes(static_cast<std::int64_t>(std::nearbyint(hour * 60))));
}

std::string source_note(WeatherSource source) {
    switch (source) {
        case WeatherSource::forecast: return " (weather as forecast)";
        case WeatherSource::normal: return " (weather usual for the month)";
        case WeatherSource::observed:
        case WeatherSource::unknown: break;
    }
    return "";
}

Evidence evidence_of(const State& state, std::span<const State::View> views) {
    Evidence evidence{.seller_rows = views.front().seller->block.rows, .all_rows = state.rows()};
    const auto day_of = [](std::int64_t day) { return LocalDate(std::chrono::days(day)); };
    for (const State::View& view : views) {
        const TrackRecord& record = view.series->record;
        evidence.series_rows += view.series->similar.rows();
        if (!record.first_day || !record.last_day) continue;
        const LocalDate first = day_of(*record.first_day);
        const LocalDate last = day_of(*record.last_day);
        evidence.first_day = std::min(first, evidence.first_day.value_or(first));
        evidence.last_day = std::max(last, evidence.last_day.value_or(last));
    }
    return evidence;
}

std::vector<std::string> unknown_of(const Slot& slot, const Evidence& evidence) {
    std::vector<std::string> unknown;
    if (!slot.weather) unknown.emplace_back("weather");
    if (!slot.temperature) unknown.emplace_back("temperature");
    if (evidence.series_rows == 0) unknown.emplace_back("history");
    return unknown;
}

/// The start hours to hold a window against: those in which these series were offered, and its own. What was never
/// offered at another hour tells nothing of hours.
std::set<double> hours_of(std::span<const State::View> views, const Context& context) {
    std::set<double> hours{context.start_hour};
    for (const State::View& view : views) {
        for (const auto& [hour, means] : view.series->windows) hours.insert(hour);
    }
    return hours;
}

/// The expected count asked again without one thing after the other.
std::vector<Effect> effects_of(const Question& question, const Context& context, const std::set<double>& hours,
                               const Question::Answer& answer) {
    std::vector<Effect> effects;
    const auto add = [&](EffectKind kind, std::string cause, double without) {
        if (answer.expected <= 0 || without <= 0) return;
        effects.push_back({.cause = std::move(cause),
                           .factor = answer.expected / without,
                           .kind = kind,
                           .moved = answer.expected - without});
    };
    add(EffectKind::weekday, std::string(weekday_name(context.weekday)), mean_over_weekdays(question, context));
    if (hours.size() > 1) {
        add(EffectKind::window, window_name(context.start_hour), mean_over_windows(question, context, hours));
    }
    Context without = context;
    if (context.is_holiday) {
        without.is_holiday = false;
        add(EffectKind::holiday, "public holiday", question.expected(without));
        without.is_holiday = true;
    }
    if (context.weather) {
        without.weather.reset();
        add(EffectKind::weather, std::string(name_of(*context.weather)), question.expected(without));
        without.weather = context.weather;
    }
    if (context.temperature) {
        without.temperature.reset();
        add(EffectKind::temperature, fmt::format("{:.0f} °C", *context.temperature), question.expected(without));
    }
    add(EffectKind::trend, "lately", answer.unchanging);
    std::stable_sort(effects.begin(), effects.end(), [](const Effect& left, const Effect& right) {
        return std::abs(std::log(left.factor)) > std::abs(std::log(right.factor));
    });
    return effects;
}

std::string range_text(std::int64_t low, std::int64_t high) {
    if (high == 0) return "no reservations";
    if (low == high) return fmt::format("{} reservation{}", high, high == 1 ? "" : "s");
    return fmt::format("{} to {} reservations", low, high);
}

std::string unknown_text(const Slot& slot) {
    if (!slot.weather && !slot.temperature) return " Weather unknown.";
    if (!slot.temperature) return " Temperature unknown.";
    return slot.weather ? "" : " Sky and rain unknown.";
}

}  // namespace

Explanation explanation_of(const State& state, std::span<const State::View> views, const Slot& slot) {
    const Context context = context_of(slot);
    const Question question(state, views, slot.day.time_since_epoch().count());
    const Question::Answer answer = question.both(context);
    Explanation explanation{.expected = answer.expected,
                            .effects = effects_of(question, context, hours_of(views, context), answer),
                            .evidence = evidence_of(state, views)};
    explanation.base_level = answer.expected;
    for (const Effect& effect : explanation.effects) explanation.base_level /= effect.factor;
    for (const State::View& view : views) {
        explanation.interval.judged += view.series->record.judged;
        explanation.interval.held += view.series->record.held;
    }
    explanation.unknown = unknown_of(slot, explanation.evidence);
    return explanation;
}

std::string rationale_of(const Forecast& answer, const Slot& slot) {
    constexpr std::size_t most_effects = 3;
    constexpr double smallest_effect = .02;
    std::string text =
        answer.history_rows == 0
            ? std::string("No slots of this kind yet: from what is known of other slots")
            : fmt::format("Based on {} past slot{}", answer.history_rows, answer.history_rows == 1 ? "" : "s");
    if (slot.categories.size() > 1) text += fmt::format(" in {} categories", slot.categories.size());
    std::size_t told = 0;
    for (const Effect& effect : answer.effects) {
        if (told == most_effects || std::abs(effect.factor - 1) < smallest_effect) break;
        const double percent = std::clamp((effect.factor - 1) * 100, -100.0, 9999.0);
        text += fmt::format("{}{} {}{:.0f} %", told == 0 ? ": " : ", ", effect.cause, percent < 0 ? "−" : "+",
                            std::abs(percent));
        ++told;
    }
    text += "; expect " + range_text(answer.quantiles[1], answer.quantiles[17]);
    if (slot.weather || slot.temperature) text += source_note(slot.weather_source);
    text += "." + unknown_text(slot);
    if (answer.demand_uncut > answer.predicted_reservations) {
        text += fmt::format(" Held to the {} posted; you could post {}.", answer.predicted_reservations,
                            answer.demand_uncut);
    }
    return text;
}

}  // namespace edge::forecast::pooled
