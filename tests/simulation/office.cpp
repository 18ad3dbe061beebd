#include "simulation/office.hpp"

#include "edge/core/uuid.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace edge::simulation {
namespace {

std::string key_of(const std::string& place) { return place.substr(place.find(' ') + 1); }

bool is_twin(const std::string& place) { return place.ends_with("TW1") || place.ends_with("TW2"); }

Effects update(std::string place, Row columns) {
    return {{.kind = Effect::Kind::update, .place = std::move(place), .columns = std::move(columns)}};
}
Effects create(std::string place, Row columns) {
    return {{.kind = Effect::Kind::create, .place = std::move(place), .columns = std::move(columns)}};
}

}  // namespace

bool Office::act() {
    if (step_.act < Act::web_edit || step_.act > Act::web_edit_holiday) return false;
    rows_ = written_rows(hub_.rows(seller_));
    switch (step_.act) {
        case Act::web_edit: edit_bundle(); break;
        case Act::web_delete: delete_bundle(); break;
        case Act::web_reserve: reserve(); break;
        case Act::web_collect: hand_over("collected_at"); break;
        case Act::web_cancel: hand_over("cancelled_at"); break;
        case Act::web_category: dice_.chance(70) ? edit_category() : add_category(); break;
        case Act::web_profile: edit_profile(); break;
        case Act::web_holiday: add_holiday(); break;
        case Act::web_edit_holiday: edit_holiday(); break;
        default: break;
    }
    return true;
}

void Office::rename(const std::string& place) {
    rows_ = written_rows(hub_.rows(seller_));
    if (!rows_.contains(place)) return;
    const Effects effects = update(place, {{"name", new_word("Renamed")}});
    history_.note(the_hub, effects, rows_, hub_.write_own(seller_, effects, {}, 0));
}

std::optional<std::string> Office::any(std::string_view table) {
    std::vector<std::string> places;
    for (const auto& [place, row] : rows_) {
        if (table_of(place) == table && !is_twin(place)) places.push_back(place);
    }
    if (places.empty()) return std::nullopt;
    // what many have in hand meets with more than what lies about
    if (dice_.chance(50)) return places.back();
    return dice_.one_of(std::span<const std::string>(places));
}

std::string Office::new_key() {
    Uuid::Bytes bytes{};
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(dice_.next());
    return Uuid(bytes).wire();
}

std::string Office::new_word(std::string_view what) const {
    return json_text(fmt::format("{} {:x}", what, step_.dice));
}

void Office::write(Effects effects) {
    if (effects.empty()) return;
    const bool done = hub_.write_own(seller_, effects, step_.hub_fault, dice_.next());
    // a commit that failed may be found done after a restart
    history_.note(the_hub, effects, rows_, done);
}

void Office::edit_bundle() {
    const std::optional<std::string> place = any("bundles");
    if (!place) return;
    Row columns;
    if (dice_.chance(60)) columns["name"] = new_word("Web");
    if (dice_.chance(50)) columns["price_minor"] = std::to_string(1'000'000 + dice_.below(1'000'000));
    if (columns.empty() || dice_.chance(30)) columns["total_qty"] = std::to_string(dice_.below(12));
    write(update(*place, columns));
}

void Office::delete_bundle() {
    const std::optional<std::string> place = any("bundles");
    if (!place) return;
    const bool reserved = std::any_of(rows_.begin(), rows_.end(), [&](const auto& entry) {
        return table_of(entry.first) == "reservations" && entry.second.at("bundle") == json_text(key_of(*place));
    });
    if (!reserved) write({{.kind = Effect::Kind::remove, .place = *place, .columns = {}}});
}

void Office::reserve() {
    const std::optional<std::string> place = any("bundles");
    if (!place) return;
    write(create("reservations " + new_key(), {{"bundle", json_text(key_of(*place))},
                                               {"consumer", new_word("online")},
                                               {"claim_code", json_text(fmt::format("W{:x}", step_.dice))},
                                               {"reserved_at", json_time(hub_.now)},
                                               {"collected_at", "null"},
                                               {"cancelled_at", "null"}}));
}

void Office::hand_over(const std::string& column) {
    const std::optional<std::string> place = any("reservations");
    if (!place) return;
    const Row& row = rows_.at(*place);
    if (row.at("collected_at") == "null" && row.at("cancelled_at") == "null")
        write(update(*place, {{column, json_time(hub_.now)}}));
}

void Office::edit_category() {
    if (const std::optional<std::string> place = any("category")) write(update(*place, {{"name", new_word("Kind")}}));
}

void Office::add_category() {
    write(create("category " + new_key(), {{"name", new_word("New")}, {"coefficient", json_text("1.250000000")}}));
}

void Office::edit_profile() {
    const std::optional<std::string> place = any("sellers");
    if (!place) return;
    write(update(*place, {{dice_.chance(50) ? "city" : "post_code", new_word("At")}}));
}

void Office::add_holiday() {
    write(create("holidays " + new_key(), {{"region", json_text("XX")},
                                           {"day", json_text("2026-03-17")},
                                           {"name", new_word("Web feast")},
                                           {"source", json_text("web")}}));
}

void Office::edit_holiday() {
    const std::optional<std::string> place = any("holidays");
    if (!place) return;
    if (dice_.chance(30)) return write({{.kind = Effect::Kind::remove, .place = *place, .columns = {}}});
    write(update(*place, {{"source", new_word("web")}}));
}

}  // namespace edge::simulation
