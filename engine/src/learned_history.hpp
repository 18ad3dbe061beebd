#pragma once

#include "engine_state.hpp"

#include "edge/forecast/method.hpp"
#include "edge/forecast/slot.hpp"
#include "edge/storage/forecast_state.hpp"
#include "edge/storage/journal.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace edge {

/// The method that a file's forecasts are made with.
[[nodiscard]] std::string_view forecast_method(const Engine::State& state);

/// The forecast inputs of a file in the order in which a method learns them: by local day, then window start, bundle,
/// category and id. An input of a seller that is missing is passed over, for its days are not known.
class InputHistory {
public:
    InputHistory(Engine::State& state, storage::Connection& db) : state_(&state), db_(&db) {}

    using Visit = std::function<void(const forecast::Observation&)>;
    /// Those from a day on, up to the day before another. Holds a few days' rows at a time.
    void each(LocalDate from, LocalDate before, const Visit& visit);
    [[nodiscard]] std::optional<LocalDate> day_of(const storage::InputPlace& place);
    /// That of the window that starts last; nothing without inputs.
    [[nodiscard]] std::optional<LocalDate> newest_day();

private:
    [[nodiscard]] const TimeZone* zone_of(SellerId seller);

    Engine::State* state_;
    storage::Connection* db_;
    std::optional<std::map<SellerId, TimeZone>> zones_;
};

/// What the forecast method knows: its stored state of the days that are settled, and the inputs of later days on top.
///
/// A day is settled when it lies before yesterday and before the day that precedes the newest input's. So the state is
/// written once a day, by the refresh that closes the day's first window; a correction of the last two days, or a
/// window that ends after midnight, costs nothing; and any change to a settled day makes it learn everything again. The
/// stored bytes are always those that replaying the whole history gives.
class LearnedHistory {
public:
    LearnedHistory(Engine::State& state, storage::Connection& db, Timestamp now);

    /// An input whose window starts then was written, changed or removed.
    void note_change(const storage::InputPlace& place);
    /// The same as the journal tells it; also the entries of sellers.
    void note_change(const storage::JournalEntry& entry);
    /// What is stored is not to be trusted.
    void forget() { forgotten_ = true; }

    /// All that the file's inputs teach.
    [[nodiscard]] const forecast::Method& method();
    /// Stores the state if it is not what is stored, or takes it away when there are no inputs. Call it last.
    void keep(storage::WriteTransaction& write);
    /// Learns everything anew, whatever is stored, and compares. For one question only.
    [[nodiscard]] bool stored_is_true();

private:
    [[nodiscard]] std::optional<LocalDate> settled_before();
    [[nodiscard]] std::optional<LocalDate> stored_before();
    void learn_settled(LocalDate before);

    std::string_view name_;
    storage::Connection* db_;
    Timestamp now_;
    InputHistory inputs_;
    bool forgotten_ = false;
    bool complete_ = false;                     // the days that are not settled are learned too
    std::unique_ptr<forecast::Method> method_;  // knows the settled days, and all once `complete_`
    std::int64_t observations_ = 0;             // of settled days
    std::optional<storage::ForecastStateRow> unsaved_;
};

/// Whether the journal tells of changes that a refresh has not taken into the stored state yet: then the state is not
/// to be trusted.
void note_unread_changes(LearnedHistory& history, storage::Connection& db);

}  // namespace edge
