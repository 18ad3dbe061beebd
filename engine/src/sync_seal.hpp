#pragma once

#include "engine_state.hpp"

#include "edge/protocol/device_session.hpp"
#include "edge/protocol/seal.hpp"
#include "edge/storage/connection.hpp"
#include "edge/storage/journal.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace edge {

/// Who this file is to the hub.
struct SyncIdentity {
    std::string seller;   ///< wire id
    std::string replica;  ///< wire id
    std::string app;      ///< program and version
};

/// Throws `corrupt_data` if the file does not say. An empty `app` is what synced last.
[[nodiscard]] SyncIdentity sync_identity(Engine::State& state, std::string app = {});

/// Names in sync_state that several parts of sync read.
inline constexpr std::string_view state_app = "app";                    ///< what synced last, for the hub's records
inline constexpr std::string_view state_seen = "seen";                  ///< the pull cursor
inline constexpr std::string_view state_clock = "clock";                ///< last hybrid logical clock given or seen, ms
inline constexpr std::string_view state_diverged = "diverged";          ///< 1: the last digests differed
inline constexpr std::string_view state_sealed_at = "sealed_at";        ///< ms; what the journal holds is younger
inline constexpr std::string_view state_last_attempt = "last_attempt";  ///< ms
inline constexpr std::string_view state_last_success = "last_success";  ///< ms
inline constexpr std::string_view state_last_error = "last_error";
inline constexpr std::string_view state_traffic_day = "traffic_day";
inline constexpr std::string_view state_traffic = "traffic";            ///< bytes through sockets on that day
inline constexpr std::string_view state_clock_offset = "clock_offset";  ///< ms, of the hub's clock against this one's

/// Milliseconds since 1970 UTC.
[[nodiscard]] std::int64_t to_milliseconds(Timestamp instant);

/// Seals what the journal holds, in one transaction; writes nothing if it holds nothing new.
void seal_pending(Engine::State& state, const SyncIdentity& identity);

/// The same in a transaction that goes on: what is changed here before a pull is applied must not seem to have seen it.
void seal_pending(Engine::State& state, storage::WriteTransaction& write, const SyncIdentity& identity);

/// Hands out what a seal would make now, and changes nothing.
void preview_seal(Engine::State& state, const SyncIdentity& identity,
                  const std::function<void(const protocol::SealedPart&)>& part);

/// Seals rows, by table, then local id, as written by who had seen nothing, each at a clock of its own.
void seal_rows_late(Engine::State& state, storage::WriteTransaction& write, const SyncIdentity& identity,
                    const std::vector<storage::ChangedRow>& rows,
                    const std::function<std::int64_t(const protocol::JournalEntry&)>& clock_of);

/// Seals rows, by table, then local id, that the hub had and has lost: as older than anything that somebody wrote.
void seal_lost_rows(Engine::State& state, storage::WriteTransaction& write, const SyncIdentity& identity,
                    const std::vector<storage::ChangedRow>& rows);

/// Starts the lane's new epoch with what is kept of the old one, or with every row. Nothing if the lane is in that
/// epoch or a later one: another process was here.
void seal_again(Engine::State& state, storage::WriteTransaction& write, const SyncIdentity& identity,
                const protocol::SealAgain& order);

[[nodiscard]] protocol::SegmentHash to_hash(const std::vector<std::uint8_t>& bytes);

}  // namespace edge
