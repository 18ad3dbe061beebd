#include "working_set.hpp"

#include "edge/protocol/tables.hpp"

#include <algorithm>

namespace edge::hub {

using protocol::HubRow;

namespace {

int reservations_table() {
    static const int number = protocol::find_table("reservations")->number;
    return number;
}

std::string text_of(const HubRow& row, std::string_view column) {
    const protocol::FieldValue* value = protocol::find_field(row.fields, column);
    const std::string* text = value == nullptr ? nullptr : protocol::as_text(*value);
    return text == nullptr ? std::string() : *text;
}

}  // namespace

Claim claim_of(const HubRow& row) { return {.parent = text_of(row, "bundle"), .code = text_of(row, "claim_code")}; }

void WorkingSet::want(int table, std::string_view key) {
    Rows& rows = tables_[table];
    if (rows.find(key) != rows.end()) return;
    rows.emplace(key, Entry{});
    wanted_.push_back({.table = table, .key = std::string(key)});
}

void WorkingSet::want_children(std::string_view bundle) { wanted_children_.emplace(bundle); }

void WorkingSet::want_claim(std::string_view bundle, std::string_view code) {
    wanted_claims_.insert({.parent = std::string(bundle), .code = std::string(code)});
}

void WorkingSet::load_rows(SellerReader& reader) {
    if (wanted_.empty()) return;
    for (StoredRow& stored : reader.rows(wanted_)) take(std::move(stored));
    for (const RowKey& key : wanted_) tables_[key.table].find(key.key)->second.loaded = true;
    wanted_.clear();
}

void WorkingSet::load_children_and_claims(SellerReader& reader) {
    if (!wanted_children_.empty()) {
        const std::vector<std::string> bundles(wanted_children_.begin(), wanted_children_.end());
        for (StoredRow& stored : reader.children(bundles)) take(std::move(stored));
        wanted_children_.clear();
    }
    if (!wanted_claims_.empty()) {
        const std::vector<Claim> claims(wanted_claims_.begin(), wanted_claims_.end());
        for (ClaimHolder& holder : reader.claims(claims)) holders_[holder.claim].insert(std::move(holder.row.key));
        wanted_claims_.clear();
    }
}

void WorkingSet::take(StoredRow stored) {
    Entry& entry = tables_[stored.at.table][stored.at.key];
    if (entry.loaded) return;
    if (stored.at.table == reservations_table()) index_reservation(stored.at.key, std::nullopt, stored.row);
    entry.row = std::move(stored.row);
    entry.loaded = true;
}

const std::optional<HubRow>& WorkingSet::row(int table, std::string_view key) const {
    static const std::optional<HubRow> nothing;
    const auto rows = tables_.find(table);
    if (rows == tables_.end()) return nothing;
    const auto found = rows->second.find(key);
    return found == rows->second.end() ? nothing : found->second.row;
}

void WorkingSet::put(int table, std::string_view key, HubRow row) {
    Rows& rows = tables_[table];
    auto found = rows.find(key);
    if (found == rows.end()) found = rows.emplace(key, Entry{}).first;
    Entry& entry = found->second;
    if (table == reservations_table()) index_reservation(key, entry.row, row);
    entry.row = std::move(row);
    entry.loaded = true;
    entry.changed = true;
}

void WorkingSet::index_reservation(std::string_view key, const std::optional<HubRow>& before, const HubRow& after) {
    if (before) {
        const Claim old = claim_of(*before);
        if (const auto holder = holders_.find(old); holder != holders_.end()) holder->second.erase(std::string(key));
        if (const auto child = children_.find(old.parent); child != children_.end())
            child->second.erase(std::string(key));
    }
    const Claim claim = claim_of(after);
    children_[claim.parent].emplace(key);
    if (!after.deleted) holders_[claim].emplace(key);
}

bool WorkingSet::has_live_children(std::string_view bundle) const {
    const auto found = children_.find(bundle);
    if (found == children_.end()) return false;
    return std::any_of(found->second.begin(), found->second.end(), [&](const std::string& key) {
        const std::optional<HubRow>& child = row(reservations_table(), key);
        return child && !child->deleted;
    });
}

bool WorkingSet::is_taken(std::string_view bundle, std::string_view code,
                          const std::function<bool(const std::string& key)>& counts) const {
    const auto found = holders_.find(Claim{.parent = std::string(bundle), .code = std::string(code)});
    return found != holders_.end() && std::ranges::any_of(found->second, counts);
}

void WorkingSet::let_go_of_claim(std::string_view reservation) {
    const std::optional<HubRow>& held = row(reservations_table(), reservation);
    if (!held) return;
    if (const auto holder = holders_.find(claim_of(*held)); holder != holders_.end())
        holder->second.erase(std::string(reservation));
}

std::vector<StoredRow> WorkingSet::changed_rows() && {
    std::vector<StoredRow> changed;
    for (auto& [table, rows] : tables_) {
        for (auto& [key, entry] : rows) {
            if (!entry.changed) continue;
            StoredRow stored{
                .at = {.table = table, .key = key}, .row = *std::move(entry.row), .parent = {}, .claim = {}};
            if (table == reservations_table()) {
                Claim claim = claim_of(stored.row);
                stored.parent = std::move(claim.parent);
                stored.claim = std::move(claim.code);
            }
            changed.push_back(std::move(stored));
        }
    }
    std::sort(changed.begin(), changed.end(), [](const StoredRow& a, const StoredRow& b) { return a.at < b.at; });
    return changed;
}

}  // namespace edge::hub
