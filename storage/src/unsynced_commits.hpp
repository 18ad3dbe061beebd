#pragma once

#include "lock_words.hpp"

#include <chrono>
#include <cstdint>

namespace edge::storage {

/// Which commits are in the write-ahead log and perhaps not on the disk, of all processes. The log is a sequence, so
/// whoever waits for the disk takes along what others wrote before.
class UnsyncedCommits {
public:
    /// `words` may be null: then nothing is known to be on the disk.
    explicit UnsyncedCommits(LockWords* words) : words_(words) {}

    /// Around a commit that does not wait for the disk, under the writer lock. Who dies in between leaves a number that
    /// is not taken for the end of one.
    void begin_background() noexcept;
    void end_background() noexcept;
    /// After a commit that wrote something and waited for the disk, under the writer lock.
    void note_durable() noexcept;

    /// What the log holds by now, for `note_synced`.
    [[nodiscard]] std::uint32_t written() const noexcept;
    /// The log was put on the disk after `written` was asked.
    void note_synced(std::uint32_t written) noexcept;
    [[nodiscard]] bool are_none() const noexcept;
    /// True as soon as there are none. Waits only while others sell: if one did just now, the next will soon.
    [[nodiscard]] bool wait_for_sale(std::chrono::milliseconds at_most) const noexcept;

private:
    LockWords* words_;
    std::uint32_t own_sale_ = 0;  ///< `sold_at` as this one wrote it last
};

}  // namespace edge::storage
