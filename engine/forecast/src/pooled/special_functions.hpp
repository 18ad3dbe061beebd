#pragma once

namespace edge::forecast::pooled {

/// Derivative of log Γ of a positive number, to 10^-9.
[[nodiscard]] double digamma(double a) noexcept;
/// Its derivative, to 10^-9 of itself.
[[nodiscard]] double trigamma(double a) noexcept;
/// The first terms of their series, as the prototype has them: right to a percent from .5 on.
[[nodiscard]] double short_digamma(double a) noexcept;
[[nodiscard]] double short_trigamma(double a) noexcept;
/// The shape of the gamma distribution whose logarithm has variance `q`: the root of 1/a + 1/(2a²) = q, which are the
/// first terms of trigamma. A little below the true root for large q, which measured no worse.
[[nodiscard]] double gamma_shape(double q) noexcept;

}  // namespace edge::forecast::pooled
