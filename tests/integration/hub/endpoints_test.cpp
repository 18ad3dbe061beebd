#include "server_fixture.hpp"

#include "edge/core/error.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>

#include <mutex>

namespace edge::hub {
namespace {

namespace json = boost::json;

class EndpointsTest : public ServerFixture {
protected:
    json::object document(const std::string& path) {
        const protocol::Response response = get(path);
        EXPECT_EQ(response.status, 200) << response.body;
        return json::parse(response.body).as_object();
    }
};

TEST_F(EndpointsTest, HelloNamesEpochVersionsAndLimits) {
    options.app = "edge-analytics/9.9.9";
    serve();

    const json::object hello = document("/v1/hello");

    EXPECT_EQ(hello.at("hub_epoch").as_string(), store->settings().epoch);
    EXPECT_EQ(hello.at("app").as_string(), "edge-analytics/9.9.9");
    EXPECT_EQ(hello.at("versions").as_array().at(0).as_int64(), 1);
    EXPECT_EQ(hello.at("limits").at("part_changes").to_number<int>(), 5000);
    EXPECT_EQ(hello.at("limits").at("expansion_ratio").to_number<int>(), 64);
}

TEST_F(EndpointsTest, StatusCountsWhatTheHubHolds) {
    serve();
    device.reservation(9, 8, "NOBUNDLE");
    ack_of(post(device.request(shop())));

    const json::object status = document("/v1/status");

    EXPECT_EQ(status.at("rows").as_int64(), 5);
    EXPECT_EQ(status.at("dead_letters").as_int64(), 1);
    EXPECT_EQ(status.at("applied_segments").as_int64(), 1);
    EXPECT_EQ(status.at("durable").at("rule").as_string(), "applied");
}

TEST_F(EndpointsTest, DeadLettersComeByPages) {
    serve();
    for (int i = 0; i < 5; ++i) device.reservation(10 + i, 77, "C" + std::to_string(i));
    ack_of(post(device.request(device.seal_bytes())));

    const json::object first = document("/v1/deadletter?seller=s%2D1&limit=3");
    const json::object second =
        document("/v1/deadletter?limit=3&seller=s-1&after=" + std::string(first.at("next").as_string()));

    ASSERT_EQ(first.at("dead_letters").as_array().size(), 3U);
    ASSERT_EQ(second.at("dead_letters").as_array().size(), 2U);
    EXPECT_TRUE(second.at("next").is_null());
    const json::object& letter = second.at("dead_letters").as_array()[1].as_object();
    EXPECT_EQ(letter.at("reason").as_string(), "missing_parent");
    EXPECT_EQ(letter.at("index").as_int64(), 4);
    EXPECT_EQ(letter.at("change").at("p").at("claim_code").as_string(), "C4");
    EXPECT_EQ(problem_of(get("/v1/deadletter?limit=0")).status, 400);
    EXPECT_EQ(problem_of(get("/v1/deadletter?seller=s-1&after=x/1")).status, 400);
}

TEST_F(EndpointsTest, MetricsAreInTheFormOfPrometheus) {
    serve();
    ack_of(post(device.request(shop())));
    get("/nowhere");

    const protocol::Response metrics = get("/metrics");

    EXPECT_NE(metrics.body.find("# TYPE edge_hub_applied_changes_total counter\nedge_hub_applied_changes_total 5\n"),
              std::string::npos);
    EXPECT_NE(metrics.body.find("edge_hub_requests_total{status=\"4xx\"} 1\n"), std::string::npos);
    EXPECT_NE(metrics.body.find("edge_hub_request_seconds_count 2\n"), std::string::npos);
}

TEST_F(EndpointsTest, MetricsTellOutcomesAndHowLongRequestsTook) {
    serve();
    post(device.request(shop()));
    post("junk\n");

    const std::string text = get("/metrics").body;

    EXPECT_THAT(text, testing::HasSubstr("edge_hub_request_outcomes_total{outcome=\"ok\"} 1\n"));
    EXPECT_THAT(text, testing::HasSubstr("edge_hub_request_outcomes_total{outcome=\"bug\"} 1\n"));
    EXPECT_THAT(text, testing::HasSubstr("# TYPE edge_hub_request_seconds histogram\n"));
    EXPECT_THAT(text, testing::HasSubstr("edge_hub_request_seconds_bucket{le=\"+Inf\"} 2\n"));
    EXPECT_THAT(text, testing::HasSubstr("edge_hub_request_seconds_bucket{le=\"0.001\"} "));
    EXPECT_THAT(text, testing::HasSubstr("edge_hub_request_seconds_count 2\n"));
}

TEST_F(EndpointsTest, HealthAsksTheStore) {
    serve();
    EXPECT_EQ(get("/healthz").body, "ok\n");
    watched.before_settings = [] { throw Error(ErrorCode::io_failure, "the disk is gone"); };

    const protocol::Response sick = get("/healthz");

    EXPECT_EQ(sick.status, 500);
    EXPECT_EQ(server->counters().store_failures, 1U);
}

TEST_F(EndpointsTest, DeadLettersAreSettledByAPost) {
    serve();
    device.reservation(3, 77, "A");
    device.reservation(4, 77, "B");
    post(device.request(device.seal_bytes()));
    const json::value listed = json::parse(get("/v1/deadletter").body);
    const std::string first(listed.at("dead_letters").at(0).at("id").as_string());
    const std::string second(listed.at("dead_letters").at(1).at("id").as_string());
    transport::HttpClient http = client();
    const auto order = [&](const std::string& body, std::string_view type = "application/json") {
        return response_of(http.post("/v1/deadletter", body, type));
    };

    const json::value retried = json::parse(order(R"({"action":"retry","ids":[")" + first + R"("]})").body);
    const json::value given_up = json::parse(order(R"({"action":"discard","ids":[")" + second + R"("]})").body);

    EXPECT_EQ(retried.at("settled").as_int64(), 0);
    EXPECT_EQ(retried.at("refused").at(0).at("reason").as_string(), "missing_parent");
    EXPECT_EQ(given_up.at("settled").as_int64(), 1);
    EXPECT_EQ(json::parse(get("/v1/deadletter").body).at("dead_letters").as_array().size(), 1U);
    EXPECT_EQ(json::parse(get("/v1/deadletter?settled=1").body).at("dead_letters").as_array().size(), 2U);
    EXPECT_EQ(order(R"({"action":"discard","ids":[")" + second + R"("]})").status, 409);
    EXPECT_EQ(order(R"({"action":"discard","ids":["s-1/r/1/ops/9/1/0"]})").status, 404);
    EXPECT_EQ(order(R"({"action":"eat","ids":[")" + first + R"("]})").status, 400);
    EXPECT_EQ(order(R"({"action":"retry","ids":[]})").status, 400);
    EXPECT_EQ(order("[]").status, 400);
    EXPECT_EQ(order("[]", "text/plain").status, 415);
}

TEST_F(EndpointsTest, LogsRequestsWithoutWhatTheyCarry) {
    std::mutex mutex;
    std::vector<LogEvent> events;
    options.log = [&](const LogEvent& event) {
        const std::scoped_lock lock(mutex);
        events.push_back(event);
    };
    serve();
    get("/v1/deadletter?seller=s-1");
    server->stop();

    ASSERT_EQ(events.size(), 3U);
    EXPECT_EQ(events[0].name, "started");
    EXPECT_EQ(events[1].name, "request");
    EXPECT_EQ(events[1].facts[1].second, "/v1/deadletter");
    EXPECT_EQ(events[1].facts[2].second, "200");
    EXPECT_EQ(events[2].name, "stopped");
}

}  // namespace
}  // namespace edge::hub
