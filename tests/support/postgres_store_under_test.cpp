#include "support/postgres_database.hpp"
#include "support/store_under_test.hpp"

#include "edge/hub/postgres_store.hpp"

#include <unistd.h>

#include <atomic>

namespace edge::test {

StoresUnderTest::StoresUnderTest() {
    static std::atomic<int> next{1};
    place_ = "edge_hub_" + std::to_string(::getpid()) + "_" + std::to_string(next++);
}

StoresUnderTest::~StoresUnderTest() {
    try {
        for (const std::string& name : created_) {
            run_postgres(postgres_target("postgres"), "DROP DATABASE \"" + place_ + "_" + name + "\" WITH (FORCE)");
        }
    } catch (const std::exception&) {  // the whole server goes soon
        return;
    }
}

std::string StoresUnderTest::target(const std::string& name) const { return postgres_target(place_ + "_" + name); }

std::unique_ptr<hub::HubStore> StoresUnderTest::create(const std::string& name) {
    run_postgres(postgres_target("postgres"), "CREATE DATABASE \"" + place_ + "_" + name + "\"");
    created_.push_back(name);
    hub::init_postgres_store(target(name));
    return open(name);
}

std::unique_ptr<hub::HubStore> StoresUnderTest::open(const std::string& name, std::chrono::milliseconds lock_timeout) {
    hub::PostgresStoreOptions options;
    options.lock_timeout = lock_timeout;
    return hub::open_postgres_store(target(name), options);
}

}  // namespace edge::test
