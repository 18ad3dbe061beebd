#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace edge::storage {

/// What the lock file holds. Every process that has it open maps it, so this is shared memory; nothing here means
/// anything to whoever opens the file later.
struct LockWords {
    using Word = std::atomic<std::uint32_t>;
    static_assert(Word::is_always_lock_free && sizeof(Word) == sizeof(std::uint32_t));

    Word releases;    ///< of the lock; who waits for it sleeps on this word
    Word background;  ///< two for each commit that did not wait for the disk; odd while one is under way
    Word synced;      ///< as far as this `background` all is on the disk
    Word sold_at;     ///< when a commit waited for the disk last: milliseconds of the machine's clock, cut
};

/// Returns at once if there was a release since the count was read.
void wait_for_release(LockWords& words, std::uint32_t releases, std::chrono::nanoseconds at_most) noexcept;

}  // namespace edge::storage
