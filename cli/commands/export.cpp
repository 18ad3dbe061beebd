#include "commands/commands.hpp"
#include "output/text_width.hpp"
#include "program/context.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>

namespace edge::cli {
namespace {

struct Arguments {
    std::string table;
    std::string format = "csv";
    std::string output = "-";
    bool overwrite = false;
};

/// A new file, so that nothing that exists is lost and nothing half-written stays.
class NewFile {
public:
    NewFile(const std::string& path, bool overwrite) : path_(path) {
        const int flags = O_WRONLY | O_CREAT | O_CLOEXEC | (overwrite ? O_TRUNC : O_EXCL);
        const int file = ::open(path.c_str(), flags, 0666);
        if (file < 0) {
            const bool exists = errno == EEXIST;
            throw CommandError(
                ExitStatus::cannot_create, "already_exists",
                fmt::format("cannot write {}: {}", path, std::strerror(errno)),
                exists ? "name another file, or add --overwrite" : "check the folder and its permissions");
        }
        ::close(file);
        stream_.open(path, std::ios::binary);
    }
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;
    ~NewFile() {
        std::error_code ignored;
        if (!finished_) std::filesystem::remove(path_, ignored);
    }
    std::ostream& stream() { return stream_; }
    void finish() {
        stream_.close();
        if (!stream_)
            throw Error(ErrorCode::io_failure, fmt::format("cannot write {}: the disk does not take it", path_));
        finished_ = true;
    }

private:
    std::string path_;
    std::ofstream stream_;
    bool finished_ = false;
};

Answer run(Context& context, const Arguments& arguments) {
    ExportRequest request;
    request.table = arguments.table;
    request.format = arguments.format == "csv" ? FileFormat::csv : FileFormat::ndjson;
    request.progress = context.progress();
    if (arguments.output == "-") {
        if (context.json())
            throw usage_error("cannot print the rows and a JSON document to one place", "add --output FILE");
        context.engine().export_table(request, context.out());
        return {};
    }
    Engine& engine = context.engine();
    std::error_code error;
    const bool exists = std::filesystem::exists(arguments.output, error);
    const bool overwrite = arguments.overwrite || (exists && context.confirm("Replace " + arguments.output + "?"));
    NewFile file(arguments.output, overwrite);
    const std::int64_t rows = engine.export_table(request, file.stream());
    file.finish();
    if (context.json()) {
        return {.data = Json::Object{{"table", arguments.table},
                                     {"format", arguments.format},
                                     {"path", arguments.output},
                                     {"rows", rows}},
                .text = {}};
    }
    return {.data = {},
            .text = fmt::format("Wrote {} to {}\n", count_of(rows, "row", "rows"), printable(arguments.output)),
            .confirmation = true};
}

}  // namespace

void add_export(Command& parent) {
    const auto arguments = std::make_shared<Arguments>();
    Command command = parent.add("export", "Write a table as CSV or JSON lines");
    command.option("--table", "TABLE", arguments->table, "sellers, category, bundles, bundle_category, reservations, …")
        .required();
    command.option("--format", "FORMAT", arguments->format, "csv if not given").one_of({"csv", "ndjson"});
    command.option("-o,--output", "FILE", arguments->output, "Standard output if not given");
    command.flag("--overwrite", arguments->overwrite, "Replace the file if it exists");
    command.examples({"edge-analytics export --table bundles",
                      "edge-analytics export --table reservations --format ndjson --output reservations.ndjson"});
    command.action([arguments](Context& context) { return run(context, *arguments); });
}

}  // namespace edge::cli
