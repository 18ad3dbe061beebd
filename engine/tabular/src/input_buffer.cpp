#include "input_buffer.hpp"

#include "edge/core/error.hpp"

#include <algorithm>
#include <cstring>

namespace edge::tabular {
namespace {

constexpr std::size_t chunk = 65536;

}  // namespace

bool InputBuffer::more() {
    if (ended_) return false;
    make_room();
    const std::size_t count = source_(bytes_.data() + end_, bytes_.size() - end_);
    end_ += count;
    ended_ = count == 0;
    return !ended_;
}

void InputBuffer::make_room() {
    if (begin_ > 0) {
        std::memmove(bytes_.data(), bytes_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    if (bytes_.size() - end_ < chunk / 2) bytes_.resize(std::max(chunk, bytes_.size() * 2));
}

bool InputBuffer::ensure(std::size_t size) {
    while (end_ - begin_ < size) {
        if (!more()) return false;
    }
    return true;
}

void InputBuffer::advance(std::size_t count) noexcept {
    begin_ += count;
    consumed_ += count + cut_;
    cut_ = 0;
}

void InputBuffer::cut(std::size_t size) noexcept {
    cut_ += end_ - begin_ - size;
    end_ = begin_ + size;
}

void skip_byte_order_mark(InputBuffer& input) {
    input.ensure(3);
    const std::string_view start = input.view();
    if (start.starts_with("\xFF\xFE") || start.starts_with("\xFE\xFF")) {
        throw Error(ErrorCode::corrupt_data, "cannot read the rows: the text is UTF-16", {}, "save it as UTF-8");
    }
    if (start.starts_with("\xEF\xBB\xBF")) input.advance(3);
}

}  // namespace edge::tabular
