#pragma once

#include "edge/core/uuid.hpp"
#include "edge/protocol/row_digest.hpp"
#include "edge/storage/sync_base.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace edge {

/// The state that the hub and this file agree on: for each shared row its hash at the hub, and the sum of all. Moves in
/// the transaction that moves a watermark or the cursor.
class SyncBase {
public:
    explicit SyncBase(storage::WriteTransaction& write);
    SyncBase(const SyncBase&) = delete;
    SyncBase& operator=(const SyncBase&) = delete;
    /// Does not store: call `store` when all is done.
    ~SyncBase() = default;

    /// A row by its key: its local id, if this file has it, and what is known of it.
    struct Known {
        std::optional<std::int64_t> row;
        std::optional<storage::BaseRow> base;
    };
    [[nodiscard]] Known look_up(storage::CapturedTable table, const Uuid& uuid, std::string_view key) const;
    /// `row`: the local id, if this file has the row.
    [[nodiscard]] std::optional<storage::BaseRow> find(storage::CapturedTable table, std::string_view key,
                                                       std::optional<std::int64_t> row) const;
    void put(storage::CapturedTable table, std::string_view key, std::optional<std::int64_t> row, std::int64_t version,
             const protocol::Sum128& hash);
    /// The same of a row that was looked up, and has not changed since.
    void put(storage::CapturedTable table, std::string_view key, const Known& known, std::int64_t version,
             const protocol::Sum128& hash);
    /// Of rows that were just made, with ids from `first` on, and of which nothing is known by their keys.
    void put_new(storage::CapturedTable table, std::int64_t first, std::span<const storage::BaseRow> bases);
    void remove(storage::CapturedTable table, std::string_view key, std::optional<std::int64_t> row);
    /// The row is about to be deleted here, or was, while the hub has it.
    void detach(storage::CapturedTable table, std::string_view key, std::int64_t row);

    /// The row is not here any more as the hub has it, and nobody knows what became of it. Does nothing for a row
    /// without a base.
    void lose(storage::CapturedTable table, std::int64_t row);

    /// Segments of the lane up to `seq` took effect, as far as their rows are still under way.
    void confirm(std::string_view lane, std::int64_t seq);

    [[nodiscard]] const protocol::Sum128& sum() const noexcept { return sum_; }
    /// Adds up all over again; true if that gives another sum than was kept.
    [[nodiscard]] bool recount();
    /// What was done since the sum was that is undone in the file.
    void put_back(const protocol::Sum128& sum) noexcept { sum_ = sum; }
    void store();

private:
    [[nodiscard]] std::optional<storage::BaseRow> find_absent(storage::CapturedTable table, std::string_view key) const;
    void set_absent(storage::CapturedTable table, std::string_view key, const storage::BaseRow& base);

    storage::WriteTransaction* write_;
    storage::Connection* db_;
    protocol::Sum128 sum_;
    bool any_absent_;  ///< of most files the hub has no row that they have not
};

/// Puts a deletion into the journal for the hub, of a row that is not here. Not under a local id, which another row may
/// bear when it is sealed.
void tell_deletion(storage::WriteTransaction& write, storage::CapturedTable table, std::string_view key);

/// Calls `visit` for every shared row of which it is known how the hub has it.
void each_base_row(storage::Connection& db,
                   const std::function<void(const protocol::TableDescriptor& table, const std::string& key,
                                            const protocol::Sum128& hash)>& visit);

/// The sum as it is stored.
[[nodiscard]] protocol::Sum128 stored_base_sum(storage::Connection& db);

/// The local id of a shared row; nothing if this file does not have it.
[[nodiscard]] std::optional<std::int64_t> find_shared_row(storage::Connection& db, storage::CapturedTable table,
                                                          std::string_view key);

}  // namespace edge
