#pragma once

#include "support/device.hpp"
#include "support/nearby_hub.hpp"
#include "support/temporary_folder.hpp"

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace edge::test {

/// Three devices of one shop do anything, in any order, over a network that loses requests and answers.
class ManyDevices {
public:
    explicit ManyDevices(std::uint64_t seed);

    void step();
    /// The network is quiet, and everybody syncs until nobody has anything new.
    void drain();
    /// What is wrong, in words: seen so far, or between devices and hub as they are; empty if all is well.
    [[nodiscard]] std::string violation();

private:
    [[nodiscard]] std::int64_t below(std::int64_t bound);
    [[nodiscard]] std::string one_of(Device& device, const std::string& table, const std::string& column);
    [[nodiscard]] BundleId one_bundle(Device& device);
    void act(Device& device, std::int64_t what);
    void act_by_hand(Device& device, std::int64_t what);
    void sync(Device& device, bool in_peace);
    void complain(const std::string& what);

    std::mt19937_64 random_;
    TemporaryFolder folder_;
    NearbyHub hub_;
    std::vector<std::unique_ptr<Device>> devices_;
    int prices_ = 0;
    std::string violation_;
};

}  // namespace edge::test
