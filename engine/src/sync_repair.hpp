#pragma once

#include "engine_state.hpp"
#include "sync_base.hpp"
#include "sync_seal.hpp"

#include "edge/protocol/repair.hpp"
#include "edge/storage/journal.hpp"
#include "edge/storage/sync_repairs.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <vector>

namespace edge {

/// A bucket that was repaired so often within a day is left alone: whatever makes it differ would do so again.
inline constexpr std::int64_t repairs_a_day = 3;

/// Finds out which rows make the hub's sum another than this file's, and makes them equal one by one. Takes the hub's
/// row where both have one, tells the hub a deletion that the journal missed, sends again what the hub has lost.
class SyncRepair {
public:
    SyncRepair(Engine::State& state, const SyncIdentity& identity, const SyncOptions& options,
               const HubExchange& exchange, SyncReport& report)
        : state_(state), identity_(identity), options_(options), exchange_(exchange), report_(report) {}

    /// True if something was done that a sync has to send or compare.
    [[nodiscard]] bool go();

private:
    using Differing = std::vector<protocol::RowName>;

    /// What is wrong here alone: rows that were changed unseen, a sum that was added up wrongly.
    [[nodiscard]] bool look_here();
    [[nodiscard]] std::optional<protocol::RepairAnswer> ask(std::optional<std::vector<protocol::TableBuckets>> tables,
                                                            std::vector<protocol::RowName> rows);
    void count_traffic(std::int64_t bytes);
    [[nodiscard]] std::vector<protocol::TableBuckets> buckets() const;
    [[nodiscard]] Differing compare(const std::vector<protocol::BucketRows>& at_hub);
    [[nodiscard]] bool is_left_alone(const protocol::BucketRows& bucket) const;
    [[nodiscard]] bool repair(const Differing& differing);
    void apply(const Differing& asked, protocol::RepairAnswer answer);
    [[nodiscard]] bool is_deleted_here(storage::CapturedTable table, const protocol::Change& row) const;
    void send_again(SyncBase& base, const protocol::RowName& name, std::vector<storage::ChangedRow>& lost);
    void record();

    Engine::State& state_;
    const SyncIdentity& identity_;
    const SyncOptions& options_;
    const HubExchange& exchange_;
    SyncReport& report_;
    std::vector<storage::SyncRepair> incidents_;
};

}  // namespace edge
