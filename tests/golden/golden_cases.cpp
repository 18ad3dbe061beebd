#include "golden/golden_cases.hpp"

#include <cctype>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>

namespace edge::golden {
namespace {

Case parse_case(const boost::json::object& object) {
    Case parsed{.name = std::string(object.at("name").as_string()),
                .tags = {},
                .input = object.at("input").as_object(),
                .expected = object.at("expected").as_object()};
    if (const boost::json::value* tags = object.if_contains("tags")) {
        for (const boost::json::value& tag : tags->as_array()) parsed.tags.emplace_back(tag.as_string());
    }
    return parsed;
}

/// GoogleTest takes nothing else for the name of a test, and each name once.
std::string as_test_name(const std::string& name, std::set<std::string>& taken) {
    std::string plain = name;
    for (char& c : plain)
        if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
    std::string unique = plain;
    for (int i = 2; !taken.insert(unique).second; ++i) unique = plain + "_" + std::to_string(i);
    return unique;
}

}  // namespace

std::filesystem::path folder() {
    if (const char* named = std::getenv("EDGE_GOLDEN_DIR")) return named;
    return std::filesystem::path(EDGE_SOURCE_DIR).parent_path() / "shared" / "golden";
}

std::optional<boost::json::object> find_file(std::string_view file) {
    std::ifstream stream(folder() / file, std::ios::binary);
    if (!stream) return std::nullopt;
    const std::string text((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
    return boost::json::parse(text).as_object();
}

std::vector<Case> cases_of(std::string_view file) {
    std::vector<Case> cases;
    const std::optional<boost::json::object> document = find_file(file);
    if (!document) return cases;
    std::set<std::string> names;
    for (const boost::json::value& entry : document->at("cases").as_array()) {
        cases.push_back(parse_case(entry.as_object()));
        cases.back().name = as_test_name(cases.back().name, names);
    }
    return cases;
}

bool may_be_empty() { return std::getenv("EDGE_GOLDEN_DIR") != nullptr; }

std::string absence_of(std::string_view file) {
    return "golden cases did not run: there is no " + (folder() / file).string() + " (set EDGE_GOLDEN_DIR)";
}

}  // namespace edge::golden
