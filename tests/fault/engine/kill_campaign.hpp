#pragma once

#include "support/database_dump.hpp"
#include "support/fault_vfs.hpp"
#include "support/temporary_folder.hpp"
#include "support/test_world.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace edge::test {

/// What a process may be doing when it is killed.
enum class Work { import, collect, refresh, seal, send, ack };
inline constexpr std::array all_work = {Work::import, Work::collect, Work::refresh, Work::seal, Work::send, Work::ack};
[[nodiscard]] const char* name_of(Work work);

/// How often a process died at each work, and how often it was done before its time came.
struct Deaths {
    std::array<int, all_work.size()> at{};
    int survived = 0;
};

/// A shop and its hub, whose processes are killed again and again. Every round is run twice: first undisturbed, on
/// copies, to learn every state that its commits pass through; then in a child that is killed. What is found must be
/// one of these states, no older than the last one of which a call had returned.
class KillCampaign {
public:
    explicit KillCampaign(std::uint64_t seed);

    /// One round: at a change of the disk that belongs to `work`, or (`at_any_time`) after some time. Returns what is
    /// wrong afterwards.
    enum class Moment { at_a_change, at_any_time };
    [[nodiscard]] std::string round(Work work, Moment moment);
    /// Nobody is killed any more: syncs and says how file and hub differ, by row, by digest, and from what was sold.
    [[nodiscard]] std::string finish();
    [[nodiscard]] const Deaths& deaths() const noexcept { return deaths_; }

private:
    struct Place {
        std::string device;
        std::string hub;
    };
    /// What a child tells about itself, in memory that survives it.
    struct Marks {
        std::atomic<int> returned{0};  ///< calls that have returned
        std::atomic<int> requests{0};  ///< that the hub was sent
        std::atomic<Work> work{Work::import};
        std::atomic<bool> started{false};
    };
    /// All states that a file goes through, in order.
    using States = std::vector<DatabaseDump>;
    /// What the undisturbed run did.
    struct Course {
        States device;
        States hub;
        std::vector<std::size_t> returned;  ///< state of the device when the n-th call returned
        std::vector<Work> changes;          ///< what was being done at each change of the disk
        std::size_t transactions = 0;       ///< that it may have: one a call, one more for each answer of the hub
        std::vector<std::string> sold;      ///< codes collected, in the order of calls
        std::chrono::microseconds time{0};  ///< of the processor
    };

    [[nodiscard]] std::int64_t between(std::int64_t low, std::int64_t high);
    void sell_in_peace();
    void write_import_files();
    void perform(Work work, const Place& place, const std::string& vfs, Marks& marks,
                 const std::function<void()>& returned);
    void sell(Engine& engine, const std::function<void()>& returned);
    void sync(Engine& engine, const std::string& hub, const std::string& vfs, Marks& marks);
    [[nodiscard]] Course rehearse(Work work);
    void kill_at_change(Work work, std::int64_t nth, Marks& marks);
    void kill_in_time(Work work, std::chrono::microseconds most, Marks& marks);
    [[nodiscard]] std::string examine(const Course& course, int returned);
    [[nodiscard]] std::string compare(const std::string& path, const States& states, std::size_t oldest) const;
    [[nodiscard]] std::string missing_sale() const;

    TemporaryFolder folder_;
    Place place_{folder_.file("shop.db"), folder_.file("hub.db")};
    Place copy_{folder_.file("shop-copy.db"), folder_.file("hub-copy.db")};
    FaultVfs calm_;  ///< never at fault, and faster than a disk that syncs
    std::mt19937_64 random_;
    TestWorld world_;
    int rounds_ = 0;
    std::int64_t bundle_ = 0;  ///< whose bags are sold in this round
    std::vector<std::string> sold_in_round_;
    std::set<std::string> sold_;  ///< codes of collections that returned
    std::set<std::string> imported_;
    Deaths deaths_;
};

}  // namespace edge::test
