#include "edge/hub/server.hpp"

#include "http_session.hpp"
#include "tls.hpp"

#include "edge/core/error.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>

namespace edge::hub {

namespace net = boost::asio;
using boost::system::error_code;
using net::ip::tcp;

namespace {

constexpr std::array<std::string_view, 3> severity_names{"info", "warning", "error"};
constexpr std::chrono::milliseconds pause_without_descriptors{50};

}  // namespace

std::string_view name_of(Severity severity) noexcept { return severity_names[static_cast<std::size_t>(severity)]; }

struct HubServer::State {
    State(HubStore& store, ServerOptions given)
        : options(std::move(given)),
          endpoints(store, options, counters),
          workers(std::max<std::size_t>(options.workers, 1)),
          context{.options = options, .endpoints = endpoints, .counters = counters, .workers = workers} {}

    void prepare_tls() {
        if (options.tls_certificate.empty() && options.tls_key.empty()) return;
        tls = server_tls(options.tls_certificate, options.tls_key);
        context.tls = tls.get();
    }

    void listen();
    net::awaitable<void> accept_connections();
    void begin_session(tcp::socket socket);
    void begin_stopping();
    void log(Severity severity, std::string_view name,
             std::vector<std::pair<std::string_view, std::string>> facts) const {
        if (options.log) options.log({.severity = severity, .name = name, .facts = std::move(facts)});
    }

    ServerOptions options;
    Counters counters;
    Endpoints endpoints;
    std::unique_ptr<net::ssl::context> tls;
    net::thread_pool workers;
    net::io_context io{1};
    tcp::acceptor acceptor{io};
    net::steady_timer grace{io};
    SessionContext context;
    std::list<std::weak_ptr<HttpSession>> sessions;
    std::size_t running = 0;  ///< sessions that have not ended
    std::uint16_t port = 0;
    std::thread thread;

    std::mutex mutex;
    std::condition_variable changed;
    enum class Phase { idle, serving, stopping, stopped } phase = Phase::idle;
};

void HubServer::State::listen() {
    const std::string where = options.address + " port " + std::to_string(options.port);
    error_code failure;
    const net::ip::address address = net::ip::make_address(options.address, failure);
    if (failure) {
        throw Error(ErrorCode::invalid_argument, "cannot listen on " + options.address + ": it is no IP address", {},
                    "use 127.0.0.1, or 0.0.0.0 to let the network in");
    }
    const tcp::endpoint endpoint(address, options.port);
    acceptor.open(endpoint.protocol(), failure);
    if (!failure) acceptor.set_option(tcp::acceptor::reuse_address(true), failure);
    if (!failure) acceptor.bind(endpoint, failure);
    if (!failure) acceptor.listen(net::socket_base::max_listen_connections, failure);
    if (failure) {
        error_code ignored;
        acceptor.close(ignored);
        throw Error(ErrorCode::io_failure, "cannot listen on " + where + ": " + failure.message(), {},
                    "another program may use the port; choose one with --listen");
    }
    port = acceptor.local_endpoint().port();
}

net::awaitable<void> HubServer::State::accept_connections() {
    while (!context.stopping) {
        auto [failure, socket] = co_await acceptor.async_accept(net::as_tuple(net::use_awaitable));
        if (context.stopping) break;
        if (!failure) {
            begin_session(std::move(socket));
            continue;
        }
        log(Severity::warning, "accept_failed", {{"what", failure.message()}});
        // out of file descriptors: they come back when connections end
        net::steady_timer pause(io, pause_without_descriptors);
        co_await pause.async_wait(net::as_tuple(net::use_awaitable));
    }
}

void HubServer::State::begin_session(tcp::socket socket) {
    ++counters.connections;
    sessions.remove_if([](const std::weak_ptr<HttpSession>& session) { return session.expired(); });
    const bool full = counters.connections_open >= options.connections;
    auto session = std::make_shared<HttpSession>(std::move(socket), context);
    sessions.push_back(session);
    ++running;
    if (full) {
        ++counters.connections_refused;
    } else {
        ++counters.connections_open;
    }
    net::awaitable<void> work = full ? session->turn_away() : session->serve();
    net::co_spawn(io, std::move(work), [this, session, full](const std::exception_ptr& failure) {
        if (!full) --counters.connections_open;
        if (--running == 0) grace.cancel();
        if (!failure) return;
        session->close();
        try {
            std::rethrow_exception(failure);
        } catch (const std::exception& error) {
            log(Severity::error, "session_failed", {{"what", error.what()}});
        }
    });
}

void HubServer::State::begin_stopping() {
    context.stopping = true;
    error_code ignored;
    acceptor.close(ignored);
    for (const std::weak_ptr<HttpSession>& one : sessions) {
        const std::shared_ptr<HttpSession> session = one.lock();
        if (session && !session->has_request()) session->close();
    }
    if (running == 0) return;
    grace.expires_after(options.stop_grace);
    grace.async_wait([this](const error_code& cancelled) {
        if (cancelled) return;
        for (const std::weak_ptr<HttpSession>& one : sessions) {
            if (const std::shared_ptr<HttpSession> session = one.lock()) session->close();
        }
    });
}

HubServer::HubServer(HubStore& store, ServerOptions options)
    : state_(std::make_unique<State>(store, std::move(options))) {}

HubServer::~HubServer() { stop(); }

void HubServer::start() {
    const std::scoped_lock lock(state_->mutex);
    if (state_->phase != State::Phase::idle) return;
    state_->prepare_tls();
    state_->listen();
    net::co_spawn(state_->io, state_->accept_connections(), net::detached);
    state_->thread = std::thread([this] { state_->io.run(); });
    state_->phase = State::Phase::serving;
    state_->log(Severity::info, "started",
                {{"address", state_->options.address}, {"port", std::to_string(state_->port)}});
}

void HubServer::run() {
    start();
    std::unique_lock<std::mutex> lock(state_->mutex);
    state_->changed.wait(lock, [&] { return state_->phase == State::Phase::stopped; });
}

void HubServer::stop() {
    {
        std::unique_lock<std::mutex> lock(state_->mutex);
        if (state_->phase == State::Phase::idle) state_->phase = State::Phase::stopped;
        if (state_->phase != State::Phase::serving) {
            state_->changed.wait(lock, [&] { return state_->phase == State::Phase::stopped; });
            return;
        }
        state_->phase = State::Phase::stopping;
    }
    net::post(state_->io, [this] { state_->begin_stopping(); });
    state_->thread.join();
    state_->workers.join();
    state_->log(Severity::info, "stopped", {});
    const std::scoped_lock lock(state_->mutex);
    state_->phase = State::Phase::stopped;
    state_->changed.notify_all();
}

std::uint16_t HubServer::port() const noexcept { return state_->port; }

ServerCounters HubServer::counters() const noexcept { return state_->counters.values(); }

}  // namespace edge::hub
