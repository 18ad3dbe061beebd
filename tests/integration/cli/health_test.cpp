#include "integration/cli/cli_process.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <sqlite3.h>

#include <filesystem>

namespace edge::test {
namespace {

using testing::HasSubstr;

class HealthCommands : public CliProcess {
protected:
    void execute(const std::string& sql) const {
        sqlite3* db = nullptr;
        ASSERT_EQ(sqlite3_open(file("shop.db").c_str(), &db), SQLITE_OK);
        EXPECT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
        sqlite3_close(db);
    }
};

TEST_F(HealthCommands, StatusShowsTheShopOnOneScreen) {
    make_shop();
    text({"reserve", "1", "--code", "AAA"});

    const std::string status = text({"status"});

    EXPECT_THAT(status, HasSubstr("Corner Bakery  seller 1\n"));
    EXPECT_THAT(status, HasSubstr("2026-11-23 12:00 Europe/London"));
    EXPECT_THAT(status, HasSubstr("bundles       1, 1 open\n"));
    EXPECT_THAT(status, HasSubstr("reservations  1, 1 open\n"));
    EXPECT_THAT(
        status,
        HasSubstr(
            "     1  2026-11-23 16:00–18:00  Evening bag  Bread        3.99       2         1          0     1\n"));
    text({"refresh"});
    EXPECT_THAT(text({"status"}), HasSubstr("graphs        up to date\n"));
    EXPECT_EQ(data({"status"}).at("today").as_array().size(), 1U);
}

TEST_F(HealthCommands, VerifyOfASoundFileFindsNothing) {
    make_demo();
    text({"refresh"});

    EXPECT_THAT(text({"verify"}), HasSubstr("All is well"));
    EXPECT_EQ(data({"verify"}).at("findings").as_array().size(), 0U);
    EXPECT_EQ(data({"verify"}).at("bundles").as_int64(), 54);
}

TEST_F(HealthCommands, VerifyFindsNumbersThatAreWrong) {
    make_demo();
    text({"refresh"});
    execute("UPDATE day_totals SET sold = sold + 1 WHERE day = (SELECT min(day) FROM day_totals)");

    const auto report = data({"verify"}, 10);

    ASSERT_GE(report.at("findings").as_array().size(), 1U);
    EXPECT_FALSE(text_of(report.at("findings").at(0).at("remedy")).empty());
    EXPECT_EQ(run({"verify"}).status, 10);
}

TEST_F(HealthCommands, DoctorOfASoundShopHasNothingToSay) {
    make_shop();

    const ProcessResult result = run({"doctor"});

    EXPECT_EQ(result.status, 0) << result.output;
    EXPECT_THAT(result.output, HasSubstr("WAL-reset fault"));
    EXPECT_EQ(data({"doctor"}).at("findings").as_int64(), 0);
}

TEST_F(HealthCommands, DoctorGivesEachFindingItsRemedy) {
    make_shop();
    std::filesystem::permissions(file("shop.db"), std::filesystem::perms::others_write,
                                 std::filesystem::perm_options::add);
    environment["EDGE_ANALYTICS_AS_OF"] = "2026-11-30T12:00:00Z";

    const auto report = data({"doctor"}, 10);

    EXPECT_GE(report.at("findings").as_int64(), 1);
    for (const auto& check : report.at("checks").as_array()) {
        const bool finding = text_of(check.at("state")) == "finding";
        EXPECT_EQ(finding, !text_of(check.at("remedy")).empty()) << text_of(check.at("check"));
    }
    EXPECT_THAT(run({"doctor"}).output, HasSubstr("chmod o-w"));
}

TEST_F(HealthCommands, AShopWhoseTimeZoneAnotherHandSpoiltGoesOnByUtc) {
    make_demo();
    execute("UPDATE sellers SET time_zone = 'Mars/Olympus'");

    for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
             {"status"}, {"collect", "DEMO42"}, {"refresh"}, {"bundle", "list"}, {"sync", "--dry-run"}}) {
        const ProcessResult result = run(words);
        EXPECT_EQ(result.status, 0) << words.front() << ": " << result.errors;
    }
    EXPECT_THAT(run({"status"}).errors, HasSubstr("warning: times are shown by UTC"));
    EXPECT_EQ(data({"doctor"}, 10).at("findings").as_int64(), 2);
}

TEST_F(HealthCommands, DoctorWithoutAShopSaysSo) {
    EXPECT_EQ(data({"doctor"}, 10).at("findings").as_int64(), 1);
    EXPECT_THAT(run({"doctor"}).output, HasSubstr("edge-analytics init"));
}

TEST_F(HealthCommands, AFileThatIsNotOursIsRefusedAndLeftAlone) {
    const std::string junk(8192, 'x');
    write_file(file("shop.db"), junk);

    refusal({"status"}, 65, "not_a_database");
    refusal({"reserve", "1"}, 65, "not_a_database");
    EXPECT_EQ(run({"doctor"}).status, 10);
    EXPECT_EQ(read_file(file("shop.db")), junk);
}

TEST_F(HealthCommands, AFileOfANewerProgramIsRefused) {
    make_shop();
    execute("PRAGMA user_version = 999");

    refusal({"status"}, 76, "schema_too_new");
    EXPECT_EQ(data({"doctor"}, 10).at("findings").as_int64(), 1);
}

TEST_F(HealthCommands, AnotherWriterMakesItBusyAfterATime) {
    make_shop();
    const RunningProcess holder(
        {.arguments = {"/usr/bin/python3", "-c",
                       "import fcntl, struct, sys, time\n"
                       "file = open(sys.argv[1], 'r+')\n"
                       "fcntl.fcntl(file, 37, struct.pack('hhqqi4x', fcntl.F_WRLCK, 0, 0, 0, 0))\n"
                       "open(sys.argv[2], 'w').close()\n"
                       "time.sleep(60)\n",
                       file("shop.db.lock"), file("held")}});
    for (int i = 0; i < 100 && !std::filesystem::exists(file("held")); ++i) static_cast<void>(run({"version"}));
    ASSERT_TRUE(std::filesystem::exists(file("held")));

    refusal({"reserve", "1", "--timeout", "0.1"}, 75, "busy");
    EXPECT_TRUE(document({"reserve", "1", "--timeout", "0.1"}, 75).at("error").at("retryable").as_bool());
}

TEST_F(HealthCommands, AnUnknownSellerIsNotFound) {
    make_shop();

    refusal({"--seller", "99", "refresh"}, 66, "not_found");
    refusal({"--seller", "99", "bundle", "list"}, 66, "not_found");
}

}  // namespace
}  // namespace edge::test
