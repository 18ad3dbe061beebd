#include "fault/engine/operations.hpp"

#include "support/temporary_folder.hpp"

#include "edge/core/error.hpp"

namespace edge::test {
namespace {

/// The shop's bundle of today, which takes reservations.
BundleId bundle_of_today(Engine& engine) {
    ReservationFilter filter;
    filter.seller = engine.home_seller();
    for (const ReservationOverview& one : engine.reservations(filter))
        if (one.reservation.claim_code == open_code) return one.reservation.bundle;
    throw Error(ErrorCode::internal, "the shop has no bundle of today");
}

std::vector<Operation> counter_operations(const TestWorld& world) {
    return {
        {"Post",
         [&world](Engine& engine) {
             static_cast<void>(
                 engine.post_bundle(bundle_in(world, engine.home_seller(), std::chrono::hours(30), 5), "post-1"));
         }},
        {"Edit",
         [&world](Engine& engine) {
             BundleEdit edit;
             edit.categories = std::vector{CategoryId(2), CategoryId(3)};
             edit.total_qty = 20;
             edit.window = PickupWindow{.start = world.now, .end = world.now + std::chrono::hours(9)};
             static_cast<void>(engine.edit_bundle(bundle_of_today(engine), edit, "edit-1"));
         }},
        {"Close", [](Engine& engine) { static_cast<void>(engine.close_bundle(bundle_of_today(engine), "close-1")); }},
        {"Reserve",
         [](Engine& engine) {
             static_cast<void>(engine.reserve(
                 {.bundle = bundle_of_today(engine), .consumer = "ann", .claim_code = std::nullopt}, "reserve-1"));
         }},
        {"Collect", [](Engine& engine) { static_cast<void>(engine.collect(open_code, {}, "collect-1")); }},
        {"Cancel", [](Engine& engine) { static_cast<void>(engine.cancel(other_open_code, {}, "cancel-1")); }},
    };
}

/// What reads or writes files beside the shop's, in a folder of its own.
std::vector<Operation> file_operations(const std::string& folder) {
    return {
        {"Import",
         [folder](Engine& engine) {
             std::string rows = "category_id,category_name,category_coefficient\n";
             for (int i = 100; i < 160; ++i) rows += std::to_string(i) + ",Kind " + std::to_string(i) + ",2\n";
             write_file(folder + "/category.csv", rows);
             write_file(folder + "/holidays.ndjson", R"({"region":"PT","day":"2026-12-01","name":"Feira"})"
                                                     "\n");
             ImportRequest request;
             for (const char* name : {"/holidays.ndjson", "/category.csv"})
                 request.files.push_back({.path = folder + name, .format = {}, .table = {}});
             static_cast<void>(engine.import(request));
         }},
        {"ExportSegments", [folder](Engine& engine) { static_cast<void>(engine.export_segments(folder)); }},
    };
}

std::vector<Operation> owner_operations(const TestWorld& world) {
    return {
        {"EditSeller",
         [](Engine& engine) {
             SellerEdit edit;
             edit.time_zone = "Europe/Lisbon";
             static_cast<void>(engine.edit_seller(engine.home_seller(), edit));
         }},
        {"AddCategory",
         [](Engine& engine) {
             try {
                 static_cast<void>(engine.add_category("Cake", Co2Coefficient::from_units(1)));
             } catch (const Error& error) {  // a category bears no idempotency key; its name does the same
                 if (error.code() != ErrorCode::already_exists) throw;
             }
         }},
        {"AddHolidays",
         [&](Engine& engine) {
             static_cast<void>(engine.add_holidays(
                 {{.region = "GB-ENG", .day = parse_date("2026-11-20").value(), .name = "Fair", .source = "test"}}));
         }},
        {"AddWeather",
         [&world](Engine& engine) {
             static_cast<void>(engine.add_weather({{.place = "51.5,-0.1",
                                                    .day = parse_date("2026-11-20").value(),
                                                    .kind = "observed",
                                                    .temperature = Celsius::parse("7.5"),
                                                    .flag = WeatherFlag::rainy,
                                                    .source = "test",
                                                    .fetched_at = world.now}}));
         }},
        {"CloseWindows", [](Engine& engine) { static_cast<void>(engine.close_windows(engine.home_seller())); }},
        {"Refresh", [](Engine& engine) { static_cast<void>(engine.refresh(engine.home_seller())); }},
        // Each rebuild makes every forecast anew, under a new revision of the history.
        {"Rebuild", [](Engine& engine) { static_cast<void>(engine.rebuild(engine.home_seller())); }, false},
    };
}

}  // namespace

std::vector<Operation> all_operations(const TestWorld& world, const std::string& folder) {
    std::vector<Operation> operations = counter_operations(world);
    for (Operation& operation : owner_operations(world)) operations.push_back(std::move(operation));
    for (Operation& operation : file_operations(folder)) operations.push_back(std::move(operation));
    return operations;
}

}  // namespace edge::test
