#include "letters.hpp"

#include "edge/protocol/tables.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace edge::hub {

using protocol::Change;
using protocol::ChangeOutcome;
using protocol::Field;
using protocol::LetterMark;
using protocol::Op;

namespace {

bool says_as_much(const Change& later, const DeadLetter& letter) {
    if (later.op == Op::remove) return true;
    const protocol::Decoded<Change> refused = protocol::decode_change(letter.change);
    if (!refused || !refused->fault.empty()) return later.op == Op::create;
    if (refused->op == Op::remove) return false;
    return std::ranges::all_of(
        refused->fields, [&](const Field& field) { return protocol::find_field(later.fields, field.name) != nullptr; });
}

ChangeId id_of(const std::string& replica, const LetterMark& mark) {
    return {.replica = replica,
            .part = {.lane = {.epoch = mark.epoch, .lane = mark.lane}, .seq = mark.seq, .part = mark.part},
            .index = mark.index};
}

/// That it was taken only the hub itself can say.
void settle_as_told(DeadLetter& letter, LetterState told, Timestamp now, std::vector<DeadLetter>& settled) {
    if (letter.state != LetterState::open) return;
    if (told != LetterState::discarded && told != LetterState::retried) return;
    letter.state = told;
    letter.settled_at = now;
    settled.push_back(letter);
}

/// What was taken of each row.
std::map<RowKey, std::vector<const Change*>> taken_changes(const std::vector<PartToApply>& parts,
                                                           const std::vector<std::vector<ChangeOutcome>>& outcomes) {
    std::map<RowKey, std::vector<const Change*>> taken;
    for (std::size_t at = 0; at < parts.size(); ++at) {
        if (parts[at].is_late) continue;
        std::set<std::int64_t> dead;
        for (const ChangeOutcome& outcome : outcomes[at]) {
            if (protocol::is_dead_letter(outcome.outcome)) dead.insert(outcome.index);
        }
        std::int64_t index = 0;
        for (const Change& change : parts[at].segment->changes) {
            const protocol::TableDescriptor* table = protocol::find_table(change.table);
            if (!dead.contains(index++) && table != nullptr)
                taken[{.table = table->number, .key = change.key}].push_back(&change);
        }
    }
    return taken;
}

/// Rows of which something was refused that had been sealed before, by the parts in question.
std::map<RowKey, std::vector<const PartToApply*>> refused_anew(
    const std::vector<PartToApply>& parts, const std::vector<std::vector<ChangeOutcome>>& outcomes) {
    std::map<RowKey, std::vector<const PartToApply*>> refused;
    for (std::size_t at = 0; at < parts.size(); ++at) {
        if (parts[at].segment->origins.empty()) continue;
        for (const ChangeOutcome& outcome : outcomes[at]) {
            const protocol::TableDescriptor* table = protocol::find_table(outcome.table);
            if (table == nullptr || !protocol::is_dead_letter(outcome.outcome)) continue;
            refused[{.table = table->number, .key = outcome.key}].push_back(&parts[at]);
        }
    }
    return refused;
}

/// Whether the letter is of a segment that this part's was sealed from.
bool is_origin(const DeadLetter& letter, const PartToApply& part) {
    const PartId& id = letter.id.part;
    return id.lane.lane == part.id.lane.lane &&
           std::ranges::any_of(part.segment->origins, [&](const protocol::Origin& origin) {
               return origin.epoch == id.lane.epoch && origin.seq == id.seq;
           });
}

}  // namespace

std::vector<DeadLetter> covered_letters(SellerReader& reader, std::string_view replica,
                                        const std::vector<PartToApply>& parts,
                                        const std::vector<std::vector<ChangeOutcome>>& outcomes, Timestamp now) {
    const std::map<RowKey, std::vector<const Change*>> taken = taken_changes(parts, outcomes);
    const std::map<RowKey, std::vector<const PartToApply*>> anew = refused_anew(parts, outcomes);
    std::set<RowKey> keys;
    for (const auto& [key, changes] : taken) keys.insert(key);
    for (const auto& [key, by] : anew) keys.insert(key);
    std::vector<DeadLetter> covered;
    for (DeadLetter& letter : reader.open_letters(replica, {keys.begin(), keys.end()})) {
        const protocol::TableDescriptor* table = protocol::find_table(letter.table);
        if (table == nullptr) continue;
        const RowKey key{.table = table->number, .key = letter.key};
        const auto changes = taken.find(key);
        const bool is_taken = changes != taken.end() && std::ranges::any_of(changes->second, [&](const Change* change) {
                                  return says_as_much(*change, letter);
                              });
        const auto by = anew.find(key);
        const bool is_retried = by != anew.end() && std::ranges::any_of(by->second, [&](const PartToApply* part) {
                                    return is_origin(letter, *part);
                                });
        if (!is_taken && !is_retried) continue;
        letter.state = is_taken ? LetterState::taken : LetterState::retried;
        letter.settled_at = now;
        covered.push_back(std::move(letter));
    }
    return covered;
}

LetterReview review_letters(SellerReader& reader, const protocol::SyncHeader& header,
                            const std::vector<DeadLetter>& covered, Timestamp now) {
    LetterReview review;
    if (header.letters.empty()) return review;
    std::vector<ChangeId> ids;
    ids.reserve(header.letters.size());
    for (const LetterMark& mark : header.letters) ids.push_back(id_of(header.replica, mark));
    std::map<ChangeId, DeadLetter> letters;
    for (DeadLetter& letter : reader.letters(header.replica, ids)) letters.emplace(letter.id, std::move(letter));
    for (const DeadLetter& letter : covered) {
        if (const auto found = letters.find(letter.id); found != letters.end()) found->second.state = letter.state;
    }
    for (std::size_t at = 0; at < ids.size(); ++at) {
        LetterMark mark = header.letters[at];
        const auto found = letters.find(ids[at]);
        LetterState state = LetterState::unknown;
        if (found != letters.end()) {
            settle_as_told(found->second, mark.state, now, review.settled);
            state = found->second.state;
        }
        // of an open one that the hub does not know the device hears once it has sent it again
        const bool is_news = mark.state != LetterState::open || (state != LetterState::open && found != letters.end());
        mark.state = state;
        if (is_news) review.told.push_back(mark);
    }
    return review;
}

}  // namespace edge::hub
