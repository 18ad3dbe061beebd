#pragma once

#include "simulation/dice.hpp"
#include "simulation/disk.hpp"
#include "simulation/rows.hpp"

#include "edge/engine.hpp"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

namespace edge::simulation {

/// A till: the real engine on a disk of its own, and beside it what it must hold.
class DeviceNode {
public:
    /// `world_now` is the true time; the device's own clock is `skew` ahead of it.
    DeviceNode(std::string name, const std::string& path, const std::string& bytes, const Timestamp& world_now,
               std::chrono::minutes skew, std::uint64_t seed);
    DeviceNode(const DeviceNode&) = delete;
    DeviceNode& operator=(const DeviceNode&) = delete;
    ~DeviceNode();

    [[nodiscard]] Engine& engine() { return *engine_; }
    /// Another process's engine on the same file.
    [[nodiscard]] Engine second_process() const;
    [[nodiscard]] Disk& disk() { return disk_; }
    [[nodiscard]] const std::string& path() const { return disk_.path(); }
    [[nodiscard]] Timestamp now() const { return world_now_ + skew; }

    /// Does one write and keeps account of it: `work` either has all `effects`, or throws and has none. What is only
    /// known afterwards `work` adds to them.
    template <class Work>
    void write(Effects effects, const Fault& fault, std::uint64_t dice, const Work& work);
    /// The same for work that changes no row of the model.
    template <class Work>
    void run(const Fault& fault, std::uint64_t dice, const Work& work) {
        write({}, fault, dice, [&](Effects&) { work(); });
    }
    void restart(bool power, std::uint64_t dice);
    /// Kills it now: what it is doing ends with io_failure, or does not notice.
    void stop() { disk_.stop(); }

    void take_image();
    [[nodiscard]] bool has_image() const { return image_.has_value(); }
    void restore_image();

    /// The file's rows, read by SQL of the tests' own.
    [[nodiscard]] Rows rows() const;
    /// Throws Violation I1 unless the file holds what it must.
    void check_rows();

    const std::string name;
    std::chrono::minutes skew;
    std::string seller;  ///< wire id
    std::string replica;
    Rows model;
    bool is_offline = false;      ///< no network
    bool is_forked = false;       ///< its numbering was taken up twice: by a clone, or from an image
    bool has_bad_values = false;  ///< rows were written that the hub refuses

private:
    void open();
    void settle();
    /// Whether the disk failed, so that what the work threw is no surprise.
    bool finish(const Fault& fault, std::uint64_t dice);

    struct Image {
        std::string bytes;
        Rows model;
    };

    const Timestamp& world_now_;
    Disk disk_;
    std::shared_ptr<Dice> random_;
    EngineOptions options_;
    std::unique_ptr<Engine> engine_;
    Effects limbo_;  ///< of a write that failed under a faulty disk: a later restart may bring it back
    std::optional<Image> image_;
    std::size_t triggers_ = 0;
};

/// True for refusals that are part of business: sold out, unknown code and the like.
[[nodiscard]] bool is_refusal(const Error& error);
[[nodiscard]] bool is_disk_failure(const Error& error);
[[noreturn]] void report_unexpected(const DeviceNode& device, const Error& error);

template <class Work>
void DeviceNode::write(Effects effects, const Fault& fault, std::uint64_t dice, const Work& work) {
    const Effects intended = effects;
    bool done = false;
    std::optional<Error> failure;
    disk_.arm(fault);
    try {
        work(effects);
        done = true;
    } catch (const Error& error) {
        failure = error;
    }
    if (done) model = applied(std::move(model), effects);
    if (done && !intended.empty()) limbo_.clear();
    if (failure && is_disk_failure(*failure)) limbo_ = intended;
    const bool faulty = finish(fault, dice);
    if (failure && !is_refusal(*failure) && !(faulty && is_disk_failure(*failure))) report_unexpected(*this, *failure);
}

}  // namespace edge::simulation
