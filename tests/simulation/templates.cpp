#include "simulation/templates.hpp"

#include "simulation/dice.hpp"
#include "support/database_dump.hpp"
#include "support/temporary_folder.hpp"

#include "edge/engine.hpp"
#include "edge/hub/sqlite_store.hpp"

#include <memory>

namespace edge::simulation {
namespace {

constexpr std::int64_t birthday_s = 1'772'000'000;  // late in February 2026

std::string make_device(const test::TemporaryFolder& folder, int number) {
    const std::string path = folder.file("device-" + std::to_string(number));
    EngineOptions options;
    options.clock = [] { return Timestamp(std::chrono::seconds(birthday_s)); };
    options.random = [dice = std::make_shared<Dice>(static_cast<std::uint64_t>(number) + 1000)](std::uint8_t* bytes,
                                                                                                std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) bytes[i] = static_cast<std::uint8_t>(dice->next());
    };
    {
        Engine engine =
            Engine::create(path, {.name = "Shop " + std::to_string(number), .time_zone = "Europe/London"}, options);
        for (const std::string_view name : category_names)
            static_cast<void>(engine.add_category(std::string(name), *Co2Coefficient::parse("2.5")));
    }
    test::run_sql(path, "PRAGMA wal_checkpoint(TRUNCATE)");
    return test::read_file(path);
}

std::string make_hub(const test::TemporaryFolder& folder) {
    const std::string path = folder.file("hub");
    { const std::unique_ptr<hub::HubStore> store = hub::create_sqlite_store(path); }
    test::run_sql(path,
                  "UPDATE hub SET value = 'the first epoch' WHERE name = 'epoch'; PRAGMA wal_checkpoint(TRUNCATE)");
    return test::read_file(path);
}

Templates make_templates() {
    const test::TemporaryFolder folder;
    Templates made;
    for (int number = 0; number < most_devices; ++number) made.devices.push_back(make_device(folder, number));
    made.hub = make_hub(folder);
    return made;
}

}  // namespace

const Templates& templates() {
    static const Templates made = make_templates();
    return made;
}

}  // namespace edge::simulation
