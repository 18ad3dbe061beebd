#include "sync_pull.hpp"

#include "edge/core/planted_bugs.hpp"
#include "edge/storage/journal.hpp"
#include "edge/storage/sync_state.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace edge {

using protocol::Change;
using protocol::Column;
using protocol::ColumnKind;
using protocol::Fields;
using protocol::FieldValue;
using protocol::Op;
using protocol::TableDescriptor;
using storage::CapturedTable;
using storage::SqlValue;

namespace {

/// A page's rows in an order in which they can be applied: what nobody refers to is deleted first, since that frees
/// unique names; then parents are written before children, and deleted after them.
std::vector<const Change*> in_order(const std::vector<Change>& rows) {
    std::vector<const Change*> order;
    order.reserve(rows.size());
    for (const Change& row : rows) order.push_back(&row);
    const auto place = [](const Change& change) {
        const auto table = static_cast<std::int64_t>(protocol::table_order(change.table));
        if (change.op != Op::remove) return table;
        const TableDescriptor* descriptor = protocol::find_table(change.table);
        return descriptor != nullptr && !has_children(*descriptor) ? -1 : 1000 - table;
    };
    std::stable_sort(order.begin(), order.end(),
                     [&](const Change* left, const Change* right) { return place(*left) < place(*right); });
    return order;
}

std::string_view id_column(CapturedTable table) {
    return storage::captured_table(table).key.substr(2);  // "@.bundle_id"
}

/// The bit of each column in the journal's masks, in the order of the descriptor.
template <class Visit>
void each_column(const TableDescriptor& table, Visit visit) {
    int bit = 0;
    for (const Column& column : table.columns) {
        const bool list = column.kind == ColumnKind::reference_list;
        visit(column, list ? storage::bundle_categories_bit : bit);
        if (!list) ++bit;
    }
}

/// A change's value is none that its column can hold.
struct UnreadableValue {
    std::string_view column;
};

template <class Value>
Value readable(const std::optional<Value>& value, std::string_view column) {
    if (!value) throw UnreadableValue{column};
    return *value;
}

template <class Value>
SqlValue to_sql(const Value& value) {
    return std::visit(
        [](const auto& held) -> SqlValue {
            if constexpr (std::is_same_v<std::decay_t<decltype(held)>, std::string>) {
                return std::string_view(held);
            } else {
                return held;
            }
        },
        value);
}

}  // namespace

PullApply::PullApply(storage::WriteTransaction& write, SyncBase& base, Timestamp now)
    : write_(&write),
      db_(&write.connection()),
      base_(&base),
      now_(now),
      any_set_aside_(storage::has_unapplied_rows(write.connection())) {}

void PullApply::apply(const protocol::PullPage& page, Parked parked) {
    guard(true);
    const std::vector<const Change*> changes = in_order(page.rows);
    // A savepoint for each row would copy every page once a row.
    const std::string fault = attempt([&] {
        for (const Change* change : changes) apply_one(*change);
    });
    if (!fault.empty()) apply_each(changes);
    if (parked == Parked::try_again) apply_parked();
    guard(false);
}

template <class Work>
std::string PullApply::attempt(const Work& work) {
    const protocol::Sum128 sum = base_->sum();
    const std::int64_t changed = changed_;
    const std::int64_t set_aside = set_aside_;
    std::string fault;
    db_->execute("SAVEPOINT pulled_rows");
    try {
        work();
    } catch (const UnreadableValue& value) {
        fault = fmt::format("unreadable_value: {}", value.column);
    } catch (const Error& error) {
        if (error.code() != ErrorCode::conflict) throw;
        fault = fmt::format("refused_value: {}", error.what());
    }
    if (!fault.empty()) {
        for (std::optional<TableRows>& reader : readers_) reader.reset();
        db_->execute("ROLLBACK TO pulled_rows");
        base_->put_back(sum);
        changed_ = changed;
        set_aside_ = set_aside;
    }
    db_->execute("RELEASE pulled_rows");
    return fault;
}

void PullApply::apply_each(const std::vector<const Change*>& changes) {
    for (const Change* change : changes) {
        const std::string fault = attempt([&] { apply_one(*change); });
        if (!fault.empty()) set_aside(*change, fault);
    }
}

/// What the hub has is known nevertheless, so that the row's next version is taken and the sums stay comparable.
void PullApply::set_aside(const Change& change, const std::string& reason) {
    const TableDescriptor& table = *protocol::find_table(change.table);
    const auto captured = static_cast<CapturedTable>(table.number);
    base_->put(captured, change.key, find_shared_row(*db_, captured, change.key), change.base.value_or(0),
               protocol::row_hash(table, change.key, change.fields));
    storage::forget_unapplied_row(*write_, change.table, change.key);
    storage::insert_unapplied_row(*write_, {.lane = {},
                                            .epoch = 1,
                                            .seq = change.base.value_or(0),
                                            .part = 0,
                                            .position = 0,
                                            .table = change.table,
                                            .key = change.key,
                                            .outcome = {},
                                            .reason = reason,
                                            .change = protocol::encode(change),
                                            .received_at = now_});
    any_set_aside_ = true;
    ++set_aside_;
}

/// A later version of a row that was set aside can be applied.
void PullApply::take_back(const Incoming& incoming) {
    if (any_set_aside_) storage::forget_unapplied_row(*write_, incoming.change->table, incoming.change->key);
}

void PullApply::guard(bool on) {
    if (EDGE_PLANTED(pull_echoed)) return;
    db_->query(on ? "INSERT OR IGNORE INTO capture_guard (applying) VALUES (1)" : "DELETE FROM capture_guard").run();
}

void PullApply::apply_parked() {
    for (std::size_t before = 0;;) {
        const std::vector<storage::ParkedChange> parked = storage::parked_changes(*db_);
        if (parked.empty() || parked.size() == before) return;
        before = parked.size();
        for (const storage::ParkedChange& one : parked) {
            const protocol::Decoded<Change> change = protocol::decode_change(one.change);
            if (!change) continue;
            const std::string fault = attempt([&] { apply_one(*change); });
            if (fault.empty()) continue;
            storage::unpark_change(*write_, one.table, one.key);
            set_aside(*change, fault);
        }
    }
}

void PullApply::apply_one(const Change& change) {
    const TableDescriptor* table = protocol::find_table(change.table);
    if (table == nullptr || !protocol::is_shared(*table)) return;
    if (const std::optional<protocol::RowFault> fault = protocol::check_change(change)) {
        return set_aside(change, fmt::format("{}: {}", fault->reason, fault->detail));
    }
    const auto captured = static_cast<CapturedTable>(table->number);
    Incoming incoming{.table = table,
                      .captured = captured,
                      .change = &change,
                      .row = find_shared_row(*db_, captured, change.key),
                      .unconfirmed = storage::unconfirmed_row(*db_, captured, change.key),
                      .hash = {}};
    const std::optional<storage::BaseRow> known = base_->find(captured, change.key, incoming.row);
    if (known && change.base.value_or(0) < known->version) return;
    if (change.op == Op::remove) return apply_deletion(incoming);
    incoming.hash = protocol::row_hash(*table, change.key, change.fields);
    apply_row(incoming);
}

void PullApply::apply_row(Incoming& incoming) {
    unpark(incoming);
    take_back(incoming);
    if (incoming.row) {
        update(incoming);
    } else if (!incoming.unconfirmed.deleted) {
        insert(incoming);
    }
    base_->put(incoming.captured, incoming.change->key, incoming.row, incoming.change->base.value_or(0), incoming.hash);
    if (!incoming.row || !incoming.unconfirmed.any()) return;
    // what is not confirmed now stands on other columns than when it was sealed
    const protocol::Sum128 hash = protocol::row_hash(*incoming.table, incoming.change->key, current_fields(incoming));
    const storage::RowHash bytes = protocol::digest_bytes(hash);
    db_->query("UPDATE sync_sealed SET hash = ? WHERE tbl = ? AND row_key = ? AND hash IS NOT NULL",
               std::span<const std::uint8_t>(bytes), incoming.table->number, incoming.change->key)
        .run();
}

void PullApply::apply_deletion(const Incoming& incoming) {
    unpark(incoming);
    take_back(incoming);
    base_->remove(incoming.captured, incoming.change->key, incoming.row);
    if (!incoming.row || incoming.unconfirmed.created || EDGE_PLANTED(pulled_tombstone_lost)) return;
    if (still_needed(incoming)) return park(incoming);
    if (incoming.captured == CapturedTable::bundles) {
        storage::Query children =
            db_->query("SELECT reservation_id, uuid FROM reservations WHERE bundle_id = ?", *incoming.row);
        while (children.step()) {
            base_->remove(CapturedTable::reservations, children.uuid(1).wire(), children.integer(0));
        }
    }
    db_->query(fmt::format("DELETE FROM {} WHERE {} = ?", incoming.table->name, id_column(incoming.captured)),
               *incoming.row)
        .run();
    ++changed_;
}

bool PullApply::still_needed(const Incoming& incoming) const {
    switch (incoming.captured) {
        case CapturedTable::sellers: return true;  // whose file this is does not go away
        case CapturedTable::category:
            return db_->query("SELECT 1 FROM bundle_category WHERE category_id = ?", *incoming.row).step();
        case CapturedTable::bundles: break;
        default: return false;
    }
    storage::Query children = db_->query("SELECT uuid FROM reservations WHERE bundle_id = ?", *incoming.row);
    while (children.step()) {
        if (storage::unconfirmed_row(*db_, CapturedTable::reservations, children.uuid(0).wire()).any()) return true;
    }
    return false;
}

void PullApply::park(const Incoming& incoming) {
    storage::park_change(
        *write_,
        {.table = incoming.captured, .key = incoming.change->key, .change = protocol::encode(*incoming.change)});
}

void PullApply::unpark(const Incoming& incoming) {
    storage::unpark_change(*write_, incoming.captured, incoming.change->key);
}

Fields PullApply::current_fields(const Incoming& incoming) {
    std::optional<TableRows>& rows = readers_.at(static_cast<std::size_t>(incoming.captured));
    if (!rows) rows.emplace(*db_, incoming.captured);
    rows->seek(*incoming.row, *incoming.row);
    if (!rows->next()) return {};
    Fields fields = rows->fields(TableRows::all_columns);
    rows->seek(0, -1);  // no statement stays open over the update
    return fields;
}

void PullApply::update(const Incoming& incoming) {
    if (incoming.unconfirmed.created) return;
    const Fields current = current_fields(incoming);
    Fields news;
    std::optional<std::vector<std::string>> categories;
    each_column(*incoming.table, [&](const Column& column, int bit) {
        const FieldValue* value = protocol::find_field(incoming.change->fields, column.name);
        const FieldValue* here = protocol::find_field(current, column.name);
        const bool changed_here = ((incoming.unconfirmed.mask >> bit) & 1) != 0 && !EDGE_PLANTED(rebase_dropped);
        if (value == nullptr || changed_here || (here != nullptr && *here == *value)) return;
        if (const auto* keys = std::get_if<std::vector<std::string>>(value)) {
            categories = *keys;
        } else {
            news.push_back({std::string(column.name), *value});
        }
    });
    if (news.empty() && !categories) return;
    std::optional<ColumnValues> columns = to_columns(*incoming.table, news);
    if (!columns || make_room(incoming, *columns) != Room::made) return park(incoming);
    if (!columns->empty()) {
        std::string assignments;
        std::vector<SqlValue> values;
        for (const ColumnValue& one : *columns) {
            assignments += fmt::format("{}{} = ?", assignments.empty() ? "" : ", ", one.column);
            values.push_back(to_sql(one.value));
        }
        values.emplace_back(*incoming.row);
        db_->query_with(fmt::format("UPDATE {} SET {} WHERE {} = ?", incoming.table->name, assignments,
                                    id_column(incoming.captured)),
                        values)
            .run();
    }
    if (categories && !set_categories(*incoming.row, *categories)) park(incoming);
    ++changed_;
}

void PullApply::insert(Incoming& incoming) {
    const Change& change = *incoming.change;
    std::optional<ColumnValues> columns = to_columns(*incoming.table, change.fields);
    if (!columns) return park(incoming);
    const Room room = make_room(incoming, *columns);
    if (room == Room::wait) park(incoming);
    if (room != Room::made) return;
    const Uuid uuid = *Uuid::parse(change.key);
    std::string names = "uuid";
    std::string places = "?";
    std::vector<SqlValue> values = {std::span<const std::uint8_t>(uuid.bytes())};
    for (const ColumnValue& one : *columns) {
        names += fmt::format(", {}", one.column);
        places += ", ?";
        values.push_back(to_sql(one.value));
    }
    db_->query_with(fmt::format("INSERT INTO {} ({}) VALUES ({})", incoming.table->name, names, places), values).run();
    incoming.row = find_shared_row(*db_, incoming.captured, change.key);
    const FieldValue* categories = protocol::find_field(change.fields, "categories");
    if (categories != nullptr && incoming.captured == CapturedTable::bundles) {
        const auto* keys = std::get_if<std::vector<std::string>>(categories);
        if (keys != nullptr && !set_categories(*incoming.row, *keys)) park(incoming);
    }
    ++changed_;
}

std::optional<PullApply::ColumnValues> PullApply::to_columns(const TableDescriptor& table, const Fields& fields) const {
    const auto& names = storage::captured_table(static_cast<CapturedTable>(table.number)).columns;
    ColumnValues columns;
    bool complete = true;
    each_column(table, [&](const Column& column, int bit) {
        const FieldValue* value = protocol::find_field(fields, column.name);
        if (value == nullptr || column.kind == ColumnKind::reference_list) return;
        ColumnValue stored{.column = names[static_cast<std::size_t>(bit)], .value = nullptr};
        const std::string* text = protocol::as_text(*value);
        if (protocol::is_null(*value)) {
            stored.value = nullptr;
        } else if (column.kind == ColumnKind::integer) {
            stored.value = readable(protocol::as_integer(*value), column.name);
        } else if (const bool* flag = std::get_if<bool>(value)) {
            stored.value = std::int64_t{*flag ? 1 : 0};
        } else if (text == nullptr) {
            throw UnreadableValue{column.name};
        } else if (column.kind == ColumnKind::instant) {
            const Timestamp instant = readable(parse_timestamp(*text), column.name);
            stored.value = std::int64_t{instant.time_since_epoch().count()};
        } else if (column.kind == ColumnKind::day) {
            const LocalDate day = readable(parse_date(*text), column.name);
            stored.value = std::int64_t{day.time_since_epoch().count()};
        } else if (column.kind == ColumnKind::reference) {
            const TableDescriptor* parent = protocol::find_table(column.parent);
            const std::optional<std::int64_t> row =
                find_shared_row(*db_, static_cast<CapturedTable>(parent->number), *text);
            complete = complete && row;
            if (row) stored.value = *row;
        } else {
            stored.value = *text;
        }
        columns.push_back(std::move(stored));
    });
    if (!complete) return std::nullopt;
    return columns;
}

bool PullApply::set_categories(std::int64_t bundle, const std::vector<std::string>& keys) {
    std::vector<std::int64_t> wanted;
    for (const std::string& key : keys) {
        if (const auto row = find_shared_row(*db_, CapturedTable::category, key)) wanted.push_back(*row);
    }
    std::vector<std::int64_t> gone;
    storage::Query have = db_->query("SELECT category_id FROM bundle_category WHERE bundle_id = ?", bundle);
    while (have.step()) {
        const auto found = std::find(wanted.begin(), wanted.end(), have.integer(0));
        if (found == wanted.end()) {
            gone.push_back(have.integer(0));
        } else {
            wanted.erase(found);
        }
    }
    for (const std::int64_t category : gone) {
        db_->query("DELETE FROM bundle_category WHERE bundle_id = ? AND category_id = ?", bundle, category).run();
    }
    for (const std::int64_t category : wanted) {
        db_->query("INSERT OR IGNORE INTO bundle_category (bundle_id, category_id) VALUES (?, ?)", bundle, category)
            .run();
    }
    storage::Query count = db_->query("SELECT count(*) FROM bundle_category WHERE bundle_id = ?", bundle);
    count.step();
    return count.integer(0) >= static_cast<std::int64_t>(keys.size());
}

}  // namespace edge
