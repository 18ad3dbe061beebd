#include "simulation/network.hpp"

#include "simulation/counter.hpp"
#include "simulation/events.hpp"
#include "simulation/violation.hpp"

#include "edge/protocol/exchange.hpp"
#include "edge/transport/gzip.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <limits>

namespace edge::simulation {
namespace {

HubAnswer no_answer(const std::string& failure) {
    HubAnswer answer;
    answer.failure = failure;
    return answer;
}

HubAnswer answer_of(int status, std::string body) {
    HubAnswer answer;
    answer.status = status;
    answer.body = std::move(body);
    return answer;
}

/// What stands between a shop and the world now and then.
HubAnswer foreign_answer(Dice& dice) {
    static const std::array<HubAnswer, 11> answers{
        answer_of(200, "<html><body>Welcome to FreeWiFi, please log in</body></html>"),
        answer_of(502, "<html>bad gateway</html>"),
        answer_of(503, ""),
        answer_of(504, "{}"),
        answer_of(429, ""),
        answer_of(404, "<html>no such page</html>"),
        answer_of(407, ""),
        answer_of(200, R"({"hello":"world"})"),
        answer_of(302, ""),
        answer_of(413, ""),
        answer_of(413, "<html>too large</html>"),
    };
    HubAnswer answer = dice.one_of(std::span<const HubAnswer>(answers));
    if (dice.chance(30)) answer.headers.emplace_back("retry-after", "120");
    return answer;
}

/// Of a body on the wire, with its head.
std::int64_t wire_size(const std::string& body) {
    constexpr std::size_t head = 200;
    const std::size_t size = body.size() < transport::identity_below ? body.size() : transport::gzip(body).size();
    return static_cast<std::int64_t>(head + size);
}

/// Open file description locks do not see that this is the same process.
bool is_writer_lock_free(const std::string& database) {
    const int file = ::open((database + ".lock").c_str(), O_RDWR | O_CLOEXEC);
    if (file < 0) return true;
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    const bool is_free = ::fcntl(file, F_OFD_SETLK, &lock) == 0;
    ::close(file);
    return is_free;
}

std::string damaged(std::string bytes, Dice& dice) {
    if (bytes.empty()) return bytes;
    bytes[static_cast<std::size_t>(dice.below(static_cast<std::int64_t>(bytes.size())))] = '\xff';
    return bytes;
}

std::string cut_short(const std::string& bytes, Dice& dice) {
    return bytes.substr(0, static_cast<std::size_t>(dice.below(static_cast<std::int64_t>(bytes.size()) + 1)));
}

}  // namespace

void Network::read_along(const DeviceNode& device, const std::string& body) {
    const protocol::Decoded<protocol::SyncRequest> request = protocol::decode_request(body);
    require(bool(request), "I4",
            device.name + " sends what a hub cannot read: " + (request ? "" : request.problem().detail));
    std::optional<std::tuple<protocol::Lane, std::int64_t, std::int64_t, int>> last;
    for (const std::string_view bytes : request->parts) {
        const protocol::Decoded<protocol::Segment> segment = protocol::decode_segment(bytes);
        require(bool(segment), "I4", device.name + " sends a part that a hub cannot read");
        const std::tuple place(segment->lane, segment->epoch, segment->seq, segment->part);
        const std::string number =
            fmt::format("{} {} epoch {} segment {} part {}", device.name, protocol::name_of(segment->lane),
                        segment->epoch, segment->seq, segment->part);
        require(!last || *last < place, "I7", number + " is sent behind a later one, or ops behind bulk");
        last = place;
        if (device.is_forked) continue;
        const PartNumber key(device.replica, std::string(protocol::name_of(segment->lane)), segment->epoch,
                             segment->seq, segment->part);
        const auto [known, is_new] = hashes_.emplace(key, protocol::part_hash(bytes));
        require(is_new || known->second == protocol::part_hash(bytes), "I4", number + " has other bytes than before");
    }
}

void Network::forget(const std::string& replica) {
    std::erase_if(hashes_, [&](const auto& entry) { return std::get<0>(entry.first) == replica; });
}

HubAnswer Network::deliver(const HubRequest& request, const std::string& seller, const Step& step, Dice& dice) {
    const Fault fault = dice.chance(60) ? step.hub_fault : Fault{};
    const bool is_sync = request.path == protocol::sync_path;
    std::optional<HubAnswer> answer =
        is_sync ? hub_.take(request.body, fault, dice.next()) : hub_.repair(request.body, fault, dice.next());
    check_twins(seller);
    if (is_sync && answer && answer->status == 200) check_promise(seller, request.body, answer->body);
    return answer ? *std::move(answer) : no_answer("broken: connection reset");
}

void Network::check_promise(const std::string& seller, const std::string& body, const std::string& answer) {
    const protocol::Decoded<protocol::SyncRequest> request = protocol::decode_request(body);
    const protocol::Decoded<protocol::Ack> ack = protocol::decode_ack(answer);
    require(request && ack, "hub", "the hub answers what no device can read");
    const std::vector<hub::LaneState> stored = hub_.store().read(seller)->lanes(request->header.replica);
    for (const protocol::LaneAck& told : ack->lanes) {
        const bool kept = std::any_of(stored.begin(), stored.end(), [&](const hub::LaneState& lane) {
            return lane.id.epoch == told.epoch && lane.id.lane == told.lane && lane.cursor.next_seq > told.applied;
        });
        require(kept || told.applied == 0, "I3", "the hub says that it has applied what it has not stored");
    }
}

void Network::check_twins(const std::string& seller) {
    constexpr int holidays = 11;
    const std::unique_ptr<hub::SellerReader> reader = hub_.store().read(seller);
    for (const std::string& device : twins_[seller]) {
        std::vector<hub::RowKey> keys;
        for (const std::string& key : twin_keys(device)) keys.push_back({.table = holidays, .key = key});
        const std::vector<hub::StoredRow> twins = reader->rows(keys);
        if (twins.empty()) continue;
        const protocol::FieldValue* left = protocol::find_field(twins.front().row.fields, "source");
        const protocol::FieldValue* right = protocol::find_field(twins.back().row.fields, "source");
        require(twins.size() == 2 && left != nullptr && right != nullptr && *left == *right, "I6",
                "the hub shows one row of a transaction without the other");
    }
}

void Network::keep_for_later(const DeviceNode& device, const HubRequest& request) {
    if (request.path == protocol::sync_path) late_.push_back({.seller = device.seller, .body = request.body});
}

HubAnswer Network::misfortune(DeviceNode& device, const Step& step, const HubRequest& request, Dice& dice) {
    static constexpr std::array<std::string_view, 12> kinds{
        "no connection",      "foreign answer",   "answer lost",     "request late", "request late and at once",
        "answer cut short",   "answer damaged",   "request damaged", "delayed",      "sent twice",
        "device dies before", "device dies after"};
    const std::int64_t kind = dice.below(std::ssize(kinds));
    count_event("network:", kinds.at(static_cast<std::size_t>(kind)));
    switch (kind) {
        case 0: return no_answer("cannot_connect: connection refused");
        case 1: return foreign_answer(dice);
        case 2: {
            static_cast<void>(deliver(request, device.seller, step, dice));
            return no_answer("broken: connection reset");
        }
        case 3: {
            keep_for_later(device, request);
            return no_answer("timed_out: no answer in time");
        }
        case 4: {
            keep_for_later(device, request);
            return deliver(request, device.seller, step, dice);
        }
        case 5: {
            HubAnswer answer = deliver(request, device.seller, step, dice);
            answer.body = cut_short(answer.body, dice);
            return answer;
        }
        case 6: {
            HubAnswer answer = deliver(request, device.seller, step, dice);
            answer.body = damaged(answer.body, dice);
            return answer;
        }
        case 7: {
            // compressed bodies are checked, and a length that does not fit is seen
            if (request.body.size() >= transport::identity_below)
                return answer_of(400, protocol::encode(protocol::make_problem(protocol::ProblemClass::retry, "damaged",
                                                                              "the body is not whole gzip")));
            return no_answer("broken: connection reset");
        }
        case 8: {
            now_ += std::chrono::minutes(dice.below(20));
            hub_.now = now_;
            return deliver(request, device.seller, step, dice);
        }
        case 9: {
            // a proxy tries again by itself
            static_cast<void>(deliver(request, device.seller, step, dice));
            return deliver(request, device.seller, step, dice);
        }
        case 10: {
            device.stop();
            throw Killed();
        }
        default: {
            static_cast<void>(deliver(request, device.seller, step, dice));
            device.stop();
            throw Killed();
        }
    }
}

HubAnswer Network::carry_somehow(DeviceNode& device, const Step& step, const HubRequest& request, Dice& dice) {
    return dice.chance(step.storm) ? misfortune(device, step, request, dice)
                                   : deliver(request, device.seller, step, dice);
}

void Network::pass(std::chrono::milliseconds time) {
    now_ += time;
    hub_.now = now_;
}

/// Every byte takes its time, and what is not through when the request's time is over is cut: a request on its way
/// there does not arrive, an answer on its way back does not return.
HubAnswer Network::carry_slowly(DeviceNode& device, const Step& step, const HubRequest& request, Dice& dice) {
    const std::int64_t rate = device.way.bytes_per_second;
    const std::int64_t most =
        rate > 0 ? rate * request.timeout.count() / 1000 : std::numeric_limits<std::int64_t>::max();
    const auto take = [&](std::int64_t bytes) {
        device.carried += bytes;
        if (rate > 0) pass(std::chrono::milliseconds(bytes * 1000 / rate));
    };
    HubAnswer cut = no_answer("timed_out: no answer in time");
    const std::int64_t there = wire_size(request.body);
    if (there >= most) {
        count_event("slow way: request cut");
        take(most);
        cut.socket_bytes = most;
        return cut;
    }
    take(there);
    HubAnswer answer = carry_somehow(device, step, request, dice);
    const std::int64_t back = answer.status == 0 ? 0 : wire_size(answer.body);
    if (there + back >= most) {
        count_event("slow way: answer cut");
        take(most - there);
        cut.socket_bytes = most;
        return cut;
    }
    take(back);
    answer.socket_bytes = there + back;
    return answer;
}

HubAnswer Network::carry(DeviceNode& device, const Step& step, const HubRequest& request, Dice& dice,
                         const std::function<void()>& in_between) {
    if (request.path == protocol::sync_path) read_along(device, request.body);
    require(is_writer_lock_free(device.path()), "I15", device.name + " holds its lock while it waits for the hub");
    if (in_between) in_between();
    count_event(request.path == protocol::sync_path ? "requests to sync" : "requests to repair");
    if (device.is_offline) return no_answer("cannot_resolve: no network");
    HubAnswer answer =
        device.way == Way{} ? carry_somehow(device, step, request, dice) : carry_slowly(device, step, request, dice);
    if (tell_) tell_(fmt::format("{} asks {}\n{}", device.name, request.path, request.body));
    if (tell_) tell_(fmt::format("answer {} {}\n{}", answer.status, answer.failure, answer.body));
    answer.bytes_sent = static_cast<std::int64_t>(request.body.size());
    answer.bytes_received = static_cast<std::int64_t>(answer.body.size());
    return answer;
}

void Network::deliver_late(std::uint64_t seed) {
    if (late_.empty()) return;
    Dice dice(seed);
    const Late late = dice.one_of(std::span<const Late>(late_));
    static_cast<void>(hub_.take(late.body, {}, 0));
    const std::int64_t head = hub_.head(late.seller);
    const Rows rows = hub_.rows(late.seller);
    static_cast<void>(hub_.take(late.body, {}, 0));
    require(hub_.head(late.seller) == head && hub_.rows(late.seller) == rows, "I2",
            "the same request again has an effect at the hub");
    check_twins(late.seller);
}

void Network::deliver_everything_late() {
    for (const Late& late : late_) static_cast<void>(hub_.take(late.body, {}, 0));
    late_.clear();
}

}  // namespace edge::simulation
