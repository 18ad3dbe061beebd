#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace edge::cli {

/// A template, so that Json may hold members of its own kind before it is complete.
template <class Value>
struct NamedValue {
    std::string name;
    Value value;
};

/// A JSON value to be printed: members stay in the order in which they are given.
class Json {
public:
    using Member = NamedValue<Json>;
    using Array = std::vector<Json>;
    using Object = std::vector<Member>;
    /// JSON text made elsewhere, printed as it is.
    struct Raw {
        std::string text;
    };

    Json() noexcept : value_(nullptr) {}
    Json(std::nullptr_t) noexcept
        : value_(nullptr) {}  // NOLINT(google-explicit-constructor): values are written as they are
    Json(const char* text) : value_(std::string(text)) {}
    Json(std::string text) : value_(std::move(text)) {}
    Json(std::string_view text) : value_(std::string(text)) {}
    Json(std::same_as<bool> auto value) : value_(value) {}
    Json(double value) : value_(value) {}
    template <std::integral Integer>
    requires(!std::same_as<Integer, bool>) Json(Integer value) : value_(static_cast<std::int64_t>(value)) {}
    Json(Array values) : value_(std::move(values)) {}
    Json(Object members) : value_(std::move(members)) {}
    Json(Raw raw) : value_(std::move(raw)) {}
    template <class Value>
    Json(const std::optional<Value>& value) : value_(nullptr) {
        if (value) *this = Json(*value);
    }

    /// Pretty, two spaces a level, without a line end. A number that is not finite prints as null, bytes that are not
    /// UTF-8 as U+FFFD: the document is always valid.
    [[nodiscard]] std::string text() const;

private:
    void write(std::string& out, std::size_t level) const;

    std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, Array, Object, Raw> value_;
};

/// An array of what `convert` makes of each element.
template <class Range, class Convert>
[[nodiscard]] Json json_array(const Range& range, Convert convert) {
    Json::Array values;
    for (const auto& element : range) values.push_back(Json(convert(element)));
    return values;
}

}  // namespace edge::cli
