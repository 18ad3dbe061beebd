#pragma once

#include "edge/core/entities.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edge::simulation {

/// A row as a plain map from column to its value in JSON, and rows by "table key". This is the reference model: it
/// knows what was written and nothing of journals, segments or merges.
using Row = std::map<std::string, std::string>;
using Rows = std::map<std::string, Row>;

/// Lines as hub::dump and test::synced_rows write them: "bundles 01JDQ4… {…}".
[[nodiscard]] Rows parse_rows(const std::vector<std::string>& lines);
/// What becomes of a row that no JSON can show.
[[nodiscard]] Row unreadable_row();
[[nodiscard]] std::string_view table_of(std::string_view place);
/// Rows of tables that people write; the other tables are derived from these.
[[nodiscard]] Rows written_rows(const Rows& rows);
/// Where two sides differ first, in words; empty if they are equal. `passed_over` names rows not to be compared.
[[nodiscard]] std::string first_difference(const Rows& left, const Rows& right, const Rows& passed_over = {});

[[nodiscard]] std::string json_text(std::string_view text);
[[nodiscard]] std::string json_time(Timestamp instant);
[[nodiscard]] std::string json_time(const std::optional<Timestamp>& instant);

/// What one write is meant to do with one row; `columns` are those that it sets.
struct Effect {
    enum class Kind { create, update, remove };
    Kind kind = Kind::update;
    std::string place;  ///< "table key"; "table" alone for a new row whose identity is not known yet
    Row columns;
};
using Effects = std::vector<Effect>;

/// What a write did that made `after` of `before`.
[[nodiscard]] Effects effects_between(const Rows& before, const Rows& after);
/// Whether all effects are to be seen in `rows`; those on new rows get their rows' identities.
[[nodiscard]] bool are_seen(Effects& effects, const Rows& rows, const Rows& before);
/// The rows after all effects.
[[nodiscard]] Rows applied(Rows rows, const Effects& effects);
/// Whether `after` is what the effects make of `before`. A new row may have any identity and more columns than meant.
[[nodiscard]] bool explains(const Effects& effects, const Rows& before, const Rows& after);

}  // namespace edge::simulation
