#include "letters.hpp"

#include "edge/protocol/tables.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace edge::hub {

using protocol::Change;
using protocol::ChangeOutcome;
using protocol::Field;
using protocol::Op;

namespace {

constexpr std::array<std::string_view, 3> state_names{"open", "taken", "discarded"};

bool says_as_much(const Change& later, const DeadLetter& letter) {
    if (later.op == Op::remove) return true;
    const protocol::Decoded<Change> refused = protocol::decode_change(letter.change);
    if (!refused || !refused->fault.empty()) return later.op == Op::create;
    if (refused->op == Op::remove) return false;
    return std::ranges::all_of(
        refused->fields, [&](const Field& field) { return protocol::find_field(later.fields, field.name) != nullptr; });
}

/// What was taken of each row.
std::map<RowKey, std::vector<const Change*>> taken_changes(const std::vector<PartToApply>& parts,
                                                           const std::vector<std::vector<ChangeOutcome>>& outcomes) {
    std::map<RowKey, std::vector<const Change*>> taken;
    for (std::size_t at = 0; at < parts.size(); ++at) {
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

}  // namespace

std::string_view name_of(LetterState state) noexcept { return state_names[static_cast<std::size_t>(state)]; }

std::optional<LetterState> parse_letter_state(std::string_view name) noexcept {
    for (std::size_t i = 0; i < state_names.size(); ++i) {
        if (state_names[i] == name) return static_cast<LetterState>(i);
    }
    return std::nullopt;
}

std::vector<DeadLetter> covered_letters(SellerReader& reader, std::string_view replica,
                                        const std::vector<PartToApply>& parts,
                                        const std::vector<std::vector<ChangeOutcome>>& outcomes, Timestamp now) {
    const std::map<RowKey, std::vector<const Change*>> taken = taken_changes(parts, outcomes);
    std::vector<RowKey> keys;
    keys.reserve(taken.size());
    for (const auto& [key, changes] : taken) keys.push_back(key);
    std::vector<DeadLetter> covered;
    for (DeadLetter& letter : reader.open_letters(replica, keys)) {
        const protocol::TableDescriptor* table = protocol::find_table(letter.table);
        if (table == nullptr) continue;
        const std::vector<const Change*>& changes = taken.at({.table = table->number, .key = letter.key});
        const bool is_covered =
            std::ranges::any_of(changes, [&](const Change* change) { return says_as_much(*change, letter); });
        if (!is_covered) continue;
        letter.state = LetterState::taken;
        letter.settled_at = now;
        covered.push_back(std::move(letter));
    }
    return covered;
}

}  // namespace edge::hub
