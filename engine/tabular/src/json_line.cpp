#include "json_line.hpp"

#include "edge/tabular/utf8.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <fmt/format.h>

#include <unordered_map>

namespace edge::tabular {
namespace {

namespace json = boost::json;

/// Column names by their place, found without making a string.
struct NameHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view name) const noexcept { return std::hash<std::string_view>{}(name); }
};

/// Hears the parser's events; a false answer stops it. Texts are gathered in one string that never moves.
class Listener {
public:
    static constexpr std::size_t max_object_size = std::size_t(-1);
    static constexpr std::size_t max_array_size = std::size_t(-1);
    static constexpr std::size_t max_key_size = 1024;
    static constexpr std::size_t max_string_size = std::size_t(-1);

    Listener(std::vector<std::string>& columns, const Limits& limits) : columns_(columns), limits_(limits) {}

    void start(std::size_t line_size) {
        known_columns_ = columns_.size();
        fields_.assign(columns_.size(), Field{});
        items_.clear();
        list_ends_.clear();
        texts_.clear();
        texts_.reserve(line_size);
        text_begin_ = 0;
        in_object_ = false;
        in_list_ = false;
        column_ = npos;
        expected_ = 0;
        reason_.clear();
    }
    /// Names that only a bad line uses are none: one such line must not use up what a file may have.
    void forget_new_columns() {
        for (; columns_.size() > known_columns_; columns_.pop_back()) places_.erase(columns_.back());
    }
    [[nodiscard]] const std::string& reason() const noexcept { return reason_; }
    [[nodiscard]] std::string column() const { return column_ == npos ? std::string() : columns_[column_]; }
    [[nodiscard]] const std::vector<Field>& fields() const noexcept { return fields_; }

    bool on_document_begin(json::error_code& /*code*/) { return true; }
    bool on_document_end(json::error_code& /*code*/) {
        std::size_t begin = 0;
        for (const auto& [column, end] : list_ends_) {
            fields_[column].items = std::span(items_).subspan(begin, end - begin);
            begin = end;
        }
        return true;
    }
    bool on_object_begin(json::error_code& code) {
        if (in_list_) return refuse("is a list of objects; only plain values are taken", code);
        if (in_object_) return refuse("is an object; only plain values and lists of them are taken", code);
        in_object_ = true;
        return true;
    }
    bool on_object_end(std::size_t /*count*/, json::error_code& /*code*/) { return true; }
    bool on_array_begin(json::error_code& code) {
        if (in_list_) return refuse("is a list of lists; only plain values are taken", code);
        if (!in_object_) return refuse(not_an_object, code);
        in_list_ = true;
        return true;
    }
    bool on_array_end(std::size_t /*count*/, json::error_code& /*code*/) {
        in_list_ = false;
        fields_[column_] = Field::of_list({});  // its items stand still only at the end
        list_ends_.emplace_back(column_, items_.size());
        return true;
    }
    bool on_key_part(json::string_view part, std::size_t /*size*/, json::error_code& /*code*/) { return gather(part); }
    bool on_key(json::string_view part, std::size_t /*size*/, json::error_code& code) {
        gather(part);
        return begin_field(take_text(), code);
    }
    bool on_string_part(json::string_view part, std::size_t /*size*/, json::error_code& /*code*/) {
        return gather(part);
    }
    bool on_string(json::string_view part, std::size_t /*size*/, json::error_code& code) {
        gather(part);
        const std::string_view text = take_text();
        if (text.find('\0') != std::string_view::npos) return refuse("holds a NUL byte", code);
        return take(Field::of_text(text), code);
    }
    bool on_number_part(json::string_view part, json::error_code& /*code*/) { return gather(part); }
    bool on_int64(std::int64_t /*value*/, json::string_view part, json::error_code& code) { return number(part, code); }
    bool on_uint64(std::uint64_t /*value*/, json::string_view part, json::error_code& code) {
        return number(part, code);
    }
    bool on_double(double /*value*/, json::string_view part, json::error_code& code) { return number(part, code); }
    bool on_bool(bool value, json::error_code& code) { return take(Field::of_boolean(value), code); }
    bool on_null(json::error_code& code) {
        if (in_list_) return refuse("is a list with null in it; only values are taken", code);
        return take(Field::null(), code);
    }
    bool on_comment_part(json::string_view /*part*/, json::error_code& /*code*/) { return true; }
    bool on_comment(json::string_view /*part*/, json::error_code& /*code*/) { return true; }

private:
    static constexpr std::size_t npos = std::size_t(-1);
    static constexpr std::string_view not_an_object = "is not an object; a line must hold one object";

    bool gather(json::string_view part) {
        texts_.append(part.data(), part.size());
        return true;
    }
    std::string_view take_text() {
        const std::string_view text = std::string_view(texts_).substr(text_begin_);
        text_begin_ = texts_.size();
        return text;
    }
    bool number(json::string_view part, json::error_code& code) {
        gather(part);
        return take(Field::of_number(take_text()), code);
    }
    bool begin_field(std::string_view name, json::error_code& code) {
        column_ = npos;
        if (name.empty()) return refuse("has a key without a name", code);
        if (!find_column(name))
            return refuse(fmt::format("uses more than {} different keys in this file", limits_.max_columns), code);
        if (fields_[column_].kind != FieldKind::absent) return refuse("comes twice in the object", code);
        return true;
    }
    /// Rows mostly name their columns in the same order.
    bool find_column(std::string_view name) {
        if (expected_ < columns_.size() && columns_[expected_] == name) {
            column_ = expected_++;
            return true;
        }
        auto found = places_.find(name);
        if (found == places_.end()) {
            if (columns_.size() >= limits_.max_columns) return false;
            found = places_.emplace(std::string(name), columns_.size()).first;
            columns_.emplace_back(name);
            fields_.emplace_back();
        }
        column_ = found->second;
        expected_ = column_ + 1;
        return true;
    }
    bool take(const Field& field, json::error_code& code) {
        if (!in_object_) return refuse(not_an_object, code);
        if (field.text.size() > limits_.max_field)
            return refuse(fmt::format("is longer than {} bytes", limits_.max_field), code);
        if (in_list_) {
            items_.push_back(field.text);
        } else {
            fields_[column_] = field;
        }
        return true;
    }
    bool refuse(std::string_view reason, json::error_code& code) {
        reason_ = reason;
        code = json::error::exception;
        return false;
    }

    std::vector<std::string>& columns_;
    std::size_t known_columns_ = 0;  // before this line
    Limits limits_;
    std::unordered_map<std::string, std::size_t, NameHash, std::equal_to<>> places_;
    std::vector<Field> fields_;
    std::vector<std::string_view> items_;
    std::vector<std::pair<std::size_t, std::size_t>> list_ends_;  // column, end of its items
    std::string texts_;
    std::size_t text_begin_ = 0;
    bool in_object_ = false;
    bool in_list_ = false;
    std::size_t column_ = npos;
    std::size_t expected_ = 0;
    std::string reason_;
};

std::string reason_of(std::string_view line, const json::error_code& code, std::size_t byte) {
    if (line.find('\0') != std::string_view::npos) return "holds a NUL byte";
    if (find_invalid_utf8(line)) return "holds bytes that are not UTF-8";
    return fmt::format("is not a JSON object on one line: {} at byte {}", code.message(), byte);
}

}  // namespace

struct JsonLine::Parser {
    Parser(std::vector<std::string>& columns, const Limits& limits) : events({}, columns, limits) {}

    json::basic_parser<Listener> events;
};

JsonLine::JsonLine(std::vector<std::string>& columns, const Limits& limits)
    : parser_(std::make_unique<Parser>(columns, limits)) {}

JsonLine::~JsonLine() = default;

std::optional<JsonLine::Trouble> JsonLine::parse(std::string_view line) {
    auto& events = parser_->events;
    Listener& listener = events.handler();
    events.reset();
    listener.start(line.size());
    json::error_code code;
    const std::size_t read = events.write_some(false, line.data(), line.size(), code);
    if (!code && read < line.size()) code = json::error::extra_data;
    if (!code) return std::nullopt;
    Trouble trouble{.byte = read + 1, .column = listener.column(), .reason = listener.reason()};
    if (trouble.reason.empty()) trouble = {.byte = read + 1, .column = {}, .reason = reason_of(line, code, read + 1)};
    listener.forget_new_columns();
    return trouble;
}

const std::vector<Field>& JsonLine::fields() const noexcept { return parser_->events.handler().fields(); }

}  // namespace edge::tabular
