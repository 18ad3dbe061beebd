#include "fault/engine/kill_campaign.hpp"

#include "support/child_process.hpp"
#include "support/nearby_hub.hpp"
#include "support/shared_memory.hpp"
#include "support/synced_rows.hpp"

#include "edge/core/error.hpp"
#include "edge/hub/server.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <ctime>
#include <filesystem>
#include <memory>

namespace edge::test {
namespace {

constexpr int sales_a_round = 4;
constexpr int imported_a_round = 12;

void pass() {}

void add_if_new(std::vector<DatabaseDump>& states, DatabaseDump state) {
    if (states.empty() || states.back() != state) states.push_back(std::move(state));
}

/// Byte for byte, with what a killed process left in the log: the same work then makes the same changes of the disk.
void copy_files(const std::string& from, const std::string& to) {
    for (const char* suffix : {"", "-wal", "-shm"}) {
        std::filesystem::remove(to + suffix);
        if (std::filesystem::exists(from + suffix)) std::filesystem::copy_file(from + suffix, to + suffix);
    }
}

std::chrono::microseconds cpu_time() {
    timespec time{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_nsec / 1000);
}

}  // namespace

const char* name_of(Work work) {
    constexpr std::array names = {"import", "collect", "refresh", "seal", "send", "ack"};
    return names.at(static_cast<std::size_t>(work));
}

KillCampaign::KillCampaign(std::uint64_t seed) : random_(seed) {
    world_.seed = seed;
    NewSeller seller;
    seller.name = "Corner Bakery";
    seller.time_zone = "Europe/London";
    seller.marketplace_id = 1;
    Engine engine = Engine::create(place_.device, seller, world_.options());
    for (const char* name : {"Bread", "Fruit", "Meals"})
        static_cast<void>(engine.add_category(name, Co2Coefficient::parse("2.5").value()));
}

std::int64_t KillCampaign::between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(high - low + 1));
}

/// What the shop does between two disasters: time passes, windows close, bags are posted, sold and missed.
void KillCampaign::sell_in_peace() {
    world_.now += std::chrono::minutes(between(30, 300));
    world_.seed = random_();
    Engine engine = Engine::open(place_.device, world_.options(calm_.name()));
    const SellerId home = engine.home_seller();
    NewBundle bag = bundle_in(world_, home, std::chrono::hours(-1), sales_a_round + 5);
    bag.categories = {CategoryId(between(1, 3))};
    const Bundle today = engine.post_bundle(bag);
    static_cast<void>(engine.post_bundle(bundle_in(world_, home, std::chrono::hours(between(1, 40)), 3)));
    bundle_ = today.id.value();
    for (int i = 0; i < 3; ++i) {
        const Reservation made = engine.reserve({.bundle = today.id, .consumer = "regular", .claim_code = {}});
        if (i == 0) sold_.insert(engine.collect(made.claim_code, today.id).claim_code);
        if (i == 1) static_cast<void>(engine.cancel(made.claim_code, today.id));
    }
}

void KillCampaign::write_import_files() {
    const std::int64_t bundle = 100'000 + rounds_;
    const std::string start = format_timestamp(world_.now - std::chrono::hours(between(3, 60)));
    const std::string end = format_timestamp(world_.now - std::chrono::hours(1));
    write_file(folder_.file("bundles.csv"),
               fmt::format("bundle_id,seller_id,bundle_name,total_qty,price,window_start,window_end\n"
                           "{},1,Imported,{},2.50,{},{}\n",
                           bundle, imported_a_round, start, end));
    std::string rows = "reservation_id,bundle_id,consumer_id,reserved_at,claim_code,collected_at\n";
    for (int i = 0; i < imported_a_round; ++i) {
        rows += fmt::format("{},{},7,{},IM{}X{},{}\n", bundle * 100 + i, bundle, start, rounds_, i,
                            i % 3 == 0 ? "" : start);
    }
    write_file(folder_.file("reservations.csv"), rows);
}

void KillCampaign::sell(Engine& engine, const std::function<void()>& returned) {
    for (int i = 0; i < sales_a_round; ++i) {
        const Reservation made = engine.reserve(
            {.bundle = BundleId(bundle_), .consumer = fmt::format("round {}", rounds_), .claim_code = {}},
            fmt::format("reserve/{}/{}", rounds_, i));
        returned();
        const Reservation collected =
            engine.collect(made.claim_code, made.bundle, fmt::format("collect/{}/{}", rounds_, i));
        sold_in_round_.push_back(collected.claim_code);
        returned();
    }
}

void KillCampaign::sync(Engine& engine, const std::string& path, const std::string& vfs, Marks& marks) {
    NearbyHub hub(path, vfs);
    hub.now = world_.now;
    hub.network = [&](const HubRequest& request) {
        marks.work = Work::send;
        ++marks.requests;
        HubAnswer answer = hub.deliver(request);
        marks.work = Work::ack;
        return answer;
    };
    marks.work = Work::seal;
    static_cast<void>(engine.sync({.url = "http://hub", .exchange = hub.exchange()}));
}

void KillCampaign::perform(Work work, const Place& place, const std::string& vfs, Marks& marks,
                           const std::function<void()>& returned) {
    marks.work = work == Work::send || work == Work::ack ? Work::seal : work;
    marks.started = true;
    sold_in_round_.clear();
    Engine engine = Engine::open(place.device, world_.options(vfs));
    switch (work) {
        case Work::import: {
            ImportRequest request;
            for (const char* name : {"reservations.csv", "bundles.csv"})
                request.files.push_back({.path = folder_.file(name), .format = {}, .table = {}});
            const ImportReport report = engine.import(request);
            if (report.rejected_total != 0) throw Error(ErrorCode::internal, report.rejected.front().reason);
            returned();
            break;
        }
        case Work::collect: sell(engine, returned); break;
        case Work::refresh:
            static_cast<void>(engine.refresh(engine.home_seller()));
            returned();
            break;
        default: sync(engine, place.hub, vfs, marks); returned();
    }
}

/// The undisturbed run. A commit shows once its log is synced, so just before each sync the state is the one before.
KillCampaign::Course KillCampaign::rehearse(Work work) {
    copy_files(place_.device, copy_.device);
    copy_files(place_.hub, copy_.hub);
    Course course;
    std::chrono::microseconds looking{0};
    const auto look = [&](States& states, const std::string& path) {
        const std::chrono::microseconds began = cpu_time();
        add_if_new(states, dump_database(path));
        looking += cpu_time() - began;
    };
    const auto look_at_both = [&] {
        look(course.device, copy_.device);
        look(course.hub, copy_.hub);
    };
    look_at_both();
    FaultVfs disk;
    const Shared<Marks> shared;
    Marks& marks = *shared;
    disk.watch([&](const DiskChange& change) {
        if (change.is_sync && change.path == copy_.device + "-wal") look(course.device, copy_.device);
        if (change.is_sync && change.path == copy_.hub + "-wal") look(course.hub, copy_.hub);
        course.changes.push_back(marks.work);
    });
    looking = {};
    const std::chrono::microseconds began = cpu_time();
    perform(work, copy_, disk.name(), marks, [&] {
        look(course.device, copy_.device);
        course.returned.push_back(course.device.size() - 1);
    });
    course.time = cpu_time() - began - looking;
    look_at_both();
    course.sold = sold_in_round_;
    course.transactions = course.returned.size() + static_cast<std::size_t>(marks.requests);
    return course;
}

void KillCampaign::kill_at_change(Work work, std::int64_t nth, Marks& marks) {
    ChildProcess child([&] {
        FaultVfs disk;
        disk.watch([&](const DiskChange& change) {
            if (change.number == nth) static_cast<void>(::kill(::getpid(), SIGKILL));
        });
        perform(work, place_, disk.name(), marks, [&] { ++marks.returned; });
    });
    if (child.wait() != -1) throw Error(ErrorCode::internal, fmt::format("change {} of the disk never came", nth));
}

void KillCampaign::kill_in_time(Work work, std::chrono::microseconds most, Marks& marks) {
    const auto delay = static_cast<useconds_t>(between(0, most.count()));
    ChildProcess child([&] { perform(work, place_, {}, marks, [&] { ++marks.returned; }); });
    while (!marks.started) ::usleep(20);
    ::usleep(delay);
    child.kill_and_wait();
}

std::string KillCampaign::compare(const std::string& path, const States& states, std::size_t oldest) const {
    if (const std::string integrity = integrity_of(path); integrity != "ok") return path + ": " + integrity;
    const DatabaseDump found = dump_database(path);
    const auto last = std::find(states.rbegin(), states.rend(), found);
    if (last == states.rend()) {
        return fmt::format("{} is in no state of {}: from the first {}\nfrom the last {}", path, states.size(),
                           first_difference(states.front(), found), first_difference(states.back(), found));
    }
    const auto place = static_cast<std::size_t>(states.rend() - last) - 1;
    if (place >= oldest) return {};
    return fmt::format("{} is in state {} after a call had returned in state {}: {}", path, place, oldest,
                       first_difference(states[oldest], found));
}

std::string KillCampaign::missing_sale() const {
    const std::vector<std::string> held =
        select_column(place_.device, "SELECT claim_code FROM reservations WHERE collected_at IS NOT NULL");
    for (const std::string& code : sold_)
        if (std::find(held.begin(), held.end(), code) == held.end()) return "the sale of " + code + " is lost";
    return {};
}

std::string KillCampaign::examine(const Course& course, int returned) {
    const Engine reopened = Engine::open(place_.device, world_.options());
    const std::size_t oldest = returned == 0 ? 0 : course.returned.at(static_cast<std::size_t>(returned) - 1);
    // Every second call of a round that sells is a collection.
    for (std::size_t i = 0; i < course.sold.size() && 2 * i + 1 < static_cast<std::size_t>(returned); ++i)
        sold_.insert(course.sold[i]);
    std::string wrong = compare(place_.device, course.device, oldest);
    if (wrong.empty()) wrong = compare(place_.hub, course.hub, 0);
    if (wrong.empty()) wrong = missing_sale();
    return wrong;
}

std::string KillCampaign::round(Work work, Moment moment) {
    ++rounds_;
    if (!std::filesystem::exists(place_.hub)) {
        const NearbyHub made(place_.hub);
    }
    sell_in_peace();
    if (work == Work::import) write_import_files();
    world_.seed = random_();  // as every process has: no two of them draw the same bytes
    const Course course = rehearse(work);
    if (course.device.size() > course.transactions + 1) return "a use case is more than one transaction";
    const Shared<Marks> shared;
    Marks& marks = *shared;
    if (moment == Moment::at_a_change) {
        std::vector<std::int64_t> candidates;
        for (std::size_t i = 0; i < course.changes.size(); ++i)
            if (course.changes[i] == work) candidates.push_back(static_cast<std::int64_t>(i) + 1);
        if (candidates.empty()) return "nothing reaches the disk";
        kill_at_change(work, candidates.at(random_() % candidates.size()), marks);
    } else {
        kill_in_time(work, course.time, marks);
    }
    const int returned = marks.returned;
    const bool survived = moment == Moment::at_any_time && returned == static_cast<int>(course.returned.size());
    if (survived)
        ++deaths_.survived;
    else
        ++deaths_.at.at(static_cast<std::size_t>(marks.work.load()));
    std::string wrong = examine(course, returned);
    // Sometimes the work is done again at once, as a person would; sometimes the next round finds what is left.
    if (wrong.empty() && between(0, 1) == 0) {
        world_.seed = random_();
        perform(work, place_, calm_.name(), marks, pass);
        sold_.insert(sold_in_round_.begin(), sold_in_round_.end());
        wrong = missing_sale();
    }
    return wrong;
}

std::string KillCampaign::finish() {
    NearbyHub hub(place_.hub);
    hub.now = world_.now += std::chrono::hours(100);
    world_.seed = random_();
    Engine engine = Engine::open(place_.device, world_.options());
    static_cast<void>(engine.refresh(engine.home_seller()));
    const SyncReport report = engine.sync({.url = "http://hub", .exchange = hub.exchange()});
    if (!report.equal) return "not equal after the last sync: " + report.reason;
    const VerifyReport verified = engine.verify();
    if (!verified.findings.empty()) return "verify: " + verified.findings.front().message;
    const std::string differs = first_difference(synced_rows(place_.device), hub.rows(engine.sync_status().seller));
    if (!differs.empty()) return "rows of file and hub differ: " + differs;
    hub::HubServer server(hub.store(), {.port = 0, .clock = {}, .log = {}});
    server.start();
    const SyncVerifyReport digests = engine.verify_sync(fmt::format("http://127.0.0.1:{}", server.port()));
    server.stop();
    if (!digests.equal || digests.root != digests.hub_root) return "digests of file and hub differ";
    return missing_sale();
}

}  // namespace edge::test
