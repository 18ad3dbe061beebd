#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace edge::cli {

struct ListenAddress {
    std::string host;  ///< without the brackets of IPv6
    std::uint16_t port = 0;
    friend bool operator==(const ListenAddress&, const ListenAddress&) = default;
};

/// `127.0.0.1:8765` or `[::1]:8765`. Throws a usage error.
[[nodiscard]] ListenAddress parse_listen_address(std::string_view text);
[[nodiscard]] std::string format_listen_address(const ListenAddress& address);
[[nodiscard]] bool is_loopback(std::string_view host) noexcept;

}  // namespace edge::cli
