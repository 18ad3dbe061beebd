#pragma once

#include "data_tables.hpp"
#include "engine_state.hpp"
#include "import_value.hpp"
#include "source_keys.hpp"

#include "edge/tabular/record_reader.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace edge {

enum class RowFate { added, updated, unchanged, rejected };

/// What became of a row; of a rejected one, the column (if it is one) and why.
struct RowOutcome {
    RowFate fate = RowFate::rejected;
    std::string column;
    std::string reason;
};

/// What all rows of one import share.
struct ImportRun {
    Engine::State& state;
    storage::WriteTransaction& write;
    const ImportRequest& request;
    Timestamp now;
    SourceKeys keys;
};

/// Takes the rows of one file into one table. A row is the same as one that is there if it has its uuid, or the uuid
/// made from its number at the marketplace, or its natural key. What a row leaves empty says nothing: a new row gets
/// the default, one that is there keeps what it has, so that an older dump undoes no collection.
///
/// Everything is checked before anything is written, so that no row needs a savepoint.
class RowImporter {
public:
    RowImporter(ImportRun& run, const DataTable& table, std::string file_name);

    RowOutcome take(const tabular::RecordReader& reader);

private:
    /// What a column of the file is for.
    struct Target {
        enum class Use { column, key, uuid, parent_uuid, ignored, unknown };
        Use use = Use::unknown;
        std::size_t column = 0;
    };
    /// What the row says of a column of the table.
    struct Given {
        std::optional<std::string_view> text;
        std::optional<std::string_view> parent_uuid;
    };
    /// The row that is there.
    struct Existing {
        std::int64_t key = 0;
        std::optional<Uuid> uuid;
        std::vector<Cell> cells;
    };

    void prepare_sql();
    [[nodiscard]] Target target_of(std::string_view name) const;
    [[nodiscard]] bool spread(const tabular::RecordReader& reader);
    [[nodiscard]] bool identify();
    [[nodiscard]] bool fill_given();
    [[nodiscard]] bool fill_reference(std::size_t index);
    [[nodiscard]] bool find_by_natural_key();
    [[nodiscard]] bool fill_missing();
    [[nodiscard]] bool fill_price();
    [[nodiscard]] bool fill_default(std::size_t index);
    [[nodiscard]] bool check_row();
    [[nodiscard]] bool check_seller();
    [[nodiscard]] bool check_window();
    [[nodiscard]] std::optional<Existing> find(const std::string& sql, std::span<const storage::SqlValue> values);
    [[nodiscard]] std::optional<Existing> find_by_uuid(const Uuid& uuid);
    [[nodiscard]] std::optional<Existing> find_by_natural_cells();
    [[nodiscard]] std::string currency_of(const Cell& seller);
    [[nodiscard]] RowFate write();
    void insert();
    void update();
    void mark_recorded_elsewhere();
    [[nodiscard]] Uuid new_identity();
    [[nodiscard]] std::string word_of(const DataColumn& column, const Cell& cell);
    [[nodiscard]] bool is_key_free(std::int64_t key);
    bool refuse(std::string_view column, std::string reason);

    ImportRun& run_;
    const DataTable& table_;
    std::string file_name_;
    std::string select_by_uuid_;
    std::string select_by_natural_key_;
    std::string insert_;
    std::string update_;
    std::vector<Target> targets_;  // by the file's columns

    // The row in hand.
    std::vector<Given> given_;
    std::optional<std::string_view> given_key_;
    std::optional<std::string_view> given_uuid_;
    std::optional<std::int64_t> source_key_;
    std::optional<Uuid> uuid_;
    std::vector<Cell> cells_;
    std::optional<Existing> existing_;
    std::string refused_column_;
    std::string refused_reason_;
};

}  // namespace edge
