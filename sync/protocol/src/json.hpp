#pragma once

#include "edge/protocol/problem.hpp"
#include "edge/protocol/value.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace edge::protocol {

enum class JsonKind : std::uint8_t { null, boolean, integer, number, text, array, object };

class JsonValue;

/// A parsed JSON document as a flat list of nodes in document order: strict UTF-8, bounded depth, no name twice in an
/// object. A number that is no 64-bit integer is kept as it was written.
class JsonDocument {
public:
    struct Bounds {
        std::size_t bytes;
        std::size_t depth;
    };
    [[nodiscard]] static Decoded<JsonDocument> parse(std::string_view text, const Bounds& bounds);
    [[nodiscard]] JsonValue root() const noexcept;

private:
    friend class JsonValue;
    friend struct JsonHandler;

    struct Node {
        JsonKind kind;
        std::uint32_t text_begin;  ///< into text_; for a container, how long text_ was at its start
        std::uint32_t text_size;
        std::uint32_t end;  ///< the node after this one and all within it
        std::int64_t integer;
    };
    std::vector<Node> nodes_;
    std::string text_;
};

/// One value in a document, which must outlive it.
class JsonValue {
public:
    [[nodiscard]] JsonKind kind() const noexcept { return node().kind; }
    [[nodiscard]] bool is(JsonKind kind) const noexcept { return node().kind == kind; }
    [[nodiscard]] std::int64_t integer() const noexcept { return node().integer; }
    [[nodiscard]] bool boolean() const noexcept { return node().integer != 0; }
    [[nodiscard]] std::string_view text() const noexcept {
        return std::string_view(document_->text_).substr(node().text_begin, node().text_size);
    }
    /// Elements of an array, members of an object.
    [[nodiscard]] std::size_t size() const noexcept { return static_cast<std::size_t>(node().integer); }
    /// At most as many bytes as this value takes in compact JSON, and not many fewer.
    [[nodiscard]] std::size_t weight() const noexcept;
    /// Compact JSON, in the order of the document.
    void write(std::string& out) const;
    [[nodiscard]] std::string json() const;

    /// Calls `found(JsonValue)` for each element of an array.
    template <class Found>
    void each_element(Found found) const {
        for (std::uint32_t at = index_ + 1; at < node().end; at = document_->nodes_[at].end)
            found(JsonValue(*document_, at));
    }
    /// Calls `found(std::string_view name, JsonValue)` for each member of an object.
    template <class Found>
    void each_member(Found found) const {
        for (std::uint32_t at = index_ + 1; at < node().end;) {
            const JsonValue value(*document_, at + 1);
            found(JsonValue(*document_, at).text(), value);
            at = value.node().end;
        }
    }

private:
    friend class JsonDocument;
    JsonValue(const JsonDocument& document, std::uint32_t index) noexcept : document_(&document), index_(index) {}
    [[nodiscard]] const JsonDocument::Node& node() const noexcept { return document_->nodes_[index_]; }

    const JsonDocument* document_;
    std::uint32_t index_;
};

/// Appends `text` in quotes with JSON's escapes.
void write_text(std::string& out, std::string_view text);
void write_integer(std::string& out, std::int64_t value);
void write_value(std::string& out, const FieldValue& value);
void write_fields(std::string& out, const Fields& fields);
/// `,"name":json` for each.
void write_members(std::string& out, const Members& members);

/// A column's value from JSON; what no column takes becomes RawJson.
[[nodiscard]] FieldValue read_value(const JsonValue& value);
[[nodiscard]] Fields read_fields(const JsonValue& object);

}  // namespace edge::protocol
