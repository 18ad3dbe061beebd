#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <cstddef>
#include <optional>
#include <utility>

namespace edge::hub {

/// A connection with or without TLS, read and written in the same way: an AsyncStream of Asio's.
class ConnectionStream {
public:
    using Socket = boost::asio::ip::tcp::socket;
    using executor_type = Socket::executor_type;
    using error_code = boost::system::error_code;

    /// Without TLS if there is no context; one that there is must outlive the stream.
    ConnectionStream(Socket socket, boost::asio::ssl::context* tls) : socket_(std::move(socket)) {
        if (tls != nullptr) tls_.emplace(socket_, *tls);
    }

    [[nodiscard]] executor_type get_executor() noexcept { return socket_.get_executor(); }
    [[nodiscard]] Socket& socket() noexcept { return socket_; }
    [[nodiscard]] bool has_tls() const noexcept { return tls_.has_value(); }

    /// The server's side of it. Only with TLS.
    template <class Token>
    auto async_handshake(Token&& token) {
        return tls_->async_handshake(boost::asio::ssl::stream_base::server, std::forward<Token>(token));
    }
    template <class Buffers, class Token>
    auto async_read_some(const Buffers& buffers, Token&& token) {
        return boost::asio::async_initiate<Token, void(error_code, std::size_t)>(
            [this](auto handler, const Buffers& into) {
                if (tls_) {
                    tls_->async_read_some(into, std::move(handler));
                } else {
                    socket_.async_read_some(into, std::move(handler));
                }
            },
            token, buffers);
    }
    template <class Buffers, class Token>
    auto async_write_some(const Buffers& buffers, Token&& token) {
        return boost::asio::async_initiate<Token, void(error_code, std::size_t)>(
            [this](auto handler, const Buffers& from) {
                if (tls_) {
                    tls_->async_write_some(from, std::move(handler));
                } else {
                    socket_.async_write_some(from, std::move(handler));
                }
            },
            token, buffers);
    }

private:
    Socket socket_;
    std::optional<boost::asio::ssl::stream<Socket&>> tls_;
};

}  // namespace edge::hub
