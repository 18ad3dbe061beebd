#pragma once

#include "pooled/codec.hpp"
#include "pooled/state.hpp"

#include "edge/forecast/method.hpp"

#include <optional>
#include <vector>

namespace edge::forecast {

/// The state-space model on log rates: everyone, seller and series side by side, seven settings and three simple
/// experts mixed by how well each did. A forecast reads the state; a closed slot is one update.
class Pooled final : public Method {
public:
    explicit Pooled(const pooled::Model& model = pooled::standard_model()) : learned_{pooled::State(model), {}} {}

    [[nodiscard]] std::string_view name() const noexcept override { return "pooled"; }
    void learn(const Observation& observation) override;
    [[nodiscard]] Forecast forecast(const Slot& slot) const override;

    [[nodiscard]] std::optional<std::vector<std::uint8_t>> save() const override;
    [[nodiscard]] bool load(std::span<const std::uint8_t> bytes) override;

private:
    /// With everything learned, also the day that is still open.
    [[nodiscard]] const pooled::State& known() const;

    /// The state up to the day before the open one, and the rows of the open one: it may get more, and their order
    /// must not matter.
    pooled::Learned learned_;
    mutable std::optional<pooled::State> ahead_;  ///< all of `learned_`, made when first asked for
};

}  // namespace edge::forecast
