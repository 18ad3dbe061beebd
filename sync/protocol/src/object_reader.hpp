#pragma once

#include "json.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edge::protocol {

/// Takes an object's members by name and says what is missing or of the wrong type. The first fault stays; what is
/// read after it is of no use.
class ObjectReader {
public:
    explicit ObjectReader(const JsonValue& object, std::string_view what);

    /// Members that must be there.
    [[nodiscard]] std::string text(std::string_view name);
    [[nodiscard]] std::int64_t integer(std::string_view name, std::int64_t low, std::int64_t high);
    [[nodiscard]] bool boolean(std::string_view name);
    [[nodiscard]] std::optional<JsonValue> array(std::string_view name);
    /// Members that may be missing.
    [[nodiscard]] std::string text_or(std::string_view name, std::string_view otherwise);
    [[nodiscard]] std::int64_t integer_or(std::string_view name, std::int64_t low, std::int64_t high,
                                          std::int64_t otherwise);
    [[nodiscard]] std::optional<JsonValue> object_if_any(std::string_view name);
    [[nodiscard]] std::optional<JsonValue> array_if_any(std::string_view name);
    /// The member named `name` must be this text: `type`.
    void expect(std::string_view name, std::string_view value);
    /// `v` must be a version that this program reads.
    void expect_version();

    /// Everything that was not asked for.
    [[nodiscard]] Members rest() const;

    void fail(std::string_view name, std::string_view why);
    [[nodiscard]] bool ok() const noexcept { return !problem_; }
    [[nodiscard]] const Problem& problem() const { return *problem_; }

private:
    struct Slot {
        std::string_view name;
        JsonValue value;
        bool asked_for = false;
    };
    [[nodiscard]] const JsonValue* take(std::string_view name);
    [[nodiscard]] const JsonValue* require(std::string_view name, JsonKind kind);
    [[nodiscard]] std::optional<JsonValue> take_if_any(std::string_view name, JsonKind kind);

    std::string what_;
    std::vector<Slot> slots_;
    std::optional<Problem> problem_;
};

}  // namespace edge::protocol
