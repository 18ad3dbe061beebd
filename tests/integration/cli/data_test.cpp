#include "integration/cli/cli_process.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>

#include <filesystem>

namespace edge::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class DataCommands : public CliProcess {
protected:
    /// A marketplace's dump of a little shop.
    void write_dump(const std::string& folder) const {
        std::filesystem::create_directories(file(folder));
        write_file(file(folder + "/category.csv"), "category_id,category_name,category_coefficient\n1,Bread,1.5\n");
        write_file(file(folder + "/bundles.csv"),
                   "bundle_id,seller_id,bundle_name,carbon_dioxide,description,total_qty,price,discount_percentage,"
                   "window_start,window_end,created_at\n"
                   "1,1,Bag,100,,5,3.50,60,2026-11-20 16:00:00,2026-11-20 18:00:00,2026-11-19\n");
        write_file(file(folder + "/bundle_category.csv"), "category_id,bundle_id\n1,1\n");
        write_file(file(folder + "/reservations.csv"),
                   "reservation_id,bundle_id,consumer_id,reserved_at,claim_code,collected_at\n"
                   "1,1,7,2026-11-20 09:00:00,AAAAAA,2026-11-20 16:30:00\n2,1,8,2026-11-20 10:00:00,BBBBBB,\n");
        write_file(file(folder + "/README.md"), "not a table\n");
    }
    void make_empty_shop() const { text({"init", "--name", "X", "--marketplace-id", "1"}); }
};

TEST_F(DataCommands, AFolderOfTablesIsTakenInOnce) {
    make_empty_shop();
    write_dump("dump");

    const auto first = data({"import", "dump"});
    const auto again = data({"import", "dump"});

    EXPECT_EQ(first.at("rejected_total").as_int64(), 0);
    std::int64_t added = 0;
    for (const auto& table : again.at("tables").as_array())
        added += table.at("added").as_int64() + table.at("updated").as_int64();
    EXPECT_EQ(added, 0);
    EXPECT_EQ(data({"reservation", "list", "--bundle", "1"}).at("reservations").as_array().size(), 2U);
    EXPECT_FALSE(std::filesystem::exists(file("shop.db.rejected.ndjson")));
}

TEST_F(DataCommands, ADryRunPlansWhatThenHappensAndWritesNothing) {
    make_empty_shop();
    write_dump("dump");

    const auto plan = data({"import", "dump", "--dry-run"}).at("tables");

    EXPECT_EQ(data({"bundle", "list", "--all"}).at("bundles").as_array().size(), 0U);
    EXPECT_EQ(data({"import", "dump"}).at("tables"), plan);
}

TEST_F(DataCommands, BadRowsAreSetAsideWithTheirPlaceAndTheRestGoesIn) {
    make_empty_shop();
    write_dump("dump");
    write_file(file("dump/reservations.csv"),
               "reservation_id,bundle_id,consumer_id,reserved_at,claim_code,collected_at\n"
               "1,1,7,2026-11-20 09:00:00,AAAAAA,\n2,1,8,yesterday,BBBBBB,\n");

    const ProcessResult result = run({"import", "dump"});

    EXPECT_EQ(result.status, 3) << result.errors;
    EXPECT_THAT(result.output, HasSubstr("reservations.csv, line 3"));
    EXPECT_THAT(read_file(file("shop.db.rejected.ndjson")), HasSubstr("yesterday"));
    EXPECT_EQ(data({"reservation", "list"}).at("reservations").as_array().size(), 1U);
    EXPECT_EQ(data({"import", "dump", "--aside", "elsewhere.ndjson"}, 3).at("rejected").at(0).at("line").as_int64(), 3);
    EXPECT_TRUE(std::filesystem::exists(file("elsewhere.ndjson")));
}

TEST_F(DataCommands, WithOnErrorStopNothingGoesIn) {
    make_empty_shop();
    write_dump("dump");
    write_file(file("dump/bundle_category.csv"), "category_id,bundle_id\nx,1\n");

    refusal({"import", "dump", "--on-error", "stop"}, 65, "corrupt_data");

    EXPECT_EQ(data({"bundle", "list", "--all"}).at("bundles").as_array().size(), 0U);
}

TEST_F(DataCommands, ImportReadsStandardInputAndOtherNamesOfColumns) {
    make_empty_shop();

    const auto report = data({"import", "-", "--table", "category", "--map", "label=category_name"}, 0,
                             "category_id,label,category_coefficient\n4,Fish,2\n");

    EXPECT_EQ(report.at("tables").at(0).at("added").as_int64(), 1);
    EXPECT_THAT(text({"category", "list"}), HasSubstr("Fish"));
}

TEST_F(DataCommands, ImportRefusesWhatItCannotFindOrTell) {
    make_empty_shop();
    std::filesystem::create_directories(file("empty"));
    write_file(file("mystery.csv"), "a,b\n1,2\n");

    refusal({"import", "nowhere.csv", "--table", "category"}, 66, "not_found");
    refusal({"import", "empty"}, 66, "not_found");
    refusal({"import", "mystery.csv"}, 64, "invalid_argument");
    refusal({"import", "mystery.csv", "--map", "nonsense"}, 64, "usage");
    refusal({"import"}, 64, "usage");
    refusal({"import", "mystery.csv", "--on-error", "shrug"}, 64, "usage");
}

/// With every question answered yes, and whatever the way to the file.
TEST_F(DataCommands, NoDatabaseIsOverwritten) {
    make_shop();
    std::filesystem::create_symlink(file("shop.db"), file("way.csv"));
    write_file(file("bad.csv"), "category_id,category_name,category_coefficient\nx,Fish,2\n");

    for (const char* target : {"shop.db", "shop.db-wal", "shop.db.lock", "way.csv"})
        refusal({"export", "--table", "category", "-o", target, "--overwrite"}, 73, "already_exists");
    refusal({"backtest", "--out", "shop.db", "--overwrite"}, 73, "already_exists");
    for (const char* target : {"shop.db", "shop.db.lock", "way.csv", "bad.csv"})
        refusal({"import", "bad.csv", "--table", "category", "--aside", target}, 64, "invalid_argument");

    EXPECT_EQ(data({"category", "list"}).at("categories").as_array().size(), 1U);
    EXPECT_THAT(read_file(file("bad.csv")), HasSubstr("x,Fish,2"));
    EXPECT_EQ(data({"verify"}).at("findings").as_array().size(), 0U);
}

TEST_F(DataCommands, AnExportThatFailsLeavesTheFileThatItWasToReplace) {
    make_shop();
    write_file(file("out.csv"), "kept\n");

    refusal({"export", "--table", "nonsense", "-o", "out.csv", "--overwrite"}, 64, "invalid_argument");
    EXPECT_EQ(read_file(file("out.csv")), "kept\n");
    EXPECT_EQ(run({"export", "--table", "category", "-o", "/dev/full", "--overwrite"}).status, 74);
    EXPECT_TRUE(std::filesystem::exists("/dev/full"));
    text({"export", "--table", "category", "-o", "out.csv", "--overwrite"});
    EXPECT_THAT(read_file(file("out.csv")), HasSubstr("Bread"));
}

TEST_F(DataCommands, WhatIsExportedCanBeImported) {
    make_shop();
    text({"reserve", "1", "--code", "AAA"});
    const std::string reservations = text({"export", "--table", "reservations"});

    EXPECT_THAT(reservations, HasSubstr("AAA"));
    const auto report = data({"import", "-", "--table", "reservations"}, 0, reservations);
    EXPECT_EQ(report.at("tables").at(0).at("unchanged").as_int64(), 1);
    EXPECT_THAT(text({"export", "--table", "bundles", "--format", "ndjson"}), StartsWith("{"));
}

TEST_F(DataCommands, ExportToAFileOverwritesNothing) {
    make_shop();

    EXPECT_EQ(data({"export", "--table", "category", "--output", "out.csv"}).at("rows").as_int64(), 1);
    refusal({"export", "--table", "category", "--output", "out.csv"}, 73, "already_exists");
    EXPECT_EQ(text({"export", "--table", "category", "-o", "out.csv", "--overwrite"}), "Wrote 1 row to out.csv\n");
    EXPECT_EQ(read_file(file("out.csv")), text({"export", "--table", "category"}));
    refusal({"export", "--table", "category", "--output", "no/such/folder.csv"}, 73, "io_failure");
}

TEST_F(DataCommands, ExportRefusesUnknownTablesAndLeavesNoFile) {
    make_shop();

    refusal({"export", "--table", "sqlite_master", "--output", "out.csv"}, 64, "invalid_argument");
    EXPECT_FALSE(std::filesystem::exists(file("out.csv")));
    refusal({"export"}, 64, "usage");
    EXPECT_EQ(run({"export", "--table", "category", "--json"}).status, 64);
}

TEST_F(DataCommands, TheCalendarKnowsBuiltInHolidaysAndImportedOnes) {
    make_shop();
    write_file(file("fair.csv"), "day,name\n2026-12-03,Market day\n");

    EXPECT_EQ(text({"calendar", "import", "fair.csv", "--region", "GB-ENG"}), "Read 1 holiday, 1 new.\n");
    EXPECT_EQ(data({"calendar", "import", "fair.csv", "--region", "GB-ENG"}).at("added").as_int64(), 0);
    const std::string shown = text({"calendar", "show", "--to", "2026-12-31"});
    EXPECT_THAT(shown, HasSubstr("2026-12-03  Thursday"));
    EXPECT_THAT(shown, HasSubstr("2026-12-25  Friday"));
    EXPECT_GE(data({"calendar", "show", "--region", "IE"}).at("holidays").as_array().size(), 8U);
    EXPECT_THAT(text({"calendar", "show", "--region", "XX"}), HasSubstr("No holidays are known"));
}

TEST_F(DataCommands, TheCalendarReadsJsonAndICalendar) {
    make_shop();
    write_file(file("bank-holidays.json"),
               R"({"scotland":{"division":"scotland","events":[{"title":"St Andrew’s Day","date":"2026-11-30"}]}})");
    write_file(file("x.ics"),
               "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20261208\nSUMMARY:Fair\nEND:VEVENT\nEND:VCALENDAR\n");

    const auto plan = data({"calendar", "import", "bank-holidays.json", "--dry-run"});
    EXPECT_EQ(plan.at("read").as_int64(), 1);
    EXPECT_EQ(plan.at("added").as_int64(), 1) << "what then happens";
    EXPECT_EQ(data({"calendar", "import", "bank-holidays.json"}).at("added"), plan.at("added"));
    EXPECT_EQ(text({"calendar", "import", "bank-holidays.json", "--dry-run"}),
              "Read 1 holiday, 0 new; nothing was written (--dry-run).\n");
    EXPECT_EQ(data({"calendar", "import", "x.ics", "--region", "PT"}).at("added").as_int64(), 1);
    EXPECT_THAT(text({"calendar", "show", "--region", "PT"}), HasSubstr("Fair"));
    refusal({"calendar", "import", "x.ics"}, 65, "corrupt_data");
    refusal({"calendar", "import", "nowhere.csv"}, 66, "not_found");
    write_file(file("x.txt"), "?");
    refusal({"calendar", "import", "x.txt"}, 64, "usage");
    refusal({"calendar", "show", "--from", "whenever"}, 64, "usage");
}

TEST_F(DataCommands, WeatherIsTakenInAndShownWithItsSource) {
    make_shop();
    write_file(file("weather.csv"), "day,temperature,weather\n2026-11-22,7.5,rainy\n2026-11-23,9,sunny\n");

    EXPECT_EQ(text({"weather", "import", "weather.csv", "--source", "station", "--dry-run"}),
              "Read 2 days, 2 new or changed; nothing was written (--dry-run).\n");
    EXPECT_EQ(text({"weather", "import", "weather.csv", "--source", "station"}), "Read 2 days, 2 new or changed.\n");
    EXPECT_EQ(data({"weather", "import", "weather.csv", "--source", "station"}).at("changed").as_int64(), 0);
    EXPECT_EQ(text({"weather", "show"}),
              "Day         Kind        °C  Weather  Source       Age\n"
              "2026-11-22  observed  7.50  rainy    station  0 hours\n"
              "2026-11-23  observed  9.00  sunny    station  0 hours\n");
    EXPECT_EQ(data({"weather", "show", "--from", "2026-11-23", "--to", "2026-11-23"}).at("weather").as_array().size(),
              1U);
    EXPECT_THAT(text({"weather", "show", "--from", "2020-01-01", "--to", "2020-01-02"}),
                HasSubstr("No weather is known"));
}

TEST_F(DataCommands, WeatherThatMakesNoSenseIsRefused) {
    make_shop();
    write_file(file("weather.csv"), "day,temperature\n2026-11-22,warm\n");

    EXPECT_THAT(refusal({"weather", "import", "weather.csv"}, 65, "corrupt_data"), HasSubstr("line 2"));
    refusal({"weather", "import", "nowhere.csv"}, 66, "not_found");
}

}  // namespace
}  // namespace edge::test
