#pragma once

#include "edge/tabular/record.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edge::tabular {

/// Turns the text of one flat JSON object into fields. Keeps its memory from line to line.
class JsonLine {
public:
    struct Trouble {
        std::size_t byte = 0;  ///< where the parser stopped, from 1
        std::string column;
        std::string reason;
    };

    /// Names that a good line uses for the first time are added to `columns`.
    JsonLine(std::vector<std::string>& columns, const Limits& limits);
    JsonLine(const JsonLine&) = delete;
    JsonLine& operator=(const JsonLine&) = delete;
    ~JsonLine();

    /// What is wrong with the line, if anything.
    [[nodiscard]] std::optional<Trouble> parse(std::string_view line);
    /// One for each column, of the line last parsed.
    [[nodiscard]] const std::vector<Field>& fields() const noexcept;

private:
    struct Parser;
    std::unique_ptr<Parser> parser_;
};

}  // namespace edge::tabular
