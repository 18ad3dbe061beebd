#pragma once

#include "edge/tabular/record_writer.hpp"

namespace edge::tabular {

/// RFC 4180 with LF line ends. A null and an absent field are nothing at all, an empty text is `""`; numbers and
/// booleans stand as they are. There is no form for a list.
class CsvWriter final : public RecordWriter {
public:
    /// Writes the header.
    CsvWriter(std::ostream& stream, const std::vector<std::string>& columns, char delimiter = ',');

    void write(std::span<const Field> fields) override;

private:
    void add_field(const Field& field);
    void add_text(std::string_view text);

    std::ostream& stream_;
    std::size_t columns_;
    char delimiter_;
    std::string line_;
};

}  // namespace edge::tabular
