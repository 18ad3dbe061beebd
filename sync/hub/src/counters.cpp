#include "counters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace edge::hub {
namespace {

class MetricsText {
public:
    void counter(std::string_view name, std::string_view help, std::uint64_t value) {
        describe(name, help, "counter");
        sample(name, value);
    }
    void gauge(std::string_view name, std::string_view help, std::uint64_t value) {
        describe(name, help, "gauge");
        sample(name, value);
    }
    void describe(std::string_view name, std::string_view help, std::string_view type) {
        fmt::format_to(std::back_inserter(text_), "# HELP edge_hub_{0} {1}\n# TYPE edge_hub_{0} {2}\n", name, help,
                       type);
    }
    void sample(std::string_view name_and_labels, std::uint64_t value) {
        fmt::format_to(std::back_inserter(text_), "edge_hub_{} {}\n", name_and_labels, value);
    }
    void seconds(std::string_view name, std::uint64_t microseconds) {
        fmt::format_to(std::back_inserter(text_), "edge_hub_{} {}.{:06}\n", name, microseconds / 1'000'000,
                       microseconds % 1'000'000);
    }
    [[nodiscard]] std::string text() && { return std::move(text_); }

private:
    std::string text_;
};

std::uint64_t unsigned_of(std::int64_t count) { return static_cast<std::uint64_t>(count); }

}  // namespace

void Counters::count_answer(unsigned status, std::size_t outcome, std::chrono::steady_clock::duration took) noexcept {
    const auto us = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
    const auto* const bound = std::ranges::lower_bound(latency_bounds_us, static_cast<std::uint64_t>(us));
    ++latencies[static_cast<std::size_t>(bound - latency_bounds_us.begin())];
    ++outcomes[outcome];
    ++requests;
    if (status < 300) {
        ++answers_2xx;
    } else if (status < 500) {
        ++answers_4xx;
    } else {
        ++answers_5xx;
    }
}

void Counters::count_intake(const IntakeCounts& counts) noexcept {
    if (counts.parts == 0) ++polls;
    parts += unsigned_of(counts.parts);
    repeated_parts += unsigned_of(counts.repeated_parts);
    applied_segments += unsigned_of(counts.applied_segments);
    applied_changes += unsigned_of(counts.applied_changes);
    dead_letters += unsigned_of(counts.dead_letters);
    lane_problems += unsigned_of(counts.problems);
}

ServerCounters Counters::values() const noexcept {
    ServerCounters now{.connections = connections,
                       .connections_open = connections_open,
                       .connections_refused = connections_refused,
                       .requests = requests,
                       .answers_2xx = answers_2xx,
                       .answers_4xx = answers_4xx,
                       .answers_5xx = answers_5xx,
                       .timeouts = timeouts,
                       .body_bytes_received = body_bytes_received,
                       .body_bytes_sent = body_bytes_sent,
                       .request_microseconds = request_microseconds,
                       .polls = polls,
                       .parts = parts,
                       .repeated_parts = repeated_parts,
                       .applied_segments = applied_segments,
                       .applied_changes = applied_changes,
                       .dead_letters = dead_letters,
                       .lane_problems = lane_problems,
                       .snapshot_rows = snapshot_rows,
                       .store_failures = store_failures,
                       .handshakes_failed = handshakes_failed};
    std::ranges::copy(latencies, now.latencies.begin());
    std::ranges::copy(outcomes, now.outcomes.begin());
    return now;
}

std::string metrics_text(const ServerCounters& counters) {
    MetricsText text;
    text.counter("connections_total", "Connections accepted.", counters.connections);
    text.gauge("connections_open", "Connections open now.", counters.connections_open);
    text.counter("handshakes_failed_total", "Connections whose TLS did not come about.", counters.handshakes_failed);
    text.counter("connections_refused_total", "Connections beyond the cap.", counters.connections_refused);
    text.describe("requests_total", "Requests answered, by class of status.", "counter");
    text.sample(R"(requests_total{status="2xx"})", counters.answers_2xx);
    text.sample(R"(requests_total{status="4xx"})", counters.answers_4xx);
    text.sample(R"(requests_total{status="5xx"})", counters.answers_5xx);
    text.counter("timeouts_total", "Requests that were not complete in time.", counters.timeouts);
    text.counter("body_bytes_received_total", "Bytes of request bodies as they travelled.",
                 counters.body_bytes_received);
    text.counter("body_bytes_sent_total", "Bytes of answers' bodies as they travelled.", counters.body_bytes_sent);
    text.describe("request_outcomes_total", "Requests by what the answer tells the device to do.", "counter");
    for (std::size_t i = 0; i < outcome_names.size(); ++i)
        text.sample(fmt::format("request_outcomes_total{{outcome=\"{}\"}}", outcome_names[i]), counters.outcomes[i]);
    text.describe("request_seconds", "From a request's first byte to the end of its answer.", "histogram");
    std::uint64_t within = 0;
    for (std::size_t i = 0; i < counters.latencies.size(); ++i) {
        within += counters.latencies[i];
        const std::string bound =
            i < latency_bounds_us.size() ? fmt::format("{}", static_cast<double>(latency_bounds_us[i]) / 1e6) : "+Inf";
        text.sample(fmt::format("request_seconds_bucket{{le=\"{}\"}}", bound), within);
    }
    text.seconds("request_seconds_sum", counters.request_microseconds);
    text.sample("request_seconds_count", within);
    text.counter("polls_total", "Syncs that brought nothing.", counters.polls);
    text.counter("parts_total", "Parts of segments that arrived.", counters.parts);
    text.counter("repeated_parts_total", "Parts that had been taken before.", counters.repeated_parts);
    text.counter("applied_segments_total", "Segments that took effect.", counters.applied_segments);
    text.counter("applied_changes_total", "Changes in segments that took effect.", counters.applied_changes);
    text.counter("dead_letters_total", "Changes that could not be taken.", counters.dead_letters);
    text.counter("lane_problems_total", "Gaps and forks.", counters.lane_problems);
    text.counter("snapshot_rows_total", "Rows told to devices that fill a new file.", counters.snapshot_rows);
    text.counter("store_failures_total", "Requests that the store failed.", counters.store_failures);
    return std::move(text).text();
}

}  // namespace edge::hub
