#pragma once

#include "edge/protocol/device_session.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace edge::transport {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpSettings {
    std::string base_url;  ///< "https://hub.example.org:8443"; a path in it is kept
    std::chrono::milliseconds connect_timeout{10'000};
    std::chrono::milliseconds total_timeout{120'000};
    std::size_t answer_bytes = 4U << 20U;  ///< of an answer, after expansion
    std::string user_agent = "edge-analytics";
    std::string ca_file;  ///< certificates to trust instead of the system's; empty: the system's
    HttpHeaders headers;  ///< sent with every request
};

/// The network did not bring an answer.
struct TransportFailure {
    std::string reason;  ///< stable code: cannot_resolve, cannot_connect, timed_out, tls, too_big, bad_answer,
                         ///< cancelled, broken
    std::string detail;  ///< for people
    /// What had come of the answer by then, if its head had come: `status`, headers, the beginning of a plain body.
    protocol::Response partial = {};
};

using HttpResult = std::variant<protocol::Response, TransportFailure>;

/// Bytes on the wire.
struct HttpTraffic {
    std::uint64_t sent = 0;      ///< bodies alone
    std::uint64_t received = 0;  ///< bodies alone
    std::uint64_t sockets = 0;   ///< all that sockets carried, both ways: heads, TLS and what was cut off too
};

/// One connection to one hub, kept open between calls. For one thread at a time.
class HttpClient {
public:
    /// Throws `invalid_argument` for a URL that is not http or https.
    explicit HttpClient(HttpSettings settings);
    ~HttpClient();
    HttpClient(HttpClient&&) noexcept;
    HttpClient& operator=(HttpClient&&) noexcept;

    /// POSTs the body, compressed unless it is below identity_below bytes. Redirects are not followed. `cancelled` is
    /// asked several times a second.
    [[nodiscard]] HttpResult post(std::string_view path, std::string_view body, std::string_view content_type,
                                  const std::function<bool()>& cancelled = {});
    [[nodiscard]] HttpResult get(std::string_view path, const std::function<bool()>& cancelled = {}) {
        return get(path, HttpHeaders{}, cancelled);
    }
    /// With headers of its own.
    [[nodiscard]] HttpResult get(std::string_view path, const HttpHeaders& headers,
                                 const std::function<bool()>& cancelled = {});
    /// Since the client was made.
    [[nodiscard]] const HttpTraffic& traffic() const noexcept;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace edge::transport
