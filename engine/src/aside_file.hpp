#pragma once

#include "edge/engine_types.hpp"
#include "edge/tabular/record_writer.hpp"

#include <fstream>
#include <memory>
#include <string>

namespace edge {

/// Where rows go that were not taken, one JSON object a line: file, line, column, reason and the row itself. It is
/// written under another name and gets its own only when the import is done.
class AsideFile {
public:
    /// Empty: rows go nowhere. Nothing is written before the first row.
    explicit AsideFile(std::string path);
    AsideFile(const AsideFile&) = delete;
    AsideFile& operator=(const AsideFile&) = delete;
    /// Removes what was not placed.
    ~AsideFile();

    /// Throws `io_failure` if the file cannot be made or takes no more.
    void add(const RejectedRow& row);
    /// Everything is on its way to the disk. Throws `io_failure`.
    void close();
    /// Gives the file its name, in place of one that had it.
    void place();

private:
    std::string path_;
    std::string unfinished_;
    std::ofstream stream_;
    std::unique_ptr<tabular::RecordWriter> writer_;
};

}  // namespace edge
