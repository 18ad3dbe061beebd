#include "sync_exchange.hpp"

#include "edge/transport/http_client.hpp"

#include <memory>

namespace edge {
namespace {

HubAnswer to_answer(const transport::HttpResult& result) {
    HubAnswer answer;
    if (const auto* failure = std::get_if<transport::TransportFailure>(&result)) {
        answer.failure = failure->reason + ": " + failure->detail;
        answer.headers = failure->partial.headers;
        answer.body = failure->partial.body;
        return answer;
    }
    const auto& response = std::get<protocol::Response>(result);
    answer.status = response.status;
    answer.headers = response.headers;
    answer.body = response.body;
    return answer;
}

}  // namespace

HubExchange http_exchange(const SyncOptions& options, const std::string& ca_file) {
    const auto client = std::make_shared<transport::HttpClient>(
        transport::HttpSettings{.base_url = options.url,
                                .connect_timeout = std::min(options.timeout, std::chrono::milliseconds(10'000)),
                                .total_timeout = options.timeout,
                                .user_agent = options.app,
                                .ca_file = ca_file,
                                .headers = {}});
    return [client](const HubRequest& request) {
        const transport::HttpTraffic before = client->traffic();
        HubAnswer answer =
            to_answer(request.method == "GET"
                          ? client->get(request.path, request.headers, request.cancelled)
                          : client->post(request.path, request.body, request.content_type, request.cancelled));
        answer.bytes_sent = static_cast<std::int64_t>(client->traffic().sent - before.sent);
        answer.bytes_received = static_cast<std::int64_t>(client->traffic().received - before.received);
        answer.socket_bytes = static_cast<std::int64_t>(client->traffic().sockets - before.sockets);
        return answer;
    };
}

}  // namespace edge
