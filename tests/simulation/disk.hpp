#pragma once

#include "simulation/story.hpp"
#include "support/fault_vfs.hpp"

#include <cstdint>
#include <memory>
#include <string>

struct sqlite3;

namespace edge::simulation {

/// A copy of a database.
struct Image {
    std::string database;
    std::string log;  ///< what is committed and not yet in the database; may be empty
};

/// One machine's disk with one database on it, in memory. Under the same path the system has a file with the bytes
/// that the database began with: what the product looks at before it opens one.
class Disk {
public:
    explicit Disk(std::string path);
    Disk(const Disk&) = delete;
    Disk& operator=(const Disk&) = delete;
    ~Disk();

    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    [[nodiscard]] const std::string& vfs() const noexcept { return disk_.name(); }

    void arm(const Fault& fault);
    /// Whether the fault has happened; there is none any more.
    bool disarm();
    /// Nothing that is asked of it from now on happens: its process is dead.
    void stop();
    /// Every process is gone, and the shell's: who has the database open must have closed it. With `power`, what was
    /// not synced is kept, lost or torn.
    void end(bool power, std::uint64_t seed);

    /// The database's files as who copies them gets them. Every connection must be closed, or nobody be writing.
    [[nodiscard]] Image image() const;
    /// Puts a database in the place of what is there. Connections that see faults must be closed.
    void replace(const Image& image);
    /// Statements as from a person in the sqlite3 shell, in one transaction. Throws Error if they fail.
    void by_hand(const std::string& sql);

private:
    struct Close {
        void operator()(sqlite3* database) const;
    };

    std::string path_;
    test::FaultVfs disk_;
    std::unique_ptr<sqlite3, Close> shell_;  ///< stays open: to open a database is to parse its schema
};

}  // namespace edge::simulation
