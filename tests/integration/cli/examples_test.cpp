#include "integration/cli/cli_process.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>

#include <filesystem>
#include <sstream>

namespace edge::test {
namespace {

/// The help of every command, and what it says.
class Help : public CliProcess {
protected:
    [[nodiscard]] std::vector<std::string> commands() const {
        std::vector<std::string> names;
        const boost::json::value listed = data({"schema"});
        for (const auto& name : listed.at("commands").as_array()) names.push_back(text_of(name));
        return names;
    }
    [[nodiscard]] std::string help_of(const std::string& command) const {
        std::vector<std::string> words = command_words(command);
        words.emplace_back("--help");
        return text(words);
    }
    [[nodiscard]] static std::vector<std::string> examples_in(const std::string& help) {
        std::vector<std::string> examples;
        std::istringstream stream(help.substr(std::min(help.find("Examples:\n"), help.size())));
        for (std::string line; std::getline(stream, line);) {
            if (line.starts_with("  ")) examples.push_back(line.substr(2));
        }
        return examples;
    }
};

TEST_F(Help, OfEachCommandHasAPurposeAndTwoExamples) {
    for (const std::string& command : commands()) {
        const std::string help = help_of(command);

        EXPECT_GT(help.find('\n'), 10U) << command;
        EXPECT_LT(help.find('\n'), 100U) << command;
        EXPECT_EQ(examples_in(help).size(), 2U) << command << "\n" << help;
        for (const std::string& example : examples_in(help))
            EXPECT_NE(example.find("edge-analytics "), std::string::npos) << example;
    }
}

/// Everything that the examples speak of.
class Examples : public Help {
protected:
    void SetUp() override {
        std::filesystem::create_directories(file("tools/samples"));
        std::filesystem::create_directories(file("bin"));
        std::filesystem::create_symlink(EDGE_PROGRAM, file("bin/edge-analytics"));
        std::filesystem::create_directories(file("tools/samples/bookings"));
        write_file(file("tools/samples/bookings/category.csv"),
                   "category_id,category_name,category_coefficient\n1,Bakery,1.9\n");
        write_file(file("weather.csv"), "day,temperature,weather\n2026-11-22,7.5,rainy\n");
        write_file(file("holidays.csv"), "day,name\n2026-12-03,Market day\n");
        write_file(file("holidays.ics"),
                   "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20261208\nSUMMARY:Fair\nEND:VEVENT\nEND:VCALENDAR\n");
        write_file(file("bank-holidays.json"),
                   R"({"scotland":{"division":"scotland","events":[{"title":"A","date":"2026-11-30"}]}})");
        write_file(file("history.csv"),
                   "series_id,category_id,date,day_of_week,window_start_hour,window_end_hour,is_holiday,"
                   "observed_reservations,observed_no_shows\na,b,2026-01-01,3,17,18,0,4,1\n"
                   "a,b,2026-01-02,4,17,18,0,5,0\n");
        environment["PATH"] = file("bin") + ":/usr/bin:/bin";
        make_demo();
        text({"refresh"});
        std::filesystem::create_directories(file("stick"));
        text({"sync", "export", "stick"});
        for (const auto& entry : std::filesystem::directory_iterator(file("stick"))) {
            std::filesystem::copy_file(entry.path(), file("segments.eab"));
        }
        text({"hub", "import", "segments.eab", "--receipt", "first.receipt"});
        make_refused("refused.db");
        std::filesystem::copy(file(""), kept_.path(),
                              std::filesystem::copy_options::recursive | std::filesystem::copy_options::copy_symlinks);
    }

    /// Every example begins with the same shop.
    void reset() const {
        for (const auto& entry : std::filesystem::directory_iterator(file("")))
            std::filesystem::remove_all(entry.path());
        std::filesystem::copy(kept_.path(), file(""),
                              std::filesystem::copy_options::recursive | std::filesystem::copy_options::copy_symlinks);
    }

private:
    TemporaryFolder kept_;
};

TEST_F(Examples, OfEachCommandWorkAsTyped) {
    std::vector<std::string> names = commands();
    names.emplace_back("");
    for (const std::string& command : names) {
        for (const std::string& example : examples_in(help_of(command))) {
            // These go on until they are stopped, or want a server that listens: sync_test.cpp and the demonstration
            // run them.
            if (example.find("hub serve") != std::string::npos || example.find("postgresql://") != std::string::npos ||
                example.find("sync --url") != std::string::npos ||
                example.find("sync bootstrap") != std::string::npos || example.find("sync verify") != std::string::npos)
                continue;
            reset();
            if (example.find("init") != std::string::npos) std::filesystem::remove(file("shop.db"));
            if (example.find("sync rejects") != std::string::npos)
                std::filesystem::copy_file(file("refused.db"), file("shop.db"),
                                           std::filesystem::copy_options::overwrite_existing);

            const ProcessResult result = run_process({.arguments = {"/bin/bash", "-c", "set -o pipefail; " + example},
                                                      .environment = environment,
                                                      .folder = file("")});

            EXPECT_EQ(result.status, 0) << example << "\n" << result.errors << result.output;
        }
    }
}

}  // namespace
}  // namespace edge::test
