#include "support/store_under_test.hpp"
#include "support/temporary_folder.hpp"

#include "edge/hub/sqlite_store.hpp"

#include <filesystem>

namespace edge::test {

StoresUnderTest::StoresUnderTest() {
    std::string name = (std::filesystem::temp_directory_path() / "edge-stores-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a folder for the stores under test");
    place_ = name;
}

StoresUnderTest::~StoresUnderTest() {
    std::error_code ignored;
    std::filesystem::remove_all(place_, ignored);
}

std::string StoresUnderTest::target(const std::string& name) const { return place_ + "/" + name + ".db"; }

std::unique_ptr<hub::HubStore> StoresUnderTest::create(const std::string& name) {
    created_.push_back(name);
    return hub::create_sqlite_store(target(name), {.lock_timeout = std::chrono::seconds(30), .vfs = {}});
}

std::unique_ptr<hub::HubStore> StoresUnderTest::open(const std::string& name, std::chrono::milliseconds lock_timeout) {
    return hub::open_sqlite_store(target(name), {.lock_timeout = lock_timeout, .vfs = {}});
}

}  // namespace edge::test
