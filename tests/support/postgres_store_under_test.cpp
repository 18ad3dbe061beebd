#include "support/postgres_database.hpp"
#include "support/store_under_test.hpp"

#include "edge/hub/postgres_store.hpp"

#include <map>

namespace edge::test {
namespace {

void lay_hub(const std::string& target) { hub::init_postgres_store(target); }

}  // namespace

struct StoresUnderTest::Places {
    std::map<std::string, LaidDatabase> databases;
};

StoresUnderTest::StoresUnderTest() : places_(std::make_unique<Places>()) {}

StoresUnderTest::~StoresUnderTest() = default;

std::string StoresUnderTest::target(const std::string& name) const { return places_->databases.at(name).target(); }

std::unique_ptr<hub::HubStore> StoresUnderTest::create(const std::string& name) {
    places_->databases.try_emplace(name, "hub", lay_hub);
    return open(name);
}

std::unique_ptr<hub::HubStore> StoresUnderTest::open(const std::string& name, std::chrono::milliseconds lock_timeout) {
    hub::PostgresStoreOptions options;
    options.lock_timeout = lock_timeout;
    return hub::open_postgres_store(target(name), options);
}

}  // namespace edge::test
