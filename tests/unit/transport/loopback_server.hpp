#pragma once

#include <functional>
#include <string>
#include <thread>

namespace edge::transport::test {

/// Answers requests on a loopback port, one connection after the other, with whatever bytes the test makes of them.
class LoopbackServer {
public:
    /// Takes a whole request, head and body; gives the bytes to send back. The connection is closed after them.
    using Answer = std::function<std::string(const std::string& request)>;

    explicit LoopbackServer(Answer answer);
    ~LoopbackServer();
    LoopbackServer(const LoopbackServer&) = delete;
    LoopbackServer& operator=(const LoopbackServer&) = delete;

    [[nodiscard]] std::string url() const;

private:
    void serve();

    Answer answer_;
    int listener_ = -1;
    int port_ = 0;
    std::thread thread_;
};

/// The body of a request.
[[nodiscard]] std::string body_of(const std::string& request);

}  // namespace edge::transport::test
