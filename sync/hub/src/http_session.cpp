#include "http_session.hpp"

#include "edge/protocol/next_sync.hpp"
#include "edge/transport/gzip.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http.hpp>

#include <algorithm>
#include <array>

namespace edge::hub {

namespace net = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;
using protocol::ProblemClass;

namespace {

constexpr auto as_result = net::as_tuple(net::use_awaitable);

constexpr std::size_t piece_bytes = 16U << 10U;
/// What is still read of a request that was refused, so that its sender gets to see the answer.
constexpr std::size_t most_unread_bytes = 8U << 20U;
constexpr std::chrono::milliseconds unread_timeout{2'000};
constexpr unsigned continue_status = 100;

using Parser = http::request_parser<http::buffer_body>;

std::string text_of(boost::beast::string_view view) { return {view.data(), view.size()}; }

bool accepts_gzip(const http::fields& fields) {
    const auto accepted = fields[http::field::accept_encoding];
    return accepted.find("gzip") != boost::beast::string_view::npos;
}

RequestHead head_of(const Parser& parser) {
    const auto& message = parser.get();
    RequestHead head{.method = text_of(message.method_string()),
                     .target = text_of(message.target()),
                     .content_type = text_of(message[http::field::content_type]),
                     .content_encoding = text_of(message[http::field::content_encoding]),
                     .content_length = {}};
    if (const auto length = parser.content_length()) head.content_length = *length;
    head.range = text_of(message[http::field::range]);
    head.if_range = text_of(message[http::field::if_range]);
    return head;
}

HttpAnswer refusal_of(const error_code& failure) {
    if (failure == http::error::header_limit || failure == http::error::buffer_overflow) {
        return problem_answer(431, ProblemClass::too_big, protocol::reason::too_many_bytes, "the headers are too long");
    }
    return problem_answer(400, ProblemClass::retry, "not_http", "this is no HTTP request");
}

std::int64_t now_ms(const ServerOptions& options) {
    using std::chrono::milliseconds;
    if (options.clock) return std::chrono::floor<milliseconds>(options.clock()).time_since_epoch().count();
    return std::chrono::floor<milliseconds>(std::chrono::system_clock::now()).time_since_epoch().count();
}

HttpAnswer too_late() {
    HttpAnswer answer = problem_answer(408, ProblemClass::retry, "timed_out", "the request was not complete in time");
    answer.outcome = outcome_names.size() - 1;
    return answer;
}

/// A body as it comes in, expanded piece by piece and held to its limits at each.
class BodyReader {
public:
    BodyReader(const ServerOptions& options, bool gzip)
        : options_(&options),
          gzip_(gzip),
          expanded_({.bytes = options.intake.limits.request_bytes,
                     .ratio = options.intake.limits.expansion_ratio,
                     .free_bytes = 64U << 10U}) {}

    /// The refusal once there is one.
    std::optional<HttpAnswer> take(std::string_view bytes) {
        received_ += bytes.size();
        if (received_ > options_->body_bytes) return too_big("the body is too long");
        if (!gzip_) {
            plain_ += bytes;
            if (plain_.size() > options_->intake.limits.request_bytes) return too_big("the body is too long");
            return std::nullopt;
        }
        return refusal_of_gzip(expanded_.feed(bytes));
    }
    std::optional<HttpAnswer> finish() {
        if (!gzip_ || received_ == 0) return std::nullopt;
        if (std::optional<HttpAnswer> refusal = refusal_of_gzip(expanded_.finish())) return refusal;
        // a part is a line: so many of them may have so many bytes as they travel
        const auto lines = static_cast<std::size_t>(std::ranges::count(expanded_.result(), '\n'));
        const std::size_t most = std::max<std::size_t>(lines, 1) * options_->intake.limits.part_compressed_bytes;
        if (received_ > most) return too_big("the parts are too long as they travel");
        return std::nullopt;
    }
    [[nodiscard]] std::string body() && { return gzip_ ? std::move(expanded_.result()) : std::move(plain_); }
    [[nodiscard]] std::size_t received() const noexcept { return received_; }

private:
    static HttpAnswer too_big(std::string_view detail) {
        return problem_answer(413, ProblemClass::too_big, protocol::reason::too_many_bytes, detail);
    }
    static std::optional<HttpAnswer> refusal_of_gzip(transport::GunzipStatus status) {
        switch (status) {
            case transport::GunzipStatus::ok: return std::nullopt;
            case transport::GunzipStatus::too_big: return too_big("the body expands too far");
            case transport::GunzipStatus::damaged:
            case transport::GunzipStatus::truncated: break;
        }
        return problem_answer(400, ProblemClass::retry, protocol::reason::damaged, "the body is not whole gzip");
    }

    const ServerOptions* options_;
    bool gzip_;
    std::size_t received_ = 0;
    std::string plain_;
    transport::Gunzip expanded_;
};

/// Runs on a worker. The arguments live in the caller's frame, which waits.
net::awaitable<HttpAnswer> answer_request(const Endpoints& endpoints, const RequestHead& head,
                                          const std::string& body) {
    co_return endpoints.answer(head, body);
}

}  // namespace

HttpSession::HttpSession(net::ip::tcp::socket socket, SessionContext& context)
    : stream_(std::move(socket), context.tls),
      deadline_(stream_.get_executor()),
      buffer_(context.options.header_bytes + piece_bytes),
      context_(context) {
    error_code ignored;  // without it answers are only slower
    stream_.socket().set_option(net::ip::tcp::no_delay(true), ignored);
}

void HttpSession::close() noexcept {
    error_code ignored;  // it is closed afterwards, whatever it was
    stream_.socket().close(ignored);
}

void HttpSession::set_deadline(std::chrono::milliseconds from_now) {
    deadline_.expires_after(from_now);
    deadline_.async_wait([self = weak_from_this()](const error_code& cancelled) {
        const std::shared_ptr<HttpSession> session = self.lock();
        if (cancelled || !session) return;
        // the wait may have ended just before the deadline was moved
        if (session->deadline_.expiry() > std::chrono::steady_clock::now()) return;
        session->timed_out_ = true;
        error_code ignored;
        session->stream_.socket().cancel(ignored);
    });
}

net::awaitable<bool> HttpSession::shake_hands() {
    if (!stream_.has_tls()) co_return true;
    set_deadline(context_.options.request_timeout);
    const auto [failure] = co_await stream_.async_handshake(as_result);
    if (failure) ++context_.counters.handshakes_failed;
    co_return !failure;
}

net::awaitable<void> HttpSession::serve() {
    const bool secure = co_await shake_hands();
    for (bool go_on = secure; go_on && !context_.stopping;) {
        if (!co_await wait_for_request()) break;
        const auto began = std::chrono::steady_clock::now();
        has_request_ = true;
        const Incoming request = co_await read_request();
        if (request.lost) break;
        HttpAnswer answer;
        if (request.refusal) {
            answer = *request.refusal;
        } else {
            answer = co_await answer_on_worker(request);
        }
        go_on = request.keep_alive && !request.refusal && !context_.stopping;
        const unsigned status = answer.status;
        const std::size_t outcome = answer.outcome;
        const bool written = co_await write(std::move(answer), gzip_accepted_, go_on);
        const auto took = std::chrono::steady_clock::now() - began;
        context_.counters.count_answer(status, outcome, took);
        const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
        context_.counters.request_microseconds += static_cast<std::uint64_t>(microseconds);
        if (context_.options.log) {
            context_.options.log({.severity = status < 500 ? Severity::info : Severity::error,
                                  .name = "request",
                                  .facts = {{"method", request.head.method},
                                            {"path", request.head.target.substr(0, request.head.target.find('?'))},
                                            {"status", std::to_string(status)},
                                            {"outcome", std::string(outcome_names.at(outcome))},
                                            {"bytes_in", std::to_string(request.received)},
                                            {"microseconds", std::to_string(microseconds)}}});
        }
        has_request_ = false;
        if (!written) break;
        if (request.refusal) co_await finish_unread();
    }
    deadline_.cancel();
    close();
}

net::awaitable<void> HttpSession::turn_away() {
    has_request_ = true;
    if (stream_.has_tls()) {  // a handshake would be the very work that there is too much of
        close();
        co_return;
    }
    set_deadline(unread_timeout);
    HttpAnswer answer = problem_answer(503, ProblemClass::retry, "too_many_connections", "come back in a moment");
    answer.retry_after_s = 2;
    if (co_await write(std::move(answer), false, false)) co_await finish_unread();
    deadline_.cancel();
    close();
}

net::awaitable<bool> HttpSession::wait_for_request() {
    if (buffer_.size() > 0) co_return true;  // the next request came with the last one
    set_deadline(context_.options.idle_timeout);
    const auto [failure, count] = co_await stream_.async_read_some(buffer_.prepare(piece_bytes), as_result);
    buffer_.commit(count);
    co_return !failure;
}

net::awaitable<HttpSession::Incoming> HttpSession::read_request() {
    Incoming incoming;
    timed_out_ = false;
    set_deadline(context_.options.request_timeout);
    const auto fail = [&](const error_code& failure) {
        if (timed_out_) {
            ++context_.counters.timeouts;
            incoming.refusal = too_late();
        } else if (failure.category() == http::make_error_code(http::error::bad_method).category() &&
                   failure != http::error::end_of_stream && failure != http::error::partial_message) {
            incoming.refusal = refusal_of(failure);
        } else {
            incoming.lost = true;
        }
    };
    Parser parser;
    parser.header_limit(static_cast<std::uint32_t>(context_.options.header_bytes));
    parser.body_limit(boost::none);  // counted here, as it comes
    if (const auto [failure, count] = co_await http::async_read_header(stream_, buffer_, parser, as_result); failure) {
        fail(failure);
        co_return incoming;
    }
    incoming.head = head_of(parser);
    incoming.keep_alive = parser.get().keep_alive();
    gzip_accepted_ = accepts_gzip(parser.get());
    incoming.refusal = context_.endpoints.refuse(incoming.head);
    if (incoming.refusal) {
        co_return incoming;
    }
    if (boost::beast::iequals(parser.get()[http::field::expect], "100-continue")) {
        http::response<http::empty_body> go_on(static_cast<http::status>(continue_status), parser.get().version());
        if (const auto [failure, count] = co_await http::async_write(stream_, go_on, as_result); failure) {
            fail(failure);
            co_return incoming;
        }
    }
    BodyReader body(context_.options, incoming.head.content_encoding == "gzip");
    std::array<char, piece_bytes> piece{};
    while (!parser.is_done() && !incoming.refusal) {
        parser.get().body().data = piece.data();
        parser.get().body().size = piece.size();
        parser.get().body().more = true;
        auto [failure, count] = co_await http::async_read(stream_, buffer_, parser, as_result);
        if (failure && failure != http::error::need_buffer) {
            fail(failure);
            co_return incoming;
        }
        const std::size_t size = piece.size() - parser.get().body().size;
        context_.counters.body_bytes_received += size;
        incoming.refusal = body.take({piece.data(), size});
    }
    incoming.received = body.received();
    if (!incoming.refusal) incoming.refusal = body.finish();
    if (!incoming.refusal) incoming.body = std::move(body).body();
    co_return incoming;
}

net::awaitable<HttpAnswer> HttpSession::answer_on_worker(const Incoming& request) {
    net::awaitable<HttpAnswer> work = answer_request(context_.endpoints, request.head, request.body);
    co_return co_await net::co_spawn(context_.workers.get_executor(), std::move(work), net::use_awaitable);
}

net::awaitable<bool> HttpSession::write(HttpAnswer answer, bool gzip_accepted, bool keep_alive) {
    http::response<http::string_body> response;
    response.result(answer.status);
    response.set(http::field::content_type,
                 boost::beast::string_view(answer.content_type.data(), answer.content_type.size()));
    response.set(http::field::date, protocol::http_date(now_ms(context_.options)));
    if (!answer.allow.empty()) response.set(http::field::allow, std::string(answer.allow));
    if (answer.retry_after_s) response.set(http::field::retry_after, std::to_string(*answer.retry_after_s));
    if (!answer.etag.empty()) {
        response.set(http::field::accept_ranges, "bytes");
        response.set(http::field::etag, '"' + answer.etag + '"');
    }
    if (!answer.content_range.empty()) response.set(http::field::content_range, answer.content_range);
    if (gzip_accepted && !answer.packed && answer.body.size() >= transport::identity_below) {
        response.set(http::field::content_encoding, "gzip");
        response.body() = transport::gzip(answer.body);
    } else {
        response.body() = std::move(answer.body);
    }
    response.keep_alive(keep_alive);
    response.prepare_payload();
    context_.counters.body_bytes_sent += response.body().size();
    set_deadline(context_.options.request_timeout);
    const auto [failure, count] = co_await http::async_write(stream_, response, as_result);
    co_return !failure;
}

/// Closing a socket with bytes unread may take the answer away from the other side before it has seen it.
net::awaitable<void> HttpSession::finish_unread() {
    error_code failure;
    stream_.socket().shutdown(net::ip::tcp::socket::shutdown_send, failure);
    set_deadline(unread_timeout);
    std::size_t unread = 0;
    std::array<char, piece_bytes> piece{};
    while (!failure && unread < most_unread_bytes) {
        const auto [stopped, count] = co_await stream_.async_read_some(net::buffer(piece), as_result);
        failure = stopped;
        unread += count;
    }
}

}  // namespace edge::hub
