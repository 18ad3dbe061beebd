#include "pooled/special_functions.hpp"

#include <cmath>

namespace edge::forecast::pooled {

namespace {

/// From here on the first terms of the asymptotic series have nine digits.
constexpr double large = 6;

}  // namespace

double digamma(double a) noexcept {
    double sum = 0;
    for (; a < large; a += 1) sum -= 1 / a;
    const double inverse = 1 / (a * a);
    return sum + std::log(a) - .5 / a -
           inverse * (1. / 12 - inverse * (1. / 120 - inverse * (1. / 252 - inverse / 240)));
}

double trigamma(double a) noexcept {
    double sum = 0;
    for (; a < large; a += 1) sum += 1 / (a * a);
    const double inverse = 1 / (a * a);
    return sum + 1 / a + inverse / 2 +
           inverse / a * (1. / 6 - inverse * (1. / 30 - inverse * (1. / 42 - inverse / 30)));
}

double short_digamma(double a) noexcept {
    constexpr double euler = .5772;
    return a > .3 ? std::log(a) - 1 / (2 * a) - 1 / (12 * a * a) : -1 / a - euler + 1.645 * a;
}

double short_trigamma(double a) noexcept { return 1 / a + 1 / (2 * a * a) + 1 / (6 * a * a * a); }

double gamma_shape(double q) noexcept { return 1 / (std::sqrt(1 + 2 * q) - 1); }

}  // namespace edge::forecast::pooled
