#pragma once

#include "raw_connection.hpp"
#include "support/sealing_device.hpp"
#include "support/temporary_folder.hpp"
#include "watched_store.hpp"

#include "edge/hub/intake.hpp"
#include "edge/hub/server.hpp"
#include "edge/hub/sqlite_store.hpp"
#include "edge/transport/gzip.hpp"
#include "edge/transport/http_client.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace edge::hub {

/// A real server on a real file, on a free port of this machine.
class ServerFixture : public testing::Test {
protected:
    ServerFixture() { options.port = 0; }

    void serve() {
        server.emplace(watched, options);
        server->start();
    }

    transport::HttpClient client() {
        transport::HttpSettings settings;
        settings.base_url = "http://127.0.0.1:" + std::to_string(server->port());
        return transport::HttpClient(settings);
    }

    static protocol::Response response_of(transport::HttpResult result) {
        if (auto* response = std::get_if<protocol::Response>(&result)) return std::move(*response);
        const auto& failure = std::get<transport::TransportFailure>(result);
        ADD_FAILURE() << failure.reason << ": " << failure.detail;
        return {};
    }
    protocol::Response get(const std::string& path) {
        transport::HttpClient http = client();
        return response_of(http.get(path));
    }
    protocol::Response post(const std::string& body) {
        transport::HttpClient http = client();
        return response_of(http.post(protocol::sync_path, body, protocol::sync_content_type));
    }

    static protocol::Ack ack_of(const protocol::Response& response) {
        EXPECT_EQ(response.status, 200) << response.body;
        protocol::Decoded<protocol::Ack> ack = protocol::decode_ack(response.body);
        if (ack) return *std::move(ack);
        ADD_FAILURE() << ack.problem().detail;
        return {};
    }
    static protocol::Problem problem_of(const protocol::Response& response) {
        const std::optional<protocol::Problem> problem = protocol::decode_problem(response.body);
        if (!problem) {
            ADD_FAILURE() << "no problem document: " << response.status << ' ' << response.body;
            return {};
        }
        EXPECT_EQ(problem->status, response.status);
        return *problem;
    }

    /// The head of a POST to sync_path with this many bytes to follow, and whatever other lines.
    static std::string post_head(std::size_t length, const std::string& lines = {}) {
        return "POST /v1/sync HTTP/1.1\r\nHost: hub\r\nContent-Type: application/x-ndjson\r\nContent-Length: " +
               std::to_string(length) + "\r\n" + lines + "\r\n";
    }

    std::vector<std::string> shop(int reservations = 3) {
        device.seller_row(1);
        device.bundle(2, 1);
        for (int i = 0; i < reservations; ++i) device.reservation(100 + i, 2, "CODE" + std::to_string(i));
        return device.seal_bytes();
    }
    std::vector<std::string> rows(std::string_view seller = "s-1") { return dump(*store, seller); }

    test::TemporaryFolder folder;
    std::unique_ptr<HubStore> store =
        create_sqlite_store(folder.file("hub.db"), {.lock_timeout = std::chrono::seconds(30), .vfs = {}});
    test::WatchedStore watched{*store};
    ServerOptions options;
    test::SealingDevice device;
    std::optional<HubServer> server;
};

}  // namespace edge::hub
