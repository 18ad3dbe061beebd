#include "simulation/templates.hpp"

#include "simulation/dice.hpp"
#include "support/database_dump.hpp"
#include "support/temporary_folder.hpp"

#include "edge/core/error.hpp"
#include "edge/engine.hpp"
#include "edge/hub/intake.hpp"
#include "edge/hub/sqlite_store.hpp"

#include <memory>

namespace edge::simulation {
namespace {

constexpr std::int64_t birthday_s = 1'772'000'000;  // late in February 2026

const Timestamp birthday = Timestamp(std::chrono::seconds(birthday_s));

EngineOptions options_of(int number) {
    EngineOptions options;
    options.clock = [] { return birthday; };
    options.random = [dice = std::make_shared<Dice>(static_cast<std::uint64_t>(number) + 1000)](std::uint8_t* bytes,
                                                                                                std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) bytes[i] = static_cast<std::uint8_t>(dice->next());
    };
    return options;
}

Image image_of(const std::string& path) {
    test::run_sql(path, "PRAGMA wal_checkpoint(TRUNCATE)");
    return {.database = test::read_file(path), .log = {}};
}

/// A new device, after its first sync; the first one of a shop says what categories there are.
Image make_device(const std::string& path, hub::HubStore& hub, int number, bool is_first, std::int64_t seller) {
    {
        Engine engine = Engine::create(
            path, {.name = "Corner shop", .time_zone = "Europe/London", .marketplace_id = seller}, options_of(number));
        for (const char* name : {"Bread", "Fruit", "Meals"}) {
            if (is_first) static_cast<void>(engine.add_category(name, *Co2Coefficient::parse("2.5")));
        }
        const SyncReport report = engine.sync({.url = "http://hub", .exchange = [&](const HubRequest& request) {
                                                   const auto taken = hub::take_request(hub, request.body, birthday);
                                                   HubAnswer answer;
                                                   answer.status = 200;
                                                   answer.body = protocol::encode(taken->ack);
                                                   return answer;
                                               }});
        if (!report.equal) throw Error(ErrorCode::internal, "a new device does not become equal: " + report.reason);
    }
    return image_of(path);
}

Templates make_templates() {
    constexpr std::int64_t this_shop = 7;
    constexpr std::int64_t another_shop = 8;
    const test::TemporaryFolder folder;
    const std::string path = folder.file("hub");
    Templates made;
    { const std::unique_ptr<hub::HubStore> store = hub::create_sqlite_store(path); }
    test::run_sql(path, "UPDATE hub SET value = 'the first epoch' WHERE name = 'epoch'");
    {
        const std::unique_ptr<hub::HubStore> store = hub::open_sqlite_store(path);
        for (int number = 0; number < most_devices; ++number) {
            made.devices.push_back(
                make_device(folder.file("device-" + std::to_string(number)), *store, number, number == 0, this_shop));
        }
        made.other_shop = make_device(folder.file("another"), *store, most_devices, true, another_shop);
    }
    made.hub = image_of(path);
    return made;
}

}  // namespace

const Templates& templates() {
    static const Templates made = make_templates();
    return made;
}

}  // namespace edge::simulation
