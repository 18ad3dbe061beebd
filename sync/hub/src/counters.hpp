#pragma once

#include "edge/hub/intake.hpp"
#include "edge/hub/server.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <string>

namespace edge::hub {

/// ServerCounters that several threads advance.
class Counters {
public:
    using Counter = std::atomic<std::uint64_t>;

    Counter connections{0};
    Counter connections_open{0};
    Counter connections_refused{0};
    Counter requests{0};
    Counter answers_2xx{0};
    Counter answers_4xx{0};
    Counter answers_5xx{0};
    Counter timeouts{0};
    Counter body_bytes_received{0};
    Counter body_bytes_sent{0};
    Counter request_microseconds{0};
    Counter polls{0};
    Counter parts{0};
    Counter repeated_parts{0};
    Counter applied_segments{0};
    Counter applied_changes{0};
    Counter dead_letters{0};
    Counter lane_problems{0};
    Counter snapshot_rows{0};
    Counter store_failures{0};
    Counter handshakes_failed{0};
    std::array<Counter, latency_bounds_us.size() + 1> latencies{};
    std::array<Counter, outcome_names.size()> outcomes{};

    /// `outcome`: its place in outcome_names.
    void count_answer(unsigned status, std::size_t outcome, std::chrono::steady_clock::duration took) noexcept;
    void count_intake(const IntakeCounts& counts) noexcept;
    [[nodiscard]] ServerCounters values() const noexcept;
};

/// Prometheus text, version 0.0.4.
[[nodiscard]] std::string metrics_text(const ServerCounters& counters);

}  // namespace edge::hub
