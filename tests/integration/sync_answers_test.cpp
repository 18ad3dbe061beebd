#include "support/database_dump.hpp"
#include "support/nearby_hub.hpp"
#include "support/shop.hpp"
#include "support/synced_rows.hpp"
#include "unit/transport/loopback_server.hpp"

#include "edge/protocol/next_sync.hpp"
#include "edge/transport/gzip.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>

namespace edge {
namespace {

using test::first_difference;
using test::synced_rows;
using testing::HasSubstr;
using transport::test::LoopbackServer;

/// The server takes one request a connection; unless it says so, a busy machine sends the next one into a dead one
/// first.
std::string response(const std::string& head, const std::string& body) {
    return "HTTP/1.1 " + head + "\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           body;
}

std::string problem(int status, const std::string& name, const std::string& reason, const std::string& more = {}) {
    return response(std::to_string(status) + " X\r\nContent-Type: application/problem+json",
                    R"({"type":"about:blank","title":"t","status":)" + std::to_string(status) + R"(,"class":")" + name +
                        R"(","reason":")" + reason + R"(","detail":"because")" + more + "}");
}

/// Ten bytes that no other number gives and gzip finds nothing in.
std::array<std::uint8_t, 10> noise(int number) {
    std::array<std::uint8_t, 10> bytes{};
    std::mt19937 generator(static_cast<unsigned>(number));
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(generator());
    return bytes;
}

/// A device against a server that answers what a test wants, over a real connection; and a real hub behind it.
class AnswersTest : public testing::Test {
protected:
    AnswersTest() { shop.engine->collect(shop.reserve(shop.post().id).claim_code); }

    SyncReport sync() { return shop.engine->sync({.url = server.url()}); }
    [[nodiscard]] std::string refusal() {
        try {
            static_cast<void>(sync());
        } catch (const Error& error) {
            for (const auto& [name, value] : error.details()) {
                if (name == "class") return value;
            }
            return std::string(name_of(error.code()));
        }
        return "none";
    }
    std::string through(const std::string& request) {
        const std::size_t end = request.find("\r\n\r\n");
        std::string body = transport::test::body_of(request);
        if (request.substr(0, end).find("Content-Encoding: gzip") != std::string::npos)
            body = transport::gunzip(body).bytes;
        hub.now = shop.now;
        const std::size_t path = request.find(' ') + 1;
        const HubAnswer taken = hub.deliver({.url = {},
                                             .path = request.substr(path, request.find(' ', path) - path),
                                             .body = body,
                                             .content_type = {},
                                             .cancelled = {}});
        return response(std::to_string(taken.status) + " X", taken.body);
    }
    /// Once the server is itself again everything arrives.
    void expect_recovery() {
        answer = [this](const std::string& request) { return through(request); };
        shop.now += std::chrono::hours(2);
        const SyncReport report = sync();
        EXPECT_TRUE(report.equal) << report.reason;
        EXPECT_EQ(first_difference(synced_rows(shop.path()), hub.rows(shop.seller_key())), "");
    }
    [[nodiscard]] std::chrono::seconds wait_of(const SyncReport& report) const {
        return std::chrono::floor<std::chrono::seconds>(report.next_attempt.value_or(shop.now) - shop.now);
    }

    test::Shop shop;
    test::NearbyHub hub{shop.folder.file("hub.db")};
    std::function<std::string(const std::string&)> answer;
    LoopbackServer server{[this](const std::string& request) { return answer(request); }};
};

struct Transient {
    std::string name;
    std::string bytes;
    std::string why;
};

class TransientAnswers : public AnswersTest, public testing::WithParamInterface<Transient> {};

TEST_P(TransientAnswers, KeepEverythingAndBackOff) {
    answer = [](const std::string&) { return GetParam().bytes; };

    const SyncReport first = sync();
    const SyncReport second = sync();

    EXPECT_THAT(first.reason, HasSubstr(GetParam().why));
    EXPECT_EQ(first.pending_changes, 4);
    EXPECT_EQ(second.pending_changes, 4);
    EXPECT_LE(wait_of(first), std::chrono::seconds(2));
    EXPECT_LE(wait_of(second), std::chrono::seconds(4));
    EXPECT_GT(shop.engine->sync_status().lanes.at(0).segments_kept, 0);
    EXPECT_EQ(shop.engine->sync_status().waiting_for.empty(), false);
    expect_recovery();
}

INSTANTIATE_TEST_SUITE_P(
    Answers, TransientAnswers,
    testing::Values(Transient{"Timeout408", problem(408, "retry", "timed_out"), "did not answer in time"},
                    Transient{"TooEarly425", response("425 X", ""), "cannot take anything"},
                    Transient{"TooMany429", response("429 X", "{}"), "cannot take anything"},
                    Transient{"BadGateway502", response("502 X", "<html>nginx</html>"), "cannot take anything"},
                    Transient{"LoginPage200", response("200 OK\r\nContent-Type: text/html", "<html>Welcome</html>"),
                              "is not a hub"},
                    Transient{"LoginRedirect302", response("302 Found\r\nLocation: http://portal/", "<html></html>"),
                              "is not a hub"},
                    Transient{"LoginPage403", response("403 Forbidden", "<html>Pay first</html>"), "is not a hub"},
                    Transient{"CutShort", "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"v\":1", "broke"},
                    Transient{"NoHttp", "SSH-2.0-OpenSSH\r\n", "HTTP"}),
    [](const auto& given) { return given.param.name; });

TEST_F(AnswersTest, RetryAfterIsHonoured) {
    answer = [](const std::string&) { return response("503 X\r\nRetry-After: 1234", ""); };

    const SyncReport report = sync();

    EXPECT_EQ(wait_of(report), std::chrono::seconds(1234));
}

TEST_F(AnswersTest, TheHubsWishIsHonouredAndItsClockCompared) {
    answer = [this](const std::string& request) {
        std::string bytes = through(request);
        const std::string date = protocol::http_date(
            std::chrono::floor<std::chrono::milliseconds>(shop.now).time_since_epoch().count() + 90'000);
        return bytes.insert(bytes.find("\r\n"), "\r\nDate: " + date);
    };

    const SyncReport report = sync();

    EXPECT_TRUE(report.equal) << report.reason;
    EXPECT_EQ(wait_of(report), std::chrono::seconds(300));
    ASSERT_TRUE(shop.engine->sync_status().clock_offset.has_value());
    EXPECT_NEAR(static_cast<double>(shop.engine->sync_status().clock_offset->count()), 90'000, 1'000);
}

TEST_F(AnswersTest, AuthStopsSyncingAndDeletesNothing) {
    for (const int status : {401, 403}) {
        answer = [status](const std::string&) { return problem(status, "auth", "revoked"); };
        EXPECT_EQ(refusal(), "auth");
        EXPECT_EQ(shop.engine->sync_status().pending_changes, 4);
    }
    shop.post("Selling goes on");
    EXPECT_EQ(*shop.engine->sync_status().next_attempt - shop.now, std::chrono::minutes(15));
    expect_recovery();
}

TEST_F(AnswersTest, UpgradeKeepsSealingAndExporting) {
    for (const int status : {415, 426}) {
        answer = [status](const std::string&) { return problem(status, "upgrade", "unknown_version"); };
        EXPECT_EQ(refusal(), "upgrade");
    }
    shop.post("Later bag");
    EXPECT_EQ(refusal(), "upgrade");
    EXPECT_FALSE(shop.engine->export_segments(shop.folder.path()).empty());
    EXPECT_EQ(shop.engine->sync_status().pending_changes, 5);
    expect_recovery();
}

TEST_F(AnswersTest, TooBigIsSentInSmallerRequests) {
    for (int i = 0; i < 3; ++i) {
        answer = [](const std::string&) { return response("503 X", ""); };
        shop.post("Bag " + std::to_string(i));
        static_cast<void>(sync());
    }
    std::vector<std::size_t> sizes;
    answer = [&](const std::string& request) {
        std::string body = transport::test::body_of(request);
        if (request.find("Content-Encoding: gzip") != std::string::npos) body = transport::gunzip(body).bytes;
        sizes.push_back(body.size());
        return std::ranges::count(body, '\n') > 2 ? response("413 X", "") : through(request);
    };

    const SyncReport report = sync();

    EXPECT_TRUE(report.equal) << report.reason;
    EXPECT_GT(sizes.size(), 2U);
    EXPECT_GT(sizes.front(), sizes.back());
    expect_recovery();
}

TEST_F(AnswersTest, WhatTheHubCannotReadIsHeldForAPerson) {
    answer = [](const std::string&) { return problem(422, "bug", "wrong_shape"); };

    EXPECT_EQ(refusal(), "bug");

    EXPECT_EQ(shop.engine->sync_status().pending_changes, 4);
    EXPECT_THAT(shop.engine->sync_status().waiting_for, HasSubstr("cannot read a segment"));
    EXPECT_FALSE(shop.engine->export_segments(shop.folder.path()).empty());
}

TEST_F(AnswersTest, RecoveriesAreCountedAndAtMostOneAnHour) {
    for (const int status : {409, 410, 416}) {
        SCOPED_TRACE(status);
        shop.now += std::chrono::hours(2);
        const std::int64_t epoch = shop.engine->sync_status().epoch;
        answer = [&](const std::string&) {
            const std::int64_t now = shop.engine->sync_status().epoch;
            return problem(status, "resync", "fork",
                           R"(,"at":{"lane":"ops","epoch":)" + std::to_string(now) +
                               R"(,"seq":1,"part":1},"next_epoch":)" + std::to_string(now + 1));
        };

        for (int i = 0; i < 3; ++i) static_cast<void>(refusal());

        EXPECT_EQ(shop.engine->sync_status().epoch, epoch + 1) << "one new epoch, whatever the hub says";
        EXPECT_EQ(shop.engine->sync_status().pending_changes, 4);
    }
    expect_recovery();
}

TEST_F(AnswersTest, EveryByteThroughTheSocketIsCounted) {
    std::size_t carried = 0;
    answer = [&](const std::string& request) {
        std::string bytes = through(request);
        carried += request.size() + bytes.size();
        return bytes;
    };

    const SyncReport report = sync();

    EXPECT_EQ(static_cast<std::size_t>(report.socket_bytes), carried);
    EXPECT_EQ(report.bytes_today, report.socket_bytes);
    shop.post();
    EXPECT_EQ(static_cast<std::size_t>(sync().bytes_today), carried);
    shop.now += std::chrono::hours(24);
    EXPECT_EQ(shop.engine->sync_status().bytes_today, 0) << "a new day where the shop is";
}

TEST_F(AnswersTest, ARepairIsCountedTooAndWaitsForASyncThatDoesNotCount) {
    std::size_t carried = 0;
    std::size_t repairs = 0;
    answer = [&](const std::string& request) {
        std::string bytes = through(request);
        carried += request.size() + bytes.size();
        repairs += request.starts_with("POST /v1/repair") ? 1U : 0U;
        return bytes;
    };
    test::run_sql(shop.path(), "INSERT INTO holidays (region, day, name) VALUES ('GB', 20400, 'Feast')");
    static_cast<void>(sync());
    // only the hub's lists show that this file has lost a row
    test::run_sql(shop.path(),
                  "INSERT INTO capture_guard VALUES (1); DELETE FROM holidays; DELETE FROM capture_guard; "
                  "DELETE FROM sync_base WHERE place & 15 = 11; UPDATE sync_state SET value = '' WHERE name = "
                  "'base_digest'");
    const SyncReport metered = shop.engine->sync({.url = server.url(), .day_budget = 1'000'000});
    EXPECT_EQ(repairs, 0U);
    EXPECT_EQ(static_cast<std::size_t>(metered.bytes_today), carried);

    const SyncReport report = sync();

    EXPECT_GT(repairs, 0U);
    EXPECT_EQ(static_cast<std::size_t>(report.bytes_today), carried);
}

TEST_F(AnswersTest, TheDaysBudgetIsNotOverrun) {
    answer = [this](const std::string& request) { return through(request); };
    const SyncReport first = shop.engine->sync({.url = server.url(), .day_budget = 6'000});
    shop.post("Another bag");
    std::int64_t used = first.bytes_today;
    for (int i = 0; i < 12; ++i) {
        shop.post("Bag " + std::to_string(i));
        const SyncReport report = shop.engine->sync({.url = server.url(), .day_budget = 6'000});
        used = report.bytes_today;
    }

    EXPECT_GT(used, 3'000);
    EXPECT_LE(used, 6'000);
    const SyncReport last = shop.engine->sync({.url = server.url(), .day_budget = 6'000});
    EXPECT_TRUE(last.budget_used);
    EXPECT_EQ(last.socket_bytes, 0);
    EXPECT_GT(last.pending_changes, 0);
    expect_recovery();
}

TEST_F(AnswersTest, APartThatIsMoreThanADaysBudgetIsCutAndGoesOverDays) {
    answer = [this](const std::string& request) { return through(request); };
    for (int i = 0; i < 100; ++i) shop.post(fmt::format("Bag {} {}", i, Uuid::make_v7(shop.now, noise(i)).text()));
    std::int64_t most = 0;
    int days = 0;
    SyncReport report;
    for (; days < 30 && !report.equal; ++days) {
        shop.now += std::chrono::hours(24);
        for (int visit = 0; visit < 12 && !report.budget_used && !report.equal; ++visit) {
            shop.now += std::chrono::minutes(5);
            report = shop.engine->sync({.url = server.url(), .day_budget = 6'000});
        }
        most = std::max(most, report.bytes_today);
        report.budget_used = false;
    }

    EXPECT_TRUE(report.equal) << report.reason;
    EXPECT_GT(days, 1) << "else nothing is shown";
    EXPECT_LE(most, 6'000);
    expect_recovery();
}

TEST_F(AnswersTest, AChangeThatIsMoreThanADaysBudgetSaysSo) {
    answer = [this](const std::string& request) { return through(request); };
    std::string noisy;
    for (int i = 0; i < 400; ++i) noisy += Uuid::make_v7(shop.now, noise(i)).text();
    test::run_sql(shop.path(), "INSERT INTO holidays (region, day, name) VALUES ('GB-ENG', 20000, '" + noisy + "')");

    SyncReport report;
    for (int hour = 0; hour < 30; ++hour) {
        shop.now += std::chrono::hours(1);
        report = shop.engine->sync({.url = server.url(), .day_budget = 4'000});
    }
    EXPECT_THAT(report.reason, HasSubstr("without --metered"));
    EXPECT_EQ(shop.engine->sync({.url = server.url(), .day_budget = 1'000}).reason,
              "a day's 1000 bytes carry no request at all: one needs 2512");

    EXPECT_TRUE(shop.engine->sync({.url = server.url()}).equal);
}

TEST_F(AnswersTest, TheDayOfABudgetEndsAtMidnightWhereTheShopIs) {
    answer = [this](const std::string& request) { return through(request); };
    test::run_sql(shop.path(), "UPDATE sellers SET time_zone = 'Pacific/Auckland'");  // 13 hours ahead of UTC
    shop.now = std::chrono::sys_days(std::chrono::year(2026) / 1 / 14) + std::chrono::hours(10);
    const std::int64_t used = shop.engine->sync({.url = server.url(), .day_budget = 60'000}).bytes_today;
    EXPECT_GT(used, 0);

    shop.now += std::chrono::minutes(59);
    EXPECT_EQ(shop.engine->sync_status().bytes_today, used);
    shop.now += std::chrono::minutes(1);
    EXPECT_EQ(shop.engine->sync_status().bytes_today, 0);
    static_cast<void>(shop.engine->sync({.url = server.url(), .day_budget = 60'000}));
    shop.now += std::chrono::hours(14);  // past midnight UTC
    EXPECT_GT(shop.engine->sync_status().bytes_today, 0);
}

TEST_F(AnswersTest, SellingDoesNotWaitForTheNetwork) {
    Engine till =
        Engine::open(shop.path(), {.lock_timeout = std::chrono::milliseconds(0), .clock = shop.options.clock});
    int sold = 0;
    answer = [&](const std::string& request) {
        // while the request is under way, another program sells, and would not wait a moment for a lock
        till.post_bundle({.seller = till.home_seller(),
                          .name = "Sold meanwhile",
                          .description = {},
                          .categories = {shop.category},
                          .total_qty = 1,
                          .weight_grams = 1,
                          .price = {1},
                          .window = {.start = shop.now, .end = shop.now + std::chrono::hours(1)}});
        ++sold;
        return through(request);
    };

    static_cast<void>(sync());

    EXPECT_GT(sold, 0);
    expect_recovery();
}

TEST_F(AnswersTest, PushAloneTakesNothingAndPullAloneSendsNothing) {
    std::vector<std::string> bodies;
    answer = [&](const std::string& request) {
        std::string body = transport::test::body_of(request);
        if (request.find("Content-Encoding: gzip") != std::string::npos) body = transport::gunzip(body).bytes;
        bodies.push_back(body);
        return through(request);
    };

    const SyncReport pull = shop.engine->sync({.url = server.url(), .direction = SyncDirection::pull});
    EXPECT_EQ(pull.pending_changes, 4);
    EXPECT_FALSE(pull.equal);
    EXPECT_EQ(bodies.back().find("segment"), std::string::npos);
    const SyncReport push = shop.engine->sync({.url = server.url(), .direction = SyncDirection::push});
    EXPECT_EQ(push.pending_changes, 0);
    EXPECT_THAT(bodies.back(), HasSubstr(R"("pull_bytes":0)"));
}

}  // namespace
}  // namespace edge
