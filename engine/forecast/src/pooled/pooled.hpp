#pragma once

#include "pooled/state.hpp"

#include "edge/forecast/method.hpp"

#include <optional>
#include <vector>

namespace edge::forecast {

/// The state-space model on log rates: everyone, seller and series side by side, seven settings and three simple
/// experts mixed by how well each did. A forecast reads the state; a closed slot is one update.
class Pooled final : public Method {
public:
    [[nodiscard]] std::string_view name() const noexcept override { return "pooled"; }
    void learn(const Observation& observation) override;
    [[nodiscard]] Forecast forecast(const Slot& slot) const override;

private:
    /// With everything learned, also the day that is still open.
    [[nodiscard]] const pooled::State& known() const;

    pooled::State state_;                         ///< up to the day before the open one
    std::vector<Observation> open_;               ///< of the last day, which may get more: their order must not matter
    mutable std::optional<pooled::State> ahead_;  ///< `state_` and `open_`, made when first asked for
};

}  // namespace edge::forecast
