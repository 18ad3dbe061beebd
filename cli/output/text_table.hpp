#pragma once

#include "output/style.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace edge::cli {

enum class Align { left, right };

struct Column {
    std::string title;
    Align align = Align::left;
    std::size_t max_width = 48;  ///< longer cells are cut with "…"
};

/// Rows under titles, each column as wide as its widest cell. Cells may hold colours.
class TextTable {
public:
    explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

    /// As many cells as there are columns.
    void add(std::vector<std::string> cells);
    [[nodiscard]] bool empty() const noexcept { return rows_.empty(); }
    /// Titles and rows, each line ended; only the titles if there are no rows.
    [[nodiscard]] std::string text(const Style& style) const;

private:
    [[nodiscard]] std::vector<std::size_t> widths() const;
    [[nodiscard]] std::string line(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) const;

    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

/// Names and values, a line each, the values in one column.
class TextFields {
public:
    void add(std::string name, std::string value);
    [[nodiscard]] std::string text(const Style& style) const;

private:
    std::vector<std::pair<std::string, std::string>> fields_;
};

}  // namespace edge::cli
