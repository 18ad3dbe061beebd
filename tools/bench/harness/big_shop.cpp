#include "harness/big_shop.hpp"

#include "edge/storage/captured_tables.hpp"
#include "edge/storage/connection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <random>

namespace edge::bench {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using storage::Connection;
using storage::Query;
using storage::WriteTransaction;

constexpr std::int64_t reservations_a_bundle = 8;
constexpr std::int64_t most_days = 4 * 365;
constexpr int categories = 6;
constexpr int open_bundles = 40;
constexpr int open_reservations_a_bundle = 60;
constexpr int coming_days = 7;
const Timestamp midnight = std::chrono::sys_days(std::chrono::year(2026) / 3 / 2);
const Timestamp noon = midnight + hours(12);

/// Writes rows by SQL, with ids and identities in order, as a shop's own history has them.
class Filler {
public:
    explicit Filler(WriteTransaction& write)
        : db_(&write.connection()),
          bundle_(db_->query(
              "INSERT INTO bundles (bundle_id, uuid, seller_id, bundle_name, total_qty, weight_grams, carbon_dioxide, "
              "price_minor, discount_percentage, window_start, window_end, created_at) VALUES (?, ?, 1, 'Evening bag', "
              "?, 800, 2000, 399, 10, ?, ?, ?)")),
          membership_(db_->query("INSERT INTO bundle_category (bundle_id, category_id) VALUES (?, ?)")),
          reservation_(db_->query(
              "INSERT INTO reservations (reservation_id, uuid, bundle_id, consumer_id, claim_code, reserved_at, "
              "collected_at) VALUES (?, ?, ?, 'consumer-1', ?, ?, ?)")) {}

    std::int64_t bundle(Timestamp start, Timestamp end, std::int64_t quantity) {
        ++bundles_;
        bundle_.rebind(bundles_, identity(start), quantity, start, end, start - days(1)).run();
        membership_.rebind(bundles_, 1 + bundles_ % categories).run();
        if (bundles_ % 4 == 0) membership_.rebind(bundles_, 1 + (bundles_ + 1) % categories).run();
        return bundles_;
    }
    std::string reservation(std::int64_t bundle, Timestamp at, std::optional<Timestamp> collected) {
        const std::string code = claim_code();
        reservation_.rebind(++reservations_, identity(at), bundle, code, at, collected).run();
        return code;
    }

private:
    Uuid identity(Timestamp at) {
        std::array<std::uint8_t, 10> noise{};
        const std::uint64_t number = random_();
        for (std::size_t i = 0; i < sizeof(number); ++i) noise.at(i) = static_cast<std::uint8_t>(number >> (8 * i));
        return Uuid::make_v7(at, noise);
    }
    std::string claim_code() {
        constexpr std::string_view letters = "23456789ABCDEFGHJKMNPQRSTWXYZ";
        std::string code;
        for (int i = 0; i < 8; ++i) code += letters[random_() % letters.size()];
        return code;
    }

    Connection* db_;
    Query bundle_;
    Query membership_;
    Query reservation_;
    std::int64_t bundles_ = 0;
    std::int64_t reservations_ = 0;
    std::mt19937_64 random_{20260302};
};

void add_history(Filler& fill, const HistoryLength& history) {
    const std::int64_t bundles = std::max<std::int64_t>(1, history.reservations / reservations_a_bundle);
    const std::int64_t a_day = history.bundles_a_day.value_or((bundles + most_days - 1) / most_days);
    const std::int64_t first_day = (bundles + a_day - 1) / a_day;
    for (std::int64_t made = 0; made < bundles; ++made) {
        const Timestamp day = midnight - days(first_day - made / a_day);
        const Timestamp start = day + hours(8) + minutes(90 * (made % 8));
        const std::int64_t bundle = fill.bundle(start, start + hours(2), reservations_a_bundle + made % 3);
        for (int i = 0; i < reservations_a_bundle; ++i) {
            const bool collected = (made + i) % 5 != 0;
            fill.reservation(bundle, start - hours(20 - i),
                             collected ? std::optional(start + minutes(10 * i)) : std::nullopt);
        }
    }
}

std::vector<std::string> add_today(Filler& fill) {
    std::vector<std::string> codes;
    for (int i = 0; i < open_bundles; ++i) {
        const Timestamp start = midnight + hours(10) + minutes(15 * (i % 8));
        const std::int64_t bundle = fill.bundle(start, noon + hours(3), open_reservations_a_bundle);
        for (int one = 0; one < open_reservations_a_bundle; ++one)
            codes.push_back(fill.reservation(bundle, midnight, std::nullopt));
    }
    for (int day = 1; day <= coming_days; ++day)
        fill.bundle(midnight + days(day) + hours(18), midnight + days(day) + hours(20), 12);
    return codes;
}

std::string definition_of(Connection& db, std::string_view name) {
    Query row = db.query("SELECT sql FROM sqlite_schema WHERE name = ?", name);
    row.step();
    return row.text(0);
}

/// Without triggers and with the index on claim codes made last, which is what takes the time.
std::vector<std::string> fill(Connection& db, const HistoryLength& history) {
    db.execute("PRAGMA cache_size = -100000");
    WriteTransaction write(db);
    const std::string make_index = definition_of(db, "reservations_by_claim_key");
    for (const storage::CaptureTrigger& trigger : storage::expected_triggers())
        db.execute("DROP TRIGGER " + trigger.name);
    db.execute("DROP INDEX reservations_by_claim_key");
    std::vector<std::string> codes;
    {
        Filler filler(write);
        add_history(filler, history);
        codes = add_today(filler);
    }
    db.execute(make_index);
    storage::install_triggers(write);
    write.commit();
    return codes;
}

/// As if the hub had taken everything.
void mark_synced(Connection& db) {
    WriteTransaction write(db);
    db.execute("UPDATE journal_readers SET cursor = (SELECT max(seq) FROM journal)");
    db.execute("DELETE FROM journal");  // but for the newest line, which a trigger keeps
    write.commit();
    storage::checkpoint(db);
}

}  // namespace

EngineOptions BigShop::options() const {
    return {.clock = [moment = now] { return moment; }};
}

BigShop make_big_shop(const std::string& path, const HistoryLength& history, Refreshed refreshed) {
    BigShop shop{.path = path, .seller = SellerId(1), .now = noon, .open_codes = {}};
    {
        Engine engine = Engine::create(path, {.name = "Corner Bakery", .time_zone = "Europe/London"}, shop.options());
        shop.seller = engine.home_seller();
        for (int i = 1; i <= categories; ++i)
            engine.add_category(fmt::format("Category {}", i), *Co2Coefficient::parse("2.5"));
    }
    Connection db = Connection::open(path);
    shop.open_codes = fill(db, history);
    if (refreshed == Refreshed::yes) Engine::open(path, shop.options()).rebuild(shop.seller);
    mark_synced(db);
    return shop;
}

}  // namespace edge::bench
