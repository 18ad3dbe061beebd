#include "edge/tabular/csv_reader.hpp"

#include "input_buffer.hpp"

#include "edge/core/error.hpp"
#include "edge/tabular/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <unordered_set>

namespace edge::tabular {
namespace {

constexpr std::string_view blanks = " \t";

bool is_line_end(char c) noexcept { return c == '\n' || c == '\r'; }

std::uint64_t count_line_ends(std::string_view text) noexcept {
    std::uint64_t count = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool second_of_two = text[at] == '\n' && at > 0 && text[at - 1] == '\r';
        if (is_line_end(text[at]) && !second_of_two) ++count;
    }
    return count;
}

std::string trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return std::string(text.substr(first, text.find_last_not_of(blanks) - first + 1));
}

Error bad_header(const std::string& reason) {
    return Error(ErrorCode::corrupt_data, "cannot read the header: " + reason, {},
                 "the first line must name the columns, each once");
}

}  // namespace

CsvReader::CsvReader(ByteSource source, const ReadOptions& options)
    : input_(std::make_unique<InputBuffer>(std::move(source))),
      limits_(options.limits),
      most_fields_(options.limits.max_columns) {
    skip_byte_order_mark(*input_);
    choose_delimiter(options.delimiter);
    for (const char c : {delimiter_, '"', '\r', '\n'}) ends_plain_.at(static_cast<unsigned char>(c)) = true;
    read_header();
}

CsvReader::~CsvReader() = default;

std::uint64_t CsvReader::bytes_consumed() const noexcept { return input_->consumed() + row_size_; }

void CsvReader::choose_delimiter(std::optional<char> given) {
    if (given) {
        if (*given == '"' || is_line_end(*given) || *given == '\0')
            throw Error(ErrorCode::invalid_argument, "cannot read CSV: a quote, line end or NUL is no delimiter");
        delimiter_ = *given;
        return;
    }
    constexpr std::string_view candidates = ",;\t";
    std::array<std::size_t, candidates.size()> counts{};
    bool quoted = false;
    for (std::size_t at = 0; at < limits_.max_field && input_->ensure(at + 1); ++at) {
        const char c = input_->view()[at];
        if (c == '"') quoted = !quoted;
        if (quoted) continue;
        if (is_line_end(c)) break;
        const std::size_t which = candidates.find(c);
        if (which != std::string_view::npos) ++counts.at(which);
    }
    const auto most = std::ranges::max_element(counts);
    delimiter_ = candidates[static_cast<std::size_t>(most - counts.begin())];
}

void CsvReader::read_header() {
    if (!skip_blank_lines()) throw bad_header("there is none");
    if (const std::optional<Trouble> trouble = scan_row()) throw bad_header(trouble->reason);
    measure_line_end();
    if (const std::optional<Trouble> trouble = check_bytes()) throw bad_header(trouble->reason);
    if (field_count_ > limits_.max_columns)
        throw bad_header(fmt::format("it has {} columns, at most {} are taken", field_count_, limits_.max_columns));
    fill_fields();
    name_columns();
    leave_row();
}

void CsvReader::name_columns() {
    std::unordered_set<std::string> known;
    for (const Field& field : fields_) {
        std::string name = trimmed(field.text);
        if (name.empty()) throw bad_header(fmt::format("column {} has no name", columns_.size() + 1));
        if (!known.insert(name).second) throw bad_header(fmt::format("it names the column {} twice", name));
        columns_.push_back(std::move(name));
    }
    most_fields_ = columns_.size();
}

RecordReader::Next CsvReader::next() {
    leave_row();
    if (!skip_blank_lines()) return Next::end;
    if (const std::optional<Trouble> trouble = scan_row()) {
        skip_line(trouble->at);
        return report(*trouble);
    }
    measure_line_end();
    if (const std::optional<Trouble> trouble = check_bytes()) return report(*trouble);
    if (field_count_ != columns_.size()) {
        return report({.at = row_end_,
                       .column = columns_.size(),
                       .reason = fmt::format("has {} {}, the header has {}", field_count_,
                                             field_count_ == 1 ? "field" : "fields", columns_.size())});
    }
    fill_fields();
    record_ = {.line = line_, .text = input_->view().substr(0, row_end_), .fields = fields_};
    return Next::record;
}

bool CsvReader::skip_blank_lines() {
    while (input_->ensure(1)) {
        if (columns_.size() == 1 || !at_line_end(0)) return true;
        row_end_ = 0;
        measure_line_end();
        leave_row();
    }
    return false;
}

bool CsvReader::at_line_end(std::size_t at) { return !input_->ensure(at + 1) || is_line_end(input_->view()[at]); }

/// Finds the fields and the end of the row that starts at the window's begin.
std::optional<CsvReader::Trouble> CsvReader::scan_row() {
    pieces_.clear();
    field_count_ = 0;
    at_ = 0;
    quotes_ = false;
    while (true) {
        Piece piece{.begin = at_, .end = at_};
        const bool quoted = input_->ensure(at_ + 1) && input_->view()[at_] == '"';
        if (std::optional<Trouble> trouble = quoted ? scan_quoted(piece) : scan_plain(piece)) return trouble;
        if (pieces_.size() < most_fields_) pieces_.push_back(piece);
        ++field_count_;
        if (at_line_end(at_)) break;
        ++at_;  // the delimiter
        if (at_ > limits_.max_record) {
            return Trouble{.at = at_,
                           .column = columns_.size(),
                           .reason = fmt::format("is longer than {} bytes", limits_.max_record)};
        }
    }
    row_end_ = at_;
    return std::nullopt;
}

std::optional<CsvReader::Trouble> CsvReader::scan_plain(Piece& piece) {
    while (true) {
        const std::string_view window = input_->view();
        const char* const end = window.data() + window.size();
        const char* byte = window.data() + at_;
        while (byte != end && !ends_plain_[static_cast<unsigned char>(*byte)]) ++byte;
        at_ = static_cast<std::size_t>(byte - window.data());
        piece.end = at_;
        if (std::optional<Trouble> trouble = too_long(piece)) return trouble;
        if (byte != end || !input_->more()) break;
    }
    const std::string_view window = input_->view();
    if (at_ < window.size() && window[at_] == '"') {
        return Trouble{.at = at_,
                       .column = field_count_,
                       .reason = "has a quote in the middle of a value that does not start with one"};
    }
    return std::nullopt;
}

std::optional<CsvReader::Trouble> CsvReader::scan_quoted(Piece& piece) {
    const std::size_t opened = at_;
    quotes_ = true;
    piece.quoted = true;
    piece.begin = ++at_;
    while (true) {
        const std::string_view window = input_->view();
        const void* quote = std::memchr(window.data() + at_, '"', window.size() - at_);
        at_ = quote == nullptr ? window.size()
                               : static_cast<std::size_t>(static_cast<const char*>(quote) - window.data());
        piece.end = at_;
        if (too_long(piece)) {
            return Trouble{
                .at = opened,
                .column = field_count_,
                .reason = fmt::format("opens a quote that is not closed within {} bytes", limits_.max_field)};
        }
        if (quote == nullptr) {
            if (input_->more()) continue;
            return Trouble{.at = opened, .column = field_count_, .reason = "opens a quote that is never closed"};
        }
        ++at_;
        if (!input_->ensure(at_ + 1) || input_->view()[at_] != '"') break;
        piece.doubled = true;
        ++at_;
    }
    if (at_line_end(at_) || input_->view()[at_] == delimiter_) return std::nullopt;
    // Most likely the first line lacks its closing quote, and what closed the value was meant to open another.
    const std::string_view value = input_->view().substr(piece.begin, piece.end - piece.begin);
    if (value.find_first_of("\r\n") != std::string_view::npos)
        return Trouble{.at = opened, .column = field_count_, .reason = "opens a quote that is not closed on its line"};
    return Trouble{.at = at_, .column = field_count_, .reason = "has text behind the quote that ends a value"};
}

std::optional<CsvReader::Trouble> CsvReader::too_long(const Piece& piece) const {
    if (piece.end - piece.begin <= limits_.max_field) return std::nullopt;
    return Trouble{
        .at = piece.end, .column = field_count_, .reason = fmt::format("is longer than {} bytes", limits_.max_field)};
}

std::optional<CsvReader::Trouble> CsvReader::check_bytes() const {
    const std::string_view row = input_->view().substr(0, row_end_);
    if (const std::size_t nul = row.find('\0'); nul != std::string_view::npos)
        return Trouble{.at = nul, .column = column_at(nul), .reason = "holds a NUL byte"};
    if (const std::optional<std::size_t> at = find_invalid_utf8(row))
        return Trouble{.at = *at, .column = column_at(*at), .reason = "holds bytes that are not UTF-8"};
    return std::nullopt;
}

std::size_t CsvReader::column_at(std::size_t byte) const noexcept {
    const auto holds = [byte](const Piece& piece) { return byte < piece.end; };
    return static_cast<std::size_t>(std::ranges::find_if(pieces_, holds) - pieces_.begin());
}

/// The row in hand ends with the line that the byte at `at` is on. What is longer than a row may be is forgotten.
void CsvReader::skip_line(std::size_t at) {
    while (true) {
        const std::size_t found = input_->view().find_first_of("\r\n", at);
        row_end_ = std::min(found, input_->view().size());
        if (found != std::string_view::npos) break;
        if (row_end_ > limits_.max_record) {
            row_end_ = limits_.max_record;
            input_->cut(row_end_);
        }
        at = row_end_;
        if (!input_->more()) break;
    }
    measure_line_end();
}

void CsvReader::measure_line_end() {
    row_size_ = row_end_;
    if (!input_->ensure(row_end_ + 1)) return;
    const bool two =
        input_->view()[row_end_] == '\r' && input_->ensure(row_end_ + 2) && input_->view()[row_end_ + 1] == '\n';
    row_size_ += two ? 2 : 1;
}

void CsvReader::fill_fields() {
    const std::string_view row = input_->view().substr(0, row_end_);
    fields_.clear();
    unquoted_.clear();
    unquoted_.reserve(quotes_ ? row.size() : 0);  // so that what points into it stays
    for (const Piece& piece : pieces_) {
        const std::string_view text = row.substr(piece.begin, piece.end - piece.begin);
        if (text.empty() && !piece.quoted) {
            fields_.push_back(Field::null());
        } else if (!piece.doubled) {
            fields_.push_back(Field::of_text(text));
        } else {
            const std::size_t begin = unquoted_.size();
            for (std::size_t at = 0; at < text.size(); ++at) {
                unquoted_.push_back(text[at]);
                if (text[at] == '"') ++at;
            }
            fields_.push_back(Field::of_text(std::string_view(unquoted_).substr(begin)));
        }
    }
}

RecordReader::Next CsvReader::report(const Trouble& trouble) {
    const std::string_view text = input_->view().substr(0, std::min(row_end_, limits_.max_record));
    bad_row_.line = line_ + count_line_ends(text.substr(0, trouble.at));
    bad_row_.byte = trouble.column < columns_.size() ? trouble.at + 1 : 0;
    bad_row_.column = trouble.column < columns_.size() ? columns_[trouble.column] : std::string();
    bad_row_.reason = trouble.reason;
    bad_row_.text = text;
    quotes_ = true;  // the row may hold line ends
    return Next::bad_row;
}

void CsvReader::leave_row() {
    if (row_size_ == 0) return;
    line_ += quotes_ ? count_line_ends(input_->view().substr(0, row_size_)) : 1;
    input_->advance(row_size_);
    row_size_ = 0;
    quotes_ = false;
}

}  // namespace edge::tabular
