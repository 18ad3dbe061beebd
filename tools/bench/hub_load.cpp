#include "support/postgres_database.hpp"
#include "support/sealing_device.hpp"
#include "support/shop_fields.hpp"

#include "edge/hub/postgres_store.hpp"
#include "edge/hub/server.hpp"
#include "edge/protocol/row_identity.hpp"
#include "edge/transport/gzip.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

// What a hub on PostgreSQL takes when many devices sync at once: PostgreSQL, the hub and this load generator share the
// machine. Bodies are made beforehand, gzipped as devices send them, and sent over HTTP on connections that stay open.
// Every commit is on the disk; the marketplace's tables are filled. Prints one line of JSON.
// Usage: hub_load SECONDS [CONNECTIONS [WORKERS [leave|own]]]

namespace {

namespace hub = edge::hub;
using edge::test::SealingDevice;
using edge::test::wire_key;
using Clock = std::chrono::steady_clock;

constexpr int sellers = 200;
constexpr int bundles = 10;
constexpr int changes_a_segment = 40;  // half reservations that are made, half that are collected

edge::Timestamp now() { return *edge::parse_timestamp("2026-11-23T16:00:00Z"); }

/// A shop's device and the requests that it is going to send, in order.
class Shop {
public:
    explicit Shop(int number)
        : key_(edge::protocol::marketplace_identity("sellers", number).wire()), device_(key_, wire_key(number)) {
        create("sellers", key_, edge::test::seller_fields("Shop " + std::to_string(number)));
        for (int bundle = 0; bundle < bundles; ++bundle) {
            create("bundles", wire_key(bundle), edge::test::bundle_fields(key_, "Evening bag", {}, 500));
        }
        reserve();
        first_ = seal(1 + bundles + changes_a_segment / 2);
    }

    [[nodiscard]] const std::string& first() const noexcept { return first_; }
    /// A segment that collects what the one before reserved, and reserves as many.
    std::string next() {
        for (int i = 0; i < changes_a_segment / 2; ++i) device_.collect(collected_++);
        reserve();
        return seal(changes_a_segment);
    }
    /// The poll of a device that has sent that many of them.
    std::string poll(std::size_t segments) {
        device_.seen = 1 + bundles + changes_a_segment / 2 + static_cast<std::int64_t>(segments) * changes_a_segment;
        return gzipped(device_.request({}));
    }

private:
    void create(std::string_view table, std::string key, edge::protocol::Fields fields) {
        edge::protocol::JournalEntry entry;
        entry.table = table;
        entry.key = std::move(key);
        entry.first = entry.last = edge::protocol::Op::create;
        entry.fields = std::move(fields);
        device_.change(std::move(entry));
    }
    void reserve() {
        for (int i = 0; i < changes_a_segment / 2; ++i, ++reserved_) {
            device_.reservation(reserved_, reserved_ % bundles, "C" + std::to_string(reserved_));
        }
    }
    std::string seal(int changes) {
        std::string body = gzipped(device_.request(device_.seal_bytes()));
        device_.seen += changes;  // what the hub is going to answer
        return body;
    }
    static std::string gzipped(const std::string& body) {
        const bool small = body.size() < 400;
        const std::string content = small ? body : edge::transport::gzip(body);
        std::string request = "POST /v1/sync HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-ndjson\r\n";
        if (!small) request += "Content-Encoding: gzip\r\n";
        return request + "Content-Length: " + std::to_string(content.size()) + "\r\n\r\n" + content;
    }

    std::string key_;
    SealingDevice device_;
    int reserved_ = 1000;
    int collected_ = 1000;
    std::string first_;
};

/// A connection that stays open.
class Client {
public:
    explicit Client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
            throw std::runtime_error("cannot connect to the hub");
        }
        const int on = 1;
        ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    ~Client() { ::close(socket_); }

    /// Bytes of the whole answer. Throws unless it is a plain success.
    std::size_t send(const std::string& request) {
        for (std::size_t sent = 0; sent < request.size();) {
            const ssize_t n = ::send(socket_, request.data() + sent, request.size() - sent, MSG_NOSIGNAL);
            if (n <= 0) throw std::runtime_error("cannot send to the hub");
            sent += static_cast<std::size_t>(n);
        }
        std::string answer;
        std::size_t length = std::string::npos;
        while (answer.size() < length) {
            std::array<char, 16384> buffer;
            const ssize_t n = ::recv(socket_, buffer.data(), buffer.size(), 0);
            if (n <= 0) throw std::runtime_error("the hub closed the connection");
            answer.append(buffer.data(), static_cast<std::size_t>(n));
            const std::size_t end = answer.find("\r\n\r\n");
            if (length == std::string::npos && end != std::string::npos) length = end + 4 + content_length(answer);
        }
        if (!answer.starts_with("HTTP/1.1 200")) throw std::runtime_error("the hub refused: " + answer);
        return answer.size();
    }

private:
    static std::size_t content_length(const std::string& head) {
        const std::size_t at = head.find("Content-Length: ");
        if (at == std::string::npos) throw std::runtime_error("no length in: " + head);
        return std::stoul(head.substr(at + 16));
    }

    int socket_;
};

double own_cpu() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// Processor seconds that the server's processes have used.
double postgres_cpu() {
    std::ifstream pid_file(edge::test::postgres_folder() + "/data/postmaster.pid");
    std::string postmaster;
    std::getline(pid_file, postmaster);
    std::string command = "for p in " + postmaster + " $(pgrep -P " + postmaster +
                          "); do sed 's/.*) //' /proc/$p/stat 2>/dev/null; done | awk '{s += $12 + $13} END {print s}'";
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), &::pclose);
    double ticks = 0;
    if (std::fscanf(pipe.get(), "%lf", &ticks) != 1) return 0;
    return ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

struct Measured {
    std::size_t requests = 0;
    double seconds = 0;
    double own = 0;
    double server = 0;
};

/// Lets connections send requests until the time is over or none is left; `next` gives each connection's next one.
template <class Next>
Measured drive(std::uint16_t port, int connections, std::chrono::duration<double> time, Next next) {
    std::atomic<std::size_t> sent = 0;
    std::atomic<bool> failed = false;
    const double own = own_cpu();
    const double server = postgres_cpu();
    const Clock::time_point start = Clock::now();
    std::vector<std::thread> threads;
    for (int connection = 0; connection < connections; ++connection) {
        threads.emplace_back([&, connection] {
            try {
                Client client(port);
                while (Clock::now() - start < time) {
                    const std::string* request = next(connection);
                    if (request == nullptr) break;
                    client.send(*request);
                    ++sent;
                }
            } catch (const std::exception& error) {
                std::fprintf(stderr, "%s\n", error.what());
                failed = true;
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    if (failed) std::exit(1);
    const std::chrono::duration<double> taken = Clock::now() - start;
    return {.requests = sent, .seconds = taken.count(), .own = own_cpu() - own, .server = postgres_cpu() - server};
}

void print(const char* name, const Measured& measured, int each) {
    const double count = static_cast<double>(measured.requests) * each;
    std::printf(
        "\"%s\": {\"per_second\": %.0f, \"seconds\": %.1f, \"hub_and_load_cpu_us\": %.1f, "
        "\"postgres_cpu_us\": %.1f}",
        name, count / measured.seconds, measured.seconds, measured.own / count * 1e6, measured.server / count * 1e6);
}

int run(std::chrono::duration<double> time, int connections, std::size_t workers, hub::MarketplaceUse use) {
    edge::test::PostgresDatabase database;
    hub::init_postgres_store(database.target(), {}, {.marketplace = use, .lay_marketplace = true});
    const std::unique_ptr<hub::HubStore> store = hub::open_postgres_store(database.target());
    hub::ServerOptions options;
    options.port = 0;
    options.workers = workers;
    options.clock = now;
    options.intake.pull_bytes = hub::full_pull_bytes;
    hub::HubServer server(*store, options);
    server.start();

    std::vector<std::unique_ptr<Shop>> shops;
    for (int number = 1; number <= sellers; ++number) shops.push_back(std::make_unique<Shop>(number));
    // as many as a fast machine takes in the time
    const auto rounds = static_cast<std::size_t>(time.count() * 800 / sellers) + 1;
    std::vector<std::vector<std::string>> bodies(shops.size());
    for (std::size_t shop = 0; shop < shops.size(); ++shop) {
        for (std::size_t i = 0; i < rounds; ++i) bodies[shop].push_back(shops[shop]->next());
    }
    Client first(server.port());
    for (const std::unique_ptr<Shop>& shop : shops) first.send(shop->first());
    database.run("VACUUM ANALYZE");

    // each connection has shops of its own, as each device has its own file
    std::vector<std::size_t> places(static_cast<std::size_t>(connections), 0);
    const auto shops_each = static_cast<std::size_t>(sellers / connections);
    const Measured changes = drive(server.port(), connections, time, [&](int connection) -> const std::string* {
        const auto own = static_cast<std::size_t>(connection);
        const std::size_t place = places[own];
        const std::size_t round = place / shops_each;
        if (round >= rounds) return nullptr;
        ++places[own];
        return &bodies[own * shops_each + place % shops_each][round];
    });
    if (use != hub::MarketplaceUse::leave) {
        const std::string shown = database.run("SELECT count(*) FROM reservations")[0][0];
        if (std::stoul(shown) != sellers * 20 + changes.requests * 20) throw std::runtime_error("only " + shown);
    }

    std::vector<std::string> polls;
    for (std::size_t shop = 0; shop < shops.size(); ++shop) {
        const std::size_t sent = places[std::min(shop / shops_each, places.size() - 1)];
        polls.push_back(shops[shop]->poll(sent / shops_each + (shop % shops_each < sent % shops_each ? 1 : 0)));
    }
    std::size_t bytes = 0;
    {
        Client client(server.port());
        bytes = polls[0].size() + client.send(polls[0]);
    }
    std::vector<std::size_t> turns(static_cast<std::size_t>(connections), 0);
    const Measured idle = drive(server.port(), connections, time / 3, [&](int connection) -> const std::string* {
        const auto own = static_cast<std::size_t>(connection);
        return &polls[own * shops_each + turns[own]++ % shops_each];
    });

    std::printf("{");
    print("changes", changes, changes_a_segment);
    std::printf(", ");
    print("polls", idle, 1);
    std::printf(", \"poll_bytes\": %zu, \"marketplace\": \"%s\"}\n", bytes, std::string(hub::name_of(use)).c_str());
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    // durable commits, whatever tests like
    ::setenv("EDGE_TEST_POSTGRES_OPTIONS", "-c shared_buffers=256MB -c max_wal_size=4GB", 0);
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    const double seconds = arguments.empty() ? 10 : std::stod(arguments[0]);
    const int connections = arguments.size() > 1 ? std::stoi(arguments[1]) : 16;
    const std::size_t workers = arguments.size() > 2 ? std::stoul(arguments[2]) : 16;
    const std::string use = arguments.size() > 3 ? arguments[3] : "own";
    try {
        return run(std::chrono::duration<double>(seconds), connections, workers,
                   hub::parse_marketplace_use(use).value_or(hub::MarketplaceUse::own));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "hub_load: %s\n", error.what());
        return 1;
    }
}
