#pragma once

#include "edge/hub/store.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace edge::test {

/// Where tests of the hub keep stores, by short names. Two test programs hold the same tests: one is linked with the
/// SQLite kind, one with the PostgreSQL kind. Everything goes when this does.
class StoresUnderTest {
public:
    StoresUnderTest();
    StoresUnderTest(const StoresUnderTest&) = delete;
    StoresUnderTest& operator=(const StoresUnderTest&) = delete;
    ~StoresUnderTest();

    [[nodiscard]] std::unique_ptr<hub::HubStore> create(const std::string& name);
    /// As after a restart.
    [[nodiscard]] std::unique_ptr<hub::HubStore> open(
        const std::string& name, std::chrono::milliseconds lock_timeout = std::chrono::seconds(30));
    /// The path or the address of that store.
    [[nodiscard]] std::string target(const std::string& name) const;

private:
    struct Places;
    std::unique_ptr<Places> places_;
};

}  // namespace edge::test
