#pragma once

#include "support/process.hpp"
#include "support/temporary_folder.hpp"

#include <boost/json/value.hpp>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace edge::test {

/// Runs the program in a folder of its own, where it is noon of 23 November 2026 and the shop's file is shop.db.
class CliProcess : public testing::Test {
private:
    TemporaryFolder folder_;

protected:
    std::map<std::string, std::string> environment;

    CliProcess();

    [[nodiscard]] ProcessRequest request(const std::vector<std::string>& words, const std::string& input = "") const;
    ProcessResult run(const std::vector<std::string>& words, const std::string& input = "") const;
    /// Runs and expects status 0 and nothing on stderr; returns what is on stdout.
    std::string text(const std::vector<std::string>& words, const std::string& input = "") const;
    /// Runs with --json and expects just one document on stdout, valid by the command's schema, and the status given.
    boost::json::value document(const std::vector<std::string>& words, int status = 0,
                                const std::string& input = "") const;
    /// The document's data.
    boost::json::value data(const std::vector<std::string>& words, int status = 0, const std::string& input = "") const;
    /// Runs twice, with and without --json, and expects the same refusal both ways: the status, the code, one line on
    /// stderr that begins as it should. Returns that line and the hint.
    std::string refusal(const std::vector<std::string>& words, int status, const std::string& code) const;

    /// A shop with a category and a bundle (number 1) from 16:00 to 18:00 today in London, of which there are 2.
    void make_shop() const;
    /// Two weeks of history and some bundles to come; number 47 has a reservation with the code DEMO42.
    void make_demo() const;
    /// A demo shop in that file of which the hub in hub.db has refused one change, for a code that another reservation
    /// had when it came. Retried on either side, it goes.
    void make_refused(const std::string& database) const;

    [[nodiscard]] std::string file(const std::string& name) const { return folder_.file(name); }
};

[[nodiscard]] std::string text_of(const boost::json::value& value);
/// The words that name a command, from its name as `schema` lists it.
[[nodiscard]] std::vector<std::string> command_words(const std::string& command);

}  // namespace edge::test
