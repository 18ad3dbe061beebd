#include "amount_rows.hpp"
#include "count_totals.hpp"
#include "engine_state.hpp"
#include "refresh_run.hpp"

#include "edge/analytics/graphs.hpp"
#include "edge/core/money.hpp"
#include "edge/storage/captured_tables.hpp"
#include "edge/storage/forecasts.hpp"
#include "edge/storage/sellers.hpp"

#include <fmt/format.h>

#include <map>

namespace edge {

using storage::Connection;
using storage::Query;
using storage::WriteTransaction;

namespace {

constexpr std::size_t most_findings_a_check = 20;

/// Collects findings of one check after another, and asks between them whether to go on.
class Checks {
public:
    Checks(VerifyReport& report, const ProgressCallback& progress) : report_(&report), progress_(&progress) {}

    void begin(const std::string& check) {
        constexpr std::uint64_t all = 8;
        if (*progress_ && !(*progress_)({.what = check, .done = report_->checks.size(), .total = all})) {
            throw Error(ErrorCode::cancelled, "cannot finish verifying: it was stopped");
        }
        report_->checks.push_back(check);
        found_ = 0;
    }
    void find(const std::string& message, const std::string& remedy) {
        if (found_++ < most_findings_a_check)
            report_->findings.push_back({.check = report_->checks.back(), .message = message, .remedy = remedy});
    }

private:
    VerifyReport* report_;
    const ProgressCallback* progress_;
    std::size_t found_ = 0;
};

void check_integrity(Connection& db, Checks& checks) {
    Query row = db.query("PRAGMA integrity_check(20)");
    while (row.step()) {
        if (row.view(0) != "ok") checks.find(row.text(0), "restore a backup");
    }
}

void check_foreign_keys(Connection& db, Checks& checks) {
    Query row = db.query("SELECT \"table\", rowid, parent FROM pragma_foreign_key_check");
    while (row.step()) {
        checks.find(
            fmt::format("{} row {} refers to a row of {} that is missing", row.view(0), row.integer(1), row.view(2)),
            "add the missing row, or remove this one");
    }
}

void check_triggers(Connection& db, Checks& checks) {
    for (const std::string& name : storage::faulty_triggers(db)) {
        checks.find(
            fmt::format("the journal trigger {} is missing or was changed", name),
            "open the file to write, as edge-analytics status does: the trigger is made and what it missed is found");
    }
}

void check_time_zones(Engine::State& state, const std::vector<Seller>& sellers, Checks& checks) {
    for (const Seller& seller : sellers) {
        if (state.time_zone_or_utc(seller.time_zone).name() == seller.time_zone) continue;
        checks.find(fmt::format("the time zone '{}' of seller {} is not an IANA time zone; its days are those of UTC",
                                seller.time_zone, seller.id.value()),
                    "give the seller its time zone, such as Europe/London");
    }
}

CountedTotals count_from_nothing(Engine::State& state, const std::vector<Seller>& sellers) {
    std::map<SellerId, TimeZone> zones;
    for (const Seller& seller : sellers) zones.emplace(seller.id, state.time_zone_or_utc(seller.time_zone));
    return count_totals(state.db, zones, state.now());
}

/// The totals as stored; the sum over contributions must say the same.
analytics::Totals read_totals(Connection& db, SellerId seller) {
    analytics::Totals totals;
    storage::each_day(db, seller, LocalDate::min(), LocalDate::max(),
                      [&](LocalDate day, const storage::AmountRow& row) { totals.days.emplace(day, to_amounts(row)); });
    storage::each_category(db, seller,
                           [&](CategoryId id, std::int64_t collected) { totals.categories.emplace(id, collected); });
    storage::each_window(db, seller,
                         [&](TimeOfDay start, std::int64_t collected) { totals.windows.emplace(start, collected); });
    storage::each_hour(db, seller,
                       [&](int hour, std::int64_t collected) { totals.week_hours.emplace(hour, collected); });
    totals.overall = to_amounts(storage::seller_amounts(db, seller));
    return totals;
}

template <class Map, class Name>
void compare_maps(const Map& stored, const Map& counted, const std::string& what, Checks& checks, Name name_of_key) {
    const std::string remedy = "run edge-analytics refresh --rebuild";
    for (const auto& [key, value] : counted) {
        const auto found = stored.find(key);
        if (found == stored.end() || !(found->second == value)) {
            checks.find(fmt::format("the total of {} {} is not what its bundles add up to", what, name_of_key(key)),
                        remedy);
        }
    }
    for (const auto& [key, value] : stored) {
        if (!counted.contains(key))
            checks.find(fmt::format("there is a total of {} {} without any bundle", what, name_of_key(key)), remedy);
    }
}

void check_totals(Connection& db, const Seller& seller, const analytics::Totals& counted, Checks& checks) {
    const analytics::Totals stored = read_totals(db, seller.id);
    compare_maps(stored.days, counted.days, "day", checks, [](LocalDate day) { return format_date(day); });
    compare_maps(stored.categories, counted.categories, "category", checks,
                 [](CategoryId id) { return std::to_string(id.value()); });
    compare_maps(stored.windows, counted.windows, "window", checks,
                 [](TimeOfDay time) { return format_hour_minute(time); });
    compare_maps(stored.week_hours, counted.week_hours, "hour of the week", checks,
                 [](int hour) { return std::to_string(hour); });
    if (stored.overall != counted.overall) {
        checks.find(fmt::format("the totals of seller {} are not what the bundles add up to", seller.id.value()),
                    "run edge-analytics refresh --rebuild");
    }
    analytics::Totals contributed;
    storage::each_contribution(db, seller.id, [&](BundleId, const storage::ContributionRow& row) {
        contributed.add({.day = row.day,
                         .window_start = row.window_start,
                         .categories = row.categories,
                         .amounts = to_amounts(row.amounts)});
    });
    if (contributed != counted) {
        checks.find(fmt::format("the contributions of seller {} are not those of the bundles", seller.id.value()),
                    "run edge-analytics refresh --rebuild");
    }
}

using ForecastTexts = std::map<SellerId, std::map<BundleId, std::string>>;

ForecastTexts read_forecasts(Connection& db, const std::vector<Seller>& sellers, Timestamp now) {
    ForecastTexts texts;
    for (const Seller& seller : sellers) texts.emplace(seller.id, storage::forecast_texts(db, seller.id, now));
    return texts;
}

/// The forecasts of upcoming bundles as they were, and as they are made anew from the same rows.
void check_forecasts(const ForecastTexts& stored, const ForecastTexts& remade, Checks& checks) {
    for (const auto& [seller, forecasts] : remade) {
        const std::map<BundleId, std::string>& before = stored.at(seller);
        for (const auto& [bundle, text] : forecasts) {
            const auto found = before.find(bundle);
            if (found != before.end() && found->second == text) continue;
            checks.find(
                fmt::format("the forecast of bundle {} is not what its history and context give", bundle.value()),
                "run edge-analytics refresh --rebuild");
        }
    }
}

}  // namespace

VerifyReport Engine::verify(const ProgressCallback& progress) {
    VerifyReport report;
    Checks checks(report, progress);
    Connection& db = state_->db;
    checks.begin("integrity");
    check_integrity(db, checks);
    if (!report.findings.empty()) return report;  // nothing that a damaged file says can be compared
    checks.begin("foreign_keys");
    check_foreign_keys(db, checks);
    checks.begin("journal_triggers");
    check_triggers(db, checks);
    // What refreshes would show now, and what a count from nothing shows, in a transaction that is rolled back.
    WriteTransaction write(db);
    const std::vector<Seller> sellers = storage::list_sellers(db);
    checks.begin("time_zones");
    check_time_zones(*state_, sellers, checks);
    for (const Seller& seller : sellers) RefreshRun(*state_, write).refresh(seller.id);
    checks.begin("totals");
    const CountedTotals counted = count_from_nothing(*state_, sellers);
    report.bundles = counted.bundles;
    report.reservations = counted.reservations;
    for (const Seller& seller : sellers) check_totals(db, seller, counted.totals.at(seller.id), checks);
    const ForecastTexts forecasts = read_forecasts(db, sellers, state_->now());
    checks.begin("graphs");
    for (const Seller& seller : sellers) {
        const RefreshReport rebuilt = RefreshRun(*state_, write).rebuild(seller.id);
        if (rebuilt.points_written != 0) {
            checks.find(fmt::format("{} points in the graphs of seller {} are not what its totals give",
                                    rebuilt.points_written, seller.id.value()),
                        "run edge-analytics refresh --rebuild");
        }
        if (rebuilt.inputs_written != 0) {
            checks.find(fmt::format("{} forecast inputs of seller {} are not what happened", rebuilt.inputs_written,
                                    seller.id.value()),
                        "run edge-analytics refresh --rebuild");
        }
    }
    checks.begin("forecasts");
    check_forecasts(forecasts, read_forecasts(db, sellers, state_->now()), checks);
    checks.begin("forecast_state");
    if (!LearnedHistory(*state_, db, state_->now()).stored_is_true()) {
        checks.find("what the forecast has learned is not what its inputs teach",
                    "run edge-analytics refresh --rebuild");
    }
    return report;
}

}  // namespace edge
