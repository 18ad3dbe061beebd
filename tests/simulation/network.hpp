#pragma once

#include "simulation/device_node.hpp"
#include "simulation/dice.hpp"
#include "simulation/hub_node.hpp"
#include "simulation/story.hpp"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace edge::simulation {

/// What is thrown through a device that dies over a request.
struct Killed {};

/// The way between devices and hub. It may lose, delay, double, cut and damage what it carries, and answer itself. It
/// also reads along, and throws Violation for what no device may send and no hub may do.
class Network {
public:
    Network(HubNode& hub, Timestamp& now) : hub_(hub), now_(now) {}

    /// From now on all that is asked and answered is told.
    void listen(std::function<void(const std::string&)> tell) { tell_ = std::move(tell); }
    /// Carries one request of a step; `in_between` is called while it is under way.
    [[nodiscard]] HubAnswer carry(DeviceNode& device, const Step& step, const HubRequest& request, Dice& dice,
                                  const std::function<void()>& in_between);
    /// A copy of an old request arrives at last, and again.
    void deliver_late(std::uint64_t dice);
    void deliver_everything_late();
    /// Nothing that was under way arrives any more; what bytes stood under which number is forgotten for a replica.
    void forget(const std::string& replica);
    void check_twins(const std::string& seller);
    /// From now on nobody but this device writes its twins.
    void watch_twins(const DeviceNode& device) { twins_[device.seller].insert(device.name); }
    void no_longer_watch_twins(const DeviceNode& device) { twins_[device.seller].erase(device.name); }

private:
    [[nodiscard]] HubAnswer carry_somehow(DeviceNode& device, const Step& step, const HubRequest& request, Dice& dice);
    [[nodiscard]] HubAnswer carry_slowly(DeviceNode& device, const Step& step, const HubRequest& request, Dice& dice);
    void pass(std::chrono::milliseconds time);
    [[nodiscard]] HubAnswer deliver(const HubRequest& request, const std::string& seller, const Step& step, Dice& dice);
    void keep_for_later(const DeviceNode& device, const HubRequest& request);
    [[nodiscard]] HubAnswer misfortune(DeviceNode& device, const Step& step, const HubRequest& request, Dice& dice);
    /// What an answer calls applied is stored.
    void check_promise(const std::string& seller, const std::string& body, const std::string& answer);
    void read_along(const DeviceNode& device, const std::string& body);

    struct Late {
        std::string seller;
        std::string body;
    };
    using PartNumber = std::tuple<std::string, std::string, std::int64_t, std::int64_t, int>;

    HubNode& hub_;
    Timestamp& now_;
    std::function<void(const std::string&)> tell_;
    std::vector<Late> late_;
    std::map<PartNumber, std::string> hashes_;
    std::map<std::string, std::set<std::string>> twins_;  ///< devices that write them, by seller
};

}  // namespace edge::simulation
