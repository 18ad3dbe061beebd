#pragma once

#include "edge/tabular/record_reader.hpp"

#include <memory>

namespace edge::tabular {

class InputBuffer;
class JsonLine;

/// One JSON object a line. Values are texts, numbers, booleans, nulls and lists of the first three; an object in an
/// object, a list in a list and a key that comes twice make a bad row. Lines with nothing on them are skipped.
class NdjsonReader final : public RecordReader {
public:
    explicit NdjsonReader(ByteSource source, const Limits& limits = {});
    ~NdjsonReader() override;

    Next next() override;
    [[nodiscard]] std::uint64_t bytes_consumed() const noexcept override;

private:
    [[nodiscard]] bool take_line();
    Next report_overlong();

    std::unique_ptr<InputBuffer> input_;
    std::unique_ptr<JsonLine> json_;
    Limits limits_;
    std::uint64_t line_ = 0;
    std::size_t line_length_ = 0;  // without its line end
    std::size_t line_size_ = 0;
    bool overlong_ = false;
};

}  // namespace edge::tabular
