#include "edge/protocol/snapshot.hpp"

#include "server_fixture.hpp"

#include "edge/transport/snapshot_chunk.hpp"

#include <gmock/gmock.h>

namespace edge::hub {
namespace {

using protocol::SnapshotChunk;

class SnapshotOverHttpTest : public ServerFixture {
protected:
    void SetUp() override {
        serve();
        ack_of(post(device.request(shop(40))));
    }
    protocol::Response ask(const transport::HttpHeaders& headers, const std::string& query = "?seller=s-1&replica=r") {
        transport::HttpClient http = client();
        return response_of(http.get("/v1/snapshot" + query, headers));
    }
    static std::string header(const protocol::Response& response, std::string_view name) {
        for (const auto& [each, value] : response.headers) {
            if (each == name) return value;
        }
        return {};
    }
};

TEST_F(SnapshotOverHttpTest, GivesAChunkThatIsPackedOnce) {
    const protocol::Response response = ask({});

    ASSERT_EQ(response.status, 200);
    EXPECT_EQ(header(response, "content-encoding"), "");
    EXPECT_EQ(header(response, "accept-ranges"), "bytes");
    EXPECT_EQ(header(response, "etag"), '"' + protocol::name_of_frame(response.body) + '"');
    const protocol::Decoded<SnapshotChunk> chunk = transport::unpack_snapshot_chunk(response.body);
    ASSERT_TRUE(chunk) << chunk.problem().detail;
    EXPECT_EQ(chunk->rows.size(), 42U);
    EXPECT_EQ(server->counters().snapshot_rows, 42U);
}

TEST_F(SnapshotOverHttpTest, GoesOnWhereItWasCutOff) {
    const protocol::Response whole = ask({});
    const std::string etag = header(whole, "etag");

    const protocol::Response rest = ask({{"Range", "bytes=100-"}, {"If-Range", etag}});

    EXPECT_EQ(rest.status, 206);
    EXPECT_EQ(whole.body.substr(0, 100) + rest.body, whole.body);
    EXPECT_EQ(header(rest, "content-range"),
              "bytes 100-" + std::to_string(whole.body.size() - 1) + "/" + std::to_string(whole.body.size()));
}

TEST_F(SnapshotOverHttpTest, ComesWholeIfItIsAnotherByNow) {
    const std::string etag = header(ask({}), "etag");
    device.rename(2, "Morning bag");
    ack_of(post(device.request(device.seal_bytes())));

    const protocol::Response whole = ask({{"Range", "bytes=100-"}, {"If-Range", etag}});

    EXPECT_EQ(whole.status, 200);
    EXPECT_TRUE(transport::unpack_snapshot_chunk(whole.body));
}

TEST_F(SnapshotOverHttpTest, HasNothingBehindItsEnd) {
    const protocol::Response response = ask({{"Range", "bytes=999999-"}});

    EXPECT_EQ(response.status, 416);
    EXPECT_EQ(problem_of(response).problem_class, protocol::ProblemClass::resync);
}

TEST_F(SnapshotOverHttpTest, OfALostSequenceIsGone) {
    const protocol::Response response = ask({}, "?seller=s-1&hub_epoch=another&at=1&after=bundles%2Fx");

    EXPECT_EQ(response.status, 410);
    EXPECT_EQ(problem_of(response).reason, "snapshot_expired");
    EXPECT_EQ(problem_of(ask({}, "?replica=r")).status, 400);
}

}  // namespace
}  // namespace edge::hub
