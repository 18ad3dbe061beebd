#include "json.hpp"

#include <boost/json/basic_parser_impl.hpp>

#include <algorithm>
#include <limits>

namespace edge::protocol {
namespace {

namespace json = boost::json;

constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max();
constexpr std::size_t small_object = 12;

}  // namespace

/// Boost's parser tells what it reads; this writes it down.
struct JsonHandler {
    static constexpr std::size_t max_array_size = no_limit;
    static constexpr std::size_t max_object_size = no_limit;
    static constexpr std::size_t max_string_size = no_limit;
    static constexpr std::size_t max_key_size = no_limit;

    explicit JsonHandler(JsonDocument& document) : nodes(document.nodes_), text(document.text_) {}

    void add(JsonKind kind, std::int64_t integer = 0) {
        nodes.push_back(
            {kind, static_cast<std::uint32_t>(text.size()), 0, static_cast<std::uint32_t>(nodes.size()) + 1, integer});
    }
    void add_text(JsonKind kind, std::string_view last, std::size_t size) {
        text.append(last);
        add(kind);
        nodes.back().text_begin = static_cast<std::uint32_t>(text.size() - size);
        nodes.back().text_size = static_cast<std::uint32_t>(size);
    }
    void open(JsonKind kind) {
        open_at.push_back(static_cast<std::uint32_t>(nodes.size()));
        add(kind);
    }
    void close(std::size_t size) {
        JsonDocument::Node& node = nodes[open_at.back()];
        node.end = static_cast<std::uint32_t>(nodes.size());
        node.integer = static_cast<std::int64_t>(size);
        open_at.pop_back();
    }
    [[nodiscard]] std::string_view name_at(std::uint32_t at) const {
        return std::string_view(text).substr(nodes[at].text_begin, nodes[at].text_size);
    }
    /// Few members are compared pair by pair, many after sorting.
    [[nodiscard]] bool has_name_twice(std::uint32_t begin, std::size_t size) {
        names.clear();
        for (std::uint32_t at = begin; at < nodes.size(); at = nodes[at + 1].end) names.push_back(name_at(at));
        if (size > small_object) {
            std::sort(names.begin(), names.end());
            return std::adjacent_find(names.begin(), names.end()) != names.end();
        }
        for (std::size_t i = 1; i < names.size(); ++i) {
            for (std::size_t j = 0; j < i; ++j) {
                if (names[i] == names[j]) return true;
            }
        }
        return false;
    }

    using Code = json::error_code;
    static bool on_document_begin(Code& /*error*/) { return true; }
    static bool on_document_end(Code& /*error*/) { return true; }
    bool on_object_begin(Code& /*error*/) { return open(JsonKind::object), true; }
    bool on_object_end(std::size_t size, Code& error) {
        if (has_name_twice(open_at.back() + 1, size)) {
            twice = true;
            error = json::error::syntax;
            return false;
        }
        return close(size), true;
    }
    bool on_array_begin(Code& /*error*/) { return open(JsonKind::array), true; }
    bool on_array_end(std::size_t size, Code& /*error*/) { return close(size), true; }
    bool on_key_part(json::string_view part, std::size_t /*size*/, Code& /*error*/) { return append(part); }
    bool on_key(json::string_view part, std::size_t size, Code& /*error*/) {
        return add_text(JsonKind::text, {part.data(), part.size()}, size), true;
    }
    bool on_string_part(json::string_view part, std::size_t /*size*/, Code& /*error*/) { return append(part); }
    bool on_string(json::string_view part, std::size_t size, Code& /*error*/) {
        return add_text(JsonKind::text, {part.data(), part.size()}, size), true;
    }
    static bool on_number_part(json::string_view /*part*/, Code& /*error*/) { return true; }
    bool on_int64(std::int64_t value, json::string_view /*literal*/, Code& /*error*/) {
        return add(JsonKind::integer, value), true;
    }
    bool on_uint64(std::uint64_t /*value*/, json::string_view literal, Code& /*error*/) { return number(literal); }
    bool on_double(double /*value*/, json::string_view literal, Code& /*error*/) { return number(literal); }
    bool on_bool(bool value, Code& /*error*/) { return add(JsonKind::boolean, value ? 1 : 0), true; }
    bool on_null(Code& /*error*/) { return add(JsonKind::null), true; }
    static bool on_comment_part(json::string_view /*part*/, Code& /*error*/) { return true; }
    static bool on_comment(json::string_view /*part*/, Code& /*error*/) { return true; }

    bool append(json::string_view part) { return text.append(part.data(), part.size()), true; }
    bool number(json::string_view literal) {
        return add_text(JsonKind::number, {literal.data(), literal.size()}, literal.size()), true;
    }

    std::vector<JsonDocument::Node>& nodes;
    std::string& text;
    std::vector<std::uint32_t> open_at;
    std::vector<std::string_view> names;
    bool twice = false;
};

namespace {

Problem parse_problem(const json::error_code& error, bool name_twice, std::size_t at) {
    const std::string where = " at byte " + std::to_string(at);
    if (name_twice) {
        return make_problem(ProblemClass::bug, reason::duplicate_member, "a member stands twice in one object" + where);
    }
    if (error == json::error::too_deep) {
        return make_problem(ProblemClass::bug, reason::too_deep, "nested too deep" + where);
    }
    return make_problem(ProblemClass::bug, reason::not_json, error.message() + where);
}

}  // namespace

Decoded<JsonDocument> JsonDocument::parse(std::string_view text, const Bounds& bounds) {
    if (text.size() > std::min<std::size_t>(bounds.bytes, std::numeric_limits<std::uint32_t>::max() / 2)) {
        return make_problem(ProblemClass::too_big, reason::too_many_bytes,
                            std::to_string(text.size()) + " bytes, at most " + std::to_string(bounds.bytes));
    }
    JsonDocument document;
    document.text_.reserve(text.size());
    document.nodes_.reserve(text.size() / 12 + 8);
    json::parse_options options;
    options.max_depth = bounds.depth;
    json::basic_parser<JsonHandler> parser(options, document);
    json::error_code error;
    const std::size_t read = parser.write_some(false, text.data(), text.size(), error);
    if (error) return parse_problem(error, parser.handler().twice, read);
    if (text.find_first_not_of(" \t\r\n", read) != std::string_view::npos) {
        return parse_problem(json::error::extra_data, false, read);
    }
    return document;
}

JsonValue JsonDocument::root() const noexcept { return {*this, 0}; }

std::size_t JsonValue::weight() const noexcept {
    const std::vector<JsonDocument::Node>& nodes = document_->nodes_;
    const std::uint32_t end = node().end;
    // a node's text is written when the node is, so what lies between two nodes' positions is the text within
    std::size_t text_end = document_->text_.size();
    if (end < nodes.size()) text_end = nodes[end].text_begin;
    return (text_end - node().text_begin) + std::size_t{2} * (end - index_);
}

void JsonValue::write(std::string& out) const {
    switch (kind()) {
        case JsonKind::null: out += "null"; return;
        case JsonKind::boolean: out += boolean() ? "true" : "false"; return;
        case JsonKind::integer: write_integer(out, integer()); return;
        case JsonKind::number: out += text(); return;
        case JsonKind::text: write_text(out, text()); return;
        case JsonKind::array: {
            char before = '[';
            each_element([&](const JsonValue& element) {
                out += before;
                before = ',';
                element.write(out);
            });
            out += before == '[' ? "[]" : "]";
            return;
        }
        case JsonKind::object: {
            char before = '{';
            each_member([&](std::string_view name, const JsonValue& value) {
                out += before;
                before = ',';
                write_text(out, name);
                out += ':';
                value.write(out);
            });
            out += before == '{' ? "{}" : "}";
            return;
        }
    }
}

std::string JsonValue::json() const {
    std::string out;
    write(out);
    return out;
}

}  // namespace edge::protocol
