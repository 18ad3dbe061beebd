#pragma once

#include "edge/tabular/record_reader.hpp"

#include <string_view>
#include <vector>

namespace edge::tabular {

/// A window on the input: it starts at a mark, which only moves forward, and grows at its end.
class InputBuffer {
public:
    explicit InputBuffer(ByteSource source) : source_(std::move(source)) {}

    /// Everything read behind the mark. Valid until more(), cut() or advance().
    [[nodiscard]] std::string_view view() const noexcept { return {bytes_.data() + begin_, end_ - begin_}; }
    /// Reads some more; false at the end of the input.
    bool more();
    /// Reads until the window holds `size` bytes; false if the input ends before.
    bool ensure(std::size_t size);
    /// Moves the mark.
    void advance(std::size_t count) noexcept;
    /// Forgets what is behind the first `size` bytes of the window, so that more() goes on there.
    void cut(std::size_t size) noexcept;
    /// Bytes in front of the mark, forgotten ones included.
    [[nodiscard]] std::uint64_t consumed() const noexcept { return consumed_; }

private:
    void make_room();

    ByteSource source_;
    std::vector<char> bytes_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::uint64_t consumed_ = 0;
    std::uint64_t cut_ = 0;
    bool ended_ = false;
};

/// Takes a UTF-8 byte order mark away. Throws `corrupt_data` for UTF-16.
void skip_byte_order_mark(InputBuffer& input);

}  // namespace edge::tabular
