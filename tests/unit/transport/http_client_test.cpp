#include "edge/transport/http_client.hpp"

#include "unit/transport/loopback_server.hpp"

#include "edge/core/error.hpp"
#include "edge/transport/gzip.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <string>
#include <utility>
#include <vector>

namespace edge::transport {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace): helpers of this folder

std::string answer(const std::string& head, const std::string& body) {
    return "HTTP/1.1 " + head + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

HttpSettings settings(const std::string& url) {
    HttpSettings given;
    given.base_url = url;
    given.answer_bytes = 100'000;
    return given;
}

std::string reason(const HttpResult& result) {
    const auto* failure = std::get_if<TransportFailure>(&result);
    return failure == nullptr ? "status " + std::to_string(std::get<protocol::Response>(result).status)
                              : failure->reason;
}

HttpResult post(const std::string& url, const std::string& body = "x") {
    return HttpClient(settings(url)).post("/v1/sync", body, "application/x-ndjson");
}

TEST(HttpClient, PostsASmallBodyAsItIs) {
    std::string request;
    const LoopbackServer server([&](const std::string& got) {
        request = got;
        return answer("200 OK\r\nRetry-After: 7\r\nX-Two:  spaced ", "hello");
    });
    const std::string body(identity_below - 1, 'a');

    const HttpResult result = post(server.url() + "/base/", body);

    ASSERT_EQ(reason(result), "status 200");
    const auto& response = std::get<protocol::Response>(result);
    EXPECT_EQ(response.body, "hello");
    EXPECT_EQ(response.headers.at(0), (std::pair<std::string, std::string>("retry-after", "7")));
    EXPECT_EQ(response.headers.at(1).second, "spaced");
    EXPECT_TRUE(request.starts_with("POST /base/v1/sync HTTP/1.1\r\n")) << request;
    EXPECT_NE(request.find("Content-Type: application/x-ndjson\r\n"), std::string::npos);
    EXPECT_EQ(request.find("Content-Encoding"), std::string::npos);
    EXPECT_EQ(body_of(request), body);
}

TEST(HttpClient, CompressesALargerBody) {
    std::string request;
    const LoopbackServer server([&](const std::string& got) {
        request = got;
        return answer("200 OK", "");
    });
    const std::string body(identity_below, 'a');
    HttpClient client(settings(server.url()));

    const HttpResult result = client.post("/v1/sync", body, "text/plain");

    ASSERT_EQ(reason(result), "status 200");
    EXPECT_NE(request.find("Content-Encoding: gzip\r\n"), std::string::npos);
    EXPECT_EQ(body_of(request), gzip(body));
    EXPECT_EQ(client.traffic().sent, gzip(body).size());
}

TEST(HttpClient, ExpandsAGzippedAnswer) {
    const std::string text(50'000, 'z');
    const LoopbackServer server([&](const std::string& request) {
        EXPECT_NE(request.find("Accept-Encoding: gzip"), std::string::npos);
        return answer("200 OK\r\nContent-Encoding: GZIP", gzip(text));
    });

    const HttpResult result = post(server.url());

    ASSERT_EQ(reason(result), "status 200");
    EXPECT_EQ(std::get<protocol::Response>(result).body, text);
}

TEST(HttpClient, GivesBackEveryStatusWithoutFollowing) {
    for (const std::string status : {"302 Found\r\nLocation: http://127.0.0.1:1/", "413 Too Large", "503 Busy"}) {
        const LoopbackServer server([&](const std::string&) { return answer(status, "<html>"); });

        EXPECT_EQ(reason(post(server.url())), "status " + status.substr(0, 3));
    }
}

TEST(HttpClient, StopsReadingAnAnswerThatIsTooLong) {
    const LoopbackServer plain([](const std::string&) { return answer("200 OK", std::string(100'001, 'a')); });
    const LoopbackServer bomb([](const std::string&) {
        return answer("200 OK\r\nContent-Encoding: gzip", gzip(std::string().append(50'000'000, 'a')));
    });

    EXPECT_EQ(reason(post(plain.url())), "too_big");
    EXPECT_EQ(reason(post(bomb.url())), "too_big");
}

TEST(HttpClient, SaysHowTheNetworkFailed) {
    const LoopbackServer half([](const std::string&) { return "HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\nhalf"; });
    const LoopbackServer silent([](const std::string&) { return ""; });
    const LoopbackServer not_gzip(
        [](const std::string&) { return answer("200 OK\r\nContent-Encoding: gzip", "plain"); });
    const LoopbackServer half_gzip([](const std::string&) {
        return answer("200 OK\r\nContent-Encoding: gzip", gzip("some text to cut").substr(0, 20));
    });

    EXPECT_EQ(reason(post(half.url())), "broken");
    EXPECT_EQ(reason(post(silent.url())), "broken");
    EXPECT_EQ(reason(post(not_gzip.url())), "bad_answer");
    EXPECT_EQ(reason(post(half_gzip.url())), "bad_answer");
    EXPECT_EQ(reason(post("http://127.0.0.1:1")), "cannot_connect");
    EXPECT_EQ(reason(post("http://no-such-host.invalid")), "cannot_resolve");
}

TEST(HttpClient, CountsEveryByteThatItsSocketsCarried) {
    std::size_t carried = 0;
    const LoopbackServer server([&](const std::string& got) {
        const std::string bytes = answer("200 OK", std::string(5000, 'b'));
        carried += got.size() + bytes.size();
        return bytes;
    });
    HttpClient client(settings(server.url()));

    for (int i = 0; i < 3; ++i) static_cast<void>(client.post("/v1/sync", std::string(3000, 'a'), "text/plain"));

    EXPECT_EQ(client.traffic().sockets, carried);
    EXPECT_LT(client.traffic().sent + client.traffic().received, carried);
}

TEST(HttpClient, GivesUpAfterItsTime) {
    std::promise<void> gave_up;
    const LoopbackServer server([&](const std::string&) {
        gave_up.get_future().wait();
        return std::string();
    });
    HttpSettings hasty = settings(server.url());
    hasty.total_timeout = std::chrono::milliseconds(20);

    const std::string why = reason(HttpClient(hasty).get("/healthz"));
    gave_up.set_value();

    EXPECT_EQ(why, "timed_out");
}

TEST(HttpClient, StopsWhenItIsCancelled) {
    const LoopbackServer server([](const std::string&) { return answer("200 OK", ""); });
    HttpClient client(settings(server.url()));

    EXPECT_EQ(reason(client.post("/v1/sync", "x", "text/plain", [] { return true; })), "cancelled");
    EXPECT_EQ(reason(client.post("/v1/sync", "x", "text/plain", [] { return false; })), "status 200");
}

TEST(HttpClient, RefusesOtherSchemes) {
    EXPECT_THROW(HttpClient(settings("file:///etc/passwd")), Error);
    EXPECT_THROW(HttpClient(settings("hub.example.org")), Error);
}

}  // namespace
}  // namespace edge::transport
