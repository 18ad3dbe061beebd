#pragma once

#include "simulation/device_node.hpp"
#include "simulation/story.hpp"

#include <string>
#include <vector>

namespace edge::simulation {

/// What people do with one device: at the counter, and in the sqlite3 shell.
class Counter {
public:
    Counter(DeviceNode& device, const Step& step) : device_(device), step_(step), dice_(step.dice) {}

    /// Does the step if it is one of people's; false otherwise.
    bool act();
    /// A quick sale by another process on the same file; without faults. Returns the place of what was sold.
    std::string sell_beside(Engine& other);

private:
    void post();
    void edit();
    void close();
    void reserve();
    void hand_over(bool collect);
    void hand_edit();
    void hand_delete();
    void hand_holiday();
    void hand_twins();
    void hand_weather();
    void hand_bad_value();
    void hand_bad_text();
    void hot_row();

    void by_hand(const std::string& sql, Effects effects);
    /// A place of the table, or nothing.
    [[nodiscard]] std::optional<std::string> any(std::string_view table);
    [[nodiscard]] BundleId bundle_id(const std::string& place) const;
    [[nodiscard]] std::optional<CategoryId> category_id(const std::string& place) const;
    [[nodiscard]] std::string new_key();

    DeviceNode& device_;
    const Step& step_;
    Dice dice_;
};

/// Keys of the two rows that the device of this name always writes together.
[[nodiscard]] std::vector<std::string> twin_keys(const std::string& device);

}  // namespace edge::simulation
