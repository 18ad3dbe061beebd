#include "byte_range.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace edge::hub {
namespace {

struct ByteRange {
    std::size_t first = 0;
    std::size_t last = 0;
};

std::optional<std::size_t> number_in(std::string_view text) {
    std::size_t number = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

std::optional<ByteRange> parse_range(std::string_view range, std::size_t size) {
    constexpr std::string_view unit = "bytes=";
    if (!range.starts_with(unit)) return std::nullopt;
    range.remove_prefix(unit.size());
    const std::size_t dash = range.find('-');
    if (dash == std::string_view::npos) return std::nullopt;
    const std::optional<std::size_t> first = number_in(range.substr(0, dash));
    const std::string_view end = range.substr(dash + 1);
    const std::optional<std::size_t> last = end.empty() ? std::optional(size - 1) : number_in(end);
    if (!first || !last || *last < *first) {
        if (first && end.empty()) return ByteRange{.first = *first, .last = *first};  // begins behind the end
        return std::nullopt;
    }
    return ByteRange{.first = *first, .last = std::min(*last, size - 1)};
}

}  // namespace

HttpAnswer in_range(std::string_view range, HttpAnswer whole) {
    const std::size_t size = whole.body.size();
    const std::optional<ByteRange> asked = size == 0 ? std::nullopt : parse_range(range, size);
    if (!asked) return whole;
    if (asked->first >= size) {
        HttpAnswer answer =
            problem_answer(416, protocol::ProblemClass::resync, "no_such_range", "what is asked for ends before that");
        answer.content_range = fmt::format("bytes */{}", size);
        return answer;
    }
    whole.status = 206;
    whole.body = whole.body.substr(asked->first, asked->last - asked->first + 1);
    whole.content_range = fmt::format("bytes {}-{}/{}", asked->first, asked->last, size);
    return whole;
}

}  // namespace edge::hub
