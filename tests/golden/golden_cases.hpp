#pragma once

#include <boost/json.hpp>

#include <filesystem>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace edge::golden {

/// One case of a golden file.
struct Case {
    std::string name;  ///< of letters, digits and underscores, once in its file: others are written so
    std::vector<std::string> tags;
    boost::json::object input;
    boost::json::object expected;
};

/// How a failing test shows its case.
inline std::ostream& operator<<(std::ostream& out, const Case& golden_case) { return out << golden_case.name; }

/// Where golden files are looked for: $EDGE_GOLDEN_DIR, else <source>/../shared/golden.
[[nodiscard]] std::filesystem::path folder();
/// The whole file, such as `sell_through.json`. Nothing if it is not there; throws if it is no JSON object.
[[nodiscard]] std::optional<boost::json::object> find_file(std::string_view file);
/// Every case of a file, in its order; none if it is not there.
[[nodiscard]] std::vector<Case> cases_of(std::string_view file);
/// A folder that EDGE_GOLDEN_DIR names may have as many cases as it likes, and none.
[[nodiscard]] bool may_be_empty();
/// What a test says when it is skipped because its file is not there.
[[nodiscard]] std::string absence_of(std::string_view file);

}  // namespace edge::golden
