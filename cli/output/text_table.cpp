#include "output/text_table.hpp"

#include "output/text_width.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace edge::cli {

void TextTable::add(std::vector<std::string> cells) {
    assert(cells.size() == columns_.size());
    for (std::size_t i = 0; i < cells.size(); ++i) cells[i] = truncate_to_width(cells[i], columns_[i].max_width);
    rows_.push_back(std::move(cells));
}

std::vector<std::size_t> TextTable::widths() const {
    std::vector<std::size_t> widths;
    for (const Column& column : columns_) widths.push_back(display_width(column.title));
    for (const std::vector<std::string>& row : rows_) {
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], display_width(row[i]));
    }
    return widths;
}

std::string TextTable::line(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) const {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (i > 0) line += "  ";
        line += columns_[i].align == Align::right ? pad_left(cells[i], widths[i]) : pad_right(cells[i], widths[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    return line;
}

std::string TextTable::text(const Style& style) const {
    const std::vector<std::size_t> columns = widths();
    std::vector<std::string> titles;
    for (const Column& column : columns_) titles.push_back(column.title);
    std::string text = style.paint(Tone::strong, line(titles, columns)) + "\n";
    for (const std::vector<std::string>& row : rows_) text += line(row, columns) + "\n";
    return text;
}

void TextFields::add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }

std::string TextFields::text(const Style& style) const {
    std::size_t width = 0;
    for (const auto& [name, value] : fields_) width = std::max(width, display_width(name));
    std::string text;
    for (const auto& [name, value] : fields_) {
        text += style.paint(Tone::faint, pad_right(name, width)) + "  " + value + "\n";
    }
    return text;
}

}  // namespace edge::cli
