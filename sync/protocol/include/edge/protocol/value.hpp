#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace edge::protocol {

/// JSON that this version has no use for, kept as compact text so that it is given back as it came.
struct RawJson {
    std::string text;
    friend bool operator==(const RawJson&, const RawJson&) = default;
};

/// A column's value on the wire: null, a boolean, an integer, a text (also decimals, instants, days and references)
/// or a list of texts. An integer beyond ±2^53 is written as text and comes back as text; `as_integer` reads both.
/// Anything else that arrives (a fraction, an object) is RawJson: no known column takes it, an unknown one keeps it.
using FieldValue = std::variant<std::monostate, bool, std::int64_t, std::string, std::vector<std::string>, RawJson>;

/// A column by its wire name.
struct Field {
    std::string name;
    FieldValue value;
    friend bool operator==(const Field&, const Field&) = default;
};
/// Columns in the order in which they are written; no name twice.
using Fields = std::vector<Field>;

/// A member of a document that this version does not know, with its value as compact JSON.
struct Member {
    std::string name;
    std::string json;
    friend bool operator==(const Member&, const Member&) = default;
};
using Members = std::vector<Member>;

/// The value under that name; nullptr if there is none.
[[nodiscard]] const FieldValue* find_field(const Fields& fields, std::string_view name) noexcept;
/// Replaces the value under that name or appends it.
void set_field(Fields& fields, std::string_view name, FieldValue value);

[[nodiscard]] bool is_null(const FieldValue& value) noexcept;
/// An integer, or the decimal text of one.
[[nodiscard]] std::optional<std::int64_t> as_integer(const FieldValue& value) noexcept;
/// A text; nullptr for anything else.
[[nodiscard]] const std::string* as_text(const FieldValue& value) noexcept;

/// `{"name":"Bag","price_minor":399}`: how a hub keeps a row. Same fields in the same order, same bytes.
[[nodiscard]] std::string encode_fields(const Fields& fields);
/// Nothing if the text is not one flat JSON object.
[[nodiscard]] std::optional<Fields> decode_fields(std::string_view json);

/// True if `text` is what JSON may carry: valid UTF-8 without surrogates.
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

}  // namespace edge::protocol
