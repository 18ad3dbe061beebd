#pragma once

#include "edge/core/time.hpp"
#include "edge/hub/intake.hpp"
#include "edge/hub/store.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace edge::hub {

enum class Severity { info, warning, error };

/// "info", "warning", "error"
[[nodiscard]] std::string_view name_of(Severity severity) noexcept;

/// Something that happened, for a log. Holds no seller's data.
struct LogEvent {
    Severity severity = Severity::info;
    std::string_view name;  ///< "started", "request", "store_failed", "stopped" …
    std::vector<std::pair<std::string_view, std::string>> facts;
};
/// Called from several threads.
using LogSink = std::function<void(const LogEvent&)>;

struct ServerOptions {
    std::string address = "127.0.0.1";  ///< an IP address; anything but loopback lets the network in
    std::uint16_t port = 8765;          ///< 0: any free one
    std::string tls_certificate;        ///< PEM file, its issuers behind it; empty: plain HTTP
    std::string tls_key;                ///< PEM file
    std::size_t workers = 2;            ///< threads that use the store
    std::size_t connections = 256;      ///< at once; one more is told to come back
    std::size_t header_bytes = 8U << 10U;
    std::size_t body_bytes = 4U << 20U;                 ///< as it travels; expanded, intake.limits.request_bytes
    std::chrono::milliseconds idle_timeout{75'000};     ///< between requests
    std::chrono::milliseconds request_timeout{60'000};  ///< from its first byte to its last, and again for the answer
    std::chrono::milliseconds stop_grace{10'000};       ///< for requests in hand when stopping
    IntakeOptions intake;
    std::string app = "edge-analytics";  ///< name and version, for hello
    std::function<Timestamp()> clock;    ///< empty: the system's
    LogSink log;                         ///< empty: silent
};

/// Since the server was made.
struct ServerCounters {
    std::uint64_t connections = 0;
    std::uint64_t connections_open = 0;
    std::uint64_t connections_refused = 0;
    std::uint64_t requests = 0;
    std::uint64_t answers_2xx = 0;
    std::uint64_t answers_4xx = 0;
    std::uint64_t answers_5xx = 0;
    std::uint64_t timeouts = 0;
    std::uint64_t body_bytes_received = 0;  ///< as they travelled
    std::uint64_t body_bytes_sent = 0;
    std::uint64_t request_microseconds = 0;  ///< from first byte to the end of the answer
    std::uint64_t polls = 0;
    std::uint64_t parts = 0;
    std::uint64_t repeated_parts = 0;
    std::uint64_t applied_segments = 0;
    std::uint64_t applied_changes = 0;
    std::uint64_t dead_letters = 0;
    std::uint64_t lane_problems = 0;
    std::uint64_t snapshot_rows = 0;  ///< told to devices that fill a new file
    std::uint64_t store_failures = 0;
    std::uint64_t handshakes_failed = 0;
    /// Requests by how long they took: element i counts those within latency_bounds_us[i], the last all the rest.
    std::array<std::uint64_t, 12> latencies{};
    /// Answers by outcome, in the order of outcome_names.
    std::array<std::uint64_t, 8> outcomes{};
};

/// Microseconds.
inline constexpr std::array<std::uint64_t, 11> latency_bounds_us{1'000,   2'500,   5'000,   10'000,    25'000,   50'000,
                                                                 100'000, 250'000, 500'000, 1'000'000, 5'000'000};
/// What an answer was: a success, or the class of its problem document; "late" for a request that took too long.
inline constexpr std::array<std::string_view, 8> outcome_names{"ok",      "retry",   "resync", "auth",
                                                               "upgrade", "too_big", "bug",    "late"};

/// The hub's HTTP side: POST /v1/sync, GET /v1/snapshot, GET and POST /v1/deadletter, GET /v1/hello, /v1/status,
/// /healthz and /metrics; over TLS if it is given a certificate. Keeps nothing between requests; the store does.
class HubServer {
public:
    /// The store must outlive the server.
    HubServer(HubStore& store, ServerOptions options);
    HubServer(const HubServer&) = delete;
    HubServer& operator=(const HubServer&) = delete;
    /// Stops.
    ~HubServer();

    /// Listens and serves, in threads of its own. Throws `invalid_argument` (no IP address, no such certificate) or
    /// `io_failure` (the port is taken, or not ours to take).
    void start();
    /// Starts unless started, and returns once another thread has called `stop`.
    void run();
    /// Takes no more connections, closes idle ones, finishes requests in hand, and returns when all is done. May be
    /// called from any thread but one of the server's, and more than once.
    void stop();

    /// The port listened on.
    [[nodiscard]] std::uint16_t port() const noexcept;
    [[nodiscard]] ServerCounters counters() const noexcept;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace edge::hub
