#pragma once

#include "edge/engine_types.hpp"
#include "edge/protocol/exchange.hpp"
#include "edge/protocol/row_digest.hpp"
#include "edge/protocol/snapshot.hpp"
#include "edge/storage/connection.hpp"
#include "edge/storage/writer_lock.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace edge {

/// How far a file is filled.
struct FilledPlace {
    std::string seller;
    std::string hub_epoch;
    std::optional<std::int64_t> at;  ///< the snapshot's sequence; nothing: no chunk has come
    protocol::SnapshotPlace after;   ///< the last row that has come
    std::int64_t chunks = 0;
    std::int64_t rows = 0;  ///< that have come
    std::int64_t of = 0;    ///< that the hub had
    bool filled = false;    ///< every chunk has come
};

/// The file beside a seller's own that a snapshot fills. It is a seller's file but for its triggers and some indexes,
/// so that nobody takes it for one before it is whole: each chunk is one transaction with the place that it ends at,
/// and a run that was killed is gone on with by the next. No chunk waits for the disk: after a power cut some of the
/// last come again.
class BootstrapFile {
public:
    /// Takes up what an earlier run left for that seller, or begins. Throws `busy` while another process fills it.
    BootstrapFile(const std::string& database, const EngineOptions& options, std::string seller);
    BootstrapFile(const BootstrapFile&) = delete;
    BootstrapFile& operator=(const BootstrapFile&) = delete;
    ~BootstrapFile() = default;

    [[nodiscard]] const FilledPlace& place() const noexcept { return place_; }
    void take(const protocol::SnapshotChunk& chunk, Timestamp now);
    /// A page of what was changed since.
    void take(const protocol::PullPage& page, Timestamp now);
    /// Nothing has come.
    void start_over();

    [[nodiscard]] storage::Connection& db() noexcept { return *db_; }
    /// The pull cursor.
    [[nodiscard]] std::int64_t seen();
    /// The sum of the hashes of the rows that the hub said it has.
    [[nodiscard]] protocol::Sum128 sum();

    /// Makes it the seller's file, as a device of its own. Throws `not_found` if the hub has no such seller,
    /// `corrupt_data` if a row is not in it as it came, `already_exists` if there is a file by now.
    void become(const std::string& database, const Uuid& replica, const std::string& app, Timestamp now);
    /// Takes it away.
    void remove() noexcept;

private:
    void open();
    [[nodiscard]] FilledPlace read_place();
    void store_place(storage::WriteTransaction& write);
    void apply(storage::WriteTransaction& write, const protocol::PullPage& page, bool last, Timestamp now);

    std::string path_;
    std::string seller_;
    storage::OpenOptions options_;
    storage::WriterLock turn_;
    std::optional<storage::Connection> db_;
    FilledPlace place_;
};

}  // namespace edge
