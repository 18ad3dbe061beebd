#pragma once

namespace edge::forecast::pooled {

/// Derivative of log Γ, for arguments above 10^-3.
[[nodiscard]] double digamma(double a) noexcept;
/// Its derivative.
[[nodiscard]] double trigamma(double a) noexcept;
/// The shape of the gamma distribution whose logarithm has variance `q`: near the root of trigamma(a) = q.
[[nodiscard]] double gamma_shape(double q) noexcept;

}  // namespace edge::forecast::pooled
