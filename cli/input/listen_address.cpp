#include "input/listen_address.hpp"

#include "program/exit_status.hpp"

#include "edge/core/decimal.hpp"

#include <fmt/format.h>

namespace edge::cli {

ListenAddress parse_listen_address(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    std::string_view host = text.substr(0, colon);
    const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
    const auto port = colon == std::string_view::npos ? std::nullopt : parse_decimal(text.substr(colon + 1), 0);
    const bool plain = !host.empty() && host.find_first_of(":[]") == std::string_view::npos;
    if ((!bracketed && !plain) || !port || *port < 0 || *port > 65535) {
        throw usage_error(fmt::format("cannot listen on '{}': it is not ADDRESS:PORT", text),
                          "such as 127.0.0.1:8765 or [::1]:8765");
    }
    if (bracketed) host = host.substr(1, host.size() - 2);
    return {.host = std::string(host), .port = static_cast<std::uint16_t>(*port)};
}

std::string format_listen_address(const ListenAddress& address) {
    const bool bracketed = address.host.find(':') != std::string::npos;
    return bracketed ? fmt::format("[{}]:{}", address.host, address.port)
                     : fmt::format("{}:{}", address.host, address.port);
}

bool is_loopback(std::string_view host) noexcept { return host.starts_with("127.") || host == "::1"; }

}  // namespace edge::cli
