#pragma once

namespace edge::cli {

/// From now on the first Ctrl-C or SIGTERM only asks to stop; the second ends the process at once.
void watch_interrupts() noexcept;
/// SIGINT or SIGTERM if one has come, else 0.
[[nodiscard]] int interrupt_signal() noexcept;

}  // namespace edge::cli
