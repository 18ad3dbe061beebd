#include "integration/cli/cli_process.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace edge::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* header =
    "series_id,category_id,date,day_of_week,window_start_hour,window_end_hour,is_holiday,temperature,weather_flag,"
    "posted_qty,observed_reservations,observed_no_shows\n";

std::string month(int last_count) {
    std::string rows = header;
    for (int day = 1; day <= 28; ++day) {
        rows += fmt::format("a,b,2026-02-{:02},{},17,18,0,,,,{},1\n", day, (day + 5) % 7,
                            day == 28 ? last_count : 3 + day % 3);
    }
    return rows;
}

std::string read(const std::string& path) {
    std::ifstream stream(path, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

class BacktestCommand : public CliProcess {
protected:
    void write(const std::string& name, const std::string& text) const { std::ofstream(file(name)) << text; }
    [[nodiscard]] ProcessResult run_program(std::vector<std::string> program,
                                            const std::vector<std::string>& arguments) const {
        std::map<std::string, std::string> with_path = environment;
        if (const char* path = std::getenv("PATH"); path != nullptr) with_path["PATH"] = path;
        program.insert(program.end(), arguments.begin(), arguments.end());
        return run_process({.arguments = program, .environment = with_path, .folder = file("")});
    }
    /// A python3 with numpy and pandas; empty without one. Debian's first, for which tools/packages.sh installs them:
    /// the PATH may name another that has none.
    [[nodiscard]] std::vector<std::string> python_with_pandas() const {
        for (const auto& python : {std::vector<std::string>{"/usr/bin/python3"}, {"/usr/bin/env", "python3"}}) {
            if (!std::filesystem::exists(python.front())) continue;
            if (run_program(python, {"-c", "import numpy, pandas"}).status == 0) return python;
        }
        return {};
    }
};

TEST_F(BacktestCommand, JudgesAMethodBesideTheOthers) {
    write("history.csv", month(4));

    const boost::json::value report = data({"backtest", "history.csv"});

    EXPECT_EQ(report.at("slots").as_int64(), 28);
    EXPECT_EQ(text_of(report.at("first_day")), "2026-02-01");
    ASSERT_EQ(report.at("methods").as_array().size(), 3U);
    EXPECT_EQ(text_of(report.at("methods").at(0).at("method")), "pooled");
    EXPECT_EQ(report.at("methods").at(0).at("by_history").as_array().size(), 3U);
    EXPECT_EQ(report.at("methods").at(1).at("all").at("slots").as_int64(), 28);
    const std::string table = text({"backtest", "history.csv"});
    EXPECT_THAT(table, StartsWith("28 slots from 2026-02-01 to 2026-02-28"));
    EXPECT_THAT(table, HasSubstr("seasonal_naive"));
    EXPECT_EQ(data({"backtest", "-", "--method", "similarity", "--alone"}, 0, month(4)).at("methods").as_array().size(),
              1U);
}

TEST_F(BacktestCommand, WritesALineASlot) {
    write("history.csv", month(4));

    data({"backtest", "history.csv", "--out", "forecasts.csv"});

    const std::string forecasts = read(file("forecasts.csv"));
    EXPECT_THAT(forecasts, StartsWith("series_id,category_id,date,window_start_hour,mean,point,no_show_prob,q05,q10"));
    EXPECT_EQ(std::ranges::count(forecasts, '\n'), 29);
    refusal({"backtest", "history.csv", "--out", "forecasts.csv"}, 73, "already_exists");
    EXPECT_EQ(read(file("forecasts.csv")), forecasts);
    EXPECT_THAT(text({"backtest", "history.csv", "--out", "forecasts.csv", "--overwrite"}),
                HasSubstr("Forecasts are in forecasts.csv"));
}

TEST_F(BacktestCommand, LooksAtEarlierDaysOnly) {
    write("history.csv", month(4));
    write("changed.csv", month(400));

    data({"backtest", "history.csv", "--out", "one.csv", "--alone"});
    data({"backtest", "changed.csv", "--out", "other.csv", "--alone"});

    EXPECT_EQ(read(file("one.csv")), read(file("other.csv")));
}

TEST_F(BacktestCommand, SortsRowsThatAreNotInOrderOfDateAndSaysSo) {
    std::string rows = month(4);
    write("sorted.csv", rows);
    const std::size_t first = rows.find('\n') + 1;
    const std::string moved = rows.substr(first, rows.find('\n', first) + 1 - first);
    rows.erase(first, moved.size());
    write("moved.csv", rows + moved);

    const boost::json::value sorted = data({"backtest", "sorted.csv", "--out", "one.csv", "--alone"});
    const boost::json::value moved_back = data({"backtest", "moved.csv", "--out", "other.csv", "--alone"});

    EXPECT_TRUE(sorted.at("rows_in_order").as_bool());
    EXPECT_FALSE(moved_back.at("rows_in_order").as_bool());
    EXPECT_EQ(read(file("one.csv")), read(file("other.csv")));
    EXPECT_THAT(text({"backtest", "moved.csv", "--alone"}), HasSubstr("not in order of date"));
}

TEST_F(BacktestCommand, OfTheShopItselfSaysHowItWouldHaveServed) {
    make_demo();
    EXPECT_THAT(text({"backtest"}), HasSubstr("No slots"));
    text({"refresh"});

    const boost::json::value report = data({"backtest"});

    EXPECT_EQ(report.at("slots").as_int64(), 42);
    EXPECT_TRUE(report.at("methods").at(0).at("all").at("brier").is_number());
}

TEST_F(BacktestCommand, SaysWhatItCannotRead) {
    write("history.csv", month(4) + "a,b,2026-02-30,3,17,18,0,,,,4,1\n");

    EXPECT_THAT(refusal({"backtest", "history.csv", "--out", "forecasts.csv"}, 65, "corrupt_data"),
                HasSubstr("line 30"));
    EXPECT_FALSE(std::filesystem::exists(file("forecasts.csv"))) << "nothing half-written stays";
    refusal({"backtest", "nowhere.csv"}, 66, "not_found");
    refusal({"backtest"}, 66, "not_found");
    refusal({"backtest", "history.csv", "--method", "oracle"}, 64, "usage");
    write("history.csv", month(4));
    refusal({"backtest", "history.csv", "--out", "no/such/folder.csv"}, 73, "io_failure");
}

/// The summary's numbers are the evaluator's, where both count the same.
TEST_F(BacktestCommand, AgreesWithTheEvaluator) {
    const std::filesystem::path shared = std::filesystem::path(EDGE_SOURCE_DIR) / "../shared";
    if (!std::filesystem::exists(shared / "forecast/evaluate.py"))
        GTEST_SKIP() << "../shared/forecast/evaluate.py is absent: nothing to compare with";
    const std::vector<std::string> python = python_with_pandas();
    if (python.empty())
        GTEST_SKIP() << "no python3 has numpy and pandas (Debian: python3-pandas): the evaluator does not run";
    std::istringstream all(read((shared / "data/forecast/hotel_resort.csv").string()));
    std::string part;
    std::string line;
    for (int i = 0; i < 301 && std::getline(all, line); ++i) part += line + "\n";
    write("history.csv", part);

    const boost::json::value judged =
        data({"backtest", "history.csv", "--out", "forecasts.csv", "--alone"}).at("methods").at(0).at("all");
    const ProcessResult evaluated =
        run_program(python, {(shared / "forecast/evaluate.py").string(), "--data", file("history.csv"), "--pred",
                             file("forecasts.csv"), "--json", file("scores.json"), "--boot", "0"});

    ASSERT_EQ(evaluated.status, 0) << evaluated.errors;
    const boost::json::value scores = boost::json::parse(read(file("scores.json"))).at("history").at("all");
    constexpr double rounded = 6e-6;  // the evaluator prints five places
    for (const auto& [ours, theirs] : std::vector<std::pair<const char*, const char*>>{{"mae", "MAE"},
                                                                                       {"rmse", "RMSE"},
                                                                                       {"bias", "bias"},
                                                                                       {"mase", "MAE_over_snaive"},
                                                                                       {"pinball", "QS"},
                                                                                       {"crps", "CRPS"},
                                                                                       {"coverage", "cov80"},
                                                                                       {"below", "below"},
                                                                                       {"above", "above"},
                                                                                       {"brier", "Brier"},
                                                                                       {"log_loss", "logloss"},
                                                                                       {"no_show_error", "ECE"}}) {
        const auto* const score = scores.as_object().if_contains(theirs);
        if (score == nullptr) continue;
        EXPECT_NEAR(judged.at(ours).to_number<double>(), score->to_number<double>(), rounded) << ours;
    }
}

}  // namespace
}  // namespace edge::test
