#pragma once

#include "simulation/dice.hpp"
#include "simulation/history.hpp"
#include "simulation/hub_node.hpp"
#include "simulation/story.hpp"

#include <optional>
#include <string>

namespace edge::simulation {

/// What the marketplace's web application writes into the hub in one step.
class Office {
public:
    Office(HubNode& hub, History& history, std::string seller, const Step& step)
        : hub_(hub), history_(history), seller_(std::move(seller)), step_(step), dice_(step.dice) {}

    /// Does the step if it is one of the office's; false otherwise.
    bool act();
    /// Another name for a bundle that the hub has; without faults.
    void rename(const std::string& place);

private:
    void edit_bundle();
    void delete_bundle();
    void reserve();
    void hand_over(const std::string& column);
    void edit_category();
    void add_category();
    void edit_profile();
    void add_holiday();
    void edit_holiday();
    void write(Effects effects);

    [[nodiscard]] std::optional<std::string> any(std::string_view table);
    [[nodiscard]] std::string new_key();
    [[nodiscard]] std::string new_word(std::string_view what) const;

    HubNode& hub_;
    History& history_;
    std::string seller_;
    const Step& step_;
    Dice dice_;
    Rows rows_;  ///< at the hub, before
};

}  // namespace edge::simulation
