#include "edge/protocol/value.hpp"

#include "json.hpp"

#include "edge/protocol/limits.hpp"

#include <array>
#include <charconv>

namespace edge::protocol {
namespace {

/// What stands for a character in a JSON text; nothing for one that stands for itself.
std::string_view escape_of(char character) {
    switch (character) {
        case '"': return "\\\"";
        case '\\': return "\\\\";
        case '\b': return "\\b";
        case '\f': return "\\f";
        case '\n': return "\\n";
        case '\r': return "\\r";
        case '\t': return "\\t";
        default: return {};
    }
}

constexpr std::array<bool, 256> escaped_bytes = [] {
    std::array<bool, 256> escaped{};
    for (std::size_t control = 0; control < 0x20; ++control) escaped[control] = true;
    escaped['"'] = true;
    escaped['\\'] = true;
    return escaped;
}();

bool needs_escape(char character) { return escaped_bytes[static_cast<unsigned char>(character)]; }

void write_escaped(std::string& out, char character) {
    const std::string_view escape = escape_of(character);
    if (!escape.empty()) {
        out += escape;
        return;
    }
    constexpr std::string_view digits = "0123456789abcdef";
    const auto code = static_cast<unsigned char>(character);
    out += "\\u00";
    out += digits[code >> 4U];
    out += digits[code & 15U];
}

bool is_wide(std::int64_t value) { return value > largest_json_integer || value < -largest_json_integer; }

void write_list(std::string& out, const std::vector<std::string>& texts) {
    out += '[';
    for (std::size_t i = 0; i < texts.size(); ++i) {
        if (i > 0) out += ',';
        write_text(out, texts[i]);
    }
    out += ']';
}

bool is_text_list(const JsonValue& array) {
    bool all = true;
    array.each_element([&](const JsonValue& element) { all = all && element.is(JsonKind::text); });
    return all;
}

struct Utf8Step {
    unsigned length;
    unsigned second_low;
    unsigned second_high;
};

/// Length of a sequence by its first byte and the range of its second, which rules out surrogates, overlong forms and
/// what lies beyond U+10FFFF (table 3-7 of the Unicode Standard). Length 0: no first byte.
Utf8Step utf8_step(unsigned first) {
    if (first >= 0xC2 && first <= 0xDF) return {2, 0x80, 0xBF};
    if (first == 0xE0) return {3, 0xA0, 0xBF};
    if (first == 0xED) return {3, 0x80, 0x9F};
    if (first >= 0xE1 && first <= 0xEF) return {3, 0x80, 0xBF};
    if (first == 0xF0) return {4, 0x90, 0xBF};
    if (first >= 0xF1 && first <= 0xF3) return {4, 0x80, 0xBF};
    if (first == 0xF4) return {4, 0x80, 0x8F};
    return {0, 0, 0};
}

}  // namespace

const FieldValue* find_field(const Fields& fields, std::string_view name) noexcept {
    for (const Field& field : fields) {
        if (field.name == name) return &field.value;
    }
    return nullptr;
}

void set_field(Fields& fields, std::string_view name, FieldValue value) {
    for (Field& field : fields) {
        if (field.name == name) {
            field.value = std::move(value);
            return;
        }
    }
    fields.push_back({std::string(name), std::move(value)});
}

bool is_null(const FieldValue& value) noexcept { return std::holds_alternative<std::monostate>(value); }

std::optional<std::int64_t> as_integer(const FieldValue& value) noexcept {
    if (const auto* integer = std::get_if<std::int64_t>(&value)) return *integer;
    const auto* text = std::get_if<std::string>(&value);
    if (text == nullptr || text->empty()) return std::nullopt;
    std::int64_t parsed = 0;
    const char* const end = text->data() + text->size();
    const auto [stopped, error] = std::from_chars(text->data(), end, parsed);
    if (error != std::errc{} || stopped != end) return std::nullopt;
    return parsed;
}

const std::string* as_text(const FieldValue& value) noexcept { return std::get_if<std::string>(&value); }

std::string encode_fields(const Fields& fields) {
    std::string out;
    write_fields(out, fields);
    return out;
}

std::optional<Fields> decode_fields(std::string_view json) {
    const Limits limits;
    const Decoded<JsonDocument> document = JsonDocument::parse(json, {limits.part_bytes, limits.depth});
    if (!document || !document->root().is(JsonKind::object)) return std::nullopt;
    return read_fields(document->root());
}

bool is_utf8(std::string_view text) noexcept {
    for (std::size_t at = 0; at < text.size();) {
        const auto byte = [&](std::size_t offset) { return unsigned{static_cast<unsigned char>(text[at + offset])}; };
        if (byte(0) < 0x80) {
            ++at;
            continue;
        }
        const Utf8Step step = utf8_step(byte(0));
        if (step.length == 0 || text.size() - at < step.length) return false;
        if (byte(1) < step.second_low || byte(1) > step.second_high) return false;
        for (unsigned i = 2; i < step.length; ++i) {
            if (byte(i) < 0x80 || byte(i) > 0xBF) return false;
        }
        at += step.length;
    }
    return true;
}

void write_text(std::string& out, std::string_view text) {
    out += '"';
    std::size_t plain = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (!needs_escape(text[at])) continue;
        out.append(text, plain, at - plain);
        write_escaped(out, text[at]);
        plain = at + 1;
    }
    out.append(text, plain);
    out += '"';
}

void write_integer(std::string& out, std::int64_t value) {
    std::array<char, 24> digits{};
    const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    static_cast<void>(error);
    out.append(digits.data(), end);
}

void write_value(std::string& out, const FieldValue& value) {
    if (const auto* text = std::get_if<std::string>(&value)) {
        write_text(out, *text);
    } else if (const auto* integer = std::get_if<std::int64_t>(&value)) {
        if (is_wide(*integer)) out += '"';
        write_integer(out, *integer);
        if (is_wide(*integer)) out += '"';
    } else if (const auto* boolean = std::get_if<bool>(&value)) {
        out += *boolean ? "true" : "false";
    } else if (const auto* list = std::get_if<std::vector<std::string>>(&value)) {
        write_list(out, *list);
    } else if (const auto* raw = std::get_if<RawJson>(&value)) {
        out += raw->text;
    } else {
        out += "null";
    }
}

void write_fields(std::string& out, const Fields& fields) {
    out += '{';
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (i > 0) out += ',';
        write_text(out, fields[i].name);
        out += ':';
        write_value(out, fields[i].value);
    }
    out += '}';
}

void write_members(std::string& out, const Members& members) {
    for (const Member& member : members) {
        out += ',';
        write_text(out, member.name);
        out += ':';
        out += member.json;
    }
}

FieldValue read_value(const JsonValue& value) {
    switch (value.kind()) {
        case JsonKind::null: return std::monostate{};
        case JsonKind::boolean: return value.boolean();
        case JsonKind::text: return std::string(value.text());
        case JsonKind::integer:
            if (is_wide(value.integer())) break;
            return value.integer();
        case JsonKind::array: {
            if (!is_text_list(value)) break;
            std::vector<std::string> texts;
            texts.reserve(value.size());
            value.each_element([&](const JsonValue& element) { texts.emplace_back(element.text()); });
            return texts;
        }
        case JsonKind::number:
        case JsonKind::object: break;
    }
    return RawJson{value.json()};
}

Fields read_fields(const JsonValue& object) {
    Fields fields;
    fields.reserve(object.size());
    object.each_member([&](std::string_view name, const JsonValue& value) {
        fields.push_back({std::string(name), read_value(value)});
    });
    return fields;
}

}  // namespace edge::protocol
