#pragma once

#include "edge/tabular/record_reader.hpp"

#include <iosfwd>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace edge::tabular {

/// Writes rows as text, one call a row.
class RecordWriter {
public:
    RecordWriter() = default;
    RecordWriter(const RecordWriter&) = delete;
    RecordWriter& operator=(const RecordWriter&) = delete;
    virtual ~RecordWriter() = default;

    /// One field for each column, in their order. Throws `invalid_argument` for another number of fields or a field
    /// that the format has no form for, `io_failure` when the stream breaks.
    virtual void write(std::span<const Field> fields) = 0;
};

/// The stream must outlive the writer.
[[nodiscard]] std::unique_ptr<RecordWriter> open_writer(Format format, std::ostream& stream,
                                                        std::vector<std::string> columns);

}  // namespace edge::tabular
