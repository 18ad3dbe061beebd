#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace edge::tabular {

/// What stands in a column of a row. CSV knows null and text alone.
enum class FieldKind : std::uint8_t {
    absent,   ///< the row does not name the column (NDJSON)
    null,     ///< `null`, or nothing between two delimiters
    text,     ///< may be empty
    number,   ///< as written: `1e3` stays `1e3`
    boolean,  ///< `true` or `false`
    list,     ///< of texts, numbers and booleans
};

/// A value on loan: what it points to belongs to the reader, or to whoever hands it to a writer.
struct Field {
    FieldKind kind = FieldKind::absent;
    std::string_view text;                    ///< of text, number and boolean
    std::span<const std::string_view> items;  ///< of a list; numbers as written

    [[nodiscard]] static Field null() noexcept { return {.kind = FieldKind::null, .text = {}, .items = {}}; }
    [[nodiscard]] static Field of_text(std::string_view text) noexcept {
        return {.kind = FieldKind::text, .text = text, .items = {}};
    }
    [[nodiscard]] static Field of_number(std::string_view digits) noexcept {
        return {.kind = FieldKind::number, .text = digits, .items = {}};
    }
    [[nodiscard]] static Field of_boolean(bool value) noexcept {
        return {.kind = FieldKind::boolean, .text = value ? "true" : "false", .items = {}};
    }
    [[nodiscard]] static Field of_list(std::span<const std::string_view> items) noexcept {
        return {.kind = FieldKind::list, .text = {}, .items = items};
    }

    /// The text of a text, number or boolean; nothing for the others.
    [[nodiscard]] std::optional<std::string_view> value() const noexcept;
    friend bool operator==(const Field& left, const Field& right) noexcept;
};

/// A row, valid until the reader's next call.
struct Record {
    std::uint64_t line = 0;         ///< on which it starts, from 1
    std::string_view text;          ///< as in the file, without its line end
    std::span<const Field> fields;  ///< one for each of the reader's columns, in their order
};

/// A row that cannot be read, valid until the reader's next call. Reading goes on behind it.
struct BadRow {
    std::uint64_t line = 0;  ///< on which the trouble starts, from 1
    std::uint64_t byte = 0;  ///< where in `text` it starts, from 1; 0 if it is the whole row
    std::string column;      ///< empty if it is not one column's trouble
    std::string reason;      ///< "has 5 fields, the header has 6"
    std::string_view text;   ///< as in the file; cut at the limit for a row
};

/// What hostile input may take up.
struct Limits {
    std::size_t max_field = std::size_t{1} << 20;   ///< bytes of one value, as written
    std::size_t max_record = std::size_t{8} << 20;  ///< bytes of one row
    std::size_t max_columns = 1000;
};

}  // namespace edge::tabular
