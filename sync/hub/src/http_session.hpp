#pragma once

#include "connection_stream.hpp"
#include "endpoints.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/message.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

namespace edge::hub {

/// What the sessions of one server share. Everything but the workers belongs to the one thread that moves bytes.
struct SessionContext {
    const ServerOptions& options;
    const Endpoints& endpoints;
    Counters& counters;
    boost::asio::thread_pool& workers;
    boost::asio::ssl::context* tls = nullptr;  ///< plain HTTP if there is none
    bool stopping = false;
};

/// One connection: reads requests one after the other, within limits of size and time, and writes their answers.
class HttpSession : public std::enable_shared_from_this<HttpSession> {
public:
    HttpSession(boost::asio::ip::tcp::socket socket, SessionContext& context);

    /// Serves until the connection ends. The session must be owned by a shared_ptr meanwhile.
    boost::asio::awaitable<void> serve();
    /// Tells the other side to come back later, and ends.
    boost::asio::awaitable<void> turn_away();

    /// True between a request's first byte and the end of its answer.
    [[nodiscard]] bool has_request() const noexcept { return has_request_; }
    void close() noexcept;

private:
    struct Incoming {
        RequestHead head;
        std::string body;
        std::size_t received = 0;  ///< of the body, as it travelled
        bool keep_alive = false;
        std::optional<HttpAnswer> refusal;  ///< set if the rest of the request was not read
        bool lost = false;                  ///< the connection ended: there is nobody to answer
    };

    boost::asio::awaitable<bool> shake_hands();
    boost::asio::awaitable<bool> wait_for_request();
    boost::asio::awaitable<Incoming> read_request();
    boost::asio::awaitable<HttpAnswer> answer_on_worker(const Incoming& request);
    boost::asio::awaitable<bool> write(HttpAnswer answer, bool gzip_accepted, bool keep_alive);
    boost::asio::awaitable<void> finish_unread();
    /// Cancels what the socket waits for when the time is over.
    void set_deadline(std::chrono::milliseconds from_now);

    ConnectionStream stream_;
    boost::asio::steady_timer deadline_;
    boost::beast::flat_buffer buffer_;
    SessionContext& context_;
    bool timed_out_ = false;
    bool has_request_ = false;
    bool gzip_accepted_ = false;
};

}  // namespace edge::hub
