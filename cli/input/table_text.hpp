#pragma once

#include <functional>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>

namespace edge::cli {

/// A row of a small CSV file, by column name in lower case.
class TableRow {
public:
    TableRow(std::string source, std::size_t line, std::map<std::string, std::string> values)
        : source_(std::move(source)), line_(line), values_(std::move(values)) {}

    /// Empty if there is no such column.
    [[nodiscard]] std::string value(const std::string& column) const;
    /// Of the first column that exists and is not empty.
    [[nodiscard]] std::string first_of(std::initializer_list<const char*> columns) const;
    /// Throws `corrupt_data` with file and line.
    [[noreturn]] void refuse(const std::string& why) const;

private:
    std::string source_;
    std::size_t line_;
    std::map<std::string, std::string> values_;
};

/// Throws `corrupt_data` for a row that cannot be read.
void read_table(std::string_view text, const std::string& source, const std::function<void(const TableRow&)>& take);

}  // namespace edge::cli
