#include "stamps.hpp"

#include "edge/core/time.hpp"
#include "edge/protocol/hub_session.hpp"

#include <algorithm>
#include <chrono>
#include <limits>

namespace edge::protocol {
namespace {

using reason::already_cancelled;
using reason::already_collected;

std::string instant_text(std::int64_t hlc) { return format_timestamp(Timestamp(std::chrono::milliseconds(hlc))); }

/// The version up to which the writer knew the row: what it says of the row itself, or of everything.
std::int64_t known_version(const Change& change, const MergeContext& context) {
    return std::max(change.base.value_or(0), context.seen);
}

/// True if the writer knew the row as it is: by its version, or because the row is its own last write.
bool has_seen(const HubRow& row, const Change& change, const MergeContext& context) {
    if (row.version > 0 && known_version(change, context) >= row.version) return true;
    return row.writer == context.replica && context.hlc >= row.hlc;
}

bool is_set(const HubRow& row, std::string_view column) {
    const FieldValue* value = find_field(row.fields, column);
    return value != nullptr && !is_null(*value);
}

Merge refused(Outcome outcome, std::string_view why, Fields lost = {}) {
    Merge merge;
    merge.outcome = outcome;
    merge.reason = why;
    merge.lost = std::move(lost);
    return merge;
}

/// The row's writer after a change that joined it: the next change of who had seen the row knows it as it is. Of one
/// that met with what its writer had not seen nobody knows the whole, so a deletion behind it is no deletion of that.
/// Computed rows belong to their replica.
std::string writer_after(const TableDescriptor& table, bool seen, const MergeContext& context) {
    constexpr std::string_view nobody = "-";
    return std::string(seen || !is_shared(table) ? context.replica : nobody);
}

HubRow new_row(const Change& change, const MergeContext& context) {
    HubRow row;
    row.fields = change.fields;
    row.hlc = context.hlc;
    row.writer = context.replica;
    return row;
}

/// One change being joined into one row, column by column.
class RowMerge {
public:
    RowMerge(const TableDescriptor& table, const HubRow& current, const Change& change, const MergeContext& context)
        : table_(table),
          row_(current),
          context_(context),
          seen_(has_seen(current, change, context)),
          is_birth_(change.op == Op::create) {}

    [[nodiscard]] bool seen() const { return seen_; }

    void win(const Field& field) {
        set_field(row_.fields, field.name, field.value);
        won_.push_back(field);
    }
    void lose(const Field& field, std::string_view why) {
        lost_.push_back(field);
        if (reason_.empty()) reason_ = why;
    }
    /// The later clock wins; of equal ones the later arrival, since the hub's order is final. Who creates a row that is
    /// there (a copy of the file, a second import) says how it was born: what was changed since then stands.
    void join_by_clock(const Field& field) {
        const bool is_later =
            context_.hlc >= stamp_of(row_, field.name) && !(is_birth_ && has_own_stamp(row_, field.name));
        if (find_field(row_.fields, field.name) == nullptr || seen_ || is_later) {
            win(field);
        } else {
            lose(field, reason::later_write);
        }
    }
    /// The value is there already: a device that writes it later has written it later all the same. What the hub writes
    /// itself is found by comparing, and not new.
    void confirm(const Field& field) {
        if (!is_birth_ && !context_.replica.empty() && context_.hlc > stamp_of(row_, field.name))
            confirmed_.push_back(field);
    }
    void join_collected(const Field& field) {
        if (is_set(row_, "collected_at")) {
            lose(field, is_null(field.value) ? reason::collected_is_final : already_collected);
            return;
        }
        win(field);
        const FieldValue* cancelled = find_field(row_.fields, "cancelled_at");
        if (cancelled != nullptr && !is_null(*cancelled))
            lose({"cancelled_at", *cancelled}, reason::cancellation_overruled);
    }
    /// Both facts are kept, whichever came first: collected beats cancelled wherever the state is read.
    void join_cancelled(const Field& field) {
        if (is_set(row_, "cancelled_at")) {
            lose(field, is_null(field.value) ? reason::cancelled_is_final : already_cancelled);
        } else if (is_set(row_, "collected_at")) {
            set_field(row_.fields, field.name, field.value);
            noted_.push_back(field);
            lose(field, already_collected);
        } else {
            win(field);
        }
    }

    [[nodiscard]] Merge finish() {
        Merge merge;
        merge.outcome = outcome();
        merge.reason = reason_;
        merge.lost = std::move(lost_);
        if (won_.empty() && noted_.empty() && confirmed_.empty()) return merge;
        if (!won_.empty() || !noted_.empty()) row_.writer = writer_after(table_, seen_, context_);
        for (const Fields* fields : {&noted_, &confirmed_}) won_.insert(won_.end(), fields->begin(), fields->end());
        stamp(row_, won_, context_.hlc, is_birth_ ? Written::at_birth : Written::since);
        merge.row = std::move(row_);
        return merge;
    }

private:
    [[nodiscard]] Outcome outcome() const {
        if (won_.empty()) return lost_.empty() ? Outcome::duplicate : Outcome::superseded;
        return lost_.empty() ? Outcome::accepted : Outcome::merged;
    }

    const TableDescriptor& table_;
    HubRow row_;
    const MergeContext& context_;
    bool seen_;
    bool is_birth_;
    Fields won_;
    Fields confirmed_;
    Fields noted_;  ///< stored although they lost
    Fields lost_;
    std::string reason_;
};

bool hub_stands(const HubRow& row, const Change& change, const MergeContext& context) {
    const bool is_hub = context.replica.empty();
    return !is_hub && row.hub_version > 0 && known_version(change, context) < row.hub_version;
}

void join_field(RowMerge& merge, const TableDescriptor& table, const HubRow& current, const Change& change,
                const Field& field, const MergeContext& context) {
    switch (table.rule) {
        case MergeRule::hub:
            if (hub_stands(current, change, context)) return merge.lose(field, reason::hub_owns);
            return merge.join_by_clock(field);
        case MergeRule::revision:
            if (!merge.seen() && context.hlc < current.hlc) return merge.lose(field, reason::later_write);
            return merge.win(field);
        case MergeRule::reservation:
            if (field.name == "collected_at") return merge.join_collected(field);
            if (field.name == "cancelled_at") return merge.join_cancelled(field);
            return merge.join_by_clock(field);
        case MergeRule::fields: return merge.join_by_clock(field);
    }
}

bool is_by_clock(const TableDescriptor& table, const Field& field) {
    if (table.rule == MergeRule::reservation) return field.name != "collected_at" && field.name != "cancelled_at";
    return table.rule != MergeRule::revision;
}

Merge merge_live(const TableDescriptor& table, const HubRow& current, const Change& change,
                 const MergeContext& context) {
    RowMerge merge(table, current, change, context);
    for (const Field& field : change.fields) {
        const FieldValue* held = find_field(current.fields, field.name);
        if (held != nullptr && *held == field.value) {
            if (is_by_clock(table, field)) merge.confirm(field);
            continue;
        }
        join_field(merge, table, current, change, field, context);
    }
    return merge.finish();
}

/// That somebody came and took the goods is a fact, which whoever deleted the reservation did not know.
bool is_collected_since(const TableDescriptor& table, const HubRow& tombstone, const Change& change) {
    const FieldValue* collected = find_field(change.fields, "collected_at");
    return table.rule == MergeRule::reservation && collected != nullptr && !is_null(*collected) &&
           !is_set(tombstone, "collected_at") && (change.op == Op::create || !tombstone.fields.empty());
}

Merge bring_back(const TableDescriptor& table, const HubRow& tombstone, const Change& change,
                 const MergeContext& context) {
    Merge merge;
    merge.row = tombstone;
    merge.row->deleted = false;
    for (const Field& field : change.fields) set_field(merge.row->fields, field.name, field.value);
    merge.row->hlc = std::max(tombstone.hlc, context.hlc);
    merge.row->writer = writer_after(table, has_seen(tombstone, change, context), context);
    return merge;
}

Merge merge_tombstone(const TableDescriptor& table, const HubRow& tombstone, const Change& change,
                      const MergeContext& context) {
    if (table.rule == MergeRule::hub && hub_stands(tombstone, change, context))
        return refused(Outcome::superseded, reason::hub_owns, change.fields);
    if (is_collected_since(table, tombstone, change)) return bring_back(table, tombstone, change, context);
    // who deleted a row that the hub had not heard of knew it: its creation comes late, whatever its clock says
    const bool is_unheard = tombstone.fields.empty();
    const bool later = has_seen(tombstone, change, context) || (!is_unheard && context.hlc > tombstone.hlc);
    if (change.op != Op::create || !later) {
        Merge merge = refused(Outcome::superseded, reason::deleted, change.fields);
        if (change.op != Op::create || !is_unheard) return merge;
        merge.row = tombstone;  // deleted before it was heard of; a child may still need it
        merge.row->fields = change.fields;
        return merge;
    }
    Merge merge;
    merge.row = new_row(change, context);
    merge.row->hub_version = tombstone.hub_version;
    return merge;
}

Merge close_instead(const TableDescriptor& table, const HubRow& current, bool seen, const MergeContext& context) {
    if (is_set(current, "closed_at")) return refused(Outcome::superseded, reason::closed_instead);
    Merge merge = refused(Outcome::merged, reason::closed_instead);
    merge.row = current;
    const Fields closed{{"closed_at", instant_text(context.hlc)}};
    set_field(merge.row->fields, closed.front().name, closed.front().value);
    stamp(*merge.row, closed, context.hlc);
    merge.row->writer = writer_after(table, seen, context);
    return merge;
}

/// A hub that was restored hears of a deletion before it hears again of the row: whoever tells it must not bring it
/// back.
Merge bury_unheard(const TableDescriptor& table, const MergeContext& context) {
    Merge merge = refused(Outcome::duplicate, reason::unknown_row);
    if (!is_shared(table)) return merge;
    merge.row.emplace();
    merge.row->deleted = true;
    merge.row->hlc = context.hlc;
    merge.row->writer = context.replica;
    return merge;
}

Merge merge_deletion(const TableDescriptor& table, const std::optional<HubRow>& current, const Change& change,
                     const MergeContext& context) {
    if (!current) return bury_unheard(table, context);
    if (current->deleted) return refused(Outcome::duplicate, {});
    const bool seen = has_seen(*current, change, context);
    if (table.rule == MergeRule::hub && hub_stands(*current, change, context))
        return refused(Outcome::superseded, reason::hub_owns);
    if (table.rule == MergeRule::reservation && is_set(*current, "collected_at") && !seen) {
        return refused(Outcome::superseded, reason::collected_is_final);
    }
    if (table.rule == MergeRule::revision && !seen && context.hlc < current->hlc) {
        return refused(Outcome::superseded, reason::later_write);
    }
    if (context.has_live_children && find_column(table, "closed_at") != nullptr) {
        return close_instead(table, *current, seen, context);
    }
    if (context.has_live_children) return refused(Outcome::superseded, reason::still_named);
    Merge merge;
    merge.row = current;
    merge.row->deleted = true;
    merge.row->hlc = std::max(current->hlc, context.hlc);
    merge.row->stamps.clear();
    merge.row->writer = context.replica;
    return merge;
}

}  // namespace

std::int64_t clamp_clock(std::int64_t h0, std::int64_t offset, std::int64_t hub_now_ms) noexcept {
    const std::int64_t latest = hub_now_ms + clock_allowance_ms;
    // both are within ±2^53 on the wire, other callers may hand in anything
    constexpr std::int64_t wide = std::numeric_limits<std::int64_t>::max() / 4;
    const std::int64_t hlc = std::clamp(h0, -wide, wide) + std::clamp(offset, -wide, wide);
    return std::clamp<std::int64_t>(hlc, 0, std::max<std::int64_t>(latest, 0));
}

Merge merge(const std::optional<HubRow>& current, const Change& change, const MergeContext& context) {
    if (const std::optional<RowFault> fault = check_change(change)) return refused(Outcome::rejected, fault->reason);
    const TableDescriptor& table = *find_table(change.table);
    if (change.op == Op::remove) return merge_deletion(table, current, change, context);
    if (context.parent_absent) return refused(Outcome::blocked, reason::missing_parent, change.fields);
    const bool revives = context.parent_deleted && is_shared(table);
    if (context.parent_deleted && !revives) return refused(Outcome::superseded, reason::deleted, change.fields);
    if (!current && change.op == Op::update) {
        if (context.forgotten) return refused(Outcome::superseded, reason::deleted, change.fields);
        return refused(Outcome::blocked, reason::unknown_row, change.fields);
    }
    Merge merge;
    if (!current) {
        merge.row = new_row(change, context);
    } else if (current->deleted) {
        merge = merge_tombstone(table, *current, change, context);
    } else {
        merge = merge_live(table, *current, change, context);
    }
    merge.revive_parent = revives && merge.row && !merge.row->deleted;
    return merge;
}

Merge merge_repeat(const std::optional<HubRow>& current, const Change& change) {
    const bool is_here = current && !current->deleted;
    if (change.op == Op::remove) {
        return is_here ? refused(Outcome::superseded, reason::later_write) : refused(Outcome::duplicate, {});
    }
    if (!is_here) return refused(Outcome::superseded, reason::deleted);
    const bool is_as_it_was = std::all_of(change.fields.begin(), change.fields.end(), [&](const Field& field) {
        const FieldValue* held = find_field(current->fields, field.name);
        return held != nullptr && *held == field.value;
    });
    return is_as_it_was ? refused(Outcome::duplicate, {}) : refused(Outcome::superseded, reason::later_write);
}

HubRow revive(const TableDescriptor& table, HubRow tombstone, std::int64_t hlc) {
    tombstone.deleted = false;
    hlc = std::max(hlc, tombstone.hlc);  // it was open until it was deleted
    Fields closed;
    if (find_column(table, "closed_at") != nullptr) closed.push_back({"closed_at", instant_text(hlc)});
    if (!closed.empty() && !is_set(tombstone, "closed_at")) {
        set_field(tombstone.fields, "closed_at", closed.front().value);
    }
    stamp(tombstone, closed, hlc);
    return tombstone;
}

}  // namespace edge::protocol
