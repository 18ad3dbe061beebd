#include "socket_meter.hpp"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>

namespace edge::transport {
namespace {

// of RFC 9293, as Linux numbers them
constexpr unsigned close_wait = 8;
constexpr unsigned last_ack = 9;
constexpr unsigned closing = 11;

std::uint64_t carried_by(int descriptor) {
    tcp_info info{};
    socklen_t size = sizeof info;
    if (getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return 0;
    // the other side's end counts as a byte received
    const bool ended = info.tcpi_state == close_wait || info.tcpi_state == last_ack || info.tcpi_state == closing;
    return info.tcpi_bytes_sent - info.tcpi_bytes_retrans + info.tcpi_bytes_received - (ended ? 1U : 0U);
}

}  // namespace

void SocketMeter::watch(int descriptor) { carried_[descriptor] = 0; }

void SocketMeter::forget(int descriptor) {
    static_cast<void>(total());
    carried_.erase(descriptor);
}

std::uint64_t SocketMeter::total() {
    for (auto& [descriptor, before] : carried_) {
        const std::uint64_t now = std::max(carried_by(descriptor), before);
        total_ += now - before;
        before = now;
    }
    return total_;
}

}  // namespace edge::transport
