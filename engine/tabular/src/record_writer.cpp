#include "edge/tabular/record_writer.hpp"

#include "write_line.hpp"

#include "edge/core/error.hpp"
#include "edge/tabular/csv_writer.hpp"
#include "edge/tabular/ndjson_writer.hpp"

#include <fmt/format.h>

#include <ostream>

namespace edge::tabular {

void check_field_count(std::size_t fields, std::size_t columns) {
    if (fields == columns) return;
    throw Error(ErrorCode::invalid_argument,
                fmt::format("cannot write the row: it has {} fields for {} columns", fields, columns));
}

void write_line(std::ostream& stream, const std::string& line) {
    stream.write(line.data(), static_cast<std::streamsize>(line.size()));
    if (!stream) throw Error(ErrorCode::io_failure, "cannot write the rows: the output takes no more");
}

std::unique_ptr<RecordWriter> open_writer(Format format, std::ostream& stream, std::vector<std::string> columns) {
    if (format == Format::csv) return std::make_unique<CsvWriter>(stream, columns);
    return std::make_unique<NdjsonWriter>(stream, std::move(columns));
}

}  // namespace edge::tabular
