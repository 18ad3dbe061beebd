#include "simulation/counter.hpp"

#include "simulation/templates.hpp"

#include "edge/core/uuid.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace edge::simulation {
namespace {

/// The wire key in a place: "bundles 01JDQ4…".
std::string key_of(const std::string& place) { return place.substr(place.find(' ') + 1); }

std::string hex_of(const std::string& wire) {
    std::string text;
    const std::optional<Uuid> uuid = Uuid::parse(wire);
    for (const std::uint8_t byte : uuid->bytes()) text += fmt::format("{:02x}", byte);
    return text;
}

std::string unquoted(const std::string& json) { return json.substr(1, json.size() - 2); }

/// The coefficient has nine decimals.
std::int64_t grams_saved(std::int64_t weight, const std::string& coefficient) {
    const std::size_t point = coefficient.find('.');
    const std::int64_t billionths = std::stoll(coefficient.substr(0, point) + coefficient.substr(point + 1));
    return weight * billionths / 1'000'000'000;
}

bool is_twin(const std::string& place) { return place.ends_with("TW1") || place.ends_with("TW2"); }

Effect update(std::string place, Row columns) {
    return {.kind = Effect::Kind::update, .place = std::move(place), .columns = std::move(columns)};
}
Effect create(std::string place, Row columns) {
    return {.kind = Effect::Kind::create, .place = std::move(place), .columns = std::move(columns)};
}

}  // namespace

std::vector<std::string> twin_keys(const std::string& device) {
    std::uint64_t mark = 0;
    for (const char letter : device) mark = (mark * 31 + static_cast<std::uint64_t>(letter)) % 100'000;
    return {fmt::format("000000000000000000{:05}TW1", mark), fmt::format("000000000000000000{:05}TW2", mark)};
}

bool Counter::act() {
    switch (step_.act) {
        case Act::post: post(); break;
        case Act::edit: edit(); break;
        case Act::close: close(); break;
        case Act::reserve: reserve(); break;
        case Act::collect: hand_over(true); break;
        case Act::cancel: hand_over(false); break;
        case Act::refresh:
            device_.run(step_.fault, step_.dice, [&] { device_.engine().refresh(device_.engine().home_seller()); });
            break;
        case Act::hand_edit: hand_edit(); break;
        case Act::hand_delete: hand_delete(); break;
        case Act::hand_holiday: hand_holiday(); break;
        case Act::hand_twins: hand_twins(); break;
        case Act::hand_weather: hand_weather(); break;
        case Act::hand_bad_value: hand_bad_value(); break;
        case Act::hand_bad_text: hand_bad_text(); break;
        case Act::hot_row: hot_row(); break;
        default: return false;
    }
    return true;
}

std::optional<std::string> Counter::any(std::string_view table) {
    std::vector<std::string> places;
    for (const auto& [place, row] : device_.model) {
        if (table_of(place) == table) places.push_back(place);
    }
    if (places.empty()) return std::nullopt;
    // what many have in hand meets with more than what lies about
    if (dice_.chance(50)) return places.back();
    return dice_.one_of(std::span<const std::string>(places));
}

BundleId Counter::bundle_id(const std::string& place) const {
    const std::vector<std::string> ids =
        device_.select("SELECT bundle_id FROM bundles WHERE uuid = x'" + hex_of(key_of(place)) + "'");
    return BundleId(ids.empty() ? 0 : std::stoll(ids.front()));
}

std::optional<CategoryId> Counter::category_id(const std::string& place) const {
    const std::vector<std::string> ids =
        device_.select("SELECT category_id FROM category WHERE uuid = x'" + hex_of(key_of(place)) + "'");
    if (ids.empty()) return std::nullopt;
    return CategoryId(std::stoll(ids.front()));
}

std::string Counter::new_key() {
    Uuid::Bytes bytes{};
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(dice_.next());
    return Uuid(bytes).wire();
}

void Counter::post() {
    const std::optional<std::string> category = any("category");
    const std::optional<CategoryId> id = category ? category_id(*category) : std::nullopt;
    if (!id) return;
    const std::string of_category = unquoted(device_.model.at(*category).at("coefficient"));
    const Timestamp now = device_.now();
    const Timestamp start = now + std::chrono::minutes(dice_.below(1800) - 60);
    NewBundle wanted{.seller = device_.engine().home_seller(),
                     .name = fmt::format("Bag {:x}", step_.dice & 0xffffU),
                     .description = dice_.chance(20) ? "caf\u00e9 \u2014 \"fresh\"" : "",
                     .categories = {*id},
                     .total_qty = dice_.below(6),
                     .weight_grams = 100 * dice_.below(10),
                     .price = Money{dice_.below(900)},
                     .discount_percentage = dice_.below(100),
                     .window = {.start = start, .end = start + std::chrono::hours(2)}};
    Effects effects{create("bundles", {{"name", json_text(wanted.name)},
                                       {"description", json_text(wanted.description)},
                                       {"total_qty", std::to_string(wanted.total_qty)},
                                       {"weight_grams", std::to_string(wanted.weight_grams)},
                                       {"price_minor", std::to_string(wanted.price.minor)},
                                       {"discount_percentage", std::to_string(wanted.discount_percentage)},
                                       {"window_start", json_time(wanted.window.start)},
                                       {"window_end", json_time(wanted.window.end)},
                                       {"created_at", json_time(now)},
                                       {"closed_at", "null"}})};
    device_.write(std::move(effects), step_.fault, step_.dice, [&](Effects& known) {
        const Bundle made = device_.engine().post_bundle(wanted);
        known.front().place += " " + made.uuid.wire();
        Row& row = known.front().columns;
        row["carbon_dioxide"] = std::to_string(grams_saved(wanted.weight_grams, of_category));
        row["seller"] = json_text(device_.seller);
        row["categories"] = "[" + json_text(key_of(*category)) + "]";
    });
}

void Counter::edit() {
    const std::optional<std::string> place = any("bundles");
    if (!place) return;
    BundleEdit wanted;
    Row columns;
    if (dice_.chance(60)) {
        wanted.name = fmt::format("Edited {:x}", step_.dice & 0xffffU);
        columns["name"] = json_text(*wanted.name);
    }
    if (dice_.chance(60)) {
        wanted.price = Money{dice_.below(900)};
        columns["price_minor"] = std::to_string(wanted.price->minor);
    }
    if (dice_.chance(40)) {
        wanted.total_qty = dice_.below(9);
        columns["total_qty"] = std::to_string(*wanted.total_qty);
    }
    const BundleId id = bundle_id(*place);
    device_.write({update(*place, columns)}, step_.fault, step_.dice,
                  [&](Effects&) { static_cast<void>(device_.engine().edit_bundle(id, wanted)); });
}

void Counter::close() {
    const std::optional<std::string> place = any("bundles");
    if (!place || device_.model.at(*place).at("closed_at") != "null") return;
    const BundleId id = bundle_id(*place);
    device_.write({update(*place, {{"closed_at", json_time(device_.now())}})}, step_.fault, step_.dice,
                  [&](Effects&) { static_cast<void>(device_.engine().close_bundle(id)); });
}

void Counter::reserve() {
    const std::optional<std::string> place = any("bundles");
    if (!place) return;
    const std::string consumer = fmt::format("consumer {:x}", step_.dice);
    Effects effects{create("reservations", {{"bundle", json_text(key_of(*place))},
                                            {"consumer", json_text(consumer)},
                                            {"reserved_at", json_time(device_.now())},
                                            {"collected_at", "null"},
                                            {"cancelled_at", "null"}})};
    const BundleId id = bundle_id(*place);
    device_.write(std::move(effects), step_.fault, step_.dice, [&](Effects& known) {
        const Reservation made = device_.engine().reserve({.bundle = id, .consumer = consumer, .claim_code = {}});
        known.front().place += " " + made.uuid.wire();
        known.front().columns["claim_code"] = json_text(made.claim_code);
    });
}

void Counter::hand_over(bool collect) {
    const std::optional<std::string> place = any("reservations");
    if (!place) return;
    const Row& row = device_.model.at(*place);
    const std::string code = unquoted(row.at("claim_code"));
    const BundleId id = bundle_id("bundles " + unquoted(row.at("bundle")));
    Row columns{{collect ? "collected_at" : "cancelled_at", json_time(device_.now())}};
    if (!collect && row.at("cancelled_at") != "null") columns.clear();  // it stays cancelled without complaint
    device_.write({update(*place, columns)}, step_.fault, step_.dice, [&](Effects&) {
        if (collect) {
            static_cast<void>(device_.engine().collect(code, id));
        } else {
            static_cast<void>(device_.engine().cancel(code, id));
        }
    });
}

void Counter::by_hand(const std::string& sql, Effects effects) {
    device_.write(std::move(effects), step_.fault, step_.dice, [&](Effects&) { device_.disk().by_hand(sql); });
}

void Counter::hand_edit() {
    const std::optional<std::string> place = any("bundles");
    if (!place) return;
    const std::int64_t quantity = std::stoll(device_.model.at(*place).at("total_qty")) + 1;
    const std::string text = fmt::format("by hand {:x}", step_.dice & 0xffffU);
    by_hand(fmt::format("UPDATE bundles SET description = '{}', total_qty = {} WHERE uuid = x'{}'", text, quantity,
                        hex_of(key_of(*place))),
            {update(*place, {{"description", json_text(text)}, {"total_qty", std::to_string(quantity)}})});
}

void Counter::hand_delete() {
    const std::optional<std::string> place = any(dice_.chance(60) ? "bundles" : "holidays");
    if (!place || is_twin(*place)) return;
    Effects effects{{.kind = Effect::Kind::remove, .place = *place, .columns = {}}};
    for (const auto& [other, row] : device_.model) {
        if (table_of(other) == "reservations" && row.at("bundle") == json_text(key_of(*place)))
            effects.push_back({.kind = Effect::Kind::remove, .place = other, .columns = {}});
    }
    by_hand(fmt::format("DELETE FROM {} WHERE uuid = x'{}'", table_of(*place), hex_of(key_of(*place))), effects);
}

void Counter::hand_holiday() {
    const std::string key = new_key();
    const std::string name = fmt::format("Feast {:x}", step_.dice);
    by_hand(fmt::format("INSERT INTO holidays (uuid, region, day, name) VALUES (x'{}', 'XX', 20000, '{}')", hex_of(key),
                        name),
            {create("holidays " + key, {{"region", json_text("XX")},
                                        {"day", json_text("2024-10-04")},
                                        {"name", json_text(name)},
                                        {"source", json_text("")}})});
}

void Counter::hand_twins() {
    const std::string source = fmt::format("{:x}", step_.dice);
    std::string sql;
    Effects effects;
    const std::vector<std::string> keys = twin_keys(device_.name);
    for (const std::string& key : keys) {
        const std::string place = "holidays " + key;
        const std::string day = key.ends_with('1') ? "20001" : "20002";
        sql += fmt::format(
            "INSERT INTO holidays (uuid, region, day, name, source) VALUES (x'{}', 'TW', {}, '{}', '{}') "
            "ON CONFLICT (uuid) DO UPDATE SET source = excluded.source; ",
            hex_of(key), day, device_.name, source);
        effects.push_back(create(place, {{"region", json_text("TW")},
                                         {"day", json_text(key.ends_with('1') ? "2024-10-05" : "2024-10-06")},
                                         {"name", json_text(device_.name)},
                                         {"source", json_text(source)}}));
    }
    by_hand(sql + "SELECT 1", effects);
}

void Counter::hand_weather() {
    const std::string key = new_key();
    const std::int64_t day = dice_.below(28) + 1;
    const std::string source = fmt::format("{:x}", step_.dice);
    by_hand(fmt::format("INSERT INTO weather (uuid, place, day, kind, temperature, source, fetched_at) VALUES "
                        "(x'{}', '{}', {}, 'observed', '12.50', 'hand', 0)",
                        hex_of(key), source, 20088 + day),
            {create("weather " + key, {{"place", json_text(source)},
                                       {"day", json_text(fmt::format("2025-01-{:02}", day))},
                                       {"kind", json_text("observed")},
                                       {"temperature", json_text("12.50")},
                                       {"weather_flag", "null"},
                                       {"source", json_text("hand")},
                                       {"fetched_at", json_text("1970-01-01T00:00:00Z")}})});
}

void Counter::hand_bad_value() {
    const std::string key = new_key();
    const std::string source = fmt::format("{:x}", step_.dice);
    device_.has_bad_values = true;
    by_hand(fmt::format("INSERT INTO weather (uuid, place, day, kind, temperature, source, fetched_at) VALUES "
                        "(x'{}', '{}', 20088, 'observed', 'warm', 'hand', 0)",
                        hex_of(key), source),
            {create("weather " + key, {{"place", json_text(source)},
                                       {"day", json_text("2024-12-31")},
                                       {"kind", json_text("observed")},
                                       {"temperature", json_text("warm")},
                                       {"weather_flag", "null"},
                                       {"source", json_text("hand")},
                                       {"fetched_at", json_text("1970-01-01T00:00:00Z")}})});
}

void Counter::hand_bad_text() {
    const std::string key = new_key();
    device_.has_bad_values = true;
    by_hand(fmt::format("INSERT INTO holidays (uuid, region, day, name, source) VALUES (x'{}', 'XX', 20000, '{:x}', "
                        "CAST(x'61ff62' AS TEXT))",
                        hex_of(key), step_.dice),
            {create("holidays " + key, unreadable_row())});
}

void Counter::hot_row() {
    const std::optional<std::string> place = any("bundles");
    if (!place) return;
    std::int64_t times = 20 + dice_.below(60);
    // a value that was left and comes back is a write, which the history takes for none
    if (device_.model.at(*place).at("price_minor") == std::to_string(1000 + times)) ++times;
    std::string sql;
    for (std::int64_t i = 1; i <= times; ++i)
        sql += fmt::format("UPDATE bundles SET price_minor = {} WHERE uuid = x'{}';", 1000 + i, hex_of(key_of(*place)));
    by_hand(sql + "SELECT 1", {update(*place, {{"price_minor", std::to_string(1000 + times)}})});
}

std::string Counter::sell_beside(Engine& other) {
    const std::optional<std::string> place = any("bundles");
    if (!place) return {};
    const BundleId id = bundle_id(*place);
    const std::string name = fmt::format("Sold {:x}", dice_.next() & 0xffffU);
    const Effects effects{update(*place, {{"name", json_text(name)}})};
    const bool is_new = device_.model.at(*place).at("name") != json_text(name);
    device_.write(effects, {}, step_.dice, [&](Effects&) { static_cast<void>(other.edit_bundle(id, {.name = name})); });
    if (is_new && device_.model.contains(*place) && device_.model.at(*place).at("name") == json_text(name))
        device_.keep_in_sync(effects);
    return *place;
}

}  // namespace edge::simulation
