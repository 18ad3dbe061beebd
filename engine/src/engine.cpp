#include "edge/engine.hpp"

#include "check_text.hpp"
#include "engine_state.hpp"
#include "refresh_worker.hpp"
#include "uncaptured_rows.hpp"

#include "edge/protocol/row_identity.hpp"
#include "edge/storage/sellers.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <array>
#include <charconv>
#include <cmath>

namespace edge {

using storage::Connection;
using storage::Query;
using storage::WriteTransaction;

namespace {

void start_sodium() {
    if (sodium_init() < 0) throw Error(ErrorCode::internal, "cannot start: the system gives no random numbers");
}

storage::OpenOptions open_options(const EngineOptions& options) {
    return {.access = options.read_only ? storage::Access::read_only : storage::Access::read_write,
            .lock_timeout = options.lock_timeout,
            .vfs = options.vfs,
            // beside a story that is told on a test's disk nobody sells
            .sale_wait = options.vfs.empty() ? storage::OpenOptions{}.sale_wait : std::chrono::milliseconds(0)};
}

Timestamp now_by(const EngineOptions& options) {
    if (options.clock) return options.clock();
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

Uuid new_uuid_by(const EngineOptions& options) {
    std::array<std::uint8_t, 10> random{};
    if (options.random) {
        options.random(random.data(), random.size());
    } else {
        randombytes_buf(random.data(), random.size());
    }
    return Uuid::make_v7(now_by(options), random);
}

void check_range(const std::optional<Degrees>& degrees, double most, std::string_view what) {
    if (!degrees || std::abs(degrees->value()) <= most) return;
    throw Error(ErrorCode::invalid_argument,
                fmt::format("cannot use {} {}: it is not between -{} and {}", what, degrees->text(), most, most),
                {{"field", std::string(what)}});
}

/// A NewSeller or a Seller.
template <class SellerFields>
void check_seller(const SellerFields& seller) {
    storage::check_seller(seller.name, seller.time_zone, seller.currency);
    for (const auto& [text, what] : {std::pair<std::string_view, std::string_view>{seller.name, "seller's name"},
                                     {seller.address_line1, "seller's address"},
                                     {seller.address_line2, "seller's address"},
                                     {seller.city, "seller's city"},
                                     {seller.post_code, "seller's post code"},
                                     {seller.region, "seller's region"},
                                     {seller.country, "seller's country"},
                                     {seller.holiday_region, "seller's holiday region"}}) {
        check_text(text, what);
    }
    check_range(seller.latitude, 90, "latitude");
    check_range(seller.longitude, 180, "longitude");
}

}  // namespace

Engine::State::State(Connection opened, EngineOptions given) : options(std::move(given)), db(std::move(opened)) {}
Engine::State::~State() = default;

Timestamp Engine::State::now() const { return now_by(options); }
Uuid Engine::State::new_uuid() const { return new_uuid_by(options); }

std::uint32_t Engine::State::random_below(std::uint32_t bound) const {
    if (!options.random) return randombytes_uniform(bound);
    // The largest multiple of bound is cut off, so that each remainder is equally likely.
    const std::uint32_t limit = UINT32_MAX - UINT32_MAX % bound;
    for (;;) {
        std::array<std::uint8_t, 4> bytes{};
        options.random(bytes.data(), bytes.size());
        const std::uint32_t value = bytes[0] | static_cast<std::uint32_t>(bytes[1]) << 8U |
                                    static_cast<std::uint32_t>(bytes[2]) << 16U |
                                    static_cast<std::uint32_t>(bytes[3]) << 24U;
        if (value < limit) return value % bound;
    }
}

void Engine::State::log(LogLevel level, const std::string& line) const {
    if (options.log) options.log(level, line);
}

const TimeZone& Engine::State::time_zone(const std::string& name) {
    const auto found = time_zones.find(name);
    if (found != time_zones.end()) return found->second;
    return time_zones.emplace(name, TimeZone::find(name)).first->second;
}

const TimeZone& Engine::State::time_zone_or_utc(const std::string& name) {
    try {
        return time_zone(name);
    } catch (const Error& error) {
        if (error.code() != ErrorCode::bad_time_zone) throw;
        return time_zone("UTC");
    }
}

std::string find_meta(Connection& db, std::string_view name) {
    Query row = db.query("SELECT value FROM meta WHERE name = ?", name);
    return row.step() ? row.text(0) : std::string();
}

void set_meta(WriteTransaction& write, std::string_view name, std::string_view value) {
    write.connection()
        .query("INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
               name, value)
        .run();
}

Engine::Engine(std::unique_ptr<State> state) : state_(std::move(state)) {}
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;
Engine::~Engine() = default;

Engine Engine::create(const std::string& path, const NewSeller& seller, const EngineOptions& options) {
    start_sodium();
    check_seller(seller);
    const auto fill = [&](WriteTransaction& write) {
        const Seller stored = storage::insert_seller(
            write,
            Seller{.id = SellerId(seller.marketplace_id.value_or(0)),
                   .uuid = seller.marketplace_id ? protocol::marketplace_identity("sellers", *seller.marketplace_id)
                                                 : new_uuid_by(options),
                   .name = seller.name,
                   .address_line1 = seller.address_line1,
                   .address_line2 = seller.address_line2,
                   .city = seller.city,
                   .post_code = seller.post_code,
                   .region = seller.region,
                   .country = seller.country,
                   .latitude = seller.latitude,
                   .longitude = seller.longitude,
                   .time_zone = seller.time_zone,
                   .currency = seller.currency,
                   .holiday_region = seller.holiday_region});
        set_meta(write, meta_home_seller, fmt::format("{}", stored.id.value()));
        set_meta(write, meta_replica, new_uuid_by(options).text());
    };
    return Engine(std::make_unique<State>(Connection::create(path, open_options(options), fill), options));
}

Engine Engine::open(const std::string& path, const EngineOptions& options) {
    start_sodium();
    auto state = std::make_unique<State>(Connection::open(path, open_options(options)), options);
    if (!options.read_only) check_capture(*state);
    return Engine(std::move(state));
}

SellerId Engine::home_seller() {
    const std::string text = find_meta(state_->db, meta_home_seller);
    std::int64_t id = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (failure != std::errc() || text.empty()) {
        throw Error(ErrorCode::corrupt_data,
                    fmt::format("cannot use {}: it does not say whose file it is", state_->db.path()));
    }
    return SellerId(id);
}

std::vector<Seller> Engine::sellers() { return storage::list_sellers(state_->db); }
Seller Engine::seller(SellerId id) { return storage::get_seller(state_->db, id); }

Seller Engine::edit_seller(SellerId id, const SellerEdit& edit) {
    if (edit.time_zone) static_cast<void>(TimeZone::find(*edit.time_zone));
    WriteTransaction write(state_->db);
    Seller seller = storage::get_seller(state_->db, id);
    if (edit.name) seller.name = *edit.name;
    if (edit.time_zone) seller.time_zone = *edit.time_zone;
    if (edit.holiday_region) seller.holiday_region = *edit.holiday_region;
    if (edit.latitude) seller.latitude = *edit.latitude;
    if (edit.longitude) seller.longitude = *edit.longitude;
    check_seller(seller);
    storage::update_seller(write, seller);
    write.commit();
    return seller;
}

std::vector<Category> Engine::categories() { return storage::list_categories(state_->db); }

Category Engine::add_category(const std::string& name, Co2Coefficient coefficient) {
    if (name.empty()) throw Error(ErrorCode::invalid_argument, "cannot add a category: it has no name");
    check_text(name, "category's name");
    WriteTransaction write(state_->db);
    if (storage::find_category(state_->db, name)) {
        throw Error(ErrorCode::already_exists, fmt::format("cannot add category '{}': it exists", name),
                    {{"name", name}});
    }
    Category added =
        storage::insert_category(write, Category{.uuid = state_->new_uuid(), .name = name, .coefficient = coefficient});
    write.commit();
    return added;
}

}  // namespace edge
