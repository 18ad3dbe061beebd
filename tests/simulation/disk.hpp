#pragma once

#include "simulation/story.hpp"
#include "support/fault_vfs.hpp"

#include <cstdint>
#include <string>

namespace edge::simulation {

/// One machine's disk with one database on it.
class Disk {
public:
    explicit Disk(std::string path);
    Disk(const Disk&) = delete;
    Disk& operator=(const Disk&) = delete;

    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    [[nodiscard]] const std::string& vfs() const noexcept { return disk_.name(); }

    void arm(const Fault& fault);
    /// Whether the fault has happened; there is none any more.
    bool disarm();
    /// Nothing that is asked of it from now on happens: its process is dead.
    void stop();
    /// The process is gone and its files are closed; with `power`, what was not synced is kept, lost or torn.
    void end(bool power, std::uint64_t seed);

    /// The database's bytes. Every connection must be closed, or nobody be writing.
    [[nodiscard]] std::string image() const;
    /// Puts a database in the place of what is there. Every connection must be closed.
    void replace(const std::string& bytes);
    /// Statements as from a person in the sqlite3 shell, in one transaction. Throws Error if they fail.
    void by_hand(const std::string& sql) const;

private:
    std::string path_;
    test::FaultVfs disk_;
};

}  // namespace edge::simulation
