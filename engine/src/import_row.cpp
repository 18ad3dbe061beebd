#include "import_row.hpp"

#include "edge/protocol/row_identity.hpp"
#include "edge/storage/sellers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace edge {

using storage::Query;
using storage::SqlValue;
using tabular::Field;
using tabular::FieldKind;

namespace {

/// The marketplace's numbers are of 32 bits. A larger one is not taken as a local key, lest no next one is left.
constexpr std::int64_t largest_kept_key = std::numeric_limits<std::int32_t>::max();

Cell cell_of(const Query& row, int index, const DataColumn& column) {
    if (row.is_null(index)) return nullptr;
    if (column.kind == ColumnKind::text || column.kind == ColumnKind::decimal) return row.text(index);
    return row.integer(index);
}

}  // namespace

RowImporter::RowImporter(ImportRun& run, const DataTable& table, std::string file_name)
    : run_(run),
      table_(table),
      file_name_(std::move(file_name)),
      given_(table.columns.size()),
      cells_(table.columns.size()) {
    prepare_sql();
}

void RowImporter::prepare_sql() {
    std::string columns;
    std::string marks;
    std::string assignments;
    for (const DataColumn& column : table_.columns) {
        columns += fmt::format(", {}", column.stored_name());
        marks += ", ?";
        assignments += fmt::format("{}{} = ?", assignments.empty() ? "" : ", ", column.stored_name());
    }
    std::string natural;
    for (const std::size_t index : table_.natural_key)
        natural += fmt::format("{}{} IS ?", natural.empty() ? "" : " AND ", table_.columns[index].stored_name());
    const bool keyed = has_identity(table_);
    const std::string select = keyed ? fmt::format("SELECT {}, uuid{} FROM {} WHERE ", table_.key, columns, table_.name)
                                     : fmt::format("SELECT 0, NULL{} FROM {} WHERE ", columns, table_.name);
    select_by_uuid_ = select + "uuid = ?";
    select_by_natural_key_ = select + natural;
    insert_ = keyed
                  ? fmt::format("INSERT INTO {} ({}, uuid{}) VALUES (?, ?{})", table_.name, table_.key, columns, marks)
                  : fmt::format("INSERT INTO {} ({}) VALUES ({})", table_.name, columns.substr(2), marks.substr(2));
    update_ = fmt::format("UPDATE {} SET {} WHERE {} = ?", table_.name, assignments, keyed ? table_.key : "0");
}

RowImporter::Target RowImporter::target_of(std::string_view name) const {
    const auto mapped =
        std::ranges::find(run_.request.column_map, name, [](const auto& pair) { return std::string_view(pair.first); });
    if (mapped != run_.request.column_map.end()) name = mapped->second;
    if (name.empty() || std::ranges::find(table_.ignored, name) != table_.ignored.end())
        return {.use = Target::Use::ignored};
    if (has_identity(table_) && name == table_.key) return {.use = Target::Use::key};
    if (has_identity(table_) && name == "uuid") return {.use = Target::Use::uuid};
    for (std::size_t i = 0; i < table_.columns.size(); ++i) {
        if (table_.columns[i].name == name) return {.use = Target::Use::column, .column = i};
        const bool refers = table_.columns[i].kind == ColumnKind::reference;
        if (refers && table_.columns[i].uuid_name() == name) return {.use = Target::Use::parent_uuid, .column = i};
    }
    return {.use = Target::Use::unknown};
}

RowOutcome RowImporter::take(const tabular::RecordReader& reader) {
    const bool is_good = spread(reader) && identify() && fill_given() && find_by_natural_key() && fill_missing() &&
                         fill_price() && check_row();
    if (!is_good) return {.fate = RowFate::rejected, .column = refused_column_, .reason = refused_reason_};
    return {.fate = write(), .column = {}, .reason = {}};
}

bool RowImporter::refuse(std::string_view column, std::string reason) {
    refused_column_ = column;
    refused_reason_ = std::move(reason);
    return false;
}

/// What the row says, by the table's columns.
bool RowImporter::spread(const tabular::RecordReader& reader) {
    while (targets_.size() < reader.columns().size()) targets_.push_back(target_of(reader.columns()[targets_.size()]));
    std::ranges::fill(given_, Given{});
    given_key_.reset();
    given_uuid_.reset();
    const std::span<const Field> fields = reader.record().fields;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const Target target = targets_[i];
        if (fields[i].kind == FieldKind::absent || target.use == Target::Use::ignored) continue;
        if (target.use == Target::Use::unknown) {
            return refuse(reader.columns()[i],
                          fmt::format("is not a column of {}; map it, or map it to nothing", table_.name));
        }
        if (fields[i].kind == FieldKind::list) return refuse(reader.columns()[i], "is a list");
        std::optional<std::string_view> text = fields[i].value();
        const bool is_text =
            target.use == Target::Use::column && table_.columns[target.column].kind == ColumnKind::text;
        if (text && text->empty() && !is_text) text.reset();
        switch (target.use) {
            case Target::Use::column: given_[target.column].text = text; break;
            case Target::Use::parent_uuid: given_[target.column].parent_uuid = text; break;
            case Target::Use::key: given_key_ = text; break;
            default: given_uuid_ = text; break;
        }
    }
    return true;
}

/// Who the row is, and whether it is there.
bool RowImporter::identify() {
    source_key_.reset();
    uuid_.reset();
    existing_.reset();
    if (given_key_) {
        source_key_ = parse_decimal(*given_key_, 0);
        if (!source_key_)
            return refuse(table_.key, fmt::format("is {}, not a whole number", quoted_start(*given_key_)));
        uuid_ = protocol::marketplace_identity(table_.name, *source_key_);
    }
    if (given_uuid_) {
        uuid_ = Uuid::parse(*given_uuid_);
        if (!uuid_) return refuse("uuid", fmt::format("is {}, not a UUID", quoted_start(*given_uuid_)));
    }
    if (uuid_) existing_ = find_by_uuid(*uuid_);
    return true;
}

bool RowImporter::fill_given() {
    for (std::size_t i = 0; i < table_.columns.size(); ++i) {
        const DataColumn& column = table_.columns[i];
        cells_[i] = nullptr;
        if (column.kind == ColumnKind::price) continue;  // needs the seller's currency
        if (column.kind == ColumnKind::reference) {
            if (!fill_reference(i)) return false;
        } else if (given_[i].text) {
            ParsedValue parsed = parse_value(column, *given_[i].text, {});
            if (!parsed.reason.empty()) return refuse(column.name, std::move(parsed.reason));
            cells_[i] = std::move(parsed.cell);
        }
    }
    return true;
}

bool RowImporter::fill_reference(std::size_t index) {
    const DataColumn& column = table_.columns[index];
    const DataTable& parent = *find_data_table(column.parent);
    std::optional<std::int64_t> local;
    if (given_[index].parent_uuid) {
        const std::string_view text = *given_[index].parent_uuid;
        const std::optional<Uuid> uuid = Uuid::parse(text);
        if (!uuid) return refuse(column.uuid_name(), fmt::format("is {}, not a UUID", quoted_start(text)));
        local = run_.keys.find(parent, *uuid);
        if (!local) return refuse(column.uuid_name(), fmt::format("names {}, which is not in {}", text, parent.name));
    } else if (given_[index].text) {
        const std::string_view text = *given_[index].text;
        const std::optional<std::int64_t> source = parse_decimal(text, 0);
        if (!source) return refuse(column.name, fmt::format("is {}, not a whole number", quoted_start(text)));
        local = run_.keys.find(parent, *source, !uuid_);
        if (!local) return refuse(column.name, fmt::format("names {}, which is not in {}", *source, parent.name));
    }
    if (local) cells_[index] = *local;
    return true;
}

/// Rows without number are told apart by what they say, in some tables the others too.
bool RowImporter::find_by_natural_key() {
    if (uuid_ && table_.natural_key_finds == NaturalKey::fallback) return true;
    for (const std::size_t index : table_.natural_key) {
        if (std::holds_alternative<std::nullptr_t>(cells_[index]) && existing_) cells_[index] = existing_->cells[index];
        const bool may_be_null = table_.columns[index].if_missing == IfMissing::null;
        if (std::holds_alternative<std::nullptr_t>(cells_[index]) && !may_be_null)
            return refuse(table_.columns[index].name, "is missing");
    }
    const auto is_kept = [&](std::size_t index) { return cells_[index] == existing_->cells[index]; };
    if (existing_ && std::ranges::all_of(table_.natural_key, is_kept)) return true;
    std::optional<Existing> same = find_by_natural_cells();
    if (!same) return true;
    // Two rows of the marketplace are two, whatever they say.
    const bool is_other_row =
        source_key_ && !given_uuid_ && same->uuid == protocol::marketplace_identity(table_.name, same->key);
    if (existing_ || is_other_row) {
        if (table_.natural_key_finds != NaturalKey::unique) return true;
        return refuse(table_.columns[table_.natural_key.back()].name,
                      fmt::format("is that of another row, {} {}", table_.key, same->key));
    }
    existing_ = std::move(same);
    return true;
}

bool RowImporter::fill_missing() {
    for (std::size_t i = 0; i < table_.columns.size(); ++i) {
        if (!std::holds_alternative<std::nullptr_t>(cells_[i])) continue;
        if (existing_) {
            cells_[i] = existing_->cells[i];
        } else if (table_.columns[i].kind == ColumnKind::price && given_[i].text) {
            continue;
        } else if (!fill_default(i)) {
            return false;
        }
    }
    return true;
}

bool RowImporter::fill_default(std::size_t index) {
    switch (table_.columns[index].if_missing) {
        case IfMissing::refuse: return refuse(table_.columns[index].name, "is missing");
        case IfMissing::null: break;
        case IfMissing::zero: cells_[index] = std::int64_t{0}; break;
        case IfMissing::empty: cells_[index] = std::string(); break;
        case IfMissing::now: cells_[index] = static_cast<std::int64_t>(run_.now.time_since_epoch().count()); break;
        case IfMissing::time_zone: cells_[index] = run_.request.default_time_zone; break;
        case IfMissing::currency: cells_[index] = run_.request.default_currency; break;
        case IfMissing::holiday_region: cells_[index] = run_.request.default_holiday_region; break;
        case IfMissing::file_name: cells_[index] = file_name_; break;
    }
    return true;
}

bool RowImporter::fill_price() {
    for (std::size_t i = 0; i < table_.columns.size(); ++i) {
        const DataColumn& column = table_.columns[i];
        if (column.kind != ColumnKind::price || !given_[i].text) continue;
        ParsedValue parsed =
            parse_value(column, *given_[i].text, currency_of(cells_[column_index(table_, "seller_id")]));
        if (!parsed.reason.empty()) return refuse(column.name, std::move(parsed.reason));
        cells_[i] = std::move(parsed.cell);
    }
    return true;
}

std::string RowImporter::currency_of(const Cell& seller) {
    Query row =
        run_.write.connection().query("SELECT currency FROM sellers WHERE user_id = ?", std::get<std::int64_t>(seller));
    return row.step() ? row.text(0) : run_.request.default_currency;
}

bool RowImporter::check_row() {
    if (table_.name == "sellers") return check_seller();
    if (column_index(table_, "window_end") < table_.columns.size()) return check_window();
    return true;
}

bool RowImporter::check_seller() {
    const auto text = [&](std::string_view name) { return std::get<std::string>(cells_[column_index(table_, name)]); };
    try {
        storage::check_seller(text("seller_name"), text("time_zone"), text("currency"));
    } catch (const Error& error) {
        const bool zone = error.code() == ErrorCode::bad_time_zone;
        return refuse(zone ? "time_zone" : "currency",
                      zone ? fmt::format("is '{}', not an IANA time zone", text("time_zone"))
                           : fmt::format("is '{}', not an ISO 4217 code", text("currency")));
    }
    return true;
}

bool RowImporter::check_window() {
    const auto start = std::get<std::int64_t>(cells_[column_index(table_, "window_start")]);
    const auto end = std::get<std::int64_t>(cells_[column_index(table_, "window_end")]);
    return end >= start || refuse("window_end", "is before window_start");
}

std::optional<RowImporter::Existing> RowImporter::find(const std::string& sql, std::span<const SqlValue> values) {
    Query row = run_.write.connection().query_with(sql, values);
    if (!row.step()) return std::nullopt;
    Existing existing{.key = row.integer(0), .uuid = Uuid::from_bytes(row.blob(1)), .cells = {}};
    existing.cells.reserve(table_.columns.size());
    int index = 2;
    for (const DataColumn& column : table_.columns) existing.cells.push_back(cell_of(row, index++, column));
    return existing;
}

std::optional<RowImporter::Existing> RowImporter::find_by_uuid(const Uuid& uuid) {
    const SqlValue value = std::span<const std::uint8_t>(uuid.bytes());
    return find(select_by_uuid_, std::span(&value, 1));
}

std::optional<RowImporter::Existing> RowImporter::find_by_natural_cells() {
    std::vector<SqlValue> values;
    for (const std::size_t index : table_.natural_key) values.push_back(bound(cells_[index]));
    return find(select_by_natural_key_, values);
}

RowFate RowImporter::write() {
    RowFate fate = RowFate::unchanged;
    if (!existing_) {
        insert();
        fate = RowFate::added;
    } else if (existing_->cells != cells_) {
        update();
        fate = RowFate::updated;
    }
    if (fate != RowFate::unchanged && table_.name == "forecast_input") mark_recorded_elsewhere();
    if (source_key_ && existing_->uuid != protocol::marketplace_identity(table_.name, *source_key_))
        run_.keys.remember(table_, *source_key_, existing_->key);
    return fate;
}

void RowImporter::insert() {
    const bool keyed = has_identity(table_);
    const bool keeps_key =
        keyed && source_key_ && *source_key_ > 0 && *source_key_ <= largest_kept_key && is_key_free(*source_key_);
    existing_ = Existing{.key = keeps_key ? *source_key_ : 0, .uuid = {}, .cells = {}};
    if (keyed) existing_->uuid = new_identity();
    std::vector<SqlValue> values;
    if (keeps_key) values.emplace_back(*source_key_);
    if (keyed && !keeps_key) values.emplace_back(nullptr);
    if (keyed) values.emplace_back(std::span<const std::uint8_t>(existing_->uuid->bytes()));
    for (const Cell& cell : cells_) values.push_back(bound(cell));
    run_.write.connection().query_with(insert_, values).run();
    if (keyed) existing_->key = run_.write.connection().last_insert_id();
}

void RowImporter::update() {
    std::vector<SqlValue> values;
    for (const Cell& cell : cells_) values.push_back(bound(cell));
    values.emplace_back(existing_->key);
    run_.write.connection().query_with(update_, values).run();
}

/// The engine does not write the history of a window that came from elsewhere.
void RowImporter::mark_recorded_elsewhere() {
    const auto bundle = std::get<std::int64_t>(cells_[column_index(table_, "bundle_id")]);
    run_.write.connection()
        .query(
            "INSERT INTO closed_windows (bundle_id, recorded_by) VALUES (?, 'import') ON CONFLICT (bundle_id) DO "
            "UPDATE SET recorded_by = 'import' WHERE recorded_by <> 'import'",
            bundle)
        .run();
}

Uuid RowImporter::new_identity() {
    if (uuid_) return *uuid_;
    std::string words;
    for (const std::size_t index : table_.natural_key)
        words += fmt::format("{}{}", words.empty() ? "" : "\n", word_of(table_.columns[index], cells_[index]));
    const Uuid uuid = protocol::identity_of(table_.name, {words});
    // A row that said this once may say something else by now.
    return find_by_uuid(uuid) ? run_.state.new_uuid() : uuid;
}

/// What stands for a value in an identity: the same on every device, so a parent's identity and not its key.
std::string RowImporter::word_of(const DataColumn& column, const Cell& cell) {
    if (std::holds_alternative<std::nullptr_t>(cell)) return {};
    if (const auto* text = std::get_if<std::string>(&cell)) return *text;
    const std::int64_t number = std::get<std::int64_t>(cell);
    if (column.kind == ColumnKind::instant) return format_timestamp(Timestamp(std::chrono::microseconds(number)));
    if (column.kind == ColumnKind::day) return format_date(LocalDate(std::chrono::days(number)));
    const DataTable& parent = *find_data_table(column.parent);
    Query row =
        run_.write.connection().query(fmt::format("SELECT uuid FROM {} WHERE {} = ?", parent.name, parent.key), number);
    return row.step() ? row.uuid(0).text() : std::string();
}

bool RowImporter::is_key_free(std::int64_t key) {
    Query row =
        run_.write.connection().query(fmt::format("SELECT 1 FROM {} WHERE {} = ?", table_.name, table_.key), key);
    return !row.step();
}

}  // namespace edge
