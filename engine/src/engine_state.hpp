#pragma once

#include "edge/engine.hpp"
#include "edge/storage/connection.hpp"

#include <map>
#include <memory>
#include <string>

namespace edge {

class RefreshWorker;

/// What every use case works with. Methods of Engine are defined by area: counter.cpp, refresh.cpp, sync_device.cpp, …
struct Engine::State {
    State(storage::Connection opened, EngineOptions given);
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State();

    [[nodiscard]] Timestamp now() const;
    [[nodiscard]] Uuid new_uuid() const;
    [[nodiscard]] std::uint32_t random_below(std::uint32_t bound) const;
    void log(LogLevel level, const std::string& line) const;
    /// The zone by its name, looked up once.
    [[nodiscard]] const TimeZone& time_zone(const std::string& name);
    /// UTC for a name that is no time zone, as another hand may have written: its days are better than none.
    [[nodiscard]] const TimeZone& time_zone_or_utc(const std::string& name);

    EngineOptions options;
    storage::Connection db;
    std::map<std::string, TimeZone, std::less<>> time_zones;
    std::unique_ptr<RefreshWorker> worker;  // started by the first background refresh
};

/// A fact about the file, from the table meta; empty if it is not there.
[[nodiscard]] std::string find_meta(storage::Connection& db, std::string_view name);
void set_meta(storage::WriteTransaction& write, std::string_view name, std::string_view value);

/// Names in the table meta.
inline constexpr std::string_view meta_home_seller = "home_seller";  ///< sellers.user_id
inline constexpr std::string_view meta_replica = "replica";          ///< uuid of this file as a device, 36 characters

}  // namespace edge
