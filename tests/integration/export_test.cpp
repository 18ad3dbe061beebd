#include "support/database_dump.hpp"
#include "support/temporary_folder.hpp"

#include "edge/engine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace edge {
namespace {

using test::TemporaryFolder;
using testing::HasSubstr;

const std::vector<std::string> tables = {"sellers",         "category",     "bundles",
                                         "bundle_category", "reservations", "forecast_input",
                                         "forecast_output", "weather",      "holidays"};

Timestamp noon() { return *parse_timestamp("2017-08-17T12:00:00Z"); }

/// A shop with something in every table, and in every column that may be empty both kinds of row.
const char* const rows = R"sql(
UPDATE sellers SET address_line1 = 'High Street "1", rear', latitude = '50.718361', longitude = '-3.533900',
                   time_zone = 'Europe/London', currency = 'KWD', holiday_region = 'GB-ENG';
INSERT INTO sellers (user_id, seller_name, region) VALUES (7, ' Padaria; São João ', '=1+1');
INSERT INTO category (category_id, category_name, category_coefficient) VALUES (4, 'Bread', '1.500000000'), (9, 'Soup', '0.123456789');
INSERT INTO bundles (bundle_id, seller_id, bundle_name, description, total_qty, weight_grams, carbon_dioxide, price_minor,
                     discount_percentage, window_start, window_end, created_at, closed_at)
VALUES (3, 1, 'Two
lines', 'a,b', 5, 300, 450, 3999, 50, 1502989200000000, 1502992800000000, 1502900000123456, NULL),
       (8, 7, 'Bag', '', -2, 0, 0, 250, 0, 1502989200000001, 1502989200000001, 0, 1502990000000000);
INSERT INTO bundle_category VALUES (3, 4), (3, 9);
INSERT INTO reservations (reservation_id, bundle_id, consumer_id, claim_code, reserved_at, collected_at, cancelled_at)
VALUES (1, 3, NULL, 'AAAAAA', 1502900000000000, NULL, NULL), (5, 3, '', 'bb-bb b', 1502900000000001, 1502990000000000, NULL),
       (6, 8, '42', 'AAAAAA', 1502900000000000, NULL, 1502990000000000);
INSERT INTO forecast_input (input_id, bundle_id, seller_id, category_id, day_of_week, window_start, window_end, is_holiday,
                            temperature, weather_flag, observed_reservations, observed_no_shows, posted_qty)
VALUES (2, 3, 1, 4, 'Thursday', 1502989200000000, 1502992800000000, 1, '-0.50', 'sunny', 4, 1, 5),
       (3, 8, 7, NULL, 'Thursday', 1502989200000001, 1502989200000001, 0, NULL, NULL, 0, 0, NULL);
INSERT INTO closed_windows VALUES (3, 'import'), (8, 'import');
INSERT INTO forecast_output (output_id, bundle_id, seller_id, window_start, predicted_reservations, predicted_sales, posted_qty,
                             predicted_no_show_prob, confidence, rationale, method, generated_at)
VALUES (1, 3, 1, 1502989200000000, NULL, 3, 5, '0.0270', '1.0000', NULL, '', 1502900000000000),
       (2, 8, 7, 1502989200000001, 4, 3, 0, '0.0000', '0.5000', 'because', 'similarity', 1502900000500000);
INSERT INTO weather (place, day, kind, temperature, weather_flag, source, fetched_at)
VALUES ('50.7,-3.5', 17395, 'observed', '21.50', 'rainy', '', 1502900000000000), ('50.7,-3.5', 10957, 'normal', NULL, NULL, 'x', 0);
INSERT INTO holidays (region, day, name, source) VALUES ('GB-ENG', -1, 'Before the epoch', ''), ('PT', 17393, 'Assunção', 'web');
)sql";

class ExportTest : public testing::Test {
protected:
    TemporaryFolder folder;
    std::string path = folder.file("shop.db");

    ExportTest() {
        static_cast<void>(Engine::create(path, {.name = "Corner shop"}, {.clock = noon}));
        test::run_sql(path, rows);
    }

    static std::string exported(Engine& engine, const std::string& table, FileFormat format) {
        std::ostringstream text;
        engine.export_table({.table = table, .format = format, .progress = {}}, text);
        return text.str();
    }
};

TEST_F(ExportTest, GivesEqualRowsWhenItIsImportedIntoAnEmptyFile) {
    for (const FileFormat format : {FileFormat::csv, FileFormat::ndjson}) {
        const std::string ending = format == FileFormat::csv ? ".csv" : ".ndjson";
        const std::string copy_path = folder.file("copy" + ending + ".db");
        Engine engine = Engine::open(path);
        ImportRequest request;
        for (const std::string& table : tables) {
            test::write_file(folder.file(table + ending), exported(engine, table, format));
            request.files.push_back({.path = folder.file(table + ending), .format = {}, .table = {}});
        }
        Engine copy = Engine::create(copy_path, {.name = "Another"}, {.clock = noon});
        test::run_sql(copy_path, "DELETE FROM sellers");

        const ImportReport report = copy.import(request);

        EXPECT_EQ(report.rejected_total, 0) << report.rejected.front().column << " " << report.rejected.front().reason;
        const test::DatabaseDump original = test::dump_database(path);
        const test::DatabaseDump copied = test::dump_database(copy_path);
        for (const std::string& table : tables) EXPECT_EQ(copied.at(table), original.at(table)) << table;
        EXPECT_EQ(copied.at("closed_windows"), original.at("closed_windows"));
    }
}

TEST_F(ExportTest, FindsParentsByIdentityWhereNumbersAreTaken) {
    Engine engine = Engine::open(path);
    const std::string copy_path = folder.file("copy.db");
    Engine copy = Engine::create(copy_path, {.name = "Another"}, {.clock = noon});
    test::run_sql(
        copy_path,
        "INSERT INTO category (category_id, category_name, category_coefficient) VALUES (4, 'Cake', '1.000000000')");
    ImportRequest request;
    for (const std::string& table : tables) {
        test::write_file(folder.file(table + ".csv"), exported(engine, table, FileFormat::csv));
        request.files.push_back({.path = folder.file(table + ".csv"), .format = {}, .table = {}});
    }

    EXPECT_EQ(copy.import(request).rejected_total, 0);

    const std::string names =
        "SELECT bundle_name || seller_name || coalesce(group_concat(category_name), '') FROM bundles JOIN sellers ON "
        "user_id "
        "= seller_id LEFT JOIN (bundle_category JOIN category USING (category_id)) USING (bundle_id) GROUP BY "
        "bundle_id "
        "ORDER BY bundle_id";
    EXPECT_EQ(test::select_column(copy_path, names), test::select_column(path, names));
}

TEST_F(ExportTest, AddsNothingToTheFileItComesFrom) {
    Engine engine = Engine::open(path);
    for (const FileFormat format : {FileFormat::csv, FileFormat::ndjson}) {
        const test::DatabaseDump before = test::dump_database(path);
        ImportRequest request;
        for (const std::string& table : tables) {
            const std::string at = folder.file(table + ".export");
            test::write_file(at, exported(engine, table, format));
            request.files.push_back({.path = at, .format = format, .table = table});
        }

        const ImportReport report = engine.import(request);

        for (const TableImport& table : report.tables)
            EXPECT_EQ(table.added + table.updated + table.rejected, 0) << table.table;
        EXPECT_EQ(test::first_difference(before, test::dump_database(path)), "");
    }
}

TEST_F(ExportTest, WritesWhatPeopleReadInOrderOfKey) {
    Engine engine = Engine::open(path);
    const std::string uuid = engine.bundle(BundleId(3)).bundle.uuid.text();

    const std::string csv = exported(engine, "bundles", FileFormat::csv);
    const std::string json = exported(engine, "reservations", FileFormat::ndjson);

    EXPECT_THAT(
        csv,
        HasSubstr("bundle_id,seller_id,seller_uuid,bundle_name,description,total_qty,weight_grams,"
                  "carbon_dioxide,price,discount_percentage,window_start,window_end,created_at,closed_at,uuid\n3,"));
    EXPECT_THAT(csv, HasSubstr("\"Two\nlines\",\"a,b\",5,300,450,3.999,50,2017-08-17T17:00:00Z,2017-08-17T18:00:00Z,"
                               "2017-08-16T16:13:20.123456Z,," +
                               uuid + "\n8,"));
    EXPECT_TRUE(json.starts_with("{\"reservation_id\":1,\"bundle_id\":3,\"bundle_uuid\":\"" + uuid +
                                 "\",\"consumer_id\":null,\"claim_code\":\"AAAAAA\",\"reserved_at\":"
                                 "\"2017-08-16T16:13:20Z\",\"collected_at\":null,\"cancelled_at\":null,\"uuid\":"))
        << json;
}

TEST_F(ExportTest, WritesGraphsToo) {
    Engine engine = Engine::open(path, {.clock = noon});
    engine.refresh(engine.home_seller());
    std::ostringstream text;

    const std::int64_t graphs = engine.export_table({.table = "analytics_graphs", .format = {}, .progress = {}}, text);
    const std::int64_t points = engine.export_table({.table = "analytics_points", .format = {}, .progress = {}}, text);

    EXPECT_GE(graphs, 5);
    EXPECT_GT(points, 0);
    EXPECT_THAT(text.str(), HasSubstr("series_id,sort_index,x,y\n1,0,2017-08-17,"));
}

TEST_F(ExportTest, RefusesATableThatThereIsNot) {
    Engine engine = Engine::open(path);
    std::ostringstream text;

    EXPECT_THROW(engine.export_table({.table = "meta", .format = {}, .progress = {}}, text), Error);
}

TEST_F(ExportTest, StopsWhenItIsToldTo) {
    Engine engine = Engine::open(path);
    ImportRequest request;
    request.files.push_back({.path = EDGE_SOURCE_DIR "/tools/samples/bookings/sellers.csv", .format = {}, .table = {}});
    request.files.push_back({.path = EDGE_SOURCE_DIR "/tools/samples/bookings/bundles.csv", .format = {}, .table = {}});
    engine.import(request);
    std::ostringstream text;
    std::uint64_t total = 0;
    const auto stop = [&](const Progress& progress) {
        total = progress.total;
        return false;
    };

    EXPECT_THROW(engine.export_table({.table = "bundles", .format = {}, .progress = stop}, text), Error);
    EXPECT_EQ(total, 2137U);
}

}  // namespace
}  // namespace edge
