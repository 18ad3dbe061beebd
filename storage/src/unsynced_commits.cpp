#include "unsynced_commits.hpp"

#include <algorithm>

namespace edge::storage {
namespace {

using Clock = std::chrono::steady_clock;

/// Never 0, which is what a new file holds.
std::uint32_t now_cut() {
    const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now().time_since_epoch());
    return static_cast<std::uint32_t>(now.count()) | 1U;
}

/// Counts go round.
bool is_at_least(std::uint32_t left, std::uint32_t right) { return static_cast<std::int32_t>(left - right) >= 0; }

bool is_under_way(std::uint32_t background) { return background % 2 != 0; }

}  // namespace

void UnsyncedCommits::begin_background() noexcept {
    if (words_ == nullptr) return;
    const std::uint32_t before = words_->background;
    words_->background = before + (is_under_way(before) ? 2 : 1);  // who began that one is dead: the lock is ours
}

void UnsyncedCommits::end_background() noexcept {
    if (words_ != nullptr && is_under_way(words_->background)) ++words_->background;
}

void UnsyncedCommits::note_durable() noexcept {
    if (words_ == nullptr) return;
    end_background();
    note_synced(words_->background);
    own_sale_ = now_cut();
    words_->sold_at = own_sale_;
}

std::uint32_t UnsyncedCommits::written() const noexcept {
    if (words_ == nullptr) return 0;
    const std::uint32_t background = words_->background;
    return is_under_way(background) ? background - 1 : background;
}

void UnsyncedCommits::note_synced(std::uint32_t written) noexcept {
    if (words_ == nullptr) return;
    std::uint32_t known = words_->synced;
    while (!is_at_least(known, written) && !words_->synced.compare_exchange_weak(known, written)) {
    }
}

bool UnsyncedCommits::are_none() const noexcept {
    if (words_ == nullptr) return false;
    const std::uint32_t background = words_->background;
    return !is_under_way(background) && is_at_least(words_->synced, background);
}

bool UnsyncedCommits::wait_for_sale(std::chrono::milliseconds at_most) const noexcept {
    if (are_none()) return true;
    if (words_ == nullptr || at_most.count() <= 0) return false;
    const std::uint32_t sold = words_->sold_at;
    if (sold == own_sale_ || !is_at_least(sold + static_cast<std::uint32_t>(at_most.count()), now_cut())) return false;
    const Clock::time_point deadline = Clock::now() + at_most;
    for (;;) {
        const std::uint32_t releases = words_->releases;
        if (are_none()) return true;
        const auto left = std::chrono::duration_cast<std::chrono::nanoseconds>(deadline - Clock::now());
        if (left.count() <= 0) return false;
        wait_for_release(*words_, releases, left);
    }
}

}  // namespace edge::storage
