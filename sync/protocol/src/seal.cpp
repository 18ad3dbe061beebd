#include "edge/protocol/seal.hpp"

#include "changes.hpp"

#include "edge/protocol/tables.hpp"

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

namespace edge::protocol {
namespace {

/// Rank of deletions of rows that nobody refers to, of written rows, and of deletions of parents.
enum Rank : std::uint8_t { leaf_deletions, writes, parent_deletions };

/// A journal entry's place in the segment. Small, since all of them are sorted.
struct Row {
    Lane lane;
    Rank rank;
    Op op;
    std::size_t order;  ///< among the tables, reversed for deletions
    std::size_t entry;
};

bool has_children(std::string_view table) {
    for (const TableDescriptor& other : synced_tables()) {
        if (other.key_parent == table) return true;
        for (const Column& column : other.columns) {
            if (column.parent == table) return true;
        }
    }
    return false;
}

/// Nothing wrong with it: empty.
std::string_view fault_of(const JournalEntry& entry, Op op) {
    if (find_table(entry.table) == nullptr) return "unknown_table";
    if (!is_utf8(entry.key)) return "bad_text";
    if (op == Op::remove) return {};
    for (const Field& field : entry.fields) {
        const std::string* text = as_text(field.value);
        if (text != nullptr && (!is_utf8(*text) || text->find('\0') != std::string::npos)) return "bad_text";
    }
    return {};
}

Row make_row(const JournalEntry& entry, Op op, std::size_t place) {
    const TableDescriptor& table = *find_table(entry.table);
    Row row{.lane = table.lane, .rank = writes, .op = op, .order = table_order(table.name), .entry = place};
    if (op == Op::remove) {
        row.rank = has_children(table.name) ? parent_deletions : leaf_deletions;
        row.order = synced_tables().size() - row.order;
    }
    return row;
}

Change change_of(JournalEntry& entry, Op op, std::int64_t h0) {
    Change change;
    change.table = std::move(entry.table);
    change.key = std::move(entry.key);
    change.op = op;
    change.base = entry.base;
    change.hlc = entry.hlc - h0;
    if (op != Op::remove) change.fields = std::move(entry.fields);
    return change;
}

/// A part's rows: where its encoded changes begin and end, and how many there are.
struct Cut {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::size_t changes = 0;
};

/// Encodes one lane's rows and cuts them into parts.
class LaneSealer {
public:
    LaneSealer(Lane lane, const SealSettings& settings)
        : settings_(settings), lane_(lane), head_(lane == Lane::ops ? settings.ops : settings.bulk) {}

    void set_first_clock(std::int64_t h0) { h0_ = h0; }

    /// False if the row is too big for any part; the entry is then as it was.
    bool add(JournalEntry& entry, Op op) {
        const std::size_t begin = rows_.size();
        Change change = change_of(entry, op, h0_);
        write_change(rows_, change);
        const std::size_t size = rows_.size() - begin;
        if (size > settings_.row_bytes) {
            rows_.resize(begin);
            entry.table = std::move(change.table);
            entry.key = std::move(change.key);
            entry.fields = std::move(change.fields);
            return false;
        }
        if (cuts_.empty() || !fits(cuts_.back(), size)) cuts_.push_back({.begin = begin, .end = begin, .changes = 0});
        cuts_.back().end = rows_.size();
        ++cuts_.back().changes;
        rows_ += ',';
        return true;
    }

    void finish(std::vector<SealedPart>& parts) {
        for (std::size_t i = 0; i < cuts_.size(); ++i) parts.push_back(make_part(i));
        if (!cuts_.empty()) ++head_.next_seq;
    }

    [[nodiscard]] const LaneHead& head() const { return head_; }

private:
    [[nodiscard]] bool fits(const Cut& cut, std::size_t size) const {
        constexpr std::size_t envelope = 1024;
        const std::size_t bytes = rows_.size() - cut.begin + envelope + settings_.app.size();
        return cut.changes < settings_.part_changes && bytes <= std::max(settings_.part_bytes, size + envelope);
    }

    [[nodiscard]] Segment envelope(std::size_t index) const {
        Segment segment;
        segment.seller = settings_.seller;
        segment.replica = settings_.replica;
        segment.epoch = head_.epoch;
        segment.lane = lane_;
        segment.seq = head_.next_seq;
        segment.prev = head_.prev;
        segment.part = static_cast<int>(index) + 1;
        segment.parts = static_cast<int>(cuts_.size());
        segment.schema = settings_.schema;
        if (lane_ == Lane::bulk || head_.prev.empty()) segment.app = settings_.app;
        segment.h0 = h0_;
        segment.seen = settings_.seen;
        segment.origins = settings_.origins;
        if (lane_ == Lane::ops && index + 1 == cuts_.size()) segment.digest = settings_.digest;
        return segment;
    }

    [[nodiscard]] SealedPart make_part(std::size_t index) {
        const Cut& cut = cuts_[index];
        const Segment segment = envelope(index);
        SealedPart part{.lane = lane_,
                        .epoch = head_.epoch,
                        .seq = head_.next_seq,
                        .part = segment.part,
                        .parts = segment.parts,
                        .changes = cut.changes,
                        .hash = {},
                        .bytes = {}};
        write_segment_start(part.bytes, segment);
        part.bytes.append(rows_, cut.begin, cut.end - cut.begin);
        write_segment_end(part.bytes, segment);
        part.hash = segment_hash(part.bytes);
        head_.prev = hash_text(part.hash);
        return part;
    }

    const SealSettings& settings_;
    Lane lane_;
    LaneHead head_;
    std::int64_t h0_ = 0;
    std::string rows_;
    std::vector<Cut> cuts_;
};

std::vector<Row> take_rows(std::vector<JournalEntry>& entries, std::vector<Unsendable>& unsendable) {
    std::vector<Row> rows;
    rows.reserve(entries.size());
    for (std::size_t place = 0; place < entries.size(); ++place) {
        JournalEntry& entry = entries[place];
        const std::optional<Op> op = effective_op(entry.first, entry.last);
        if (!op) continue;
        const std::string_view fault = fault_of(entry, *op);
        if (fault.empty()) {
            rows.push_back(make_row(entry, *op, place));
        } else {
            unsendable.push_back({std::move(entry), std::string(fault)});
        }
    }
    std::sort(rows.begin(), rows.end(), [](const Row& left, const Row& right) {
        return std::tuple(left.rank, left.order, left.entry) < std::tuple(right.rank, right.order, right.entry);
    });
    return rows;
}

std::int64_t first_clock(const std::vector<Row>& rows, const std::vector<JournalEntry>& entries, Lane lane) {
    std::int64_t first = std::numeric_limits<std::int64_t>::max();
    for (const Row& row : rows) {
        if (row.lane == lane) first = std::min(first, entries[row.entry].hlc);
    }
    return first;
}

}  // namespace

std::optional<Op> effective_op(Op first, Op last) noexcept {
    if (last == Op::remove) return first == Op::create ? std::nullopt : std::optional(Op::remove);
    return first == Op::update && last == Op::update ? Op::update : Op::create;
}

std::vector<JournalEntry> entries_of(const Segment& segment) {
    std::vector<JournalEntry> entries;
    entries.reserve(segment.changes.size());
    for (const Change& change : segment.changes) {
        entries.push_back({.table = change.table,
                           .key = change.key,
                           .first = change.op,
                           .last = change.op,
                           .base = change.base,
                           .hlc = segment.h0 + change.hlc,
                           .fields = change.fields});
    }
    return entries;
}

Sealed seal(std::vector<JournalEntry> entries, const SealSettings& settings) {
    Sealed sealed;
    const std::vector<Row> rows = take_rows(entries, sealed.unsendable);
    LaneSealer ops(Lane::ops, settings);
    LaneSealer bulk(Lane::bulk, settings);
    ops.set_first_clock(first_clock(rows, entries, Lane::ops));
    bulk.set_first_clock(first_clock(rows, entries, Lane::bulk));
    for (const Row& row : rows) {
        LaneSealer& lane = row.lane == Lane::ops ? ops : bulk;
        JournalEntry& entry = entries[row.entry];
        if (!lane.add(entry, row.op)) sealed.unsendable.push_back({std::move(entry), "row_too_big"});
    }
    ops.finish(sealed.parts);
    bulk.finish(sealed.parts);
    sealed.ops = ops.head();
    sealed.bulk = bulk.head();
    return sealed;
}

}  // namespace edge::protocol
