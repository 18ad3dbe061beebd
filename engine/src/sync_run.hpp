#pragma once

#include "sync_base.hpp"
#include "sync_seal.hpp"

#include "edge/engine_types.hpp"
#include "edge/protocol/device_session.hpp"
#include "edge/storage/segments.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace edge {

/// A code of the session's in words, with what is known besides.
[[nodiscard]] std::string sync_reason(std::string_view code, std::string_view detail = {});

/// What went through sockets on the seller's day that it is now, and until when that day lasts.
[[nodiscard]] std::int64_t bytes_today(Engine::State& state);

/// Adds to those bytes.
/// What an exchange cost, both ways: all that went through the socket, or the bodies where that is not known.
[[nodiscard]] std::int64_t traffic_of(const HubAnswer& answer);
void note_traffic(storage::WriteTransaction& write, Engine::State& state, std::int64_t bytes);

/// One run of a device's session against a hub: does what the session says. Effects of an answer are stored in one
/// transaction before the next request goes out, and no transaction is open while one is under way.
class SyncRun {
public:
    enum class End {
        complete,    ///< the hub has applied everything that was kept
        incomplete,  ///< the report says why
        expired,     ///< everything went, but the file has to be filled from a snapshot before it can take anything
        again,       ///< lanes were sealed again, or another process was faster: another run can go on at once
    };

    /// `deadline`: no request but the first starts after it. Adds to `report`.
    SyncRun(const SyncRun&) = delete;
    SyncRun& operator=(const SyncRun&) = delete;
    ~SyncRun() = default;
    SyncRun(Engine::State& state, const SyncIdentity& identity, const SyncOptions& options, const HubExchange& exchange,
            Timestamp deadline, SyncReport& report);

    /// Throws `cancelled` if the progress callback says so.
    [[nodiscard]] End go();
    /// Takes an ack that came by another way than the network, and sends nothing.
    void take(const protocol::Ack& ack);
    /// After `expired`: nothing speaks against doing it at once.
    [[nodiscard]] bool may_refill() const noexcept { return may_refill_; }
    /// The worst of what a person should know.
    [[nodiscard]] const std::optional<protocol::RaiseAlarm>& alarm() const noexcept { return alarm_; }

private:
    using Actions = std::vector<protocol::Action>;
    using PartPlace = std::tuple<protocol::Lane, std::int64_t, int>;
    /// What this file knows of the hub moves with these: the cursor, and each lane's epoch and watermark.
    using Standing = std::array<std::int64_t, 5>;

    [[nodiscard]] protocol::DeviceSession make_session();
    [[nodiscard]] std::string read_part(const protocol::HeldPart& part);
    [[nodiscard]] Actions exchange_once(const protocol::SendRequest& request);
    void count_sent(const std::set<PartPlace>& parts);
    [[nodiscard]] bool may_go_on() const;
    [[nodiscard]] std::int64_t cost_beside_the_body() const;
    [[nodiscard]] std::int64_t cost_of(const std::string& body) const;
    [[nodiscard]] bool is_affordable(std::int64_t cost) const;
    [[nodiscard]] bool fits_budget(std::int64_t cost);
    [[nodiscard]] bool is_beyond_any_day(std::int64_t cost) const;
    [[nodiscard]] Actions ask_for_less(const protocol::SendRequest& request, std::int64_t cost);
    void note_clock(const HubAnswer& answer, Timestamp sent);
    [[nodiscard]] Standing standing() const;
    void store(const Actions& actions);
    void store_effects(storage::WriteTransaction& write, const Actions& actions);
    void store(storage::WriteTransaction& write, const protocol::Action& action);
    void store_base(storage::WriteTransaction& write, const Actions& actions);
    static void forget_refused(storage::WriteTransaction& write, const protocol::RecordOutcomes& record);
    void apply_pull(storage::WriteTransaction& write, SyncBase& base, const protocol::PullPage& page);
    void compare_digest(storage::WriteTransaction& write, const SyncBase& base, const protocol::Digest& digest);
    void store_outcomes(storage::WriteTransaction& write, const protocol::RecordOutcomes& record);
    void forget_taken(storage::WriteTransaction& write, const protocol::HeardParts& heard,
                      const protocol::RecordOutcomes* told);
    void store_letters(storage::WriteTransaction& write, const protocol::RecordLetters& record);
    void store_attempt(storage::WriteTransaction& write, const protocol::Finish* finish);
    void raise(const protocol::RaiseAlarm& alarm);
    [[nodiscard]] std::string reason_of(const protocol::Finish& finish) const;
    [[nodiscard]] End end_of(const protocol::Finish& finish) const;

    Engine::State& state_;
    const SyncIdentity& identity_;
    const SyncOptions& options_;
    const HubExchange& exchange_;
    Timestamp deadline_;
    SyncReport& report_;
    Standing standing_;  ///< no later than what the session knows
    std::vector<storage::StoredPart> parts_;
    protocol::DeviceMemory before_;
    protocol::DeviceSession session_;
    std::set<PartPlace> in_flight_;
    std::set<PartPlace> sent_;
    std::optional<protocol::RaiseAlarm> alarm_;
    bool may_refill_ = false;
    std::int64_t requests_ = 0;
    std::string failure_;                       // why the last request brought no answer
    std::int64_t traffic_ = 0;                  // bytes of the last exchange, both ways
    std::optional<std::int64_t> clock_offset_;  // ms
    std::int64_t all_changes_ = 0;
};

}  // namespace edge
