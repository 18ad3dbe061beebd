#pragma once

#include "pulled_columns.hpp"
#include "pulled_rows.hpp"
#include "pulled_updates.hpp"
#include "sealed_changes.hpp"
#include "sync_base.hpp"
#include "sync_rows.hpp"

#include "edge/protocol/exchange.hpp"
#include "edge/storage/connection.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace edge {

/// What happens to changes that came earlier and could not be applied yet.
enum class Parked {
    try_again,
    leave,  ///< more comes before anything they wait for can be there
};

/// Applies what the hub says to this file, inside a transaction that has sealed everything first. What is not confirmed
/// is laid on top of what comes; nothing that is applied goes back to the hub.
class PullApply {
public:
    PullApply(storage::WriteTransaction& write, SyncBase& base, Timestamp now);
    PullApply(const PullApply&) = delete;
    PullApply& operator=(const PullApply&) = delete;
    ~PullApply() = default;

    /// Rows of one page, in any order; parents may come in a later page. A row with a value that this file cannot hold
    /// goes to the dead letters, and the others are applied.
    void apply(const protocol::PullPage& page, Parked parked = Parked::try_again);
    /// How many rows changed here.
    [[nodiscard]] std::int64_t changed_rows() const noexcept { return changed_; }
    /// How many could not be applied.
    [[nodiscard]] std::int64_t set_aside_rows() const noexcept { return set_aside_; }

private:
    /// One row of a page on its way.
    struct Incoming {
        const protocol::TableDescriptor* table;
        storage::CapturedTable captured;
        const protocol::Change* change;
        Uuid uuid;
        std::optional<std::int64_t> row;       ///< its local id
        std::optional<storage::BaseRow> base;  ///< what was known of it
        storage::UnconfirmedRow unconfirmed;
        protocol::Sum128 hash;
    };

    /// Undoes all that `work` did and says why, if a value breaks a rule of the schema or cannot be read.
    [[nodiscard]] std::string attempt(const std::function<void()>& work);
    void take(const protocol::Change& change);
    [[nodiscard]] std::optional<Incoming> recognise(const protocol::Change& change);
    [[nodiscard]] bool is_old(const Incoming& incoming) const;
    [[nodiscard]] bool queue(const Incoming& incoming);
    [[nodiscard]] bool queue_update(const Incoming& incoming);
    void write_queued();
    void write_inserts();
    void write_updates();
    void apply_alone(const protocol::Change& change);
    void apply_one(const protocol::Change& change);
    void apply_incoming(Incoming& incoming);
    void apply_parked();
    [[nodiscard]] bool try_parked(bool patiently);
    void set_aside(const protocol::Change& change, const std::string& reason);
    void take_back(const Incoming& incoming);
    void apply_row(Incoming& incoming);
    void apply_deletion(const Incoming& incoming);
    void update(const Incoming& incoming);
    void insert(Incoming& incoming);
    [[nodiscard]] bool still_needed(const Incoming& incoming) const;
    void restate_sealed(const Incoming& incoming);
    void park(const Incoming& incoming);
    void unpark(const Incoming& incoming);
    void guard(bool on);

    struct News {
        protocol::Fields fields;
        std::optional<std::vector<std::string>> categories;
    };
    [[nodiscard]] News news_of(const Incoming& incoming);
    void write_columns(const Incoming& incoming, const ColumnValues& columns);
    [[nodiscard]] protocol::Fields current_fields(const Incoming& incoming);
    [[nodiscard]] bool set_categories(std::int64_t bundle, const std::vector<std::string>& keys);
    /// What comes of a row of this file that stands where the incoming one must.
    enum class Room {
        made,  ///< the incoming one can be written
        wait,  ///< perhaps later
        lost,  ///< the incoming one gives way, and the hub will be told
    };
    [[nodiscard]] Room make_room(const Incoming& incoming, ColumnValues& columns);
    [[nodiscard]] Room make_room_for_category(const Incoming& incoming, ColumnValues& columns, std::int64_t other);
    [[nodiscard]] Room make_room_for_reservation(std::int64_t other);
    [[nodiscard]] Room make_room_for_fact(const Incoming& incoming, std::int64_t other);
    [[nodiscard]] bool is_about_to_move(storage::CapturedTable table, std::int64_t row);
    [[nodiscard]] bool is_to_come(storage::CapturedTable table, const std::string& key);
    /// A parked change that waits for another row's unique values.
    struct Waiting {
        protocol::Change change;
        storage::CapturedTable captured;
        std::int64_t row;
        std::int64_t rival;
    };
    [[nodiscard]] std::vector<Waiting> waiting_for_rivals();
    [[nodiscard]] bool exchange_unique_values();
    void exchange(const std::vector<const Waiting*>& circle);
    [[nodiscard]] static bool names_unique(storage::CapturedTable table, const ColumnValues& columns);
    [[nodiscard]] std::optional<std::int64_t> find_rival(const Incoming& incoming, const ColumnValues& columns) const;
    [[nodiscard]] std::string key_of(storage::CapturedTable table, std::int64_t row) const;
    [[nodiscard]] std::string free_category_name(const std::string& name) const;

    /// A change in the order in which its page can be applied.
    struct Placed {
        std::int64_t place;
        const protocol::Change* change;
    };
    [[nodiscard]] static std::vector<Placed> in_order(const std::vector<protocol::Change>& rows);

    storage::WriteTransaction* write_;
    storage::Connection* db_;
    SyncBase* base_;
    Timestamp now_;
    std::vector<Placed> order_;                                 ///< the page at hand
    std::size_t at_ = 0;                                        ///< how far it is applied
    std::unordered_map<std::string_view, std::size_t> places_;  ///< in it, by key; made when first asked for
    bool is_patient_ = false;                                   ///< parked changes come before rows make room
    bool has_waited_ = false;
    bool any_set_aside_;  ///< among the dead letters
    bool any_parked_;
    bool any_sealed_;  ///< rows that the hub has not confirmed
    PulledColumns columns_;
    PulledRows inserts_;
    PulledUpdates updates_;
    SealedChanges sealed_;
    std::string free_name_;  ///< of the category that is being written
    std::array<std::optional<TableRows>, 12> readers_;
    std::int64_t changed_ = 0;
    std::int64_t set_aside_ = 0;
};

}  // namespace edge
