#include "server_fixture.hpp"
#include "support/process.hpp"

#include "edge/core/error.hpp"

#include <gmock/gmock.h>

namespace edge::hub {
namespace {

using test::RawConnection;
using test::run_process;
using testing::HasSubstr;

/// Certificates made for the test, and a server that shows one.
class TlsTest : public ServerFixture {
protected:
    void openssl(std::vector<std::string> words) {
        words.insert(words.begin(), "/usr/bin/openssl");
        const test::ProcessResult result = run_process({.arguments = words, .folder = folder.file("")});
        ASSERT_EQ(result.status, 0) << result.errors;
    }
    /// NAME.pem and NAME.key, good for that host alone; signed by itself.
    void make_certificate(const std::string& name, const std::string& host) {
        openssl({"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                 "-subj", "/CN=" + name, "-addext", "subjectAltName=" + host, "-keyout", name + ".key", "-out",
                 name + ".pem"});
    }
    /// The same, signed by the authority ca.pem, which it makes.
    void make_signed_certificate(const std::string& name, const std::string& host) {
        openssl({"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                 "-subj", "/CN=Test authority", "-keyout", "ca.key", "-out", "ca.pem"});
        openssl({"req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=" + name,
                 "-keyout", name + ".key", "-out", name + ".csr"});
        test::write_file(folder.file("names"), "subjectAltName=" + host + "\n");
        openssl({"x509", "-req", "-in", name + ".csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days",
                 "2", "-extfile", "names", "-out", name + ".pem"});
    }
    void serve_with(const std::string& name) {
        options.tls_certificate = folder.file(name + ".pem");
        options.tls_key = folder.file(name + ".key");
        serve();
    }
    transport::HttpResult hello(const std::string& ca_file, const std::string& scheme = "https") {
        transport::HttpClient client({.base_url = scheme + "://127.0.0.1:" + std::to_string(server->port()),
                                      .ca_file = ca_file.empty() ? std::string() : folder.file(ca_file)});
        return client.get("/v1/hello");
    }
    static transport::TransportFailure failure_of(const transport::HttpResult& result) {
        const auto* failure = std::get_if<transport::TransportFailure>(&result);
        return failure == nullptr ? transport::TransportFailure{"none", {}} : *failure;
    }
    std::string refusal_of_start() {
        try {
            serve();
        } catch (const Error& error) {
            return error.what();
        }
        return "none";
    }
};

TEST_F(TlsTest, CarriesASyncToADeviceThatKnowsTheAuthority) {
    make_signed_certificate("hub", "IP:127.0.0.1");
    serve_with("hub");
    transport::HttpClient client(
        {.base_url = "https://127.0.0.1:" + std::to_string(server->port()), .ca_file = folder.file("ca.pem")});

    const protocol::Response answer =
        response_of(client.post(protocol::sync_path, device.request(shop(40)), protocol::sync_content_type));
    const protocol::Response poll =
        response_of(client.post(protocol::sync_path, device.request({}), protocol::sync_content_type));

    EXPECT_EQ(ack_of(answer).lanes.at(0).applied, 1);
    EXPECT_EQ(poll.status, 200);
    EXPECT_EQ(server->counters().connections, 1U) << "kept open between requests";
    EXPECT_GT(client.traffic().sockets, client.traffic().sent + client.traffic().received + 1000) << "a handshake";
}

TEST_F(TlsTest, IsRefusedByADeviceThatDoesNotKnowTheCertificate) {
    make_certificate("own", "IP:127.0.0.1");
    serve_with("own");

    const transport::TransportFailure stranger = failure_of(hello({}));
    const protocol::Response friendly = response_of(hello("own.pem"));

    EXPECT_EQ(stranger.reason, "tls");
    EXPECT_THAT(stranger.detail, HasSubstr("self-signed certificate"));
    EXPECT_EQ(friendly.status, 200) << "a certificate may be trusted by itself";
    EXPECT_EQ(server->counters().handshakes_failed, 1U);
}

TEST_F(TlsTest, IsRefusedForAnotherHostsName) {
    make_signed_certificate("elsewhere", "DNS:hub.example.org");
    serve_with("elsewhere");

    const transport::TransportFailure failure = failure_of(hello("ca.pem"));

    EXPECT_EQ(failure.reason, "tls");
    EXPECT_THAT(failure.detail, HasSubstr("127.0.0.1"));
}

TEST_F(TlsTest, DoesNotServeThoseWhoSpeakPlainly) {
    make_certificate("own", "IP:127.0.0.1");
    options.request_timeout = std::chrono::milliseconds(300);
    serve_with("own");
    RawConnection silent(server->port());

    EXPECT_NE(failure_of(hello({}, "http")).reason, "none");
    EXPECT_EQ(silent.read_to_end(), "") << "a handshake that does not begin has a deadline too";
    EXPECT_EQ(server->counters().requests, 0U);
}

TEST_F(TlsTest, SaysWhyACertificateCannotBeUsed) {
    make_certificate("one", "IP:127.0.0.1");
    make_certificate("two", "IP:127.0.0.1");
    options.tls_certificate = folder.file("one.pem");
    EXPECT_THAT(refusal_of_start(), HasSubstr("takes a certificate and its key"));
    options.tls_key = folder.file("two.key");
    EXPECT_THAT(refusal_of_start(), HasSubstr("two.key as the hub's key"));
    options.tls_certificate = folder.file("none.pem");
    EXPECT_THAT(refusal_of_start(), HasSubstr("none.pem as the hub's certificate"));
}

}  // namespace
}  // namespace edge::hub
