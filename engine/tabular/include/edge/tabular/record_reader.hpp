#pragma once

#include "edge/tabular/record.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace edge::tabular {

/// Writes up to `capacity` bytes to `buffer` and says how many; 0 at the end.
using ByteSource = std::function<std::size_t(char* buffer, std::size_t capacity)>;

/// The stream must outlive the source, which throws `io_failure` when the stream breaks.
[[nodiscard]] ByteSource bytes_of(std::istream& stream);

enum class Format { csv, ndjson };

struct ReadOptions {
    std::optional<char> delimiter;  ///< of CSV; if not given, the one of `,` `;` tab that the header holds most
    Limits limits;
};

/// Reads text, row by row, in memory that depends on the limits and not on the text.
class RecordReader {
public:
    enum class Next { record, bad_row, end };

    RecordReader() = default;
    RecordReader(const RecordReader&) = delete;
    RecordReader& operator=(const RecordReader&) = delete;
    virtual ~RecordReader() = default;

    /// Goes to the next row. What an earlier call showed is gone.
    virtual Next next() = 0;
    /// After Next::record.
    [[nodiscard]] const Record& record() const noexcept { return record_; }
    /// After Next::bad_row.
    [[nodiscard]] const BadRow& bad_row() const noexcept { return bad_row_; }

    /// Names of the columns, each once. CSV has them from the start; NDJSON adds a name when a good row first uses it.
    [[nodiscard]] const std::vector<std::string>& columns() const noexcept { return columns_; }
    /// Bytes of the rows read so far.
    [[nodiscard]] virtual std::uint64_t bytes_consumed() const noexcept = 0;

protected:
    Record record_;
    BadRow bad_row_;
    std::vector<std::string> columns_;
};

/// Throws `corrupt_data` if the text cannot be read at all: a CSV header that is missing, doubled or damaged.
[[nodiscard]] std::unique_ptr<RecordReader> open_reader(Format format, ByteSource source,
                                                        const ReadOptions& options = {});
/// The stream must outlive the reader.
[[nodiscard]] std::unique_ptr<RecordReader> open_reader(Format format, std::istream& stream,
                                                        const ReadOptions& options = {});

}  // namespace edge::tabular
