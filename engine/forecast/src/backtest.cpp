#include "edge/forecast/backtest.hpp"

#include "edge/core/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <tuple>

namespace edge::forecast {

namespace {

enum Column : std::size_t {
    series_id,
    category_id,
    date,
    day_of_week,
    window_start_hour,
    window_end_hour,
    is_holiday,
    observed_reservations,
    temperature,
    weather_flag,
    posted_qty,
    observed_no_shows,
    column_count
};
constexpr std::array<std::string_view, column_count> column_names{
    "series_id",  "category_id",           "date",        "day_of_week",  "window_start_hour", "window_end_hour",
    "is_holiday", "observed_reservations", "temperature", "weather_flag", "posted_qty",        "observed_no_shows"};
constexpr std::size_t needed_columns = temperature;

std::vector<std::string_view> fields_of(std::string_view line) {
    std::vector<std::string_view> fields;
    while (true) {
        const std::size_t comma = line.find(',');
        std::string_view field = line.substr(0, comma);
        if (field.size() >= 2 && field.front() == '"' && field.back() == '"') field = field.substr(1, field.size() - 2);
        fields.push_back(field);
        if (comma == std::string_view::npos) return fields;
        line.remove_prefix(comma + 1);
    }
}

/// Reads a table line by line and knows where it is.
class Reader {
public:
    explicit Reader(std::string_view csv) : rest_(csv) {
        constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
        if (rest_.starts_with(byte_order_mark)) rest_.remove_prefix(byte_order_mark.size());
        if (!next()) refuse("it has no header line");
        for (std::size_t column = 0; column < column_count; ++column) {
            const auto found = std::find(fields_.begin(), fields_.end(), column_names[column]);
            if (found != fields_.end()) place_[column] = static_cast<std::size_t>(found - fields_.begin());
            if (found == fields_.end() && column < needed_columns) {
                refuse(fmt::format("there is no column {}", column_names[column]));
            }
        }
    }

    /// To the next line that is not empty.
    bool next() {
        std::string_view line;
        while (line.empty()) {
            if (rest_.empty()) return false;
            const std::size_t end = rest_.find('\n');
            line = rest_.substr(0, end);
            rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
            if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
            ++line_;
        }
        fields_ = fields_of(line);
        return true;
    }

    [[nodiscard]] std::string_view text(Column column) const {
        const std::optional<std::size_t> place = place_[column];
        if (!place) return {};
        if (*place >= fields_.size()) refuse("it has too few fields");
        return fields_[*place];
    }
    [[nodiscard]] std::optional<std::int64_t> find_number(Column column) const {
        std::string_view digits = text(column);
        if (digits.empty()) return std::nullopt;
        if (digits.ends_with(".0")) digits.remove_suffix(2);  // what spreadsheets make of whole numbers with gaps
        std::int64_t number = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
        if (error != std::errc() || end != digits.data() + digits.size()) {
            refuse(fmt::format("{} is not a whole number: {}", column_names[column], digits));
        }
        return number;
    }
    [[nodiscard]] std::int64_t number(Column column) const {
        const std::optional<std::int64_t> found = find_number(column);
        if (!found) refuse(fmt::format("{} is empty", column_names[column]));
        return *found;
    }
    [[noreturn]] void refuse(const std::string& why) const {
        throw Error(ErrorCode::invalid_argument, fmt::format("cannot read the slot history at line {}: {}", line_, why),
                    {{"line", std::to_string(line_)}});
    }

private:
    std::string_view rest_;
    std::int64_t line_ = 0;
    std::vector<std::string_view> fields_;
    std::array<std::optional<std::size_t>, column_count> place_{};
};

TimeOfDay hour_of(const Reader& reader, Column column) {
    const std::int64_t hour = reader.number(column);
    if (hour < 0 || hour > 24) reader.refuse(fmt::format("{} is no hour: {}", column_names[column], hour));
    return std::chrono::hours(hour);
}

Observation observation_of(const Reader& reader) {
    const std::optional<LocalDate> day = parse_date(reader.text(date));
    if (!day) reader.refuse(fmt::format("date is no day: {}", reader.text(date)));
    Observation row;
    row.day = *day;
    row.weekday = static_cast<int>(std::clamp<std::int64_t>(reader.number(day_of_week), -1, 7));
    if (row.weekday < 0 || row.weekday > 6) reader.refuse("day_of_week is not 0 to 6");
    row.window_start = hour_of(reader, window_start_hour);
    row.window_end = hour_of(reader, window_end_hour);
    row.is_holiday = reader.number(is_holiday) != 0;
    row.reservations = reader.number(observed_reservations);
    row.no_shows = reader.find_number(observed_no_shows);
    row.posted = reader.find_number(posted_qty);
    if (const std::string_view degrees = reader.text(temperature); !degrees.empty()) {
        row.temperature = Celsius::parse(degrees);
        if (!row.temperature) reader.refuse(fmt::format("temperature is no number of degrees: {}", degrees));
    }
    if (const std::string_view flag = reader.text(weather_flag); !flag.empty()) {
        row.weather = parse_weather_flag(flag);
        if (!row.weather) reader.refuse(fmt::format("weather_flag is unknown: {}", flag));
    }
    return row;
}

/// Numbers names by their order.
class Names {
public:
    void add(std::string_view name) { numbers_.try_emplace(std::string(name), 0); }
    std::vector<std::string> number() {
        std::vector<std::string> names;
        for (auto& [name, number] : numbers_) {
            number = static_cast<std::int64_t>(names.size());
            names.push_back(name);
        }
        return names;
    }
    [[nodiscard]] std::int64_t number_of(std::string_view name) const { return numbers_.find(name)->second; }

private:
    std::map<std::string, std::int64_t, std::less<>> numbers_;
};

}  // namespace

SlotHistory parse_slot_history(std::string_view csv) {
    Names sellers;
    Names categories;
    std::vector<std::pair<std::string_view, std::string_view>> keys;
    SlotHistory history;
    Reader reader(csv);
    while (reader.next()) {
        history.rows.push_back(observation_of(reader));
        keys.emplace_back(reader.text(series_id), reader.text(category_id));
        sellers.add(keys.back().first);
        categories.add(keys.back().second);
    }
    history.sellers = sellers.number();
    history.categories = categories.number();
    for (std::size_t i = 0; i < keys.size(); ++i) {
        history.rows[i].seller = SellerId(sellers.number_of(keys[i].first));
        history.rows[i].category = CategoryId(categories.number_of(keys[i].second));
    }
    std::stable_sort(history.rows.begin(), history.rows.end(), [](const Observation& left, const Observation& right) {
        return std::tie(left.day, left.seller, left.category, left.window_start) <
               std::tie(right.day, right.seller, right.category, right.window_start);
    });
    return history;
}

Slot slot_of(const Observation& observation) {
    Slot slot{.seller = observation.seller,
              .day = observation.day,
              .window_start = observation.window_start,
              .window_end = observation.window_end,
              .is_holiday = observation.is_holiday,
              .temperature = observation.temperature,
              .weather = observation.weather,
              .weather_source = WeatherSource::observed,
              .posted = observation.posted};
    if (observation.category) slot.categories = {*observation.category};
    return slot;
}

void backtest(Method& method, const SlotHistory& history,
              const std::function<void(const Observation&, const Forecast&)>& visit) {
    const std::vector<Observation>& rows = history.rows;
    for (std::size_t first = 0; first < rows.size();) {
        std::size_t end = first;
        for (; end < rows.size() && rows[end].day == rows[first].day; ++end) {
            visit(rows[end], method.forecast(slot_of(rows[end])));
        }
        for (; first < end; ++first) method.learn(rows[first]);
    }
}

std::string prediction_header() {
    std::string header = "series_id,category_id,date,window_start_hour,mean,point,no_show_prob";
    for (std::size_t i = 1; i <= quantile_count; ++i) header += fmt::format(",q{:02}", 5 * i);
    return header;
}

std::string prediction_line(const SlotHistory& history, const Observation& row, const Forecast& forecast) {
    const auto hour = std::chrono::floor<std::chrono::hours>(row.window_start).count();
    std::string line =
        fmt::format("{},{},{},{},{:.6f},{},{}", history.sellers.at(static_cast<std::size_t>(row.seller.value())),
                    history.categories.at(static_cast<std::size_t>(row.category->value())), format_date(row.day), hour,
                    forecast.mean, forecast.predicted_reservations, forecast.predicted_no_show_prob.text());
    for (const std::int64_t quantile : forecast.quantiles) line += fmt::format(",{}", quantile);
    return line;
}

}  // namespace edge::forecast
