#include "pooled/special_functions.hpp"

#include <cmath>

namespace edge::forecast::pooled {

double digamma(double a) noexcept {
    return a > .3 ? std::log(a) - 1 / (2 * a) - 1 / (12 * a * a) : -1 / a - 0.5772 + 1.645 * a;
}

double trigamma(double a) noexcept { return 1 / a + 1 / (2 * a * a) + 1 / (6 * a * a * a); }

double gamma_shape(double q) noexcept { return 1 / (std::sqrt(1 + 2 * q) - 1); }

}  // namespace edge::forecast::pooled
