#pragma once

#include "simulation/dice.hpp"
#include "simulation/disk.hpp"
#include "simulation/history.hpp"
#include "simulation/rows.hpp"
#include "simulation/story.hpp"

#include "edge/engine.hpp"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace edge::storage {
class Connection;
}

namespace edge::simulation {

/// A till: the real engine on a disk of its own, and beside it what it must hold.
class DeviceNode {
public:
    /// `world_now` is the true time; the device's own clock is `skew` ahead of it.
    DeviceNode(std::string name, const std::string& path, const Image& image, const Timestamp& world_now,
               std::chrono::minutes skew, std::uint64_t seed, History& history);
    DeviceNode(const DeviceNode&) = delete;
    DeviceNode& operator=(const DeviceNode&) = delete;
    ~DeviceNode();

    /// From now on it goes by this name, this clock and these random numbers, as if it had been made with them.
    void begin(std::string its_name, std::chrono::minutes its_skew, std::uint64_t seed);

    /// Of all that its shop's devices and the hub wrote.
    [[nodiscard]] History& history() const { return history_; }
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

    /// The same for a sync: what it brings is taken into the model, and Violation is thrown if it takes back what was
    /// written here.
    template <class Work>
    void sync(const Fault& fault, std::uint64_t dice, const Work& work) {
        pulls_ = true;
        kept_in_sync_.clear();
        run(fault, dice, work);
        take_pulled();
    }

    /// A write during a sync: whatever that sync brings, it must still be there afterwards.
    void keep_in_sync(const Effects& effects) { kept_in_sync_ = effects; }

    /// Its file is copied now: see History::copied.
    void note_copy();
    /// Its file is a copy of the other's. Throws Violation unless it shows what that one holds.
    void begin_as_copy_of(const DeviceNode& other);
    void take_image();
    [[nodiscard]] bool has_image() const { return image_.has_value(); }
    /// Everything since the image is gone, but for what `at_hub` shows.
    void restore_image(const Rows& at_hub);

    /// The file's rows, read by SQL of the tests' own.
    [[nodiscard]] Rows rows();
    /// The first column of each row of a query on the file.
    [[nodiscard]] std::vector<std::string> select(const std::string& sql);
    /// Its pull cursor.
    [[nodiscard]] std::int64_t seen();
    /// Throws Violation I1 unless the file holds what it must.
    void check_rows();

    /// What it lost with an image, and the hub had, is lost if the hub does not have it any more.
    void hub_was_restored(const Rows& at_hub);

    void set_clock(std::chrono::minutes ahead);

    std::string name;
    std::chrono::minutes skew{0};
    std::string seller;  ///< wire id
    std::string replica;
    Rows model;
    Way way;
    std::int64_t carried = 0;     ///< bytes on its way so far, if they are few a second or a day
    bool is_offline = false;      ///< no network
    bool may_go_back = false;     ///< the hub was restored, or two have this replica: a pull may bring older rows
    bool is_forked = false;       ///< its numbering was taken up twice: by a clone, or from an image
    bool differs = false;         ///< it found the hub's rows otherwise than it knows them
    bool has_bad_values = false;  ///< rows were written that the hub refuses

private:
    void open();
    /// Of the tests, kept open: reading the schema anew for each look takes longer than anything else.
    [[nodiscard]] storage::Connection& reader();
    [[nodiscard]] Rows people_wrote();
    void settle(bool power);
    void lose_unsynced(const Rows& found);
    void take_pulled();
    void take_limbo(const Rows& found);
    void read_copy(const Rows& copied, const std::vector<Effects>& limbo);
    /// Whether the disk failed, so that what the work threw is no surprise.
    bool finish(const Fault& fault, std::uint64_t dice);

    struct Remembered {
        Image image;
        Rows model;
        std::vector<Effects> limbo;
        std::size_t mark;
    };

    History& history_;
    bool pulls_ = false;  ///< since the model was last compared
    const Timestamp& world_now_;
    Disk disk_;
    std::shared_ptr<Dice> random_;
    EngineOptions options_;
    std::unique_ptr<Engine> engine_;
    std::unique_ptr<storage::Connection> reader_;
    Effects kept_in_sync_;
    /// Writes that failed under a faulty disk since the last that went through. The log may hold one of them whole, and
    /// whoever reads it anew (a restart, a copy of the file) then has that one: which, the disk decides.
    std::vector<Effects> limbo_;
    /// Restarts brought such writes back, and nothing was committed since. Their commits never returned, so they were
    /// perhaps never synced: they are seen until the power goes, and then the last of them may be gone, or all.
    struct Unsynced {
        Rows before;
        std::size_t mark;
    };
    std::vector<Unsynced> unsynced_;
    std::optional<Remembered> image_;
    std::vector<History::Span> lost_;  ///< what images took back
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
    if (done && !effects.empty()) {
        history_.note(name, effects, model);
        model = applied(std::move(model), effects);
    }
    if (done && (pulls_ || !effects.empty())) unsynced_.clear();
    if (done && !intended.empty()) limbo_.clear();
    if (failure && is_disk_failure(*failure) && !intended.empty()) limbo_.push_back(intended);
    const bool faulty = finish(fault, dice);
    if (failure && !is_refusal(*failure) && !(faulty && is_disk_failure(*failure))) report_unexpected(*this, *failure);
}

}  // namespace edge::simulation
