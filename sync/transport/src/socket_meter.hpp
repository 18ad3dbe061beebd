#pragma once

#include <cstdint>
#include <map>

namespace edge::transport {

/// Adds up what TCP sockets carried, both ways, as the system counts it: no byte of TLS or of a head is missed, and a
/// byte that was sent again counts once.
class SocketMeter {
public:
    void watch(int descriptor);
    /// To be called before the socket is closed.
    void forget(int descriptor);
    [[nodiscard]] std::uint64_t total();

private:
    std::map<int, std::uint64_t> carried_;  ///< by each open socket, when last looked at
    std::uint64_t total_ = 0;
};

}  // namespace edge::transport
