#include "support/store_under_test.hpp"
#include "support/temporary_folder.hpp"

#include "edge/hub/sqlite_store.hpp"

namespace edge::test {

struct StoresUnderTest::Places {
    TemporaryFolder folder;
};

StoresUnderTest::StoresUnderTest() : places_(std::make_unique<Places>()) {}

StoresUnderTest::~StoresUnderTest() = default;

std::string StoresUnderTest::target(const std::string& name) const { return places_->folder.file(name + ".db"); }

std::unique_ptr<hub::HubStore> StoresUnderTest::create(const std::string& name) {
    return hub::create_sqlite_store(target(name), {.lock_timeout = std::chrono::seconds(30), .vfs = {}});
}

std::unique_ptr<hub::HubStore> StoresUnderTest::open(const std::string& name, std::chrono::milliseconds lock_timeout) {
    return hub::open_sqlite_store(target(name), {.lock_timeout = lock_timeout, .vfs = {}});
}

}  // namespace edge::test
