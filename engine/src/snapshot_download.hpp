#pragma once

#include "edge/engine_types.hpp"
#include "edge/protocol/exchange.hpp"
#include "edge/protocol/snapshot.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>

namespace edge {

/// Whom a snapshot is asked from, and for whom.
struct SnapshotSource {
    std::string url;
    std::string seller;   ///< wire id
    std::string replica;  ///< wire id
    std::chrono::milliseconds timeout{60'000};
};

/// Where a snapshot goes on.
struct SnapshotPosition {
    std::string hub_epoch;
    std::optional<std::int64_t> at;  ///< nothing: at its first chunk
    protocol::SnapshotPlace after;
};

/// The hub can no longer go on with this snapshot: another has to be begun.
struct SnapshotExpired {
    std::string why;
};
/// No answer, or none that is of use now: time may cure it.
struct SnapshotInterrupted {
    std::string why;
};

/// Asks a hub for the chunks of a snapshot, and for what was changed since. A chunk that is cut off goes on where it
/// ended; one that comes damaged, or is not the one that was asked for, is asked for again. Writes nothing.
class SnapshotDownload {
public:
    SnapshotDownload(const HubExchange& exchange, SnapshotSource source, std::function<bool()> cancelled = {});

    using ChunkAnswer = std::variant<protocol::SnapshotChunk, SnapshotExpired, SnapshotInterrupted>;
    /// Throws `refused` when the hub will not, or cannot: it is older than snapshots, or than their form.
    [[nodiscard]] ChunkAnswer chunk(const SnapshotPosition& position);

    using PullAnswer = std::variant<protocol::Ack, SnapshotExpired, SnapshotInterrupted>;
    /// What was changed after `seen`, a page of it. Throws as `chunk` does.
    [[nodiscard]] PullAnswer changes(std::int64_t seen);

    [[nodiscard]] std::int64_t bytes_received() const noexcept { return bytes_received_; }
    /// What all exchanges cost, both ways.
    [[nodiscard]] std::int64_t traffic() const noexcept { return traffic_; }
    /// Chunks that were asked for again.
    [[nodiscard]] std::int64_t repeated() const noexcept { return repeated_; }

private:
    /// What has come of a chunk.
    struct Partial {
        std::string bytes;
        std::string etag;
    };
    using Problem = std::variant<std::monostate, SnapshotExpired, SnapshotInterrupted>;

    [[nodiscard]] HubAnswer ask(const std::string& path, const Partial& partial);
    [[nodiscard]] Problem problem_of(const HubAnswer& answer) const;
    [[nodiscard]] bool take(HubAnswer answer, Partial& partial) const;
    [[nodiscard]] std::string path_of(const SnapshotPosition& position) const;
    [[nodiscard]] bool is_asked_for(const protocol::SnapshotChunk& chunk, const SnapshotPosition& position) const;

    const HubExchange& exchange_;
    SnapshotSource source_;
    std::function<bool()> cancelled_;
    std::int64_t bytes_received_ = 0;
    std::int64_t traffic_ = 0;
    std::int64_t repeated_ = 0;
};

}  // namespace edge
