#pragma once

#include "edge/tabular/record_reader.hpp"

#include <array>
#include <memory>

namespace edge::tabular {

class InputBuffer;

/// RFC 4180, and what is found besides: lines that end in CRLF, LF or CR, a UTF-8 byte order mark, other delimiters.
///
/// - The first line names the columns, with spaces around a name taken away.
/// - A field that is empty is null; `""` is an empty text. Spaces around a value belong to it.
/// - A line with nothing on it is skipped, but where there is only one column it is a null.
/// - A bad row ends with its line. When a quote is not closed as it should be, that is the line on which it opened: the
///   lines behind it are read as rows of their own, so that nothing is lost with it.
class CsvReader final : public RecordReader {
public:
    /// Reads the header. Throws `corrupt_data` if it cannot be used, `invalid_argument` for an impossible delimiter.
    explicit CsvReader(ByteSource source, const ReadOptions& options = {});
    ~CsvReader() override;

    Next next() override;
    [[nodiscard]] std::uint64_t bytes_consumed() const noexcept override;
    [[nodiscard]] char delimiter() const noexcept { return delimiter_; }

private:
    /// A field as found, by its place in the row.
    struct Piece {
        std::size_t begin = 0;
        std::size_t end = 0;
        bool quoted = false;
        bool doubled = false;  ///< holds doubled quotes
    };
    struct Trouble {
        std::size_t at;
        std::size_t column;  ///< from 0; as many as there are columns if none
        std::string reason;
    };

    void read_header();
    void choose_delimiter(std::optional<char> given);
    void name_columns();
    [[nodiscard]] bool skip_blank_lines();
    [[nodiscard]] std::optional<Trouble> scan_row();
    [[nodiscard]] std::optional<Trouble> scan_plain(Piece& piece);
    [[nodiscard]] std::optional<Trouble> scan_quoted(Piece& piece);
    [[nodiscard]] std::optional<Trouble> too_long(const Piece& piece) const;
    [[nodiscard]] std::optional<Trouble> check_bytes() const;
    [[nodiscard]] std::size_t column_at(std::size_t byte) const noexcept;
    [[nodiscard]] bool at_line_end(std::size_t at);
    void skip_line(std::size_t at);
    void measure_line_end();
    void fill_fields();
    Next report(const Trouble& trouble);
    void leave_row();

    std::unique_ptr<InputBuffer> input_;
    Limits limits_;
    std::size_t most_fields_;
    char delimiter_ = ',';
    std::array<bool, 256> ends_plain_{};
    std::uint64_t line_ = 1;  // of the row in hand

    // The row in hand, by places in the input's window.
    std::vector<Piece> pieces_;
    std::size_t field_count_ = 0;  // may be more than are kept
    std::size_t at_ = 0;
    std::size_t row_end_ = 0;  // without its line end
    std::size_t row_size_ = 0;
    bool quotes_ = false;

    std::vector<Field> fields_;
    std::string unquoted_;  // fields whose doubled quotes were halved
};

}  // namespace edge::tabular
