#pragma once

#include "bootstrap_file.hpp"
#include "engine_state.hpp"
#include "snapshot_download.hpp"
#include "sync_seal.hpp"

#include "edge/protocol/device_session.hpp"

#include <atomic>
#include <future>
#include <optional>
#include <string>
#include <thread>

namespace edge {

/// Fills a file from the hub's snapshot, compares by digest, and puts what it holds in the place of a seller's file.
class Bootstrap {
public:
    /// `own`: the file's state, or nullptr if there is no file at `path`. Adds to `report`. `options.exchange` is
    /// called on the thread of `go` if it is given; if not, `exchange` is called on another, so that the next chunk
    /// comes while the last is written.
    Bootstrap(Engine::State* own, std::string path, const SyncIdentity& identity, const BootstrapOptions& options,
              const EngineOptions& engine_options, const HubExchange& exchange, BootstrapReport& report);

    Bootstrap(const Bootstrap&) = delete;
    Bootstrap& operator=(const Bootstrap&) = delete;
    ~Bootstrap() = default;

    /// False if the report says why it is not complete; the next run goes on with what has come.
    [[nodiscard]] bool go();

private:
    enum class Step { done, again, stopped };

    void count_traffic();
    [[nodiscard]] bool send_unsent();
    [[nodiscard]] bool ask_what_there_is();
    [[nodiscard]] bool fill_and_take(BootstrapFile& file);
    [[nodiscard]] Step fill(BootstrapFile& file);
    [[nodiscard]] std::future<SnapshotDownload::ChunkAnswer> ask_for(const SnapshotPosition& position);
    [[nodiscard]] SnapshotDownload::ChunkAnswer wait_for(std::future<SnapshotDownload::ChunkAnswer>& answer);
    [[nodiscard]] bool is_cancelled();
    [[nodiscard]] Step catch_up(BootstrapFile& file);
    [[nodiscard]] Step compare(BootstrapFile& file, const protocol::Ack& ack);
    [[nodiscard]] Step take_over(BootstrapFile& file);
    void finish_taking(storage::WriteTransaction& write, BootstrapFile& file);
    void check_marks(const protocol::Ack& ack) const;
    void show(const FilledPlace& place);
    [[nodiscard]] Step stop(std::string why);
    [[nodiscard]] Timestamp now() const;

    Engine::State* own_;
    std::string path_;
    const SyncIdentity& identity_;
    const BootstrapOptions& options_;
    const EngineOptions& engine_options_;
    const HubExchange& exchange_;
    BootstrapReport& report_;
    protocol::DeviceMemory marks_;  ///< of the own file, before the hub was asked what it has
    Progress shown_;
    std::thread::id thread_ = std::this_thread::get_id();
    std::atomic<bool> cancelled_{false};
    SnapshotDownload download_;
};

/// Engine::sync's own use of it, once the cursor has expired. True if the sync can go on.
[[nodiscard]] bool refill(Engine::State& state, const SyncIdentity& identity, const SyncOptions& options,
                          const HubExchange& exchange, SyncReport& report);

}  // namespace edge
