#include "edge/forecast/backtest.hpp"

#include "edge/core/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

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

/// Lines of a text of any length, a few of them held.
class Lines {
public:
    explicit Lines(ByteSource bytes) : bytes_(std::move(bytes)) {}

    /// The next line without its end; holds until the one after. False at the end of the text.
    bool next(std::string_view& line) {
        std::size_t end = held_.find('\n', at_);
        while (end == std::string::npos && more()) end = held_.find('\n', at_);
        if (end == std::string::npos && at_ == held_.size()) return false;
        const std::size_t stop = std::min(end, held_.size());
        line = std::string_view(held_).substr(at_, stop - at_);
        if (line.ends_with('\r')) line.remove_suffix(1);
        at_ = std::min(stop + 1, held_.size());
        return true;
    }
    /// A line that is longer is given in part.
    static constexpr std::size_t longest = std::size_t{1} << 20U;

private:
    static constexpr std::size_t chunk = 65536;

    bool more() {
        if (held_.size() - at_ > longest) return false;
        held_.erase(0, at_);
        at_ = 0;
        const std::size_t before = held_.size();
        held_.resize(before + chunk);
        const std::size_t count = bytes_(held_.data() + before, chunk);
        held_.resize(before + count);
        return count > 0;
    }

    ByteSource bytes_;
    std::string held_;
    std::size_t at_ = 0;
};

/// Reads a table line by line and knows where it is.
class Reader {
public:
    explicit Reader(ByteSource csv) : lines_(std::move(csv)) {
        if (!next()) refuse("it has no header line");
        constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
        if (fields_.front().starts_with(byte_order_mark)) fields_.front().remove_prefix(byte_order_mark.size());
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
            const bool found = lines_.next(line);
            ++line_;
            if (!found) return false;
            if (line.size() > Lines::longest) refuse("it is longer than a mebibyte");
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
    Lines lines_;
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

/// The place of a name that is in the list.
std::int64_t place_of(const std::vector<std::string>& names, std::string_view name) {
    return std::lower_bound(names.begin(), names.end(), name) - names.begin();
}

/// With the ids that its names stand for.
Observation named_observation(const Reader& reader, const SlotNames& names) {
    Observation row = observation_of(reader);
    row.seller = SellerId(place_of(names.sellers, reader.text(series_id)));
    row.category = CategoryId(place_of(names.categories, reader.text(category_id)));
    return row;
}

void sort_slots(std::vector<Observation>& rows) {
    std::stable_sort(rows.begin(), rows.end(), [](const Observation& left, const Observation& right) {
        return std::tie(left.day, left.seller, left.category, left.window_start) <
               std::tie(right.day, right.seller, right.category, right.window_start);
    });
}

}  // namespace

ByteSource bytes_of(std::string_view text) {
    return [text](char* buffer, std::size_t capacity) mutable {
        const std::size_t count = text.copy(buffer, capacity);
        text.remove_prefix(count);
        return count;
    };
}

SlotSurvey survey_slots(ByteSource csv) {
    std::set<std::string, std::less<>> sellers;
    std::set<std::string, std::less<>> categories;
    SlotSurvey survey;
    LocalDate newest = LocalDate::min();
    for (Reader reader(std::move(csv)); reader.next();) {
        const Observation row = observation_of(reader);
        survey.by_day = survey.by_day && row.day >= newest;
        newest = std::max(newest, row.day);
        ++survey.rows;
        if (!sellers.contains(reader.text(series_id))) sellers.emplace(reader.text(series_id));
        if (!categories.contains(reader.text(category_id))) categories.emplace(reader.text(category_id));
    }
    survey.names.sellers.assign(sellers.begin(), sellers.end());
    survey.names.categories.assign(categories.begin(), categories.end());
    return survey;
}

SlotHistory read_slot_history(const std::function<ByteSource()>& open) {
    SlotHistory history{.names = survey_slots(open()).names, .rows = {}};
    for (Reader reader(open()); reader.next();) history.rows.push_back(named_observation(reader, history.names));
    sort_slots(history.rows);
    return history;
}

SlotHistory parse_slot_history(std::string_view csv) {
    return read_slot_history([csv] { return bytes_of(csv); });
}

struct SlotReader::Table {
    Reader reader;
    SlotNames names;
    std::optional<Observation> ahead{};  ///< the first row of the day after
};

SlotReader::SlotReader(ByteSource csv, const SlotNames& names)
    : table_(std::make_unique<Table>(Table{.reader = Reader(std::move(csv)), .names = names})) {
    if (table_->reader.next()) table_->ahead = named_observation(table_->reader, names);
}

SlotReader::SlotReader(SlotReader&&) noexcept = default;
SlotReader& SlotReader::operator=(SlotReader&&) noexcept = default;
SlotReader::~SlotReader() = default;

bool SlotReader::next(std::vector<Observation>& day) {
    day.clear();
    while (table_->ahead && (day.empty() || table_->ahead->day == day.front().day)) {
        day.push_back(*table_->ahead);
        table_->ahead.reset();
        if (table_->reader.next()) table_->ahead = named_observation(table_->reader, table_->names);
    }
    sort_slots(day);
    return !day.empty();
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

std::string prediction_line(const SlotNames& names, const Observation& row, const Forecast& forecast) {
    const auto hour = std::chrono::floor<std::chrono::hours>(row.window_start).count();
    std::string line =
        fmt::format("{},{},{},{},{:.6f},{},{}", names.sellers.at(static_cast<std::size_t>(row.seller.value())),
                    names.categories.at(static_cast<std::size_t>(row.category->value())), format_date(row.day), hour,
                    forecast.mean, forecast.predicted_reservations, forecast.predicted_no_show_prob.text());
    for (const std::int64_t quantile : forecast.quantiles) line += fmt::format(",{}", quantile);
    return line;
}

}  // namespace edge::forecast
