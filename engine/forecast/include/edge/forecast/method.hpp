#pragma once

#include "edge/forecast/forecast.hpp"
#include "edge/forecast/slot.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace edge::forecast {

/// A way to forecast. It knows what it has learned and nothing else; the same observations in the same order give
/// the same forecasts, to the last bit. Whatever is learned, nothing throws.
class Method {
public:
    Method() = default;
    Method(const Method&) = delete;
    Method& operator=(const Method&) = delete;
    Method(Method&&) = delete;
    Method& operator=(Method&&) = delete;
    virtual ~Method() = default;

    [[nodiscard]] virtual std::string_view name() const noexcept = 0;

    /// Takes in one closed slot. Called in stored order.
    virtual void learn(const Observation& observation) = 0;

    /// Does not look at `slot.day` to leave out later observations: learn only what is known.
    [[nodiscard]] virtual Forecast forecast(const Slot& slot) const = 0;

    /// What was learned, as versioned and checksummed bytes. Nothing for a method that is its history: learn it again.
    [[nodiscard]] virtual std::optional<std::vector<std::uint8_t>> save() const { return std::nullopt; }
    /// Replaces what was learned by saved bytes. False, with nothing changed, if they are damaged, of another version
    /// or of another method: then the caller learns the history again.
    [[nodiscard]] virtual bool load([[maybe_unused]] std::span<const std::uint8_t> bytes) { return false; }
};

/// Throws `invalid_argument`, listing the names, for one that does not exist.
[[nodiscard]] std::unique_ptr<Method> make_method(std::string_view name);

/// Raised whenever the same history gives other forecasts than before, so that stored ones are known to be old.
[[nodiscard]] std::uint32_t method_version(std::string_view name) noexcept;

/// Best first; the first is the default.
[[nodiscard]] std::span<const std::string_view> method_names() noexcept;

}  // namespace edge::forecast
