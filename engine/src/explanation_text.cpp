#include "explanation_text.hpp"

#include <boost/json.hpp>

#include <exception>

namespace edge {

namespace json = boost::json;

namespace {

std::string_view name_of(forecast::EffectKind kind) {
    switch (kind) {
        case forecast::EffectKind::weekday: return "weekday";
        case forecast::EffectKind::window: return "window";
        case forecast::EffectKind::holiday: return "holiday";
        case forecast::EffectKind::weather: return "weather";
        case forecast::EffectKind::temperature: return "temperature";
        case forecast::EffectKind::trend: break;
    }
    return "trend";
}

json::value day_value(const std::optional<LocalDate>& day) {
    if (!day) return nullptr;
    return json::value(format_date(*day));
}

std::optional<LocalDate> day_in(const json::object& members, std::string_view name) {
    const json::value& value = members.at(name);
    if (value.is_null()) return std::nullopt;
    return parse_date(std::string_view(value.as_string()));
}

ForecastExplanation parsed(std::string_view text) {
    ForecastExplanation explanation;
    const json::value document = json::parse(json::string_view(text.data(), text.size()));
    const json::object& members = document.as_object();
    if (members.empty()) return explanation;
    explanation.base_level = members.at("base_level").to_number<double>();
    explanation.expected = members.at("expected").to_number<double>();
    for (const json::value& one : members.at("effects").as_array()) {
        explanation.effects.push_back({.kind = std::string(one.at("kind").as_string()),
                                       .cause = std::string(one.at("cause").as_string()),
                                       .factor = one.at("factor").to_number<double>(),
                                       .moved = one.at("moved").to_number<double>()});
    }
    explanation.series_rows = members.at("series_rows").to_number<std::int64_t>();
    explanation.seller_rows = members.at("seller_rows").to_number<std::int64_t>();
    explanation.all_rows = members.at("all_rows").to_number<std::int64_t>();
    explanation.first_day = day_in(members, "first_day");
    explanation.last_day = day_in(members, "last_day");
    explanation.low = members.at("low").to_number<std::int64_t>();
    explanation.high = members.at("high").to_number<std::int64_t>();
    explanation.judged = members.at("judged").to_number<std::int64_t>();
    explanation.held = members.at("held").to_number<std::int64_t>();
    for (const json::value& one : members.at("unknown").as_array()) explanation.unknown.emplace_back(one.as_string());
    return explanation;
}

}  // namespace

std::string explanation_text(const forecast::Explanation& explanation) {
    if (explanation == forecast::Explanation{}) return "{}";
    json::array effects;
    for (const forecast::Effect& one : explanation.effects) {
        effects.push_back(
            {{"kind", name_of(one.kind)}, {"cause", one.cause}, {"factor", one.factor}, {"moved", one.moved}});
    }
    const forecast::Evidence& evidence = explanation.evidence;
    const forecast::IntervalRecord& interval = explanation.interval;
    return json::serialize(json::object{{"base_level", explanation.base_level},
                                        {"expected", explanation.expected},
                                        {"effects", std::move(effects)},
                                        {"series_rows", evidence.series_rows},
                                        {"seller_rows", evidence.seller_rows},
                                        {"all_rows", evidence.all_rows},
                                        {"first_day", day_value(evidence.first_day)},
                                        {"last_day", day_value(evidence.last_day)},
                                        {"low", interval.low},
                                        {"high", interval.high},
                                        {"judged", interval.judged},
                                        {"held", interval.held},
                                        {"unknown", json::value_from(explanation.unknown)}});
}

void read_explanation(std::string_view text, ForecastExplanation& explanation) {
    try {
        ForecastExplanation read = parsed(text);
        read.forecast = std::move(explanation.forecast);
        read.latest = std::move(explanation.latest);
        explanation = std::move(read);
    } catch (const std::exception&) {
        // The forecast stands without it.
    }
}

}  // namespace edge
