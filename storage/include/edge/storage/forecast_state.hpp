#pragma once

#include "edge/storage/connection.hpp"
#include "edge/storage/forecasts.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edge::storage {

/// What a method has learned of every input whose local day is before `settled_before`.
struct ForecastStateRow {
    std::string method;
    LocalDate settled_before;
    std::int64_t observations = 0;
    std::vector<std::uint8_t> state;
    friend bool operator==(const ForecastStateRow&, const ForecastStateRow&) = default;
};

[[nodiscard]] std::optional<ForecastStateRow> find_forecast_state(Connection& db, std::string_view method);
/// The same without reading the state.
[[nodiscard]] std::optional<LocalDate> forecast_settled_before(Connection& db, std::string_view method);
void put_forecast_state(WriteTransaction& write, const ForecastStateRow& row);
void remove_forecast_states_but(WriteTransaction& write, std::string_view method);

/// Whose an input is, and when its window starts.
struct InputPlace {
    SellerId seller{0};
    Timestamp window_start;
};
[[nodiscard]] std::optional<InputPlace> find_input_place(Connection& db, std::int64_t input);
/// That of the input whose window starts last.
[[nodiscard]] std::optional<InputPlace> last_input_place(Connection& db);

/// Inputs of every seller.
[[nodiscard]] std::int64_t count_inputs(Connection& db);
/// Inputs of every seller whose window starts between two instants, both included, in order of window start, then
/// bundle, category and id.
void each_input_between(Connection& db, Timestamp first, Timestamp last,
                        const std::function<void(const InputRow&)>& found);

/// The latest of a seller's inputs before an instant in the categories of a bundle (any, if it has none), newest first,
/// one a bundle.
[[nodiscard]] std::vector<InputRow> inputs_before(Connection& db, const InputPlace& place, BundleId like,
                                                  std::int64_t most);
/// What moved a stored forecast, in JSON; "{}" without one.
[[nodiscard]] std::string find_explanation(Connection& db, BundleId bundle);

}  // namespace edge::storage
