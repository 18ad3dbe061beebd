#pragma once

#include "edge/hub/store.hpp"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace edge::hub {

/// Finds text keys without making a string of a view.
struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
};

/// The rows around a request's changes: read together before, changed in memory, written together after.
class WorkingSet {
public:
    /// Notes that the row will be looked at.
    void want(int table, std::string_view key);
    /// Notes that a bundle's reservations will be looked at.
    void want_children(std::string_view bundle);
    void want_claim(std::string_view bundle, std::string_view code);
    /// Reads the wanted rows that are not here yet.
    void load_rows(SellerReader& reader);
    /// Reads the wanted children and claims.
    void load_children_and_claims(SellerReader& reader);

    /// The row, which was wanted and loaded; nothing if the hub does not have it.
    [[nodiscard]] const std::optional<protocol::HubRow>& row(int table, std::string_view key) const;
    void put(int table, std::string_view key, protocol::HubRow row);

    /// Whether the bundle still has reservations, whatever became of them: who deletes a bundle deletes first those
    /// that it knows, and a bundle must not leave the others without a parent. Its children were wanted and loaded.
    [[nodiscard]] bool has_live_children(std::string_view bundle) const;
    /// True if a reservation of the bundle bears the code for whose key `counts` is true; the claim was wanted and
    /// loaded.
    [[nodiscard]] bool is_taken(std::string_view bundle, std::string_view code,
                                const std::function<bool(const std::string& key)>& counts) const;
    /// Its code is free until it is put again.
    void let_go_of_claim(std::string_view reservation);

    /// What `put` changed, in order of table and key.
    [[nodiscard]] std::vector<StoredRow> changed_rows() &&;

private:
    struct Entry {
        std::optional<protocol::HubRow> row;
        bool loaded = false;
        bool changed = false;
    };
    using Rows = std::unordered_map<std::string, Entry, TextHash, std::equal_to<>>;

    void take(StoredRow stored);
    void index_reservation(std::string_view key, const std::optional<protocol::HubRow>& before,
                           const protocol::HubRow& after);

    std::map<int, Rows> tables_;
    std::vector<RowKey> wanted_;
    std::set<std::string, std::less<>> wanted_children_;
    std::set<Claim> wanted_claims_;
    std::map<std::string, std::set<std::string>, std::less<>> children_;  ///< reservations by bundle
    std::map<Claim, std::set<std::string>> holders_;                      ///< reservations by claim, tombstones not
};

/// The bundle and the claim code of a reservation's row; empty texts where it has none.
[[nodiscard]] Claim claim_of(const protocol::HubRow& row);

}  // namespace edge::hub
