#include "marketplace_compare.hpp"

#include "edge/protocol/row_identity.hpp"
#include "edge/protocol/tables.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace edge::hub {
namespace {

using protocol::Change;
using protocol::Fields;
using protocol::FieldValue;
using protocol::Op;

int number_of(std::string_view table) { return protocol::find_table(table)->number; }

FieldValue text_or_null(const std::optional<std::string>& text) {
    return text ? FieldValue(*text) : FieldValue(std::monostate{});
}
FieldValue instant(Timestamp value) { return format_timestamp(value); }
FieldValue instant(const std::optional<Timestamp>& value) {
    return value ? FieldValue(format_timestamp(*value)) : FieldValue(std::monostate{});
}

bool is_same(const FieldValue& a, const FieldValue& b) {
    if (a == b) return true;
    const std::string* left = protocol::as_text(a);
    const std::string* right = protocol::as_text(b);
    if (left == nullptr || right == nullptr)
        return protocol::as_integer(a) && protocol::as_integer(a) == protocol::as_integer(b);
    // one instant may be written in several ways
    const std::optional<Timestamp> instant = parse_timestamp(*left);
    return instant && instant == parse_timestamp(*right);
}

/// The fields whose values are other than the row's.
Fields differing(const Fields& wanted, const Fields& row) {
    Fields changed;
    for (const protocol::Field& field : wanted) {
        const FieldValue* value = protocol::find_field(row, field.name);
        if (value == nullptr || !is_same(*value, field.value)) changed.push_back(field);
    }
    return changed;
}

Change change(std::string_view table, std::string key, Op op, Fields fields) {
    Change made;
    made.table = table;
    made.key = std::move(key);
    made.op = op;
    made.fields = std::move(fields);
    return made;
}

std::string key_of(std::string_view table, std::int64_t id) { return protocol::marketplace_identity(table, id).wire(); }

class Comparison {
public:
    Comparison(Market& market, const std::string& seller, SellerReader& rows, Timestamp now)
        : market_(&market), seller_(&seller), now_(now) {
        std::vector<RowKey> keys{{.table = number_of("sellers"), .key = seller}};
        for (MarketCategory& category : market.categories) {
            if (category.keys.empty()) category.keys.push_back(key_of("category", category.id));
            for (const std::string& key : category.keys) keys.push_back({.table = number_of("category"), .key = key});
            for (const std::string& key : category.keys) category_ids_[key] = category.id;
        }
        std::vector<std::string> bundles;
        for (MarketBundle& bundle : market.bundles) {
            seen_.push_back(!bundle.key.empty());
            if (bundle.key.empty()) bundle.key = key_of("bundles", bundle.id);
            bundles.push_back(bundle.key);
        }
        for (const LostBundle& bundle : market.lost_bundles) bundles.push_back(bundle.key);
        for (const std::string& bundle : bundles) keys.push_back({.table = number_of("bundles"), .key = bundle});
        for (StoredRow& row : rows.rows(keys)) rows_.emplace(row.at, std::move(row));
        if (bundles.empty()) return;
        for (StoredRow& row : rows.children(bundles)) children_[row.parent].push_back(std::move(row));
    }

    [[nodiscard]] MarketDifference run() && {
        compare_profile();
        for (const MarketCategory& category : market_->categories) compare_category(category);
        for (std::size_t i = 0; i < market_->bundles.size(); ++i) {
            compare_bundle(market_->bundles[i]);
            compare_reservations(market_->bundles[i], seen_[i]);
        }
        for (const LostBundle& bundle : market_->lost_bundles) lose_bundle(bundle);
        return std::move(difference_);
    }

private:
    /// The hub's row; nullptr if there is none, or a tombstone.
    [[nodiscard]] const StoredRow* live(std::string_view table, const std::string& key) const {
        const auto found = rows_.find({.table = number_of(table), .key = key});
        return found == rows_.end() || found->second.row.deleted ? nullptr : &found->second;
    }

    void put(std::string_view table, const std::string& key, const StoredRow* row, const Fields& wanted) {
        Fields fields = row == nullptr ? wanted : differing(wanted, row->row.fields);
        if (fields.empty()) return;
        difference_.changes.push_back(change(table, key, row == nullptr ? Op::create : Op::update, std::move(fields)));
    }

    void compare_profile() {
        const StoredRow* row = live("sellers", *seller_);
        difference_.knows_profile = row != nullptr;
        // a device makes the row: the marketplace knows neither its time zone nor its currency
        if (row == nullptr || !market_->profile) return;
        const MarketProfile& profile = *market_->profile;
        put("sellers", *seller_, row,
            {{"name", profile.name},
             {"address_line1", profile.address_line1},
             {"address_line2", profile.address_line2},
             {"city", profile.city},
             {"post_code", profile.post_code},
             {"region", profile.region},
             {"country", profile.country},
             {"latitude", text_or_null(profile.latitude)},
             {"longitude", text_or_null(profile.longitude)}});
    }

    void compare_category(const MarketCategory& category) {
        for (const std::string& key : category.keys) {
            const auto found = rows_.find({.table = number_of("category"), .key = key});
            if (found != rows_.end() && found->second.row.deleted) continue;  // a device does without it
            put("category", key, live("category", key),
                {{"name", category.name}, {"coefficient", category.coefficient}});
        }
    }

    /// The categories' keys at the hub; those that the row names already stay.
    [[nodiscard]] std::vector<std::string> categories_of(const MarketBundle& bundle, const StoredRow* row) const {
        std::vector<std::string> keys;
        std::set<std::int64_t> left(bundle.categories.begin(), bundle.categories.end());
        const FieldValue* list = row == nullptr ? nullptr : protocol::find_field(row->row.fields, "categories");
        if (const auto* named = list == nullptr ? nullptr : std::get_if<std::vector<std::string>>(list)) {
            for (const std::string& key : *named) {
                const auto id = category_ids_.find(key);
                // one that the marketplace cannot show is not missing there
                if (id == category_ids_.end() || left.erase(id->second) > 0) keys.push_back(key);
            }
        }
        for (const std::int64_t id : left) {
            const auto found = std::ranges::find(market_->categories, id, &MarketCategory::id);
            if (found != market_->categories.end()) keys.push_back(found->keys.front());
        }
        return keys;
    }

    void compare_bundle(const MarketBundle& bundle) {
        const StoredRow* row = live("bundles", bundle.key);
        Fields wanted{{"name", bundle.name},
                      {"description", bundle.description},
                      {"categories", categories_of(bundle, row)},
                      {"total_qty", bundle.total_qty},
                      {"carbon_dioxide", bundle.carbon_dioxide},
                      {"price_minor", bundle.price_minor},
                      {"discount_percentage", bundle.discount_percentage},
                      {"window_start", instant(bundle.opens)},
                      {"window_end", instant(bundle.closes)},
                      {"created_at", instant(bundle.created)}};
        if (row == nullptr) {
            wanted.push_back({"seller", *seller_});
            wanted.push_back({"weight_grams", std::int64_t{0}});  // the marketplace does not know it
            wanted.push_back({"closed_at", std::monostate{}});
        }
        put("bundles", bundle.key, row, wanted);
    }

    /// `seen` if the hub has put its own reservations of the bundle there.
    void compare_reservations(const MarketBundle& bundle, bool seen) {
        std::map<std::string, const StoredRow*, std::less<>> by_code;
        for (const StoredRow& row : children_[bundle.key]) {
            if (!row.row.deleted) by_code[row.claim] = &row;
        }
        for (const MarketReservation& reservation : bundle.reservations) {
            const auto found = by_code.find(reservation.code);
            if (found == by_code.end()) {
                make_reservation(bundle, reservation);
                continue;
            }
            compare_reservation(reservation, *found->second);
            by_code.erase(found);
        }
        if (!seen) return;
        for (const auto& [code, row] : by_code) miss_reservation(*row);
    }

    void make_reservation(const MarketBundle& bundle, const MarketReservation& reservation) {
        std::optional<std::string> consumer;
        if (reservation.consumer) consumer = std::to_string(*reservation.consumer);
        difference_.changes.push_back(change("reservations", key_of("reservations", reservation.id), Op::create,
                                             {{"bundle", bundle.key},
                                              {"consumer", text_or_null(consumer)},
                                              {"claim_code", reservation.code},
                                              {"reserved_at", instant(reservation.reserved)},
                                              {"collected_at", instant(reservation.collected)},
                                              {"cancelled_at", std::monostate{}}}));
    }

    static bool is_set(const StoredRow& row, std::string_view column) {
        const FieldValue* value = protocol::find_field(row.row.fields, column);
        return value != nullptr && !protocol::is_null(*value);
    }

    void compare_reservation(const MarketReservation& reservation, const StoredRow& row) {
        const bool collected = is_set(row, "collected_at");
        if (reservation.collected && !collected) {
            difference_.changes.push_back(
                change("reservations", row.at.key, Op::update, {{"collected_at", instant(reservation.collected)}}));
        } else if (!reservation.collected && (collected || is_set(row, "cancelled_at"))) {
            difference_.restored.push_back(row);
        }
    }

    /// A reservation that the hub has put there, or found there, and that is gone: cancelled, unless it was collected.
    void miss_reservation(const StoredRow& row) {
        if (is_set(row, "collected_at")) {
            difference_.restored.push_back(row);
        } else if (!is_set(row, "cancelled_at")) {
            difference_.changes.push_back(
                change("reservations", row.at.key, Op::update, {{"cancelled_at", instant(now_)}}));
        }
    }

    void lose_bundle(const LostBundle& bundle) {
        if (live("bundles", bundle.key) == nullptr) return;
        for (const StoredRow& row : children_[bundle.key]) {
            if (row.row.deleted || is_set(row, "collected_at") || is_set(row, "cancelled_at")) continue;
            difference_.changes.push_back(
                change("reservations", row.at.key, Op::update, {{"cancelled_at", instant(now_)}}));
        }
        difference_.changes.push_back(change("bundles", bundle.key, Op::remove, {}));
    }

    Market* market_;
    const std::string* seller_;
    Timestamp now_;
    std::map<RowKey, StoredRow> rows_;
    std::map<std::string, std::vector<StoredRow>, std::less<>> children_;
    std::map<std::string, std::int64_t, std::less<>> category_ids_;
    std::vector<bool> seen_;  ///< of each bundle, whether the hub had seen it
    MarketDifference difference_;
};

}  // namespace

MarketDifference compare_with_market(Market& market, const std::string& seller, SellerReader& rows, Timestamp now) {
    return Comparison(market, seller, rows, now).run();
}

}  // namespace edge::hub
