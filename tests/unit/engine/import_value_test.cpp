#include "import_value.hpp"

#include <gtest/gtest.h>

namespace edge {
namespace {

const DataColumn& column(std::string_view table, std::string_view name) {
    const DataTable& found = *find_data_table(table);
    return found.columns[column_index(found, name)];
}

Cell value_of(std::string_view table, std::string_view name, std::string_view text, std::string_view currency = "GBP") {
    const ParsedValue parsed = parse_value(column(table, name), text, currency);
    EXPECT_EQ(parsed.reason, "");
    return parsed.cell;
}

std::string reason_of(std::string_view table, std::string_view name, std::string_view text) {
    return parse_value(column(table, name), text, "GBP").reason;
}

TEST(ImportValue, CountsTheCharactersOfATextAndNotItsBytes) {
    std::string text;
    for (int i = 0; i < 20; ++i) text += "\xC3\xA9";

    EXPECT_EQ(value_of("reservations", "claim_code", text), Cell(text));
    EXPECT_EQ(reason_of("reservations", "claim_code", text + "x"), "has 21 characters, at most 20 are taken");
}

TEST(ImportValue, TakesOnlyTheWordsThatMayStandInAColumn) {
    EXPECT_EQ(value_of("forecast_input", "weather_flag", "rainy"), Cell("rainy"));
    EXPECT_EQ(reason_of("forecast_input", "weather_flag", "Rainy"),
              "is 'Rainy', not one of sunny, cloudy, rainy, snowy, windy");
}

TEST(ImportValue, KeepsDecimalsExactAndRoundsWhatHasMorePlaces) {
    EXPECT_EQ(value_of("category", "category_coefficient", "1.5"), Cell("1.500000000"));
    EXPECT_EQ(value_of("category", "category_coefficient", "0.8999999761581421"), Cell("0.899999976"));
    EXPECT_EQ(value_of("sellers", "latitude", "-90"), Cell("-90.000000"));
    EXPECT_EQ(reason_of("sellers", "latitude", "90.000001"), "is 90.000001, not between -90.000000 and 90.000000");
    EXPECT_EQ(reason_of("sellers", "latitude", "nan"), "is 'nan', not a number");
    EXPECT_EQ(reason_of("sellers", "latitude", "1e300"), "is '1e300', not a number");
    EXPECT_EQ(reason_of("sellers", "latitude", "50.7 N"), "is '50.7 N', not a number");
}

TEST(ImportValue, CountsPricesInTheCurrencysMinorUnits) {
    EXPECT_EQ(value_of("bundles", "price", "3.99"), Cell(std::int64_t{399}));
    EXPECT_EQ(value_of("bundles", "price", "3.990"), Cell(std::int64_t{399}));
    EXPECT_EQ(value_of("bundles", "price", "350", "JPY"), Cell(std::int64_t{350}));
    EXPECT_EQ(value_of("bundles", "price", "3.999", "KWD"), Cell(std::int64_t{3999}));
    EXPECT_EQ(reason_of("bundles", "price", "3.999"), "is '3.999', not an amount of GBP with at most 2 decimals");
}

TEST(ImportValue, TakesTimesWithoutZoneForUtc) {
    EXPECT_EQ(value_of("bundles", "window_start", "1970-01-01 00:00:01"), Cell(std::int64_t{1'000'000}));
    EXPECT_EQ(value_of("bundles", "window_start", "1970-01-01T01:00:00.000001+01:00"), Cell(std::int64_t{1}));
    EXPECT_EQ(reason_of("bundles", "window_start", "tomorrow"), "is 'tomorrow', not a date and time");
}

TEST(ImportValue, ReadsDaysAndBooleansAsDatabasesPrintThem) {
    EXPECT_EQ(value_of("weather", "day", "1970-01-02"), Cell(std::int64_t{1}));
    EXPECT_EQ(reason_of("weather", "day", "02/01/1970"), "is '02/01/1970', not a date as 2026-11-23");
    for (const char* yes : {"t", "true", "1"})
        EXPECT_EQ(value_of("forecast_input", "is_holiday", yes), Cell(std::int64_t{1}));
    for (const char* no : {"f", "false", "0"})
        EXPECT_EQ(value_of("forecast_input", "is_holiday", no), Cell(std::int64_t{0}));
    EXPECT_EQ(reason_of("forecast_input", "is_holiday", "maybe"), "is 'maybe', neither true nor false");
}

TEST(ImportValue, ShowsLongTextsShortened) {
    const std::string reason = reason_of("bundles", "total_qty", std::string(500, 'x'));

    EXPECT_EQ(reason, "is '" + std::string(40, 'x') + "…', not a whole number");
}

TEST(ImportValue, DoesNotCutACharacterInTwo) {
    std::string text = "x";
    for (int i = 0; i < 100; ++i) text += "\xC3\xA9";

    std::string kept = "x";
    for (int i = 0; i < 19; ++i) kept += "\xC3\xA9";
    EXPECT_EQ(reason_of("bundles", "total_qty", text), "is '" + kept + "…', not a whole number");
}

}  // namespace
}  // namespace edge
