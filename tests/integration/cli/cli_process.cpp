#include "integration/cli/cli_process.hpp"

#include "support/database_dump.hpp"

#include <boost/json.hpp>

#include <filesystem>
#include <sstream>

namespace edge::test {
namespace {

/// Whether a document fits the schema of the command that it names.
testing::AssertionResult is_valid(const boost::json::value& document, const std::string& folder) {
    const std::string name = text_of(document.at("schema"));
    const std::size_t begin = name.find('/') + 1;
    const std::string command = name.substr(begin, name.rfind('/') - begin);
    write_file(folder + "/document.json", boost::json::serialize(document) + "\n");
    const ProcessResult result = run_process(
        {.arguments = {"/usr/bin/python3", EDGE_SOURCE_DIR "/tests/support/validate_json.py",
                       EDGE_SOURCE_DIR "/schemas/cli/" + command + ".schema.json", folder + "/document.json"}});
    if (result.status == 0) return testing::AssertionSuccess();
    return testing::AssertionFailure() << result.errors << boost::json::serialize(document);
}

std::string words_of(const std::vector<std::string>& words) {
    std::string line;
    for (const std::string& word : words) line += " " + word;
    return line;
}

}  // namespace

std::string text_of(const boost::json::value& value) { return {value.as_string().data(), value.as_string().size()}; }

CliProcess::CliProcess()
    : environment{{"HOME", folder_.path()},
                  {"EDGE_ANALYTICS_DB", folder_.file("shop.db")},
                  {"EDGE_ANALYTICS_HUB_DB", folder_.file("hub.db")},
                  {"EDGE_ANALYTICS_AS_OF", "2026-11-23T12:00:00Z"}} {}

ProcessRequest CliProcess::request(const std::vector<std::string>& words, const std::string& input) const {
    ProcessRequest request{
        .arguments = {EDGE_PROGRAM}, .environment = environment, .input = input, .folder = folder_.path()};
    request.arguments.insert(request.arguments.end(), words.begin(), words.end());
    return request;
}

ProcessResult CliProcess::run(const std::vector<std::string>& words, const std::string& input) const {
    const ProcessResult result = run_process(request(words, input));
    EXPECT_FALSE(result.timed_out) << words_of(words);
    return result;
}

std::string CliProcess::text(const std::vector<std::string>& words, const std::string& input) const {
    const ProcessResult result = run(words, input);
    EXPECT_EQ(result.status, 0) << words_of(words) << "\n" << result.errors;
    EXPECT_EQ(result.errors, "") << words_of(words);
    return result.output;
}

boost::json::value CliProcess::document(const std::vector<std::string>& words, int status,
                                        const std::string& input) const {
    std::vector<std::string> all = words;
    all.emplace_back("--json");
    const ProcessResult result = run(all, input);
    EXPECT_EQ(result.status, status) << words_of(all) << "\n" << result.output;
    EXPECT_EQ(result.errors, "") << words_of(all);
    boost::json::error_code error;
    boost::json::value document = boost::json::parse(result.output, error);
    EXPECT_FALSE(error) << words_of(all) << " printed:\n" << result.output;
    if (error) return boost::json::object{{"data", nullptr}, {"error", {{"code", ""}}}};
    EXPECT_TRUE(is_valid(document, folder_.path())) << words_of(all);
    return document;
}

boost::json::value CliProcess::data(const std::vector<std::string>& words, int status, const std::string& input) const {
    return document(words, status, input).at("data");
}

std::string CliProcess::refusal(const std::vector<std::string>& words, int status, const std::string& code) const {
    const ProcessResult result = run(words);
    EXPECT_EQ(result.status, status) << words_of(words) << "\n" << result.errors;
    EXPECT_EQ(result.output, "") << words_of(words);
    EXPECT_TRUE(result.errors.starts_with("edge-analytics: cannot ")) << words_of(words) << "\n" << result.errors;
    const boost::json::value failure = document(words, status);
    EXPECT_EQ(text_of(failure.at("error").at("code")), code) << words_of(words);
    return result.errors;
}

void CliProcess::make_shop() const {
    text({"init", "--name", "Corner Bakery", "--time-zone", "Europe/London", "--holiday-region", "GB-ENG", "--latitude",
          "51.5", "--longitude", "-0.1"});
    text({"category", "add", "Bread", "--co2e", "1.5"});
    text({"bundle", "post", "Evening bag", "-c", "Bread", "-n", "2", "--price", "3.99", "--weight", "1000", "--window",
          "16:00-18:00"});
}

void CliProcess::make_demo() const { text({"init", "--demo", "--time-zone", "Europe/London"}); }

void CliProcess::make_refused(const std::string& database) const {
    const auto carry = [&] {
        std::filesystem::create_directories(file("carried"));
        const std::string path = text_of(data({"sync", "export", "carried", "--db", database}).at("path"));
        data({"hub", "import", path, "--receipt", "carried/receipt"});
        static_cast<void>(run({"sync", "import-receipt", "carried/receipt", "--db", database}));
        std::filesystem::remove_all(file("carried"));
    };
    text({"init", "--demo", "--time-zone", "Europe/London", "--db", database});
    for (int i = 0; i < 2; ++i) text({"reserve", "47", "--db", database});
    carry();
    // for as long as it takes, the hub believes that the younger one has the code that the older one asks for
    const std::string younger =
        select_column(file(database), "SELECT claim_code FROM reservations ORDER BY reservation_id DESC LIMIT 1")
            .front();
    run_sql(file(database),
            "UPDATE reservations SET claim_code = 'HELD' WHERE reservation_id = (SELECT max(reservation_id) - 1 FROM "
            "reservations)");
    run_sql(file("hub.db"), "UPDATE hub_row SET claim = 'HELD' WHERE claim = '" + younger + "'");
    carry();
    run_sql(file("hub.db"), "UPDATE hub_row SET claim = '" + younger + "' WHERE claim = 'HELD'");
}

std::vector<std::string> command_words(const std::string& command) {
    std::vector<std::string> words;
    std::istringstream stream(command);
    for (std::string word; std::getline(stream, word, '-');) {
        // the one command whose name has a dash of its own
        if (word == "receipt" && !words.empty() && words.back() == "import") {
            words.back() += "-" + word;
        } else {
            words.push_back(word);
        }
    }
    return words;
}

}  // namespace edge::test
