#pragma once

#include "sync_base.hpp"
#include "sync_pull.hpp"

#include "edge/protocol/exchange.hpp"
#include "edge/storage/connection.hpp"

#include <cstdint>

namespace edge {

/// Brings a seller's file to what a filled one holds, inside one transaction that has sealed everything first: rows
/// that the hub does not have any more go, those that differ are written, and what is not confirmed stays on top. Rows
/// that are equal are only looked at, so the lock is held for what changed. Local ids stay.
class TakeOver {
public:
    TakeOver(storage::WriteTransaction& write, SyncBase& base, storage::Connection& filled, Timestamp now);

    /// Throws `corrupt_data` if what is known of the hub's rows does not add up to what the filled file has.
    void go();
    [[nodiscard]] std::int64_t changed_rows() const noexcept { return pull_.changed_rows() - removed_; }
    [[nodiscard]] std::int64_t removed_rows() const noexcept { return removed_; }

private:
    void remove_gone(const protocol::TableDescriptor& table);
    void forget_gone(const protocol::TableDescriptor& table);
    void take_rows(const protocol::TableDescriptor& table);
    void take_waiting();
    [[nodiscard]] bool is_filled(storage::CapturedTable table, std::string_view key);
    void add(protocol::Change change);
    void flush(Parked parked);

    storage::Connection& db_;
    SyncBase& base_;
    storage::Connection& filled_;
    PullApply pull_;
    protocol::PullPage page_;
    std::int64_t removed_ = 0;
};

}  // namespace edge
