#include "sync_pull.hpp"

#include "edge/core/planted_bugs.hpp"
#include "edge/storage/journal.hpp"
#include "edge/storage/sync_state.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace edge {

using protocol::Change;
using protocol::Column;
using protocol::Fields;
using protocol::FieldValue;
using protocol::Op;
using protocol::TableDescriptor;
using storage::CapturedTable;
using storage::SqlValue;

namespace {

/// A row's place in an order in which a page can be applied: what nobody refers to is deleted first, since that frees
/// unique names; then parents are written before children, and deleted after them.
std::int64_t place_of(const Change& change) {
    const auto table = static_cast<std::int64_t>(protocol::table_order(change.table));
    if (change.op != Op::remove) return table;
    const TableDescriptor* descriptor = protocol::find_table(change.table);
    return descriptor != nullptr && !has_children(*descriptor) ? -1 : 1000 - table;
}

std::string_view id_column(CapturedTable table) {
    return storage::captured_table(table).key.substr(2);  // "@.bundle_id"
}

}  // namespace

PullApply::PullApply(storage::WriteTransaction& write, SyncBase& base, Timestamp now)
    : write_(&write),
      db_(&write.connection()),
      base_(&base),
      now_(now),
      any_set_aside_(storage::has_unapplied_rows(write.connection())),
      any_parked_(storage::has_parked_changes(write.connection())),
      any_sealed_(storage::has_sealed_rows(write.connection())),
      columns_(write.connection()),
      inserts_(write, base),
      updates_(write, base),
      sealed_(write.connection()) {}

void PullApply::apply(const protocol::PullPage& page, Parked parked) {
    if (page.rows.empty() && !any_parked_) return;
    guard(true);
    order_ = in_order(page.rows);
    std::int64_t place = 0;
    for (at_ = 0; at_ < order_.size(); ++at_) {
        const Placed& one = order_[at_];
        if (std::exchange(place, one.place) != one.place) write_queued();
        take(*one.change);
    }
    write_queued();
    order_.clear();
    places_.clear();
    if (parked == Parked::try_again) apply_parked();
    columns_.forget_parents();  // before the next page much may have happened
    guard(false);
}

std::vector<PullApply::Placed> PullApply::in_order(const std::vector<Change>& rows) {
    std::vector<Placed> order;
    order.reserve(rows.size());
    for (const Change& row : rows) order.push_back({.place = place_of(row), .change = &row});
    std::ranges::stable_sort(order, {}, &Placed::place);
    return order;
}

void PullApply::take(const Change& change) {
    if (inserts_.contains(change.key) || updates_.contains(change.key)) write_queued();
    std::optional<Incoming> incoming = recognise(change);
    if (!incoming || is_old(*incoming) || queue(*incoming) || queue_update(*incoming)) return;
    write_updates();  // it may make room for itself at their cost
    const std::string fault = attempt([&] { apply_incoming(*incoming); });
    if (!fault.empty()) set_aside(change, fault);
}

/// A row that is unknown here, and that nothing speaks of, waits for others of its kind.
bool PullApply::queue(const Incoming& incoming) {
    const Change& change = *incoming.change;
    const bool is_plain = change.op != Op::remove && !incoming.row && !incoming.base && !incoming.unconfirmed.any() &&
                          incoming.captured != CapturedTable::bundles;
    if (!is_plain || (any_parked_ && storage::is_parked(*db_, incoming.captured, change.key))) return false;
    try {
        std::optional<ColumnValues> columns = columns_.of(*incoming.table, change.fields);
        if (!columns || columns->size() != storage::captured_table(incoming.captured).columns.size()) return false;
        inserts_.add(*incoming.table, change, incoming.uuid, *std::move(columns),
                     protocol::row_hash(*incoming.table, change.key, change.fields));
    } catch (const UnreadableValue&) {
        return false;
    }
    take_back(incoming);
    ++changed_;
    if (inserts_.full()) write_inserts();
    return true;
}

/// A known row that nothing else speaks of waits for others of which the same columns change, unless another row may
/// stand where it is to go.
bool PullApply::queue_update(const Incoming& incoming) {
    const Change& change = *incoming.change;
    const bool is_plain = change.op != Op::remove && incoming.row && incoming.base && !incoming.unconfirmed.any() &&
                          incoming.captured != CapturedTable::bundles;
    if (!is_plain || (any_parked_ && storage::is_parked(*db_, incoming.captured, change.key))) return false;
    const SyncBase::Known known{.row = incoming.row, .base = incoming.base};
    const protocol::Sum128 hash = protocol::row_hash(*incoming.table, change.key, change.fields);
    News news = news_of(incoming);
    if (news.fields.empty()) {
        take_back(incoming);
        base_->put(incoming.captured, change.key, known, change.base.value_or(0), hash);
        return true;
    }
    try {
        std::optional<ColumnValues> columns = columns_.of(*incoming.table, news.fields);
        if (!columns || columns->empty() || names_unique(incoming.captured, *columns)) return false;
        if (!updates_.takes(*incoming.table, *columns)) write_updates();
        updates_.add(*incoming.table, {.change = &change,
                                       .known = known,
                                       .fields = std::move(news.fields),
                                       .columns = *std::move(columns),
                                       .hash = hash});
    } catch (const UnreadableValue&) {
        return false;
    }
    take_back(incoming);
    ++changed_;
    if (updates_.full()) write_updates();
    return true;
}

void PullApply::write_queued() {
    write_updates();
    write_inserts();
}

void PullApply::write_updates() {
    for (const Change* change : updates_.write()) {
        --changed_;
        apply_alone(*change);
    }
}

void PullApply::write_inserts() {
    if (inserts_.empty()) return;
    const std::vector<const Change*> left = inserts_.write();
    if (!left.empty()) write_updates();  // which those may make room for themselves at the cost of
    for (const Change* change : left) {
        --changed_;
        apply_alone(*change);
    }
}

std::string PullApply::attempt(const std::function<void()>& work) {
    const protocol::Sum128 sum = base_->sum();
    const std::int64_t changed = changed_;
    const std::int64_t set_aside = set_aside_;
    std::string fault;
    db_->query("SAVEPOINT pulled_row").run();
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
        db_->query("ROLLBACK TO pulled_row").run();
        columns_.forget_parents();
        base_->put_back(sum);
        changed_ = changed;
        set_aside_ = set_aside;
    }
    db_->query("RELEASE pulled_row").run();
    return fault;
}

void PullApply::apply_alone(const Change& change) {
    const std::string fault = attempt([&] { apply_one(change); });
    if (!fault.empty()) set_aside(change, fault);
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

/// First without asking any row to make room that is itself to be changed by what waits.
void PullApply::apply_parked() {
    if (!any_parked_) return;
    for (;;) {
        has_waited_ = false;
        if (try_parked(true) || exchange_unique_values()) continue;
        if (!has_waited_ || !try_parked(false)) return;
    }
}

/// False if all wait on.
bool PullApply::try_parked(bool patiently) {
    const std::vector<storage::ParkedChange> parked = storage::parked_changes(*db_);
    is_patient_ = patiently;
    for (const storage::ParkedChange& one : parked) {
        const protocol::Decoded<Change> change = protocol::decode_change(one.change);
        if (!change) continue;
        const std::string fault = attempt([&] { apply_one(*change); });
        if (fault.empty()) continue;
        storage::unpark_change(*write_, one.table, one.key);
        set_aside(*change, fault);
    }
    is_patient_ = false;
    return storage::parked_changes(*db_).size() < parked.size();
}

/// Nothing for a row that is not for here, or that was set aside.
std::optional<PullApply::Incoming> PullApply::recognise(const Change& change) {
    const TableDescriptor* table = protocol::find_table(change.table);
    if (table == nullptr || !protocol::is_shared(*table)) return std::nullopt;
    if (const std::optional<protocol::RowFault> fault = protocol::check_change(change)) {
        set_aside(change, fmt::format("{}: {}", fault->reason, fault->detail));
        return std::nullopt;
    }
    const auto captured = static_cast<CapturedTable>(table->number);
    const Uuid uuid = *Uuid::parse(change.key);
    const SyncBase::Known known = base_->look_up(captured, uuid, change.key);
    return Incoming{
        .table = table,
        .captured = captured,
        .change = &change,
        .uuid = uuid,
        .row = known.row,
        .base = known.base,
        .unconfirmed = any_sealed_ ? storage::unconfirmed_row(*db_, captured, change.key) : storage::UnconfirmedRow{},
        .hash = {}};
}

bool PullApply::is_old(const Incoming& incoming) const {
    return incoming.base && incoming.change->base.value_or(0) < incoming.base->version;
}

void PullApply::apply_one(const Change& change) {
    std::optional<Incoming> incoming = recognise(change);
    if (incoming && !is_old(*incoming)) apply_incoming(*incoming);
}

void PullApply::apply_incoming(Incoming& incoming) {
    if (incoming.change->op == Op::remove) return apply_deletion(incoming);
    incoming.hash = protocol::row_hash(*incoming.table, incoming.change->key, incoming.change->fields);
    apply_row(incoming);
}

void PullApply::apply_row(Incoming& incoming) {
    unpark(incoming);
    take_back(incoming);
    const std::string& key = incoming.change->key;
    const std::int64_t version = incoming.change->base.value_or(0);
    if (incoming.row) {
        update(incoming);
        base_->put(incoming.captured, key, {.row = incoming.row, .base = incoming.base}, version, incoming.hash);
    } else {
        if (!incoming.unconfirmed.deleted) insert(incoming);
        base_->put(incoming.captured, key, incoming.row, version, incoming.hash);
    }
    if (incoming.unconfirmed.any()) restate_sealed(incoming);
}

/// What is not confirmed now stands on other columns than when it was sealed. Each segment may be confirmed alone, and
/// the hub then has the row as that segment makes it; the last one makes it what it is here.
void PullApply::restate_sealed(const Incoming& incoming) {
    const std::string& key = incoming.change->key;
    const std::vector<storage::SealedRow> sealed = storage::sealed_rows_of(*db_, incoming.captured, key);
    Fields fields = sealed.size() > 1 ? incoming.change->fields : Fields();
    for (const storage::SealedRow& row : sealed) {
        const bool is_last = &row == &sealed.back();
        if (!row.hash) {
            fields.clear();
            continue;
        }
        if (is_last && !incoming.row) return;
        fields = is_last ? current_fields(incoming) : sealed_.applied(*incoming.table, key, row.seq, std::move(fields));
        storage::set_sealed_hash(*write_, protocol::name_of(incoming.table->lane), row,
                                 protocol::digest_bytes(protocol::row_hash(*incoming.table, key, fields)));
    }
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
    columns_.forget_parents();
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
    any_parked_ = true;
}

void PullApply::unpark(const Incoming& incoming) {
    if (any_parked_) storage::unpark_change(*write_, incoming.captured, incoming.change->key);
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

/// What the incoming row has otherwise than this file, but for what was changed here and is not confirmed.
PullApply::News PullApply::news_of(const Incoming& incoming) {
    const Fields current = current_fields(incoming);
    News news;
    each_column(*incoming.table, [&](const Column& column, int bit) {
        const FieldValue* value = protocol::find_field(incoming.change->fields, column.name);
        const FieldValue* here = protocol::find_field(current, column.name);
        const bool changed_here = ((incoming.unconfirmed.mask >> bit) & 1) != 0 && !EDGE_PLANTED(rebase_dropped);
        if (value == nullptr || changed_here || (here != nullptr && *here == *value)) return;
        if (const auto* keys = std::get_if<std::vector<std::string>>(value)) {
            news.categories = *keys;
        } else {
            news.fields.push_back({std::string(column.name), *value});
        }
    });
    return news;
}

void PullApply::update(const Incoming& incoming) {
    if (incoming.unconfirmed.created) return;
    const News news = news_of(incoming);
    if (news.fields.empty() && !news.categories) return;
    std::optional<ColumnValues> columns = columns_.of(*incoming.table, news.fields);
    if (!columns || make_room(incoming, *columns) != Room::made) return park(incoming);
    if (!columns->empty()) write_columns(incoming, *columns);
    if (news.categories && !set_categories(*incoming.row, *news.categories)) park(incoming);
    ++changed_;
}

void PullApply::write_columns(const Incoming& incoming, const ColumnValues& columns) {
    std::string sql = fmt::format("UPDATE {} SET", incoming.table->name);
    std::vector<SqlValue> values;
    values.reserve(columns.size() + 1);
    for (const ColumnValue& one : columns) {
        sql.append(values.empty() ? " " : ", ").append(one.column).append(" = ?");
        values.push_back(one.value);
    }
    values.emplace_back(*incoming.row);
    sql.append(" WHERE ").append(id_column(incoming.captured)).append(" = ?");
    db_->query_with(sql, values).run();
}

void PullApply::insert(Incoming& incoming) {
    const Change& change = *incoming.change;
    std::optional<ColumnValues> columns = columns_.of(*incoming.table, change.fields);
    if (!columns) return park(incoming);
    const Room room = make_room(incoming, *columns);
    if (room == Room::wait) park(incoming);
    if (room != Room::made) return;
    std::string names = "uuid";
    std::string places = "?";
    std::vector<SqlValue> values = {std::span<const std::uint8_t>(incoming.uuid.bytes())};
    for (const ColumnValue& one : *columns) {
        names += fmt::format(", {}", one.column);
        places += ", ?";
        values.push_back(one.value);
    }
    db_->query_with(fmt::format("INSERT INTO {} ({}) VALUES ({})", incoming.table->name, names, places), values).run();
    incoming.row = find_shared_row(*db_, incoming.captured, change.key);  // a trigger has inserted since
    const FieldValue* categories = protocol::find_field(change.fields, "categories");
    if (categories != nullptr && incoming.captured == CapturedTable::bundles) {
        const auto* keys = std::get_if<std::vector<std::string>>(categories);
        if (keys != nullptr && !set_categories(*incoming.row, *keys)) park(incoming);
    }
    ++changed_;
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
