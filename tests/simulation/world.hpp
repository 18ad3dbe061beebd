#pragma once

#include "simulation/device_node.hpp"
#include "simulation/hub_node.hpp"
#include "simulation/network.hpp"
#include "simulation/story.hpp"
#include "simulation/violation.hpp"
#include "support/temporary_folder.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace edge::simulation {

/// Where the lines of a run's account go.
using Tell = std::function<void(const std::string& line)>;

/// Devices, hub and the way between them, on a clock of their own.
class World {
public:
    /// With every device that a story may have, before any story.
    World();
    /// Leaves out what the story does without. Before any step.
    void begin(const Story& story);

    void step(const Step& step);
    /// Faults are over: everything arrives in bounded time, and every invariant is checked.
    void drain();
    /// From now on all that is asked and answered is told.
    void listen(const Tell& tell) { network_->listen(tell); }
    /// What differs on each disk from the last time.
    void tell_changes(const Tell& tell);
    /// Everything that is stored anywhere, as a hash.
    [[nodiscard]] std::string trace();

private:
    [[nodiscard]] bool act_on_machine(DeviceNode& device, const Step& step);
    [[nodiscard]] bool act_on_hub(const Step& step);
    void sync(DeviceNode& device, const Step& step);
    [[nodiscard]] std::optional<SyncReport> sync_once(DeviceNode& device, const Step& step, Dice& dice,
                                                      const std::function<void()>& in_between);
    void export_file(DeviceNode& device, const Step& step);
    void clone(DeviceNode& device, const Step& step);
    void pass(std::chrono::minutes minutes);
    [[nodiscard]] bool sync_in_peace(DeviceNode& device);
    void restore_hub(const Step& step);
    void fork(DeviceNode& device);

    void check_after_sync(DeviceNode& device, const SyncReport& report, bool alone);
    static void check_meter(const DeviceNode& device, const SyncReport& report, std::int64_t carried);
    void check_device(DeviceNode& device);
    void check_equal(DeviceNode& device);
    void check_history(const DeviceNode& device);
    void check_dead_letters(DeviceNode& device);
    void check_nothing_left(DeviceNode& device);

    test::TemporaryFolder folder_;
    Timestamp now_;
    std::size_t writes_ = 0;
    History of_this_shop_{writes_};
    History of_another_{writes_};
    std::unique_ptr<HubNode> hub_;
    std::unique_ptr<Network> network_;
    std::vector<std::unique_ptr<DeviceNode>> devices_;
    std::vector<std::unique_ptr<DeviceNode>> left_out_;  ///< to close a database takes longer than a run should
    std::vector<std::string> files_;                     ///< carried about on sticks
    bool hub_was_restored_ = false;
    std::string last_reason_;
    std::map<std::string, Rows> told_;  ///< by whose they are
};

/// What a run came to.
struct Outcome {
    std::optional<Violation> violation;
    std::size_t step = 0;  ///< during which it happened; their number if after the last
    std::string trace;     ///< of the world in the end; empty after a violation
};

/// Each run is in a process of its own, a copy of one in which the world stands ready: opening its databases takes
/// longer than most stories. A run that crashes, or takes minutes, is a violation too. `tell` hears, in that process,
/// what each step changed on every disk, and what went over the wire.
[[nodiscard]] Outcome run(const Story& story, const Tell& tell = {});

/// Takes down the world that stands ready in this process, with its files.
void end_runs();

}  // namespace edge::simulation
