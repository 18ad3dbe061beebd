#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace edge::test {

/// A TCP connection to a port of this machine that sends whatever bytes it is given.
class RawConnection {
public:
    explicit RawConnection(std::uint16_t port);
    RawConnection(const RawConnection&) = delete;
    RawConnection& operator=(const RawConnection&) = delete;
    ~RawConnection();

    /// False if the other side has closed.
    bool send(std::string_view bytes);
    /// Until the text has come, the other side closes or the time is over; returns everything so far.
    const std::string& read_until(std::string_view text, std::chrono::milliseconds timeout = std::chrono::seconds(20));
    /// Until the other side closes or the time is over.
    const std::string& read_to_end(std::chrono::milliseconds timeout = std::chrono::seconds(20));
    [[nodiscard]] bool ended() const noexcept { return ended_; }
    void close() noexcept;

private:
    int socket_;
    std::string received_;
    bool ended_ = false;
};

}  // namespace edge::test
