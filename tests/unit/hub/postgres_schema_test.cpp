#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <regex>
#include <set>

// The rules that let the same SQL run on PostgreSQL and on its distributed kin: the seller leads every key and every
// statement of a sync, order comes from seller_head alone, and nothing is used that a shard cannot do alone.

namespace edge::hub {
namespace {

const std::filesystem::path root = EDGE_SOURCE_DIR;
const std::set<std::string> tables_of_no_seller{"hub", "schema_version"};

std::string without_comments(const std::string& sql) { return std::regex_replace(sql, std::regex("--[^\n]*"), ""); }

std::string hub_schema() {
    std::string sql;
    for (const auto& file : std::filesystem::directory_iterator(root / "schemas/central/postgres")) {
        if (file.is_regular_file()) sql += without_comments(test::read_file(file.path().string()));
    }
    return sql;
}

/// The statements in the sources of the PostgreSQL store: neighbouring literals joined.
std::vector<std::string> statements() {
    std::vector<std::string> found;
    const std::regex literal(R"re("((?:[^"\\]|\\.)*)"(\s*))re");
    for (const auto& file : std::filesystem::directory_iterator(root / "sync/hub/src")) {
        const std::string name = file.path().filename().string();
        if (!name.starts_with("postgres") && !name.starts_with("marketplace")) continue;
        const std::string text = test::read_file(file.path().string());
        std::string joined;
        std::ptrdiff_t end = -1;
        for (std::sregex_iterator it(text.begin(), text.end(), literal), last; it != last; ++it) {
            if (it->position() != end) joined.clear();
            joined += (*it)[1];
            end = it->position() + it->length();
            const bool goes_on = end < std::ssize(text) && text[static_cast<std::size_t>(end)] == '"';
            if (!goes_on && std::regex_search(joined, std::regex("^(SELECT|INSERT|UPDATE|DELETE|WITH) "))) {
                found.push_back(joined);
            }
        }
    }
    return found;
}

/// The statements that stand in raw literals: those that concern the marketplace's tables as well.
std::vector<std::string> marketplace_statements() {
    std::vector<std::string> found;
    const std::string text = test::read_file((root / "sync/hub/src/marketplace_sql.cpp").string());
    const std::string open = "R\"sql(\n";
    const std::string close = ")sql\"";
    for (std::size_t at = text.find(open); at != std::string::npos; at = text.find(open, at)) {
        at += open.size();
        found.push_back(text.substr(at, text.find(close, at) - at));
    }
    return found;
}

TEST(PostgresSchema, LeadsEveryKeyWithTheSeller) {
    const std::string sql = hub_schema();
    const std::regex table(R"(CREATE TABLE edge\.(\w+) \(([\s\S]*?)\n\)[^;]*;)");
    int seen = 0;
    for (std::sregex_iterator it(sql.begin(), sql.end(), table), last; it != last; ++it, ++seen) {
        const std::string name = (*it)[1];
        const std::string body = (*it)[2];
        if (tables_of_no_seller.contains(name)) continue;
        std::smatch key;
        const bool own_line = std::regex_search(body, key, std::regex(R"(PRIMARY KEY \((\w+))"));
        const bool in_column = std::regex_search(body, std::regex(R"(\bseller text COLLATE "C" PRIMARY KEY)"));
        EXPECT_TRUE(in_column || (own_line && key[1] == "seller")) << name;
    }
    EXPECT_GE(seen, 8);
}

TEST(PostgresSchema, LeadsEveryIndexWithTheSeller) {
    const std::string sql = hub_schema();
    const std::regex index(R"(INDEX (\w+) ON edge\.\w+ \((\w+))");
    int seen = 0;
    for (std::sregex_iterator it(sql.begin(), sql.end(), index), last; it != last; ++it, ++seen) {
        EXPECT_EQ((*it)[2], "seller") << (*it)[1];
    }
    EXPECT_GE(seen, 2);
}

TEST(PostgresSchema, UsesNothingThatOnlyOneServerCanDo) {
    const std::regex forbidden(
        R"(\b(LISTEN|NOTIFY|TRIGGER|PROCEDURE|FUNCTION|TEMP|TEMPORARY|UNLOGGED|SERIAL|BIGSERIAL|SEQUENCE|IDENTITY)\b|pg_advisory|nextval)",
        std::regex::icase);
    EXPECT_FALSE(std::regex_search(hub_schema(), forbidden));
    for (const std::string& statement : statements()) {
        if (statement.find("edge.") == std::string::npos) continue;  // the marketplace's own tables have sequences
        EXPECT_FALSE(std::regex_search(statement, forbidden)) << statement;
    }
    for (const std::string& statement : marketplace_statements()) {
        EXPECT_FALSE(std::regex_search(statement, forbidden)) << statement;
    }
}

TEST(PostgresSchema, NamesTheSellerForEachOfTheHubsTablesInAStatementAboutTheMarketplace) {
    const std::regex mention(R"((INSERT INTO|UPDATE|FROM|JOIN|USING|,) edge\.(\w+)( AS (\w+))?( \((\w+))?)");
    int seen = 0;
    for (const std::string& statement : marketplace_statements()) {
        // asked for many sellers: when one arrives that the hub does not know, and now and then
        if (statement.find("unnest($1::text[]) AS w(seller)") != std::string::npos) continue;
        if (statement.find("EXCEPT SELECT m.user_id FROM edge.market_seller AS m") != std::string::npos) continue;
        for (std::sregex_iterator it(statement.begin(), statement.end(), mention), last; it != last; ++it, ++seen) {
            if ((*it)[1] == "INSERT INTO") {
                EXPECT_EQ((*it)[6], "seller") << statement;
            } else {
                const std::string alias = (*it)[4].matched ? (*it)[4].str() + "\\." : "";
                EXPECT_TRUE(std::regex_search(statement, std::regex("(WHERE|ON|AND) " + alias + "seller = \\$1")))
                    << (*it)[2] << " in " << statement;
            }
        }
    }
    EXPECT_GE(seen, 50);
}

TEST(PostgresSchema, NamesTheSellerInEveryStatementOfASync) {
    // asked by operators for all sellers, or about the hub itself
    const std::set<std::string> exceptions{"FROM edge.hub", "INTO edge.hub (", "edge.schema_version",
                                           "UPDATE edge.seller_head SET seq = seq + "};
    int seen = 0;
    for (const std::string& statement : statements()) {
        if (statement.find("edge.") == std::string::npos) continue;
        bool excepted = statement.starts_with("SELECT max(applied_at)");
        for (const std::string& words : exceptions) {
            excepted = excepted || statement.find(words) != std::string::npos;
        }
        if (excepted && statement.find("edge.hub_row") == std::string::npos) continue;
        ++seen;
        EXPECT_TRUE(std::regex_search(statement, std::regex(R"(\bseller\b)"))) << statement;
        if (statement.starts_with("UPDATE") || statement.starts_with("DELETE")) {
            EXPECT_TRUE(std::regex_search(statement, std::regex(R"(seller = \$1)"))) << statement;
        }
        if (statement.starts_with("INSERT")) {
            EXPECT_TRUE(std::regex_search(statement, std::regex(R"(^INSERT INTO edge\.\w+ \(seller, )"))) << statement;
        }
    }
    EXPECT_GE(seen, 15);
}

}  // namespace
}  // namespace edge::hub
