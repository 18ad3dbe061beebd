#include "support/child_process.hpp"
#include "support/database_dump.hpp"
#include "support/temporary_folder.hpp"

#include "edge/engine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <set>

namespace edge {
namespace {

using test::read_file;
using test::select_column;
using test::TemporaryFolder;
using test::write_file;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string samples = EDGE_SOURCE_DIR "/tools/samples/bookings/";

/// Tables as a person thinks of them: added, updated, unchanged, rejected.
using Counts = std::map<std::string, std::vector<std::int64_t>>;

Counts counts_of(const ImportReport& report) {
    Counts counts;
    for (const TableImport& table : report.tables)
        counts[table.table] = {table.added, table.updated, table.unchanged, table.rejected};
    return counts;
}

Timestamp noon() { return *parse_timestamp("2017-08-17T12:00:00Z"); }

class ImportTest : public testing::Test {
protected:
    TemporaryFolder folder;
    std::string path = folder.file("shop.db");
    Engine engine = make(path);

    static Engine make(const std::string& at) { return Engine::create(at, {.name = "Corner shop"}, {.clock = noon}); }

    std::string file(const std::string& name, const std::string& text) {
        write_file(folder.file(name), text);
        return folder.file(name);
    }
    static ImportRequest request_of(const std::vector<std::string>& paths) {
        ImportRequest request;
        for (const std::string& one : paths) request.files.push_back({.path = one, .format = {}, .table = {}});
        return request;
    }
    ImportReport import(const std::vector<std::string>& paths) { return engine.import(request_of(paths)); }
    std::vector<std::string> column(const std::string& sql) { return select_column(path, sql); }
    std::int64_t count(const std::string& table) { return std::stoll(column("SELECT count(*) FROM " + table).front()); }

    /// A seller, a category and a bundle of the marketplace.
    void import_one_bundle() {
        import({file("sellers.csv", "user_id,seller_name\n7,Bakery\n"),
                file("category.csv", "category_id,category_name,category_coefficient\n3,Bread,1.5\n"),
                file("bundles.csv",
                     "bundle_id,seller_id,bundle_name,total_qty,price,window_start,window_end\n"
                     "12,7,Evening bag,5,3.99,2017-08-17 17:00:00,2017-08-17 18:00:00\n")});
    }
};

std::vector<std::string> sample_files() {
    std::vector<std::string> paths;
    for (const char* name : {"sellers", "category", "bundles", "bundle_category", "reservations"})
        paths.push_back(samples + name + ".csv");
    return paths;
}

TEST_F(ImportTest, TakesTheMarketplacesDumpsAsTheyAre) {
    const ImportReport report = import(sample_files());

    EXPECT_EQ(counts_of(report), (Counts{{"sellers", {1, 0, 0, 0}},
                                         {"category", {5, 0, 0, 0}},
                                         {"bundles", {2135, 0, 0, 0}},
                                         {"bundle_category", {2135, 0, 0, 0}},
                                         {"reservations", {16151, 0, 0, 0}}}));
    EXPECT_EQ(count("reservations WHERE collected_at IS NULL"), 436);
    EXPECT_THAT(
        column("SELECT bundle_id || ' ' || price_minor || ' ' || window_start || ' ' || weight_grams FROM bundles "
               "WHERE bundle_id = 1"),
        ElementsAre("1 1550 1467374400000000 0"));
    EXPECT_EQ(test::integrity_of(path), "ok");
}

TEST_F(ImportTest, AddsNothingTheSecondTime) {
    import(sample_files());
    const std::vector<std::string> journal = column("SELECT max(seq) FROM journal");

    const ImportReport again = import(sample_files());

    EXPECT_EQ(counts_of(again), (Counts{{"sellers", {0, 0, 1, 0}},
                                        {"category", {0, 0, 5, 0}},
                                        {"bundles", {0, 0, 2135, 0}},
                                        {"bundle_category", {0, 0, 2135, 0}},
                                        {"reservations", {0, 0, 16151, 0}}}));
    EXPECT_EQ(column("SELECT max(seq) FROM journal"), journal);
}

TEST_F(ImportTest, GivesTheSameRowsWhateverTheOrderOfFilesAndOnEveryDevice) {
    import(sample_files());
    const std::string identities = "SELECT hex(uuid) FROM reservations ORDER BY reservation_id";

    std::vector<std::string> shuffled = sample_files();
    std::mt19937_64 random(20261123);
    std::ranges::shuffle(shuffled, random);
    const std::string other_path = folder.file("other.db");
    Engine other = make(other_path);
    other.import(request_of(shuffled));

    for (const char* table : {"category", "bundles", "bundle_category", "reservations"}) {
        EXPECT_EQ(test::dump_database(path).at(table), test::dump_database(other_path).at(table)) << table;
    }
    EXPECT_EQ(select_column(path, identities), select_column(other_path, identities));
}

TEST_F(ImportTest, UpdatesWhatANewerDumpChanged) {
    import_one_bundle();
    const std::string header = "reservation_id,bundle_id,consumer_id,reserved_at,claim_code,collected_at\n";
    import({file("reservations.csv",
                 header + "1,12,9,2017-08-16 10:00:00,4QMKHQ,\n2,12,9,2017-08-16 10:00:00,HDXU3N,\n")});

    const ImportReport newer = import(
        {file("reservations.csv",
              header + "1,12,9,2017-08-16 10:00:00,4QMKHQ,2017-08-17 17:30:00\n2,12,9,2017-08-16 10:00:00,HDXU3N,\n")});

    EXPECT_EQ(counts_of(newer), (Counts{{"reservations", {0, 1, 1, 0}}}));
    EXPECT_EQ(count("reservations WHERE collected_at IS NOT NULL"), 1);
}

TEST_F(ImportTest, UndoesNoCollectionThatAnOlderDumpDoesNotKnow) {
    import_one_bundle();
    const std::string dump = file("reservations.csv",
                                  "reservation_id,bundle_id,reserved_at,claim_code,collected_at\n"
                                  "1,12,2017-08-16 10:00:00,4QMKHQ,\n");
    import({dump});
    engine.collect("4QMKHQ");

    const ImportReport again = import({dump});

    EXPECT_EQ(counts_of(again), (Counts{{"reservations", {0, 0, 1, 0}}}));
    EXPECT_EQ(count("reservations WHERE collected_at IS NOT NULL"), 1);
}

TEST_F(ImportTest, SetsABadRowAsideAndTakesTheOthers) {
    import_one_bundle();
    ImportRequest request = request_of(
        {file("reservations.csv", "reservation_id,bundle_id,claim_code\n1,12,AAAAAA\n2,99,\"B\"\"B\"\n3,12,CCCCCC\n")});
    request.aside_path = folder.file("aside.ndjson");

    const ImportReport report = engine.import(request);

    EXPECT_EQ(counts_of(report), (Counts{{"reservations", {2, 0, 0, 1}}}));
    ASSERT_EQ(report.rejected.size(), 1U);
    EXPECT_EQ(report.rejected_total, 1);
    EXPECT_EQ(report.rejected[0].line, 3U);
    EXPECT_EQ(report.rejected[0].column, "bundle_id");
    EXPECT_EQ(report.rejected[0].reason, "names 99, which is not in bundles");
    EXPECT_EQ(report.rejected[0].row, "2,99,\"B\"\"B\"");
    EXPECT_EQ(
        read_file(request.aside_path),
        "{\"file\":\"" + folder.file("reservations.csv") +
            "\",\"line\":3,\"column\":\"bundle_id\",\"reason\":\"names 99, which is not in bundles\",\"row\":\"2,99,"
            "\\\"B\\\"\\\"B\\\"\"}\n");
}

TEST_F(ImportTest, MakesNoAsideFileWithoutBadRows) {
    ImportRequest request = request_of(sample_files());
    request.aside_path = folder.file("aside.ndjson");

    engine.import(request);

    EXPECT_FALSE(std::filesystem::exists(request.aside_path));
}

TEST_F(ImportTest, LeavesTheFileAsItWasWhenItStopsAtABadRow) {
    import_one_bundle();
    const test::DatabaseDump before = test::dump_database(path);
    ImportRequest request = request_of(
        {file("reservations.csv", "reservation_id,bundle_id,claim_code\n1,12,AAAAAA\n2,12,BBBBBB,surplus\n")});
    request.on_error = OnError::stop;
    request.aside_path = folder.file("aside.ndjson");

    try {
        engine.import(request);
        FAIL() << "it took a bad row";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::corrupt_data);
        EXPECT_THAT(error.what(), HasSubstr("reservations.csv: line 3: has 4 fields, the header has 3"));
        EXPECT_THAT(error.details(), testing::Contains(ErrorDetail("row", "2,12,BBBBBB,surplus")));
    }

    EXPECT_EQ(test::first_difference(before, test::dump_database(path)), "");
    EXPECT_FALSE(std::filesystem::exists(request.aside_path));
}

TEST_F(ImportTest, LeavesTheFileAsItWasWhenItIsCancelled) {
    const test::DatabaseDump before = test::dump_database(path);
    ImportRequest request = request_of(sample_files());
    int calls = 0;
    request.progress = [&](const Progress&) { return ++calls < 50; };

    try {
        engine.import(request);
        FAIL() << "it went on";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::cancelled);
    }

    EXPECT_EQ(calls, 50);
    EXPECT_EQ(test::first_difference(before, test::dump_database(path)), "");
}

TEST_F(ImportTest, LeavesTheFileAsItWasWhenItsProcessIsKilled) {
    const test::DatabaseDump before = test::dump_database(path);
    for (const int fatal_call : {1, 40, 300}) {
        const bool finished = test::succeeds_in_child([&] {
            Engine doomed = Engine::open(path);
            ImportRequest request = request_of(sample_files());
            int calls = 0;
            request.progress = [&](const Progress&) { return ++calls < fatal_call || std::raise(SIGKILL) != 0; };
            doomed.import(request);
            return true;
        });

        EXPECT_FALSE(finished);
        EXPECT_EQ(test::first_difference(before, test::dump_database(path)), "") << "killed at call " << fatal_call;
    }

    EXPECT_EQ(counts_of(import(sample_files()))["reservations"], (std::vector<std::int64_t>{16151, 0, 0, 0}));
    EXPECT_EQ(test::integrity_of(path), "ok");
}

TEST_F(ImportTest, TellsHowFarItHasCome) {
    std::vector<std::uint64_t> done;
    std::uint64_t total = 0;
    for (const std::string& one : sample_files()) total += std::filesystem::file_size(one);
    ImportRequest request = request_of(sample_files());
    request.progress = [&](const Progress& progress) {
        EXPECT_EQ(progress.total, total);
        done.push_back(progress.done);
        return true;
    };

    engine.import(request);

    EXPECT_TRUE(std::ranges::is_sorted(done));
    EXPECT_EQ(done.back(), total);
    EXPECT_GT(done.size(), 100U);
}

TEST_F(ImportTest, ChangesNothingInADryRunAndReportsTheSame) {
    const test::DatabaseDump before = test::dump_database(path);
    ImportRequest request = request_of(sample_files());
    request.dry_run = true;

    const ImportReport planned = engine.import(request);
    EXPECT_EQ(test::first_difference(before, test::dump_database(path)), "");
    request.dry_run = false;

    EXPECT_EQ(counts_of(engine.import(request)), counts_of(planned));
}

TEST_F(ImportTest, FindsTheTableInTheNameOfTheFile) {
    const std::string text = "category_id,category_name,category_coefficient\n";

    EXPECT_EQ(import({file("category.csv", text)}).tables.front().table, "category");
    EXPECT_EQ(import({file("public.Category-2026-11.csv", text)}).tables.front().table, "category");
    EXPECT_EQ(import({file("bundle_category_1.csv", "bundle_id,category_id\n")}).tables.front().table,
              "bundle_category");
    EXPECT_THROW(import({file("consumers.csv", text)}), Error);
    EXPECT_THROW(import({file("analytics_graphs.csv", text)}), Error);
    ImportRequest request = request_of({file("data.csv", text)});
    request.files.front().table = "category";
    EXPECT_EQ(engine.import(request).tables.front().table, "category");
}

TEST_F(ImportTest, RefusesFilesThatCannotBeRead) {
    const auto code_of = [&](const std::string& at) {
        try {
            import({at});
        } catch (const Error& error) {
            return error.code();
        }
        return ErrorCode::internal;
    };

    EXPECT_EQ(code_of(folder.file("bundles.csv")), ErrorCode::not_found);
    EXPECT_EQ(code_of(file("sellers.csv", "")), ErrorCode::corrupt_data);
    std::filesystem::create_directory(folder.file("reservations.csv"));
    EXPECT_EQ(code_of(folder.file("reservations.csv")), ErrorCode::invalid_argument);
}

TEST_F(ImportTest, NamesTheFileWhoseHeaderIsBad) {
    try {
        import({file("sellers.csv", "user_id,user_id\n")});
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.what(), "cannot import " + folder.file("sellers.csv") +
                                    ": cannot read the header: it names the column user_id twice");
    }
}

TEST_F(ImportTest, MapsColumnsAndLeavesOutThoseMappedToNothing) {
    ImportRequest request = request_of({file("category.csv", "Name;Factor;Colour\nBread;1,5;brown\nCake;2.25;pink\n")});
    request.column_map = {{"Name", "category_name"}, {"Factor", "category_coefficient"}, {"Colour", ""}};

    const ImportReport report = engine.import(request);

    EXPECT_EQ(counts_of(report), (Counts{{"category", {1, 0, 0, 1}}}));
    EXPECT_EQ(report.rejected.front().reason, "is '1,5', not a number");
    EXPECT_THAT(column("SELECT category_name || category_coefficient FROM category"), ElementsAre("Cake2.250000000"));
    request.column_map = {{"Name", "nonsense"}};
    EXPECT_THROW(engine.import(request), Error);
}

TEST_F(ImportTest, DoesNotPassOverAColumnThatItDoesNotKnow) {
    const ImportReport report = import({file("category.csv", "category_name,category_coeficient\nBread,1.5\n")});

    EXPECT_EQ(counts_of(report), (Counts{{"category", {0, 0, 0, 1}}}));
    EXPECT_EQ(report.rejected.front().column, "category_coeficient");
}

TEST_F(ImportTest, ReadsJsonLinesAsWell) {
    import_one_bundle();

    const ImportReport report =
        import({file("reservations.ndjson",
                     "{\"reservation_id\":1,\"bundle_id\":12,\"claim_code\":\"AAAAAA\",\"consumer_id\":null}\n"
                     "{\"bundle_id\":12,\"claim_code\":\"BBBBBB\",\"reservation_id\":2}\n"
                     "{\"bundle_id\":12,\"claim_code\":[\"C\"],\"reservation_id\":3}\n{\"bundle_id\":\n")});

    EXPECT_EQ(counts_of(report), (Counts{{"reservations", {2, 0, 0, 2}}}));
    EXPECT_EQ(report.rejected[0].reason, "is a list");
    EXPECT_EQ(report.rejected[1].line, 4U);
}

TEST_F(ImportTest, SaysWhyARowIsNotTaken) {
    import_one_bundle();
    const std::string header =
        "bundle_id,seller_id,bundle_name,total_qty,price,discount_percentage,window_start,window_end\n";
    const std::string window = ",2017-08-18 17:00,2017-08-18 18:00\n";

    const ImportReport report = import({file(
        "bundles.csv", header + "20,8,Bag,1,1.00,0" + window + "21,7,,1,1.00,0" + window + "22,7,Bag,one,1.00,0" +
                           window + "23,7,Bag,1,1.001,0" + window + "24,7,Bag,1,-1.00,0" + window +
                           "25,7,Bag,1,1.00,101" + window + "26,7,Bag,1,1.00,0,2017-02-30 17:00,2017-08-18 18:00\n" +
                           "27,7,Bag,1,1.00,0,2017-08-18 19:00,2017-08-18 18:00\n" + "28,7," + std::string(1001, 'x') +
                           ",1,1.00,0" + window + "29,7,Bag,99999999999,1.00,0" + window + "x,7,Bag,1,1.00,0" + window +
                           "30,7,Bag,,1.00,0" + window + "31,7,Bag,-5,1.00,0" + window)});

    std::vector<std::string> reasons;
    for (const RejectedRow& row : report.rejected) reasons.push_back(row.column + " " + row.reason);
    EXPECT_THAT(reasons, ElementsAre("seller_id names 8, which is not in sellers", "bundle_name is missing",
                                     "total_qty is 'one', not a whole number",
                                     "price is '1.001', not an amount of GBP with at most 2 decimals",
                                     "price is -1.00, which is negative or too large",
                                     "discount_percentage is 101, not between 0 and 100",
                                     "window_start is '2017-02-30 17:00', not a date and time",
                                     "window_end is before window_start",
                                     "bundle_name has 1001 characters, at most 1000 are taken",
                                     "total_qty is 99999999999, not between -2147483647 and 2147483647",
                                     "bundle_id is 'x', not a whole number", "total_qty is missing"));
    EXPECT_THAT(column("SELECT total_qty FROM bundles WHERE bundle_id = 31"), ElementsAre("-5"));
}

TEST_F(ImportTest, KeepsTheMarketplacesNumberUnlessItIsTaken) {
    const Category own = engine.add_category("Cake", Co2Coefficient::from_units(1));
    ASSERT_EQ(own.id, CategoryId(1));

    import({file("category.csv", "category_id,category_name,category_coefficient\n1,Bread,1.5\n5,Soup,1\n"),
            file("sellers.csv", "user_id,seller_name\n1,Bakery\n"),
            file("bundles.csv",
                 "bundle_id,seller_id,bundle_name,total_qty,window_start,window_end\n"
                 "12,1,Bag,5,2017-08-17 17:00,2017-08-17 18:00\n"),
            file("bundle_category.csv", "category_id,bundle_id\n1,12\n")});

    EXPECT_THAT(column("SELECT category_id || category_name FROM category ORDER BY 1"),
                ElementsAre("1Cake", "2Bread", "5Soup"));
    EXPECT_THAT(column("SELECT seller_name FROM bundles JOIN sellers ON user_id = seller_id"), ElementsAre("Bakery"));
    EXPECT_THAT(column("SELECT category_name FROM bundle_category JOIN category USING (category_id)"),
                ElementsAre("Bread"));
}

TEST_F(ImportTest, TakesACategoryOfTheSameNameForTheSame) {
    const Category own = engine.add_category("Bread", Co2Coefficient::from_units(1));
    import_one_bundle();

    import({file("bundle_category.csv", "category_id,bundle_id\n1,12\n")});
    import({file("category.csv", "category_id,category_name,category_coefficient\n9,Bread,2\n"),
            file("bundle_category.csv", "category_id,bundle_id\n9,12\n")});

    EXPECT_THAT(column("SELECT category_id || ' ' || category_coefficient FROM category"),
                ElementsAre("1 2.000000000"));
    EXPECT_EQ(engine.categories().front().uuid, own.uuid);
    EXPECT_EQ(count("bundle_category"), 1);
}

TEST_F(ImportTest, DoesNotTakeTwoRowsOfTheMarketplaceForOne) {
    import_one_bundle();

    const ImportReport report =
        import({file("reservations.csv", "reservation_id,bundle_id,claim_code\n1,12,AAAAAA\n2,12,AAAAAA\n")});

    EXPECT_EQ(counts_of(report), (Counts{{"reservations", {1, 0, 0, 1}}}));
    EXPECT_EQ(report.rejected.front().reason, "is that of another row, reservation_id 1");
}

TEST_F(ImportTest, TellsRowsWithoutNumberApartByWhatTheySay) {
    import_one_bundle();
    const SellerId home = engine.home_seller();
    const std::vector<std::string> files = {
        file("bundles.csv", "seller_id,bundle_name,total_qty,window_start,window_end\n" + std::to_string(home.value()) +
                                ",Bag,5,2017-08-19 17:00,2017-08-19 18:00\n"),
        file("weather.csv", "place,day,kind,temperature,weather_flag\n\"50.7,-3.5\",2017-08-17,observed,21.5,sunny\n"),
        file("holidays.csv", "region,day,name\nPT,2017-08-15,Assumption\n"),
        file("reservations.csv",
             "bundle_uuid,claim_code\n" + engine.bundle(BundleId(12)).bundle.uuid.text() + ",AAAAAA\n"),
        file("forecast_input.csv",
             "bundle_uuid,seller_id,day_of_week,window_start,window_end,is_holiday,"
             "observed_reservations,observed_no_shows\n" +
                 engine.bundle(BundleId(12)).bundle.uuid.text() + "," + std::to_string(home.value()) +
                 ",Thursday,2017-08-17 17:00,2017-08-17 18:00,f,4,1\n")};

    const Counts first = counts_of(import(files));
    const Counts second = counts_of(import(files));

    for (const auto& [table, counts] : first) EXPECT_EQ(counts, (std::vector<std::int64_t>{1, 0, 0, 0})) << table;
    for (const auto& [table, counts] : second) EXPECT_EQ(counts, (std::vector<std::int64_t>{0, 0, 1, 0})) << table;
    EXPECT_EQ(first.size(), 5U);
    EXPECT_THAT(column("SELECT source FROM holidays"), ElementsAre("holidays.csv"));
}

TEST_F(ImportTest, GivesSellersThatDoNotSayTheDefaultsAndLeavesThemThere) {
    ImportRequest request = request_of({samples + "sellers.csv"});
    request.default_time_zone = "Europe/Lisbon";
    request.default_currency = "EUR";
    request.default_holiday_region = "PT";
    engine.import(request);
    request.default_time_zone = "UTC";
    request.default_currency = "GBP";

    const ImportReport again = engine.import(request);

    EXPECT_EQ(counts_of(again), (Counts{{"sellers", {0, 0, 1, 0}}}));
    EXPECT_THAT(
        column("SELECT time_zone || ' ' || currency || ' ' || holiday_region || ' ' || latitude FROM sellers WHERE "
               "user_id = 7"),
        ElementsAre("Europe/Lisbon EUR PT 37.100000"));
    request.default_time_zone = "Mars/Olympus";
    EXPECT_THROW(engine.import(request), Error);
}

TEST_F(ImportTest, ReadsPricesInTheSellersCurrency) {
    import({file("sellers.csv", "user_id,seller_name,currency\n7,Bakery,EUR\n8,Panya,JPY\n9,Bad,euro\n"),
            file("bundles.csv",
                 "bundle_id,seller_id,bundle_name,total_qty,price,window_start,window_end\n"
                 "1,7,Bag,5,3.5,2017-08-17 17:00,2017-08-17 18:00\n"
                 "2,8,Bag,5,350,2017-08-17 17:00,2017-08-17 18:00\n")});

    EXPECT_THAT(column("SELECT price_minor FROM bundles ORDER BY bundle_id"), ElementsAre("350", "350"));
    EXPECT_EQ(count("sellers WHERE seller_name = 'Bad'"), 0);
}

TEST_F(ImportTest, RoundsCoordinatesThatAreWrittenAsDoubles) {
    import({file("sellers.csv", "user_id,seller_name,latitude,longitude\n7,Bakery,50.71836123456789,-3.5339e0\n")});

    EXPECT_THAT(column("SELECT latitude || ' ' || longitude FROM sellers WHERE user_id = 7"),
                ElementsAre("50.718361 -3.533900"));
}

/// Opening a pipe to write waits for who reads it.
TEST_F(ImportTest, LetsOthersWriteWhileItWaitsForAPipe) {
    const std::string pipe = folder.file("category.csv");
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    test::ChildProcess importer([&] { Engine::open(path).import(request_of({pipe})); });
    std::ofstream writer(pipe);

    writer << "category_id,category_name,category_coefficient\n3,Bread,1.5\n" << std::flush;
    Engine till = Engine::open(path, {.lock_timeout = std::chrono::milliseconds(500)});
    till.add_category("Fish", *Co2Coefficient::parse("2"));

    writer << "4,Fruit,0.5\n";
    writer.close();
    EXPECT_EQ(importer.wait(), 0);
    EXPECT_THAT(column("SELECT category_name FROM category ORDER BY 1"), ElementsAre("Bread", "Fish", "Fruit"));
}

TEST_F(ImportTest, RefusesAPipeThatFillsTheDiskAndLeavesNothingBehind) {
    const std::string pipe = folder.file("category.csv");
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    test::ChildProcess importer([&] {
        Engine narrow = Engine::open(path);
        const rlimit most{.rlim_cur = 1U << 20U, .rlim_max = 1U << 20U};
        static_cast<void>(::setrlimit(RLIMIT_FSIZE, &most));
        static_cast<void>(std::signal(SIGXFSZ, SIG_IGN));
        try {
            narrow.import(request_of({pipe}));
        } catch (const Error& error) {
            if (error.code() == ErrorCode::disk_full) return;
            throw;
        }
        throw std::runtime_error("it fitted");
    });
    static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
    std::ofstream writer(pipe);
    writer << "category_id,category_name,category_coefficient\n";
    for (int i = 1; i < 200'000 && writer; ++i) writer << i << ",Kind " << i << ",1\n";
    writer.close();

    EXPECT_EQ(importer.wait(), 0);
    std::set<std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) files.insert(entry.path().filename());
    for (const char* expected : {"category.csv", "shop.db", "shop.db.lock", "shop.db-shm", "shop.db-wal"})
        files.erase(expected);
    EXPECT_THAT(files, IsEmpty());
    EXPECT_EQ(count("category"), 0);
}

TEST_F(ImportTest, MarksWindowsWhoseHistoryComesFromElsewhere) {
    import_one_bundle();
    const std::string header =
        "input_id,bundle_id,seller_id,category_id,day_of_week,window_start,window_end,is_holiday,"
        "temperature,weather_flag,observed_reservations,observed_no_shows\n";

    import({file("forecast_input.csv",
                 header + "1,12,7,3,Thursday,2017-08-17 17:00,2017-08-17 18:00,false,21.50,sunny,4,1\n")});

    EXPECT_THAT(column("SELECT bundle_id || recorded_by FROM closed_windows"), ElementsAre("12import"));
}

TEST_F(ImportTest, TakesTheHistoryThatTheEngineWroteForTheSameAsTheMarketplaces) {
    import_one_bundle();
    import({file("bundle_category.csv", "bundle_id,category_id\n12,3\n")});
    const std::string header =
        "input_id,bundle_id,seller_id,category_id,day_of_week,window_start,window_end,is_holiday,"
        "observed_reservations,observed_no_shows\n";
    const std::string row = ",12,7,3,Thursday,2017-08-17 17:00,2017-08-17 18:00,false,4,1\n";
    Engine later = Engine::open(path, {.clock = [] { return noon() + std::chrono::hours(24); }});
    ASSERT_EQ(later.close_windows(SellerId(7)), 1);

    const ImportReport report = import({file("forecast_input.csv", header + "1" + row)});

    EXPECT_EQ(counts_of(report), (Counts{{"forecast_input", {0, 1, 0, 0}}}));
    EXPECT_THAT(column("SELECT observed_reservations FROM forecast_input"), ElementsAre("4"));
    EXPECT_THAT(column("SELECT recorded_by FROM closed_windows"), ElementsAre("import"));
}

TEST_F(ImportTest, GivesWhatRefreshesCount) {
    import(sample_files());

    engine.refresh(SellerId(7));

    EXPECT_THAT(engine.verify().findings, IsEmpty());
}

TEST_F(ImportTest, SurvivesTheHostileFiles) {
    for (const auto& entry : std::filesystem::directory_iterator(EDGE_SOURCE_DIR "/tests/data/hostile")) {
        for (const char* table : {"category", "reservations", "sellers"}) {
            ImportRequest request = request_of({entry.path().string()});
            request.files.front().table = table;
            request.aside_path = folder.file("aside.ndjson");
            try {
                const ImportReport report = engine.import(request);
                EXPECT_EQ(report.tables.front().added, 0) << entry.path();
            } catch (const Error& error) {
                EXPECT_EQ(error.code(), ErrorCode::corrupt_data) << entry.path();
                EXPECT_THAT(error.what(), HasSubstr(entry.path().string()));
            }
        }
    }

    EXPECT_EQ(test::integrity_of(path), "ok");
}

}  // namespace
}  // namespace edge
