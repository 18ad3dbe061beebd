#include "edge/tabular/record_reader.hpp"

#include "edge/core/error.hpp"
#include "edge/tabular/csv_reader.hpp"
#include "edge/tabular/ndjson_reader.hpp"

#include <istream>

namespace edge::tabular {

ByteSource bytes_of(std::istream& stream) {
    return [&stream](char* buffer, std::size_t capacity) {
        stream.read(buffer, static_cast<std::streamsize>(capacity));
        if (stream.bad()) throw Error(ErrorCode::io_failure, "cannot read the rows: the input broke off");
        return static_cast<std::size_t>(stream.gcount());
    };
}

std::unique_ptr<RecordReader> open_reader(Format format, ByteSource source, const ReadOptions& options) {
    if (format == Format::csv) return std::make_unique<CsvReader>(std::move(source), options);
    return std::make_unique<NdjsonReader>(std::move(source), options.limits);
}

std::unique_ptr<RecordReader> open_reader(Format format, std::istream& stream, const ReadOptions& options) {
    return open_reader(format, bytes_of(stream), options);
}

}  // namespace edge::tabular
