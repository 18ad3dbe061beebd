#pragma once

#include "sync_base.hpp"
#include "sync_pull.hpp"

#include "edge/protocol/exchange.hpp"
#include "edge/storage/connection.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace edge {

/// Brings a seller's file to what a filled one holds: rows that the hub does not have any more go, those that differ
/// are written, and what is not confirmed stays on top. Local ids stay. A few changes are one transaction; many are
/// several, so that nobody waits long for the file, and the log stays short: after each of them every row is either as
/// it was or as the hub has it, and known as such.
class TakeOver {
public:
    TakeOver(storage::Connection& db, storage::Connection& filled, Timestamp now);

    /// Goes on inside a transaction that has sealed everything first. True once no row is left.
    [[nodiscard]] bool go_on(storage::WriteTransaction& write, SyncBase& base);
    [[nodiscard]] std::int64_t changed_rows() const noexcept { return changed_; }
    [[nodiscard]] std::int64_t removed_rows() const noexcept { return removed_; }

private:
    enum class Work { remove_gone, forget_gone, take_rows };
    struct Phase {
        Work work;
        const protocol::TableDescriptor* table;
    };
    [[nodiscard]] bool run(const Phase& phase);
    [[nodiscard]] bool remove_gone(const protocol::TableDescriptor& table);
    void forget_gone(const protocol::TableDescriptor& table);
    [[nodiscard]] bool take_rows(const protocol::TableDescriptor& table);
    void take_waiting();
    [[nodiscard]] bool is_filled(storage::CapturedTable table, std::string_view key);
    void add(protocol::Change change);
    void flush(Parked parked);

    storage::Connection& db_;
    storage::Connection& filled_;
    Timestamp now_;
    std::vector<Phase> phases_;
    std::size_t phase_ = 0;
    std::int64_t last_;  ///< id that the phase has come to
    // within one transaction
    SyncBase* base_ = nullptr;
    std::optional<PullApply> pull_;
    protocol::PullPage page_;
    std::size_t seen_ = 0;  ///< rows
    std::int64_t changed_ = 0;
    std::int64_t removed_ = 0;
};

}  // namespace edge
