#pragma once

#include "edge/forecast/method.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace edge::forecast {

/// The names in a table of slots, ascending. The ids of its observations are places in these lists.
struct SlotNames {
    std::vector<std::string> sellers;
    std::vector<std::string> categories;
};

/// A table of closed slots.
struct SlotHistory {
    SlotNames names;
    std::vector<Observation> rows;  ///< by day, then seller, category and window start
};

/// Bytes from the start of a table: fills `buffer` and says how many there are; 0 at the end.
using ByteSource = std::function<std::size_t(char* buffer, std::size_t capacity)>;
/// Of a text, which must outlive it.
[[nodiscard]] ByteSource bytes_of(std::string_view text);

/// Reads CSV with a header line. Needed: series_id, category_id, date, day_of_week (0 = Monday), window_start_hour,
/// window_end_hour, is_holiday, observed_reservations; may be empty or absent: temperature, weather_flag, posted_qty,
/// observed_no_shows. Other columns are passed over. `open` begins the table anew at each call; it is read twice.
/// Throws `invalid_argument` with the line of what it cannot read.
[[nodiscard]] SlotHistory read_slot_history(const std::function<ByteSource()>& open);
[[nodiscard]] SlotHistory parse_slot_history(std::string_view csv);

/// What a first reading tells of a table. Every row was read, so a second reading meets no fault.
struct SlotSurvey {
    SlotNames names;
    std::int64_t rows = 0;
    bool by_day = true;  ///< no row is of an earlier day than the one before: it can be read a day at a time
};
[[nodiscard]] SlotSurvey survey_slots(ByteSource csv);

/// Reads a table that is in order of day for a second time, holding a day of it.
class SlotReader {
public:
    /// `names` are those of its survey.
    SlotReader(ByteSource csv, const SlotNames& names);
    SlotReader(SlotReader&&) noexcept;
    SlotReader& operator=(SlotReader&&) noexcept;
    ~SlotReader();

    /// Gives the next day's rows, by seller, category and window start. False, with nothing in `day`, at the end.
    [[nodiscard]] bool next(std::vector<Observation>& day);

private:
    struct Table;
    std::unique_ptr<Table> table_;
};

/// One slot as it was known beforehand.
[[nodiscard]] Slot slot_of(const Observation& observation);

/// Forecasts every row from rows of strictly earlier days, one day at a time, in order: `visit` sees each row with its
/// forecast before the method learns the day. `visit` may throw to stop.
void backtest(Method& method, const SlotHistory& history,
              const std::function<void(const Observation&, const Forecast&)>& visit);

/// One line of predictions and the header above them: key, mean, point, no-show probability, q05 … q95.
[[nodiscard]] std::string prediction_header();
[[nodiscard]] std::string prediction_line(const SlotNames& names, const Observation& row, const Forecast& forecast);

}  // namespace edge::forecast
