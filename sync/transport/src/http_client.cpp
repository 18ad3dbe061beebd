#include "edge/transport/http_client.hpp"

#include "curl_library.hpp"
#include "socket_meter.hpp"

#include "edge/core/error.hpp"
#include "edge/transport/gzip.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace edge::transport {
namespace {

using HeaderList = std::unique_ptr<curl_slist, decltype(curl_slist_free_all)*>;

std::string lower_case(std::string_view text) {
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return lower;
}

std::string_view trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

void append(HeaderList& list, const std::string& line) {
    curl_slist* longer = curl().slist_append(list.get(), line.c_str());
    if (longer == nullptr) throw Error(ErrorCode::internal, "cannot prepare a request: out of memory");
    static_cast<void>(list.release());
    list.reset(longer);
}

/// An answer as it comes in, its body still compressed or not.
struct Incoming {
    explicit Incoming(std::size_t answer_bytes)
        : most(answer_bytes), expanded({.bytes = answer_bytes, .ratio = 64, .free_bytes = 64U << 10U}) {}

    [[nodiscard]] bool is_gzip() const {
        return std::any_of(response.headers.begin(), response.headers.end(), [](const auto& header) {
            return header.first == "content-encoding" && lower_case(header.second) == "gzip";
        });
    }

    bool take(std::string_view bytes) {
        received += bytes.size();
        if (is_gzip()) {
            expanded_status = expanded.feed(bytes);
            return expanded_status == GunzipStatus::ok;
        }
        too_big = response.body.size() + bytes.size() > most;
        if (!too_big) response.body += bytes;
        return !too_big;
    }

    std::size_t most;
    protocol::Response response;
    Gunzip expanded;
    GunzipStatus expanded_status = GunzipStatus::ok;
    bool too_big = false;
    std::uint64_t received = 0;
};

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* incoming) {
    const std::size_t bytes = size * count;
    return static_cast<Incoming*>(incoming)->take({data, bytes}) ? bytes : bytes + 1;
}

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* incoming) {
    protocol::Response& response = static_cast<Incoming*>(incoming)->response;
    const std::string_view line(data, size * count);
    const std::size_t colon = line.find(':');
    if (line.starts_with("HTTP/")) {
        response.headers.clear();  // those of an interim answer
    } else if (colon != std::string_view::npos) {
        response.headers.emplace_back(lower_case(trimmed(line.substr(0, colon))), trimmed(line.substr(colon + 1)));
    }
    return size * count;
}

int on_progress(void* cancelled, curl_off_t /*to_come*/, curl_off_t /*came*/, curl_off_t /*to_go*/,
                curl_off_t /*went*/) {
    const auto& ask = *static_cast<const std::function<bool()>*>(cancelled);
    return ask && ask() ? 1 : 0;
}

curl_socket_t on_open(void* meter, curlsocktype /*purpose*/, curl_sockaddr* address) {
    const int descriptor = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    if (descriptor >= 0) static_cast<SocketMeter*>(meter)->watch(descriptor);
    return descriptor >= 0 ? descriptor : CURL_SOCKET_BAD;
}

int on_close(void* meter, curl_socket_t descriptor) {
    static_cast<SocketMeter*>(meter)->forget(descriptor);
    return close(descriptor);
}

std::string_view reason_of(CURLcode code) {
    switch (code) {
        case CURLE_COULDNT_RESOLVE_HOST:
        case CURLE_COULDNT_RESOLVE_PROXY: return "cannot_resolve";
        case CURLE_COULDNT_CONNECT: return "cannot_connect";
        case CURLE_OPERATION_TIMEDOUT: return "timed_out";
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CACERT_BADFILE:
        case CURLE_SSL_CERTPROBLEM: return "tls";
        case CURLE_ABORTED_BY_CALLBACK: return "cancelled";
        case CURLE_WEIRD_SERVER_REPLY:
        case CURLE_HTTP2: return "bad_answer";
        default: return "broken";
    }
}

}  // namespace

struct HttpClient::State {
    explicit State(HttpSettings given) : settings(std::move(given)), easy(curl().easy_init(), curl().easy_cleanup) {
        if (!easy) throw Error(ErrorCode::internal, "cannot start an HTTP client: libcurl refuses");
        while (settings.base_url.ends_with('/')) settings.base_url.pop_back();
    }

    template <class Value>
    void set(CURLoption option, Value value) {
        curl().easy_setopt(easy.get(), option, value);
    }

    void set_common(const std::string& url, Incoming& incoming, const std::function<bool()>& cancelled) {
        curl().easy_reset(easy.get());
        set(CURLOPT_URL, url.c_str());
        set(CURLOPT_PROTOCOLS_STR, "http,https");
        set(CURLOPT_FOLLOWLOCATION, 0L);
        set(CURLOPT_NOSIGNAL, 1L);
        set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(settings.connect_timeout.count()));
        set(CURLOPT_TIMEOUT_MS, static_cast<long>(settings.total_timeout.count()));
        set(CURLOPT_USERAGENT, settings.user_agent.c_str());
        set(CURLOPT_ERRORBUFFER, error.data());
        set(CURLOPT_WRITEFUNCTION, &on_body);
        set(CURLOPT_WRITEDATA, &incoming);
        set(CURLOPT_HEADERFUNCTION, &on_header);
        set(CURLOPT_HEADERDATA, &incoming);
        set(CURLOPT_NOPROGRESS, 0L);
        set(CURLOPT_XFERINFOFUNCTION, &on_progress);
        set(CURLOPT_XFERINFODATA, &cancelled);
        set(CURLOPT_OPENSOCKETFUNCTION, &on_open);
        set(CURLOPT_OPENSOCKETDATA, &meter);
        set(CURLOPT_CLOSESOCKETFUNCTION, &on_close);
        set(CURLOPT_CLOSESOCKETDATA, &meter);
        if (!settings.ca_file.empty()) set(CURLOPT_CAINFO, settings.ca_file.c_str());
        error[0] = '\0';
    }

    [[nodiscard]] HeaderList headers() const {
        HeaderList list(nullptr, curl().slist_free_all);
        append(list, "Accept-Encoding: gzip");
        append(list, "Accept: application/json, application/problem+json");
        append(list, "Expect:");
        for (const auto& [name, value] : settings.headers) append(list, std::string(name).append(": ").append(value));
        return list;
    }

    HttpResult perform(Incoming& incoming) {
        const CURLcode code = curl().easy_perform(easy.get());
        curl_off_t sent = 0;
        curl().easy_getinfo(easy.get(), CURLINFO_SIZE_UPLOAD_T, &sent);
        traffic.sent += static_cast<std::uint64_t>(sent);
        traffic.received += incoming.received;
        traffic.sockets = meter.total();
        if (incoming.too_big || incoming.expanded_status == GunzipStatus::too_big) {
            return TransportFailure{"too_big", "the answer is longer than " + std::to_string(incoming.most) + " bytes"};
        }
        if (incoming.expanded_status != GunzipStatus::ok) return TransportFailure{"bad_answer", "its gzip is damaged"};
        if (code != CURLE_OK) return failure(code, incoming);
        return finish(incoming);
    }

    [[nodiscard]] TransportFailure failure(CURLcode code, Incoming& incoming) const {
        const std::string told = error.data();
        TransportFailure failed{std::string(reason_of(code)), told.empty() ? curl().easy_strerror(code) : told};
        incoming.response.status = status();
        if (incoming.response.status != 0 && !incoming.is_gzip()) failed.partial = std::move(incoming.response);
        return failed;
    }
    [[nodiscard]] int status() const {
        long code = 0;
        curl().easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &code);
        return static_cast<int>(code);
    }

    HttpResult finish(Incoming& incoming) {
        if (incoming.received > 0 && incoming.is_gzip()) {
            if (incoming.expanded.finish() != GunzipStatus::ok)
                return TransportFailure{"bad_answer", "its gzip ends early"};
            incoming.response.body = std::move(incoming.expanded.result());
        }
        incoming.response.status = status();
        return std::move(incoming.response);
    }

    HttpSettings settings;
    SocketMeter meter;  // outlives the connections
    std::unique_ptr<CURL, decltype(curl_easy_cleanup)*> easy;
    std::array<char, CURL_ERROR_SIZE> error{};
    HttpTraffic traffic;
};

HttpClient::HttpClient(HttpSettings settings) {
    const std::string scheme = lower_case(settings.base_url.substr(0, settings.base_url.find("://")));
    if (scheme != "http" && scheme != "https") {
        throw Error(ErrorCode::invalid_argument,
                    "cannot reach the hub at '" + settings.base_url + "': not an http or https address");
    }
    state_ = std::make_unique<State>(std::move(settings));
}

HttpClient::~HttpClient() = default;
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;

HttpResult HttpClient::post(std::string_view path, std::string_view body, std::string_view content_type,
                            const std::function<bool()>& cancelled) {
    Incoming incoming(state_->settings.answer_bytes);
    const std::string url = state_->settings.base_url + std::string(path);
    const bool compress = body.size() >= identity_below;
    const std::string compressed = compress ? gzip(body) : std::string();
    const std::string_view payload = compress ? std::string_view(compressed) : body;
    state_->set_common(url, incoming, cancelled);
    HeaderList headers = state_->headers();
    append(headers, "Content-Type: " + std::string(content_type));
    if (compress) append(headers, "Content-Encoding: gzip");
    state_->set(CURLOPT_HTTPHEADER, headers.get());
    state_->set(CURLOPT_POST, 1L);
    state_->set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(payload.size()));
    state_->set(CURLOPT_POSTFIELDS, payload.data());
    return state_->perform(incoming);
}

HttpResult HttpClient::get(std::string_view path, const HttpHeaders& own, const std::function<bool()>& cancelled) {
    Incoming incoming(state_->settings.answer_bytes);
    const std::string url = state_->settings.base_url + std::string(path);
    state_->set_common(url, incoming, cancelled);
    HeaderList headers = state_->headers();
    for (const auto& [name, value] : own) append(headers, std::string(name).append(": ").append(value));
    state_->set(CURLOPT_HTTPHEADER, headers.get());
    state_->set(CURLOPT_HTTPGET, 1L);
    return state_->perform(incoming);
}

const HttpTraffic& HttpClient::traffic() const noexcept { return state_->traffic; }

}  // namespace edge::transport
