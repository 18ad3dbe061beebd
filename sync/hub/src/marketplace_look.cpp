#include "marketplace_look.hpp"

#include "marketplace_compare.hpp"
#include "marketplace_rows.hpp"

#include "edge/protocol/tables.hpp"

#include <fmt/ranges.h>

#include <algorithm>

namespace edge::hub {
namespace {

namespace sql = marketplace_sql;

/// No transaction of the web application lasts longer: bundles whose numbers were drawn before that are there, or never
/// will be.
constexpr std::chrono::minutes settling_time{10};

std::vector<std::int64_t> numbers_of(const PostgresResult& result) {
    std::vector<std::int64_t> numbers;
    for (int row = 0; row < result.size(); ++row) numbers.push_back(result.integer(row, 0));
    return numbers;
}

std::vector<std::int64_t> numbers_in_braces(std::string_view text) {
    std::vector<std::int64_t> numbers;
    std::int64_t number = 0;
    bool any = false;
    for (const char c : text) {
        if (c >= '0' && c <= '9') {
            number = number * 10 + (c - '0');
            any = true;
        } else if (any) {
            numbers.push_back(std::exchange(number, 0));
            any = false;
        }
    }
    return numbers;
}

MarketProfile read_profile(const PostgresResult& result) {
    MarketProfile profile;
    profile.mark = result.text(0, 0);
    int column = 1;
    for (std::string* text : {&profile.name, &profile.address_line1, &profile.address_line2, &profile.city,
                              &profile.post_code, &profile.region, &profile.country}) {
        *text = result.text(0, column++);
    }
    for (std::optional<std::string>* degrees : {&profile.latitude, &profile.longitude}) {
        if (!result.is_null(0, column)) *degrees = result.text(0, column);
        ++column;
    }
    return profile;
}

MarketBundle read_bundle(const PostgresResult& result, int row) {
    return {.id = result.integer(row, 0),
            .mark = result.text(row, 1),
            .name = result.text(row, 2),
            .description = result.text(row, 3),
            .carbon_dioxide = result.integer(row, 4),
            .total_qty = result.integer(row, 5),
            .price_minor = result.integer(row, 6),
            .discount_percentage = result.integer(row, 7),
            .opens = result.time(row, 8),
            .closes = result.time(row, 9),
            .created = result.time(row, 10),
            .categories = numbers_in_braces(result.view(row, 11)),
            .key = {},
            .reservations = {}};
}

MarketReservation read_reservation(const PostgresResult& result, int row) {
    MarketReservation reservation{.id = result.integer(row, 1),
                                  .code = result.text(row, 2),
                                  .consumer = {},
                                  .reserved = result.time(row, 4),
                                  .collected = {}};
    if (!result.is_null(row, 3)) reservation.consumer = result.integer(row, 3);
    if (!result.is_null(row, 5)) reservation.collected = result.time(row, 5);
    return reservation;
}

Market read_market(const std::vector<PostgresResult>& results, std::size_t first) {
    Market market;
    const PostgresResult& profile = results.at(first);
    if (profile.size() > 0) market.profile = read_profile(profile);
    const PostgresResult& categories = results.at(first + 1);
    for (int row = 0; row < categories.size(); ++row) {
        market.categories.push_back({.id = categories.integer(row, 0),
                                     .name = categories.text(row, 1),
                                     .coefficient = categories.text(row, 2),
                                     .keys = {}});
        market.category_mark = categories.text(row, 3);
    }
    const PostgresResult& category_keys = results.at(first + 2);
    for (int row = 0; row < category_keys.size(); ++row) {
        const std::int64_t id = category_keys.integer(row, 1);
        const auto found = std::ranges::find(market.categories, id, &MarketCategory::id);
        if (found != market.categories.end()) found->keys.push_back(category_keys.text(row, 0));
    }
    const PostgresResult& bundles = results.at(first + 4);
    for (int row = 0; row < bundles.size(); ++row) market.bundles.push_back(read_bundle(bundles, row));
    const PostgresResult& keys = results.at(first + 3);
    for (int row = 0; row < keys.size(); ++row) {
        const std::int64_t id = keys.integer(row, 1);
        const auto found = std::ranges::lower_bound(market.bundles, id, {}, &MarketBundle::id);
        if (found != market.bundles.end() && found->id == id) {
            found->key = keys.text(row, 0);
        } else {
            market.lost_bundles.push_back({.id = id, .key = keys.text(row, 0)});
        }
    }
    const PostgresResult& reservations = results.at(first + 5);
    for (int row = 0; row < reservations.size(); ++row) {
        const auto found =
            std::ranges::lower_bound(market.bundles, reservations.integer(row, 0), {}, &MarketBundle::id);
        if (found == market.bundles.end() || found->id != reservations.integer(row, 0)) continue;
        found->reservations.push_back(read_reservation(reservations, row));
    }
    return market;
}

void queue_seen_bundles(PostgresConnection& db, const std::string& seller, const std::vector<MarketBundle>& bundles) {
    if (bundles.empty()) return;
    std::vector<std::string> keys;
    std::vector<std::string> marks;
    std::vector<std::int64_t> ids;
    std::vector<std::int64_t> open_until;
    std::vector<std::int64_t> counts;
    std::vector<std::int64_t> sums;
    std::vector<std::int64_t> collected;
    std::vector<std::int64_t> collected_sums;
    std::vector<std::string> categories;
    for (const MarketBundle& bundle : bundles) {
        keys.push_back(bundle.key);
        marks.push_back(bundle.mark);
        ids.push_back(bundle.id);
        open_until.push_back((bundle.closes + looked_at_after).time_since_epoch().count());
        counts.push_back(std::ssize(bundle.reservations));
        sums.push_back(0);
        collected.push_back(0);
        collected_sums.push_back(0);
        categories.push_back(fmt::format("{}", fmt::join(bundle.categories, ",")));
        for (const MarketReservation& reservation : bundle.reservations) {
            sums.back() += reservation.id;
            if (!reservation.collected) continue;
            ++collected.back();
            collected_sums.back() += reservation.id;
        }
    }
    PostgresValues values;
    values.text(seller).texts(keys).integers(ids).integers(open_until).texts(marks).integers(counts).integers(sums);
    db.queue(sql::see_bundles, values.integers(collected).integers(collected_sums).texts(categories));
}

}  // namespace

OutsideLook marketplace_look_outside(PostgresConnection& db, const std::string& after, Timestamp now) {
    constexpr std::int64_t sellers_at_once = 500;
    const PostgresResult page = db.run(sql::page_of_sellers, PostgresValues().name(after).integer(sellers_at_once));
    OutsideLook look;
    if (page.size() == 0) return look;
    std::vector<std::string> sellers;
    for (int row = 0; row < page.size(); ++row) sellers.push_back(page.text(row, 0));
    if (page.size() == sellers_at_once) look.next = restored_name(sellers.back());
    const PostgresResult changed = db.run(sql::look_at_sellers, PostgresValues().texts(sellers).instant(now));
    for (int row = 0; row < changed.size(); ++row) look.changed.push_back(changed.name(row, 0));
    return look;
}

void MarketplaceLook::queue(const Expectation& expectation) {
    locks_ = !expectation.written_bundles.empty();
    if (locks_) {
        const std::vector<std::string> bundles(expectation.written_bundles.begin(), expectation.written_bundles.end());
        db_->queue(sql::lock_written, PostgresValues().text(seller_).texts(bundles));
    }
    db_->queue(sql::look_at_seller, PostgresValues().text(seller_));
    db_->queue(sql::look_at_bundles, PostgresValues().text(seller_).instant(*expectation.now));
    db_->queue(sql::look_for_bundles, PostgresValues().text(seller_));
}

void MarketplaceLook::read(const std::vector<PostgresResult>& results, std::size_t first) {
    if (locks_) ++first;
    const PostgresResult& seller = results.at(first);
    linked_ = seller.size() > 0 && !seller.boolean(0, 5);
    if (!linked_) return;
    caught_up_ = seller.boolean(0, 1);
    settled_ = seller.integer(0, 2);
    seen_ = seller.integer(0, 3);
    seen_at_ = seller.time(0, 4);
    something_else_changed_ = seller.boolean(0, 6) || seller.boolean(0, 7);
    newest_ = seller.integer(0, 8);
    changed_bundles_ = numbers_of(results.at(first + 1));
    const std::vector<std::int64_t> new_bundles = numbers_of(results.at(first + 2));
    changed_bundles_.insert(changed_bundles_.end(), new_bundles.begin(), new_bundles.end());
}

std::vector<protocol::Change> MarketplaceLook::changes(SellerReader& rows, Timestamp now) {
    if (!linked_) return {};
    if (!changed_bundles_.empty() || something_else_changed_) return compare(rows, changed_bundles_, now);
    if (newest_ > seen_ && now - seen_at_ >= settling_time) queue_seen(now, {}, {});
    return {};
}

std::vector<protocol::Change> MarketplaceLook::all_changes(SellerReader& rows, Timestamp now) {
    db_->queue(sql::make_walk_in_user, PostgresValues().text(seller_));
    db_->queue(sql::make_walk_in_consumer, PostgresValues().text(seller_));
    db_->queue(sql::link_walk_in, PostgresValues().text(seller_));
    return compare(rows, numbers_of(db_->run(sql::read_all_bundles, PostgresValues().text(seller_))), now);
}

std::vector<protocol::Change> MarketplaceLook::compare(SellerReader& rows, const std::vector<std::int64_t>& bundles,
                                                       Timestamp now) {
    const PostgresValues seller = PostgresValues().text(seller_);
    const PostgresValues numbered = PostgresValues().text(seller_).integers(bundles);
    db_->queue(sql::read_profile, seller);
    db_->queue(sql::read_categories);
    db_->queue(sql::read_category_keys, seller);
    db_->queue(sql::read_bundle_keys, numbered);
    db_->queue(sql::read_bundles, numbered);
    db_->queue(sql::read_reservations, numbered);
    Market market = read_market(db_->run(), 0);
    MarketDifference difference = compare_with_market(market, seller_, rows, now);
    queue_seen_bundles(*db_, seller_, market.bundles);
    std::vector<std::int64_t> lost;
    for (const LostBundle& bundle : market.lost_bundles) lost.push_back(bundle.id);
    if (!lost.empty()) db_->queue(sql::lose_bundles, PostgresValues().text(seller_).integers(lost));
    std::optional<std::string> profile;
    if (market.profile && difference.knows_profile) profile = market.profile->mark;
    queue_seen(now, profile, market.category_mark);
    std::vector<const StoredRow*> restored;
    for (const StoredRow& row : difference.restored) restored.push_back(&row);
    queue_marketplace_rows(*db_, *market_, seller_, restored, {});
    return std::move(difference.changes);
}

void MarketplaceLook::queue_seen(Timestamp now, const std::optional<std::string>& profile,
                                 const std::optional<std::string>& categories) {
    if (newest_ > seen_ && now - seen_at_ >= settling_time) {
        settled_ = seen_;
        seen_ = newest_;
        seen_at_ = now;
    }
    noted_ = true;
    PostgresValues values;
    values.text(seller_).integer(settled_).integer(seen_).instant(seen_at_).blob(profile).blob(categories);
    db_->queue(sql::see_seller, values);
}

}  // namespace edge::hub
