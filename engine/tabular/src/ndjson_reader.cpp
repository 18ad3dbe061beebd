#include "edge/tabular/ndjson_reader.hpp"

#include "input_buffer.hpp"
#include "json_line.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace edge::tabular {
namespace {

constexpr std::string_view blanks = " \t\r";

}  // namespace

NdjsonReader::NdjsonReader(ByteSource source, const Limits& limits)
    : input_(std::make_unique<InputBuffer>(std::move(source))),
      json_(std::make_unique<JsonLine>(columns_, limits)),
      limits_(limits) {
    skip_byte_order_mark(*input_);
}

NdjsonReader::~NdjsonReader() = default;

std::uint64_t NdjsonReader::bytes_consumed() const noexcept { return input_->consumed() + line_size_; }

RecordReader::Next NdjsonReader::next() {
    while (take_line()) {
        if (overlong_) return report_overlong();
        std::string_view line = input_->view().substr(0, line_length_);
        if (line.find_first_not_of(blanks) == std::string_view::npos) continue;
        if (line.ends_with('\r')) line.remove_suffix(1);
        std::optional<JsonLine::Trouble> trouble = json_->parse(line);
        if (!trouble) {
            record_ = {.line = line_, .text = line, .fields = json_->fields()};
            return Next::record;
        }
        bad_row_ = {.line = line_,
                    .byte = trouble->byte,
                    .column = std::move(trouble->column),
                    .reason = std::move(trouble->reason),
                    .text = line};
        return Next::bad_row;
    }
    return Next::end;
}

RecordReader::Next NdjsonReader::report_overlong() {
    bad_row_ = {.line = line_,
                .byte = 0,
                .column = {},
                .reason = fmt::format("is longer than {} bytes", limits_.max_record),
                .text = input_->view().substr(0, limits_.max_record)};
    return Next::bad_row;
}

/// Leaves the line in hand and finds the next; false at the end.
bool NdjsonReader::take_line() {
    input_->advance(line_size_);
    line_size_ = 0;
    if (!input_->ensure(1)) return false;
    ++line_;
    overlong_ = false;
    std::size_t searched = 0;
    while (true) {
        const std::size_t found = input_->view().find('\n', searched);
        line_length_ = std::min(found, input_->view().size());
        overlong_ = overlong_ || line_length_ > limits_.max_record;
        line_size_ = line_length_ + (found == std::string_view::npos ? 0 : 1);
        if (found != std::string_view::npos) return true;
        searched = line_length_;
        if (overlong_) {
            input_->cut(limits_.max_record);
            searched = limits_.max_record;
        }
        if (!input_->more()) {
            line_length_ = line_size_ = input_->view().size();
            return true;
        }
    }
}

}  // namespace edge::tabular
