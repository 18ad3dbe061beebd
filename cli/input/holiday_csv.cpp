#include "input/holiday_file.hpp"
#include "input/table_text.hpp"

#include <fmt/format.h>

namespace edge::cli {

std::vector<HolidayEntry> holidays_from_csv(std::string_view text, const std::string& region,
                                            const std::string& source) {
    std::vector<HolidayEntry> holidays;
    read_table(text, source, [&](const TableRow& row) {
        const std::string day = row.first_of({"day", "date"});
        const auto parsed = parse_date(day);
        if (!parsed) row.refuse(fmt::format("'{}' is not a day (YYYY-MM-DD)", day));
        HolidayEntry holiday{
            .region = row.value("region"), .day = *parsed, .name = row.first_of({"name", "title"}), .source = source};
        if (holiday.region.empty()) holiday.region = region;
        if (holiday.region.empty()) row.refuse("it has no region, and none was given with --region");
        if (holiday.name.empty()) row.refuse("it has no name");
        holidays.push_back(std::move(holiday));
    });
    return holidays;
}

}  // namespace edge::cli
