#include "server_fixture.hpp"

#include "edge/core/error.hpp"

#include <condition_variable>
#include <fstream>
#include <mutex>
#include <thread>

namespace edge::hub {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::RawConnection;

class HttpLimitsTest : public ServerFixture {
protected:
    static int status_of(const std::string& answer) {
        return answer.size() > 12 && answer.rfind("HTTP/1.1 ", 0) == 0 ? std::stoi(answer.substr(9, 3)) : 0;
    }
    int status_after(const std::string& bytes) {
        RawConnection connection(server->port());
        connection.send(bytes);
        return status_of(connection.read_until("\r\n\r\n"));
    }
    static std::size_t count(const std::string& text, const std::string& what) {
        std::size_t found = 0;
        for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
        return found;
    }
};

TEST_F(HttpLimitsTest, KnowsItsPathsAndTheirMethods) {
    serve();

    EXPECT_EQ(problem_of(get("/v1/push")).status, 404);
    EXPECT_EQ(problem_of(get("/")).status, 404);
    const protocol::Response wrong = get("/v1/sync");
    EXPECT_EQ(problem_of(wrong).status, 405);
    EXPECT_NE(
        std::find(wrong.headers.begin(), wrong.headers.end(), std::pair<std::string, std::string>("allow", "POST")),
        wrong.headers.end());
    transport::HttpClient http = client();
    EXPECT_EQ(problem_of(response_of(http.post("/v1/status", "", "text/plain"))).status, 405);
}

TEST_F(HttpLimitsTest, TakesOnlyTheContentItUnderstands) {
    serve();
    transport::HttpClient http = client();

    const protocol::Response html = response_of(http.post(protocol::sync_path, "x", "text/html"));
    const int brotli = status_after(post_head(1, "Content-Encoding: br\r\n") + "x");

    EXPECT_EQ(problem_of(html).problem_class, protocol::ProblemClass::upgrade);
    EXPECT_EQ(html.status, 415);
    EXPECT_EQ(brotli, 415);
}

TEST_F(HttpLimitsTest, RefusesATooLongBodyByItsAnnouncement) {
    options.body_bytes = 1000;
    serve();
    RawConnection connection(server->port());

    connection.send(post_head(1001));  // and not one byte of it

    EXPECT_EQ(status_of(connection.read_until("\r\n\r\n")), 413);
    EXPECT_EQ(server->counters().body_bytes_received, 0U);
}

TEST_F(HttpLimitsTest, RefusesATooLongBodyThatWasNotAnnounced) {
    options.body_bytes = 100'000;
    serve();
    RawConnection connection(server->port());
    connection.send(
        "POST /v1/sync HTTP/1.1\r\nHost: hub\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: "
        "chunked\r\n\r\n");
    const std::string chunk = "4000\r\n" + std::string(0x4000, 'x') + "\r\n";

    for (int i = 0; i < 20; ++i) connection.send(chunk);

    EXPECT_EQ(status_of(connection.read_until("\r\n\r\n")), 413);
    EXPECT_LE(server->counters().body_bytes_received, options.body_bytes + 65536);
}

TEST_F(HttpLimitsTest, StopsExpandingABombAtItsLimit) {
    serve();
    const std::string bomb = transport::gzip(std::string(64U << 20U, 'a'));

    const int status = status_after(post_head(bomb.size(), "Content-Encoding: gzip\r\n") + bomb);

    EXPECT_EQ(status, 413);
    EXPECT_LT(server->counters().body_bytes_received, bomb.size());
}

TEST_F(HttpLimitsTest, SpendsNoMemoryOnBombs) {
    const auto resident_kib = [] {
        std::ifstream status("/proc/self/status");
        for (std::string line; std::getline(status, line);) {
            if (line.starts_with("VmRSS:")) return std::stol(line.substr(line.find_first_of("0123456789")));
        }
        return 0L;
    };
    serve();
    constexpr std::size_t expanded = 256U << 20U;
    const std::string bomb = transport::gzip(std::string(expanded, 'a'));
    const std::string request = post_head(bomb.size(), "Content-Encoding: gzip\r\n") + bomb;
    EXPECT_EQ(status_after(request), 413);
    const long before = resident_kib();

    for (int i = 0; i < 8; ++i) EXPECT_EQ(status_after(request), 413);

    // freed memory stays resident under a sanitizer: what was ever taken shows
    EXPECT_LT(resident_kib() - before, 32L << 10U) << "of the 2 GiB that the bombs hold";
}

TEST_F(HttpLimitsTest, HoldsAPartToItsLengthAsItTravels) {
    options.intake.limits.part_compressed_bytes = 1000;
    serve();
    std::string noise = "{";
    std::uint32_t state = 1;
    for (int i = 0; i < 20'000; ++i) {
        state = state * 1'664'525U + 1'013'904'223U;
        noise += static_cast<char>('a' + (state >> 24U) % 26);
    }
    const std::string body = transport::gzip(noise + "\n");
    ASSERT_GT(body.size(), 1000U);

    EXPECT_EQ(status_after(post_head(body.size(), "Content-Encoding: gzip\r\n") + body), 413);
}

TEST_F(HttpLimitsTest, RefusesGzipThatIsDamagedOrCutShort) {
    serve();
    std::string body = transport::gzip(device.request(shop(40)));
    const std::string cut = body.substr(0, body.size() - 4);
    body[body.size() / 2] ^= 0x55;

    EXPECT_EQ(status_after(post_head(body.size(), "Content-Encoding: gzip\r\n") + body), 400);
    EXPECT_EQ(status_after(post_head(cut.size(), "Content-Encoding: gzip\r\n") + cut), 400);
    EXPECT_TRUE(store->sellers().empty());
}

TEST_F(HttpLimitsTest, AnswersGarbageAndLongHeadersAndGoesOn) {
    serve();
    const std::string long_header =
        "GET /healthz HTTP/1.1\r\nX: " + std::string(options.header_bytes, 'x') + "\r\n\r\n";

    EXPECT_EQ(status_after("\x16\x03\x01\x02 this is TLS or worse\r\n\r\n"), 400);
    EXPECT_EQ(status_after(long_header), 431);
    EXPECT_EQ(get("/healthz").body, "ok\n");
}

TEST_F(HttpLimitsTest, EndsARequestThatComesTooSlowly) {
    options.request_timeout = milliseconds(150);
    serve();
    RawConnection slow(server->port());

    slow.send(post_head(5000) + "{\"v\"");

    EXPECT_EQ(status_of(slow.read_to_end()), 408);
    EXPECT_TRUE(slow.ended());
    EXPECT_EQ(server->counters().timeouts, 1U);
    EXPECT_EQ(get("/healthz").status, 200);
}

TEST_F(HttpLimitsTest, ClosesAConnectionThatAsksNothing) {
    options.idle_timeout = milliseconds(100);
    serve();
    RawConnection idle(server->port());

    EXPECT_EQ(idle.read_to_end(), "");
    EXPECT_TRUE(idle.ended());
}

TEST_F(HttpLimitsTest, AnswersPipelinedRequestsInOrderOnOneConnection) {
    serve();
    const std::string body = device.request(shop());
    RawConnection connection(server->port());

    connection.send(post_head(body.size()) + body + "GET /healthz HTTP/1.1\r\nHost: hub\r\n\r\n" +
                    "GET /nowhere HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n\r\n");
    const std::string& answers = connection.read_to_end();

    EXPECT_TRUE(connection.ended());
    EXPECT_EQ(count(answers, "HTTP/1.1 "), 3U);
    const std::size_t first = answers.find("\"ack\"");
    const std::size_t second = answers.find("ok\n");
    const std::size_t third = answers.find("unknown_path");
    EXPECT_LT(first, second);
    EXPECT_LT(second, third);
    EXPECT_NE(third, std::string::npos);
    EXPECT_EQ(server->counters().connections, 1U);
}

TEST_F(HttpLimitsTest, KeepsAConnectionOpenBetweenRequests) {
    serve();
    transport::HttpClient http = client();

    for (int i = 0; i < 5; ++i) EXPECT_EQ(response_of(http.get("/healthz")).status, 200);

    EXPECT_EQ(server->counters().connections, 1U);
}

TEST_F(HttpLimitsTest, AsksForABodyThatWaitsToBeAskedFor) {
    serve();
    const std::string body = device.request(shop());
    RawConnection connection(server->port());

    connection.send(post_head(body.size(), "Expect: 100-continue\r\n"));
    const std::string asked = connection.read_until("\r\n\r\n");
    connection.send(body);

    EXPECT_EQ(status_of(asked), 100);
    EXPECT_NE(connection.read_until("HTTP/1.1 200").find("HTTP/1.1 200"), std::string::npos);
}

TEST_F(HttpLimitsTest, TurnsAwayConnectionsBeyondTheCap) {
    options.connections = 2;
    serve();
    const auto healthy = [](RawConnection& connection) {
        connection.send("GET /healthz HTTP/1.1\r\nHost: hub\r\n\r\n");
        return status_of(connection.read_until("ok\n"));
    };
    RawConnection first(server->port());
    RawConnection second(server->port());
    ASSERT_EQ(healthy(first), 200);
    ASSERT_EQ(healthy(second), 200);

    RawConnection third(server->port());
    const std::string& refusal = third.read_to_end();

    EXPECT_EQ(status_of(refusal), 503);
    EXPECT_NE(refusal.find("Retry-After: 2"), std::string::npos);
    EXPECT_EQ(server->counters().connections_refused, 1U);
}

TEST_F(HttpLimitsTest, GzipsLongAnswersForThoseWhoTakeThem) {
    serve();
    const std::string request = "GET /metrics HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n";
    RawConnection plain(server->port());
    RawConnection gzip(server->port());

    plain.send(request + "\r\n");
    gzip.send(request + "Accept-Encoding: deflate, gzip\r\n\r\n");

    EXPECT_EQ(plain.read_to_end().find("Content-Encoding"), std::string::npos);
    EXPECT_NE(gzip.read_to_end().find("Content-Encoding: gzip"), std::string::npos);
    EXPECT_LT(gzip.read_to_end().size(), plain.read_to_end().size());
}

TEST_F(HttpLimitsTest, StopsAfterTheRequestInHandAndClosesIdleConnections) {
    std::mutex mutex;
    std::condition_variable changed;
    bool in_hand = false;
    bool go_on = false;
    watched.before_write = [&] {
        std::unique_lock<std::mutex> lock(mutex);
        in_hand = true;
        changed.notify_all();
        changed.wait(lock, [&] { return go_on; });
    };
    serve();
    RawConnection idle(server->port());
    idle.send("GET /healthz HTTP/1.1\r\nHost: hub\r\n\r\n");
    idle.read_until("ok\n");
    const std::string body = device.request(shop());
    RawConnection busy(server->port());
    busy.send(post_head(body.size()) + body);
    {
        std::unique_lock<std::mutex> lock(mutex);
        changed.wait(lock, [&] { return in_hand; });
    }

    std::thread stopping([&] { server->stop(); });
    idle.read_to_end();
    {
        const std::scoped_lock lock(mutex);
        go_on = true;
        changed.notify_all();
    }
    const std::string& answer = busy.read_to_end();
    stopping.join();

    EXPECT_TRUE(idle.ended());
    EXPECT_EQ(status_of(answer), 200);
    EXPECT_NE(answer.find("Connection: close"), std::string::npos);
    EXPECT_EQ(rows().size(), 5U);
    EXPECT_THROW(RawConnection(server->port()), Error);
}

TEST_F(HttpLimitsTest, StopsASenderThatNeverFinishesWhenTheGraceIsOver) {
    options.stop_grace = milliseconds(100);
    serve();
    RawConnection endless(server->port());
    endless.send(post_head(5000) + "{");
    get("/healthz");

    server->stop();

    EXPECT_EQ(endless.read_to_end(), "");
    EXPECT_TRUE(endless.ended());
}

TEST_F(HttpLimitsTest, RunReturnsOnceStopped) {
    server.emplace(*store, options);
    std::thread running([&] { server->run(); });

    server->start();
    EXPECT_EQ(get("/healthz").status, 200);
    server->stop();
    server->stop();
    running.join();
}

TEST_F(HttpLimitsTest, SaysWhyItCannotListen) {
    serve();
    ServerOptions same = options;
    same.port = server->port();
    HubServer second(*store, same);
    ServerOptions nowhere = options;
    nowhere.address = "localhost:80";
    HubServer third(*store, nowhere);

    const auto failure_of = [](HubServer& one) {
        try {
            one.start();
        } catch (const Error& error) {
            return name_of(error.code());
        }
        return std::string_view("none");
    };

    EXPECT_EQ(failure_of(second), "io_failure");
    EXPECT_EQ(failure_of(third), "invalid_argument");
}

}  // namespace
}  // namespace edge::hub
