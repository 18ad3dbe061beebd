#include "aside_file.hpp"
#include "data_tables.hpp"
#include "engine_state.hpp"
#include "import_row.hpp"
#include "spooled_input.hpp"

#include "edge/storage/sellers.hpp"
#include "edge/tabular/record_reader.hpp"
#include "edge/tabular/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <memory>

namespace edge {

using storage::WriteTransaction;
using tabular::RecordReader;

namespace {

constexpr std::size_t most_reported = 1000;
constexpr std::size_t longest_reported_row = 4096;
constexpr int rows_between_progress = 64;

/// A file of the request, and what is in it.
struct Source {
    std::string path;
    std::string name;  // without folders
    const DataTable* table;
    tabular::Format format;
    std::uint64_t size;                     // 0 when not known
    std::unique_ptr<SpooledInput> spooled;  // what may be long in coming, once it is here
};

bool is_standard_input(const std::string& path) { return path == "-"; }

std::string lower_case(std::string text) {
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

/// The table that a file's name begins with, so that `reservations-2026-11.csv` and `public.bundles.csv` have one too.
const DataTable* table_of_name(const std::string& file_name) {
    std::string_view stem = file_name;
    if (stem.starts_with("public.")) stem.remove_prefix(std::string_view("public.").size());
    const DataTable* longest = nullptr;
    for (const DataTable& table : data_tables()) {
        const bool begins =
            stem.starts_with(table.name) && (stem.size() == table.name.size() ||
                                             std::isalpha(static_cast<unsigned char>(stem[table.name.size()])) == 0);
        if (begins && (longest == nullptr || table.name.size() > longest->name.size())) longest = &table;
    }
    return longest;
}

const DataTable& table_of(const ImportFile& file, const std::string& name) {
    const DataTable* table = file.table.empty() ? table_of_name(lower_case(name)) : find_data_table(file.table);
    if (table != nullptr && table->importable) return *table;
    const std::string why = !file.table.empty() ? fmt::format("{} is no table that can be imported", file.table)
                                                : "its name is not that of a table";
    throw Error(ErrorCode::invalid_argument, fmt::format("cannot import {}: {}", file.path, why), {{"file", file.path}},
                fmt::format("say which with --table: {}", list_table_names(true)));
}

tabular::Format format_of(const ImportFile& file) {
    if (file.format) return *file.format == FileFormat::csv ? tabular::Format::csv : tabular::Format::ndjson;
    const std::string ending = lower_case(std::filesystem::path(file.path).extension().string());
    const bool json = ending == ".ndjson" || ending == ".jsonl" || ending == ".json";
    return json ? tabular::Format::ndjson : tabular::Format::csv;
}

Source source_of(const ImportFile& file) {
    Source source{.path = file.path,
                  .name = std::filesystem::path(file.path).filename().string(),
                  .table = nullptr,
                  .format = format_of(file),
                  .size = 0,
                  .spooled = {}};
    source.table = &table_of(file, source.name);
    if (is_standard_input(file.path)) return source;
    std::error_code failure;
    if (!std::filesystem::exists(file.path, failure)) {
        throw Error(ErrorCode::not_found, fmt::format("cannot import {}: there is no such file", file.path),
                    {{"file", file.path}});
    }
    if (std::filesystem::is_directory(file.path, failure)) {
        throw Error(ErrorCode::invalid_argument, fmt::format("cannot import {}: it is a folder", file.path),
                    {{"file", file.path}}, "name the files in it");
    }
    if (std::filesystem::is_regular_file(file.path, failure))
        source.size = std::filesystem::file_size(file.path, failure);
    return source;
}

/// Parents before children, whatever the order they were given in.
std::vector<Source> sources_of(const ImportRequest& request) {
    std::vector<Source> sources;
    for (const ImportFile& file : request.files) sources.push_back(source_of(file));
    std::ranges::stable_sort(sources, {}, [](const Source& source) { return source.table; });
    return sources;
}

bool has_file_column(const DataTable& table, std::string_view name) {
    if (has_identity(table) && (name == table.key || name == "uuid")) return true;
    return std::ranges::any_of(table.columns, [&](const DataColumn& column) {
        return column.name == name || (column.kind == ColumnKind::reference && column.uuid_name() == name);
    });
}

/// Where bad rows go must lose nobody anything.
void check_aside(const ImportRequest& request, const std::vector<Source>& sources, const std::string& database) {
    const auto is_aside = [&](const std::string& path) {
        std::error_code missing;
        return std::filesystem::equivalent(request.aside_path, path, missing);
    };
    const auto refuse = [&](std::string_view why) {
        throw Error(ErrorCode::invalid_argument,
                    fmt::format("cannot set bad rows aside in {}: it is {}", request.aside_path, why),
                    {{"file", request.aside_path}}, "name another file");
    };
    if (request.aside_path.empty()) return;
    for (const char* ending : {"", "-wal", "-shm", ".lock"})
        if (is_aside(database + ending)) refuse("the shop's own");
    if (std::ranges::any_of(sources, is_aside, &Source::path)) refuse("a file of this import");
}

void check_request(const ImportRequest& request, const std::vector<Source>& sources) {
    storage::check_seller("the defaults", request.default_time_zone, request.default_currency);
    if (std::ranges::count_if(sources, is_standard_input, &Source::path) > 1)
        throw Error(ErrorCode::invalid_argument, "cannot import: standard input can be read only once");
    for (const auto& mapped : request.column_map) {
        const auto has = [&](const Source& source) { return has_file_column(*source.table, mapped.second); };
        if (mapped.second.empty() || std::ranges::any_of(sources, has)) continue;
        throw Error(
            ErrorCode::invalid_argument,
            fmt::format("cannot map {} to {}: no table of this import has that column", mapped.first, mapped.second));
    }
}

void tell_progress(const ImportRequest& request, const Progress& progress) {
    if (!request.progress || request.progress(progress)) return;
    throw Error(ErrorCode::cancelled, "cannot finish the import: it was cancelled", {}, "nothing was imported");
}

/// Waits for all that is to come, while others may still write.
void await_input(const ImportRequest& request, const std::string& folder, std::vector<Source>& sources) {
    for (Source& source : sources) {
        if (!SpooledInput::may_wait(source.path)) continue;
        source.spooled = std::make_unique<SpooledInput>(source.path, folder, [&](std::uint64_t came) {
            tell_progress(request, {.what = source.path, .done = came, .total = 0});
        });
        source.size = source.spooled->size();
    }
}

/// One import from its first file to its last.
class Import {
public:
    Import(Engine::State& state, WriteTransaction& write, const ImportRequest& request, std::vector<Source> sources)
        : request_(request),
          sources_(std::move(sources)),
          run_{
              .state = state, .write = write, .request = request, .now = state.now(), .keys = {write, names(sources_)}},
          aside_(request.dry_run ? std::string() : request.aside_path) {
        for (const Source& source : sources_) total_ += source.size;
    }

    ImportReport take_all() {
        for (const Source& source : sources_) take(source);
        aside_.close();
        return std::move(report_);
    }
    void place_aside() { aside_.place(); }

private:
    static std::set<std::string_view> names(const std::vector<Source>& sources) {
        std::set<std::string_view> tables;
        for (const Source& source : sources) tables.insert(source.table->name);
        return tables;
    }

    void take(const Source& source) {
        if (source.spooled) return take(source, source.spooled->bytes());
        std::ifstream file(source.path, std::ios::binary);
        if (!file) {
            throw Error(ErrorCode::io_failure, fmt::format("cannot import {}: it cannot be read", source.path),
                        {{"file", source.path}});
        }
        take(source, tabular::bytes_of(file));
    }

    void take(const Source& source, const tabular::ByteSource& bytes) {
        try {
            take_rows(source, bytes);
        } catch (const Error& error) {
            // The reader knows neither the file's name nor that it is imported.
            if (error.code() != ErrorCode::corrupt_data || !error.details().empty()) throw;
            const std::string what = is_standard_input(source.path) ? "standard input" : source.path;
            throw Error(ErrorCode::corrupt_data, fmt::format("cannot import {}: {}", what, error.what()),
                        {{"file", source.path}}, error.hint());
        }
    }

    void take_rows(const Source& source, const tabular::ByteSource& bytes) {
        const std::unique_ptr<RecordReader> reader = tabular::open_reader(source.format, bytes);
        RowImporter importer(run_, *source.table, is_standard_input(source.path) ? std::string() : source.name);
        TableImport& counts = counts_of(source.table->name);
        report_progress(source, reader->bytes_consumed());
        int rows = 0;
        for (auto next = reader->next(); next != RecordReader::Next::end; next = reader->next()) {
            if (next == RecordReader::Next::bad_row) {
                const tabular::BadRow& bad = reader->bad_row();
                reject(source, counts, bad.line, bad.column, bad.reason, bad.text);
            } else {
                take_row(source, counts, importer, *reader);
            }
            if (++rows % rows_between_progress == 0) report_progress(source, reader->bytes_consumed());
        }
        report_progress(source, reader->bytes_consumed());
        done_ += reader->bytes_consumed();
    }

    void take_row(const Source& source, TableImport& counts, RowImporter& importer, const RecordReader& reader) {
        const RowOutcome outcome = importer.take(reader);
        switch (outcome.fate) {
            case RowFate::added: ++counts.added; break;
            case RowFate::updated: ++counts.updated; break;
            case RowFate::unchanged: ++counts.unchanged; break;
            case RowFate::rejected:
                reject(source, counts, reader.record().line, outcome.column, outcome.reason, reader.record().text);
                break;
        }
    }

    void reject(const Source& source, TableImport& counts, std::uint64_t line, const std::string& column,
                const std::string& reason, std::string_view text) {
        RejectedRow row{.file = source.path,
                        .line = line,
                        .column = column,
                        .reason = reason,
                        .row = tabular::replace_invalid_utf8(text)};
        if (request_.on_error == OnError::stop) throw refused(row);
        ++counts.rejected;
        ++report_.rejected_total;
        aside_.add(row);
        if (report_.rejected.size() >= most_reported) return;
        if (row.row.size() > longest_reported_row)
            row.row = tabular::replace_invalid_utf8(std::string_view(row.row).substr(0, longest_reported_row));
        report_.rejected.push_back(std::move(row));
    }

    static Error refused(const RejectedRow& row) {
        const std::string column = row.column.empty() ? std::string() : row.column + " ";
        return Error(ErrorCode::corrupt_data,
                     fmt::format("cannot import {}: line {}: {}{}", row.file, row.line, column, row.reason),
                     {{"file", row.file},
                      {"line", std::to_string(row.line)},
                      {"column", row.column},
                      {"reason", row.reason},
                      {"row", row.row.substr(0, longest_reported_row)}},
                     "nothing was imported; with --on-error aside the good rows are");
    }

    void report_progress(const Source& source, std::uint64_t consumed) {
        tell_progress(request_, {.what = source.path, .done = done_ + consumed, .total = total_});
    }

    TableImport& counts_of(std::string_view table) {
        const auto found = std::ranges::find(report_.tables, table, &TableImport::table);
        if (found != report_.tables.end()) return *found;
        return report_.tables.emplace_back(TableImport{.table = std::string(table)});
    }

    const ImportRequest& request_;
    std::vector<Source> sources_;
    ImportRun run_;
    AsideFile aside_;
    ImportReport report_;
    std::uint64_t done_ = 0;
    std::uint64_t total_ = 0;
};

}  // namespace

ImportReport Engine::import(const ImportRequest& request) {
    std::vector<Source> sources = sources_of(request);
    check_request(request, sources);
    check_aside(request, sources, state_->db.path());
    const std::filesystem::path folder = std::filesystem::absolute(state_->db.path()).parent_path();
    await_input(request, folder.string(), sources);
    WriteTransaction write(state_->db);
    Import import(*state_, write, request, std::move(sources));
    ImportReport report = import.take_all();
    if (request.dry_run) return report;
    write.commit();
    import.place_aside();
    return report;
}

}  // namespace edge
