#pragma once

#include "support/temporary_folder.hpp"
#include "support/test_world.hpp"

#include <optional>
#include <random>
#include <string>
#include <vector>

namespace edge::test {

/// A shop to which anything may happen: what the counter does, what a person does in the sqlite3 shell, and time.
class RandomShop {
public:
    explicit RandomShop(std::uint64_t seed);

    /// Does one thing, and notes it. What the engine refuses with a reason of the counter is no failure.
    void step();
    [[nodiscard]] Engine& engine() noexcept { return *engine_; }
    [[nodiscard]] const TestWorld& world() const noexcept { return world_; }
    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    [[nodiscard]] SellerId home() { return engine_->home_seller(); }
    [[nodiscard]] const TemporaryFolder& folder() const noexcept { return folder_; }
    /// What happened so far, a line each.
    [[nodiscard]] const std::string& history() const noexcept { return history_; }

private:
    [[nodiscard]] std::int64_t between(std::int64_t low, std::int64_t high);
    [[nodiscard]] std::int64_t any_bundle();
    [[nodiscard]] std::string any_code();
    [[nodiscard]] Timestamp any_start();
    [[nodiscard]] std::vector<CategoryId> any_categories();
    void post();
    void edit();
    void at_the_counter();
    void edit_seller();
    void pass_time();
    void by_sql(const std::string& sql);
    void foreign_write();
    void foreign_write_of_bundles();

    TemporaryFolder folder_;
    std::string path_ = folder_.file("shop.db");
    std::mt19937_64 random_;
    TestWorld world_;
    std::optional<Engine> engine_;
    std::string history_;
};

}  // namespace edge::test
