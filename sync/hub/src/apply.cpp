#include "apply.hpp"

#include "edge/core/planted_bugs.hpp"
#include "edge/protocol/tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <map>
#include <span>
#include <utility>

namespace edge::hub {

using protocol::Change;
using protocol::HubRow;
using protocol::Merge;
using protocol::Op;
using protocol::Outcome;
using protocol::ParentReference;
using protocol::RowFault;
using protocol::TableDescriptor;

namespace {

std::int64_t milliseconds_of(Timestamp now) {
    return std::chrono::floor<std::chrono::milliseconds>(now.time_since_epoch()).count();
}

bool is_reservation(const TableDescriptor& table) { return table.rule == protocol::MergeRule::reservation; }

/// What the change would make of the reservation's claim, if it says anything about it.
std::optional<Claim> intended_claim(const Change& change, const std::optional<HubRow>& current) {
    const protocol::FieldValue* bundle = protocol::find_field(change.fields, "bundle");
    const protocol::FieldValue* code = protocol::find_field(change.fields, "claim_code");
    if (bundle == nullptr && code == nullptr) return std::nullopt;
    Claim claim = current ? claim_of(*current) : Claim{};
    if (const std::string* text = bundle == nullptr ? nullptr : protocol::as_text(*bundle)) claim.parent = *text;
    if (const std::string* text = code == nullptr ? nullptr : protocol::as_text(*code)) claim.code = *text;
    return claim;
}

std::vector<std::string> categories_of(const HubRow& bundle) {
    const protocol::FieldValue* value = protocol::find_field(bundle.fields, "categories");
    const auto* keys = value == nullptr ? nullptr : std::get_if<std::vector<std::string>>(value);
    return keys == nullptr ? std::vector<std::string>() : *keys;
}

/// One request's changes on their way into the rows.
class Application {
public:
    Application(SellerReader& reader, const Writer& writer, Timestamp now)
        : reader_(&reader), writer_(writer), now_(now) {
        const SellerHead head = reader.head();
        applied_.head = head.seq;
        trimmed_ = head.trimmed;
        given_ = head.seq;
        applied_.digest = head.digest ? *head.digest : added_up(reader);
    }

    void load(SellerReader& reader, const std::vector<PartToApply>& parts) {
        for (const PartToApply& part : parts) {
            for (const Change& change : part.segment->changes) want_rows(change);
        }
        want_bundles_of_deleted_categories(reader, parts);
        rows_.load_rows(reader);
        for (const PartToApply& part : parts) {
            for (const Change& change : part.segment->changes) want_children_and_claims(change);
        }
        rows_.load_rows(reader);
        rows_.load_children_and_claims(reader);
    }

    /// The parts of one segment, which is one state of the writer's file.
    void apply(std::span<const PartToApply> segment) {
        life_ = writer_.replica;
        if (segment.front().id.lane.epoch > 1) life_ += fmt::format("/{}", segment.front().id.lane.epoch);
        const std::size_t first = applied_.outcomes.size();
        for (const PartToApply& part : segment) {
            applied_.outcomes.emplace_back();
            std::int64_t index = 0;
            for (const Change& change : part.segment->changes) {
                take({.part = &part, .change = &change, .index = index, .outcomes = applied_.outcomes.size() - 1});
                ++index;
            }
        }
        settle_waiting();
        for (std::size_t at = first; at < applied_.outcomes.size(); ++at) {
            std::ranges::stable_sort(applied_.outcomes[at], {}, &protocol::ChangeOutcome::index);
        }
    }

    [[nodiscard]] Applied finish() && {
        for (const RowKey& key : unknown_) applied_.known.erase(key);
        applied_.rows = std::move(rows_).changed_rows();
        return std::move(applied_);
    }

private:
    /// A change in its place.
    struct Placed {
        const PartToApply* part = nullptr;
        const Change* change = nullptr;
        std::int64_t index = 0;
        std::size_t outcomes = 0;  ///< place in Applied::outcomes
    };
    enum class IfTaken { wait, refuse };

    void want_rows(const Change& change) {
        const TableDescriptor* table = protocol::find_table(change.table);
        if (table == nullptr || !change.fault.empty()) return;
        rows_.want(table->number, change.key);
        protocol::each_parent(*table, change, [&](const ParentReference& parent) {
            const TableDescriptor* of = protocol::find_table(parent.table);
            if (of->lane == table->lane) rows_.want(of->number, parent.key);
        });
    }

    /// A category is deleted so seldom that all rows may be looked at.
    void want_bundles_of_deleted_categories(SellerReader& reader, const std::vector<PartToApply>& parts) {
        for (const PartToApply& part : parts) {
            for (const Change& change : part.segment->changes) {
                if (change.op == Op::remove && change.table == "category") naming_[change.key];
            }
        }
        if (naming_.empty()) return;
        reader.each_row([&](const StoredRow& stored) {
            if (stored.at.table != bundles_->number || stored.row.deleted) return;
            for (const std::string& category : categories_of(stored.row)) {
                const auto found = naming_.find(category);
                if (found == naming_.end()) continue;
                found->second.push_back(stored.at.key);
                rows_.want(bundles_->number, stored.at.key);
            }
        });
    }
    /// Whether a bundle that is not deleted has the category, as the rows are by now.
    [[nodiscard]] bool is_named(const std::string& category) const {
        const auto found = naming_.find(category);
        if (found == naming_.end()) return false;
        return std::any_of(found->second.begin(), found->second.end(), [&](const std::string& key) {
            const std::optional<HubRow>& bundle = rows_.row(bundles_->number, key);
            if (!bundle || bundle->deleted) return false;
            const std::vector<std::string> categories = categories_of(*bundle);
            return std::find(categories.begin(), categories.end(), category) != categories.end();
        });
    }

    /// A change that may bring a reservation back, with the bundle that it does not name: nothing for other changes.
    [[nodiscard]] const Change* with_parents(const TableDescriptor& table, const Change& change) {
        const bool may_return = is_reservation(table) && change.op == Op::update;
        if (!may_return || protocol::find_field(change.fields, "collected_at") == nullptr) return nullptr;
        const std::optional<HubRow>& row = rows_.row(table.number, change.key);
        if (!row || !row->deleted) return nullptr;
        whole_ = change;
        for (const std::string_view column : {"bundle", "claim_code"}) {
            const protocol::FieldValue* value = protocol::find_field(row->fields, column);
            if (value != nullptr && protocol::find_field(change.fields, column) == nullptr)
                whole_.fields.push_back({std::string(column), *value});
        }
        return &whole_;
    }

    void want_children_and_claims(const Change& change) {
        const TableDescriptor* table = protocol::find_table(change.table);
        if (table == nullptr || !change.fault.empty()) return;
        if (change.op == Op::remove && protocol::find_column(*table, "closed_at") != nullptr) {
            rows_.want_children(change.key);
        }
        if (change.op == Op::remove || !is_reservation(*table)) return;
        const Change* whole = with_parents(*table, change);
        if (whole != nullptr) want_rows(*whole);
        const std::optional<Claim> claim =
            intended_claim(whole == nullptr ? change : *whole, rows_.row(table->number, change.key));
        if (claim) rows_.want_claim(claim->parent, claim->code);
    }

    /// What is computed belongs to the replica, whichever of its files said it last.
    [[nodiscard]] static bool is_repeat(const PartToApply& part, const TableDescriptor& table, const Change& change) {
        return part.is_repeat && protocol::is_shared(table) &&
               !part.refused.contains({.table = table.number, .key = change.key});
    }

    [[nodiscard]] protocol::MergeContext context_of(const TableDescriptor& table, const Change& change,
                                                    const PartToApply& part) const {
        const protocol::Segment& segment = *part.segment;
        // Epochs of one replica may be copies of one file, which do not know what the others wrote. What is computed
        // belongs to the replica.
        protocol::MergeContext context{.replica = protocol::is_shared(table) ? life_ : writer_.replica,
                                       .hlc = protocol::clamp_clock(segment.h0, change.hlc, milliseconds_of(now_)),
                                       .seen = segment.seen <= given_ ? segment.seen : 0,
                                       .forgotten = segment.seen < trimmed_,
                                       .is_repeat = is_repeat(part, table, change)};
        protocol::each_parent(table, change, [&](const ParentReference& parent) {
            const TableDescriptor* of = protocol::find_table(parent.table);
            if (of->lane != table.lane) return;
            const std::optional<HubRow>& row = rows_.row(of->number, parent.key);
            const bool unheard = !row || (row->deleted && row->fields.empty());
            context.parent_absent = context.parent_absent || unheard;
            context.parent_deleted = context.parent_deleted || (!unheard && row->deleted);
        });
        if (change.op == Op::remove) {
            context.has_live_children = rows_.has_live_children(change.key) || is_named(change.key);
        }
        return context;
    }

    [[nodiscard]] Merge merge_change(const TableDescriptor& table, const Change& change,
                                     const protocol::MergeContext& context) {
        Merge merge = merge_unclaimed(table, change, context);
        if (context.is_repeat || !merge.row || merge.row->deleted || !is_reservation(table)) return merge;
        const std::optional<HubRow>& current = rows_.row(table.number, change.key);
        const Claim claim = claim_of(*merge.row);
        if (current && !current->deleted && claim == claim_of(*current)) return merge;
        const auto by_other = [&](const std::string& key) { return key != change.key; };
        if (!rows_.is_taken(claim.parent, claim.code, by_other)) return merge;
        return refused(protocol::reason::claim_code_collision);
    }

    /// Whoever bears the reservation's code.
    [[nodiscard]] Merge merge_unclaimed(const TableDescriptor& table, const Change& change,
                                        const protocol::MergeContext& context) {
        const std::optional<HubRow>& current = rows_.row(table.number, change.key);
        if (context.is_repeat) return protocol::merge_repeat(current, change);
        Merge merge = protocol::merge(current, change, context);
        if (!merge.row || merge.row->deleted) return merge;
        const RowKey at{.table = table.number, .key = change.key};
        if (const std::string_view why = reader_->refusal(at, merge.row->fields); !why.empty()) {
            broken_rule_ = reader_->refusal_detail(at, merge.row->fields);
            return refused(why);
        }
        return merge;
    }

    static Merge refused(std::string_view reason) {
        Merge merge;
        merge.outcome = Outcome::rejected;
        merge.reason = reason;
        return merge;
    }

    /// Whoever needs a code that another reservation bears waits for the end of the segment: what counts is the state
    /// that it ends in, whatever the order of its rows.
    void take(const Placed& placed) {
        if (!waiting_.empty() && placed.change->table != reservations_->name) settle_waiting();
        if (waiting_keys_.contains(placed.change->key) || !apply_change(placed, IfTaken::wait)) wait(placed);
    }

    void wait(const Placed& placed) {
        waiting_.push_back(placed);
        waiting_keys_.insert(placed.change->key);
    }

    void settle_waiting() {
        while (exchange_claims()) {
        }
        waiting_keys_.clear();
        for (const Placed& placed : std::exchange(waiting_, {})) apply_change(placed, IfTaken::refuse);
    }

    /// The claim that the change would give its reservation; nothing if it gives none.
    [[nodiscard]] std::optional<Claim> claim_after(const Placed& placed) {
        const Change* whole = with_parents(*reservations_, *placed.change);
        const Merge merge =
            merge_unclaimed(*reservations_, *placed.change,
                            context_of(*reservations_, whole == nullptr ? *placed.change : *whole, *placed.part));
        if (!merge.row || merge.row->deleted) return std::nullopt;
        return claim_of(*merge.row);
    }

    /// The claims that those who wait can take if all of them let go of theirs, by key. Of several changes to a row the
    /// first has its turn, and so it is with several that want one code.
    [[nodiscard]] std::map<std::string, Claim> exchangeable_claims() {
        std::map<std::string, Claim> wanted;
        std::map<Claim, std::string> takers;
        std::set<std::string_view> seen;
        for (const Placed& placed : waiting_) {
            const std::string& key = placed.change->key;
            if (!seen.insert(key).second) continue;
            const std::optional<Claim> claim = claim_after(placed);
            if (claim && takers.emplace(*claim, key).second) wanted.emplace(key, *claim);
        }
        std::vector<std::string> stay;
        for (const auto& [key, claim] : wanted) {
            const auto stays = [&, own = std::string_view(key)](const std::string& holder) {
                return holder != own && !wanted.contains(holder);
            };
            if (rows_.is_taken(claim.parent, claim.code, stays)) stay.push_back(key);
        }
        while (!stay.empty()) {
            const std::string key = std::exchange(stay.back(), {});
            stay.pop_back();
            const std::optional<HubRow>& row = rows_.row(reservations_->number, key);
            if (wanted.erase(key) == 0 || !row || row->deleted) continue;
            const auto taker = takers.find(claim_of(*row));  // and so it cannot have what this one keeps
            if (taker != takers.end()) stay.push_back(taker->second);
        }
        return wanted;
    }

    /// Those that wait for one another let go of their codes together, and each takes its new one. False if none can.
    bool exchange_claims() {
        std::map<std::string, Claim> wanted = exchangeable_claims();
        for (const auto& [key, claim] : wanted) rows_.let_go_of_claim(key);
        const std::vector<Placed> before = std::exchange(waiting_, {});
        waiting_keys_.clear();
        for (const Placed& placed : before) {
            // a later change to a row that has not had its turn waits with it
            if (wanted.erase(placed.change->key) > 0 || wanted.empty()) {
                take(placed);
            } else {
                wait(placed);
            }
        }
        return waiting_.size() < before.size();
    }

    /// False if it has to wait; then it had no effect.
    bool apply_change(const Placed& placed, IfTaken if_taken) {
        const Change& change = *placed.change;
        const TableDescriptor* table = protocol::find_table(change.table);
        Merge merge;
        if (table == nullptr || !change.fault.empty()) {
            merge.outcome = Outcome::rejected;
            merge.reason = protocol::check_change(change)->reason;
        } else {
            const Change* whole = with_parents(*table, change);
            const Change& with_all = whole == nullptr ? change : *whole;
            const protocol::MergeContext context = context_of(*table, with_all, *placed.part);
            merge = merge_change(*table, change, context);
            if (if_taken == IfTaken::wait && merge.reason == protocol::reason::claim_code_collision) return false;
            if (merge.revive_parent) revive_parents(*table, with_all, context.hlc);
            note_known(*table, change.key, merge);
            // it may have heard of the deletion since, and have nothing but the change; of a change that was refused
            // before, it expects nothing
            if ((whole != nullptr || placed.part->is_repeat) && merge.row)
                unknown_.insert({.table = table->number, .key = change.key});
            if (merge.row) put(*table, change.key, *std::move(merge.row));
        }
        tell(placed, merge);
        return true;
    }

    void tell(const Placed& placed, const Merge& merge) {
        if (merge.outcome == Outcome::accepted) return;
        const PartId& id = placed.part->id;
        applied_.outcomes[placed.outcomes].push_back({.lane = id.lane.lane,
                                                      .seq = id.seq,
                                                      .part = id.part,
                                                      .index = placed.index,
                                                      .table = placed.change->table,
                                                      .key = placed.change->key,
                                                      .outcome = merge.outcome,
                                                      .reason = merge.reason});
        record(*placed.part, *placed.change, placed.index, merge);
    }

    [[nodiscard]] std::string detail_of(const Merge& merge) const {
        return merge.reason == protocol::reason::marketplace_rule ? broken_rule_ : std::string();
    }

    void record(const PartToApply& part, const Change& change, std::int64_t index, const Merge& merge) {
        ChangeId id{.replica = std::string(writer_.replica), .part = part.id, .index = index};
        if (protocol::is_dead_letter(merge.outcome)) {
            assert(std::ranges::find(protocol::reason::of_dead_letters, merge.reason) !=
                   protocol::reason::of_dead_letters.end());
            const std::optional<RowFault> fault = protocol::check_change(change);
            applied_.dead_letters.push_back({.id = std::move(id),
                                             .table = change.table,
                                             .key = change.key,
                                             .outcome = merge.outcome,
                                             .reason = merge.reason,
                                             .detail = fault ? fault->detail : detail_of(merge),
                                             .change = protocol::encode(change),
                                             .at = now_});
        } else if (!merge.lost.empty()) {
            const TableDescriptor* table = protocol::find_table(change.table);
            applied_.lost.push_back({.id = std::move(id),
                                     .row = {.table = table->number, .key = change.key},
                                     .reason = merge.reason,
                                     .lost = merge.lost});
        }
    }

    void revive_parents(const TableDescriptor& table, const Change& change, std::int64_t hlc) {
        protocol::each_parent(table, change, [&](const ParentReference& parent) {
            const TableDescriptor* of = protocol::find_table(parent.table);
            const std::optional<HubRow>& row = rows_.row(of->number, parent.key);
            if (!row || !row->deleted) return;
            unknown_.insert({.table = of->number, .key = std::string(parent.key)});
            put(*of, parent.key, protocol::revive(*of, *row, hlc));
        });
    }

    /// A writer knows the row if it had the row as it was and its change took effect as a whole.
    void note_known(const TableDescriptor& table, const std::string& key, const Merge& merge) {
        const RowKey at{.table = table.number, .key = key};
        const std::optional<HubRow>& before = rows_.row(table.number, key);
        const bool had_it = !before || before->version <= writer_.seen || applied_.known.contains(at);
        const bool all_of_it = merge.outcome == Outcome::accepted || merge.outcome == Outcome::duplicate;
        if (had_it && all_of_it) {
            applied_.known.insert(at);
        } else {
            unknown_.insert(at);
        }
    }

    void put(const TableDescriptor& table, std::string_view key, HubRow row) {
        row.version = ++applied_.head;
        if (writer_.replica.empty()) row.hub_version = row.version;
        if (protocol::is_shared(table)) {
            const std::optional<HubRow>& before = rows_.row(table.number, key);
            if (before && !before->deleted && !(EDGE_PLANTED(digest_not_updated) && row.deleted))
                applied_.digest -= protocol::row_hash(table, key, before->fields);
            if (!row.deleted) applied_.digest += protocol::row_hash(table, key, row.fields);
        }
        rows_.put(table.number, key, std::move(row));
    }

    SellerReader* reader_;
    Writer writer_;
    std::string life_;  ///< the writer, in the epoch of the part at hand
    Change whole_;      ///< see with_parents
    Timestamp now_;
    std::int64_t trimmed_ = 0;
    std::int64_t given_ = 0;  ///< a higher number is not the hub's, or from before it was restored
    const TableDescriptor* bundles_ = protocol::find_table("bundles");
    const TableDescriptor* reservations_ = protocol::find_table("reservations");
    std::vector<Placed> waiting_;  ///< changes of reservations, in order, whose code another bears
    std::set<std::string, std::less<>> waiting_keys_;
    std::map<std::string, std::vector<std::string>> naming_;  ///< bundles that had a deleted category, by category
    std::set<RowKey> unknown_;
    std::string broken_rule_;  ///< by the row that was refused last
    WorkingSet rows_;
    Applied applied_;
};

}  // namespace

protocol::Sum128 added_up(SellerReader& reader) {
    protocol::Sum128 sum;
    reader.each_row([&](const StoredRow& stored) {
        const TableDescriptor* table = protocol::find_table(stored.at.table);
        if (table == nullptr || !protocol::is_shared(*table) || stored.row.deleted) return;
        sum += protocol::row_hash(*table, stored.at.key, stored.row.fields);
    });
    return sum;
}

Applied apply_parts(SellerReader& reader, const Writer& writer, const std::vector<PartToApply>& parts, Timestamp now) {
    Application application(reader, writer, now);
    application.load(reader, parts);
    const auto is_same_segment = [](const PartToApply& left, const PartToApply& right) {
        return left.id.lane == right.id.lane && left.id.seq == right.id.seq;
    };
    for (auto begin = parts.begin(); begin != parts.end();) {
        const auto end = std::find_if_not(begin, parts.end(),
                                          [&](const PartToApply& part) { return is_same_segment(*begin, part); });
        application.apply({begin, end});
        begin = end;
    }
    return std::move(application).finish();
}

}  // namespace edge::hub
