#pragma once

#include "edge/tabular/record_writer.hpp"

namespace edge::tabular {

/// One JSON object a line. Absent fields are left out; numbers stand as given and must be JSON's; the items of a list
/// are texts.
class NdjsonWriter final : public RecordWriter {
public:
    NdjsonWriter(std::ostream& stream, std::vector<std::string> columns);

    void write(std::span<const Field> fields) override;

private:
    void add_field(const Field& field);
    void add_text(std::string_view text);

    std::ostream& stream_;
    std::vector<std::string> columns_;
    std::string line_;
};

}  // namespace edge::tabular
