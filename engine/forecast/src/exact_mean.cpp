#include "exact_mean.hpp"

#include <cmath>

namespace edge::forecast {

// The sum is kept as two doubles (106 bits): what each addition loses goes into the second one.
double exact_mean(std::span<const double> values) {
    if (values.empty()) return 0;
    double high = 0;
    double low = 0;
    for (const double value : values) {
        const double sum = high + value;
        const double rest = sum - high;
        low += (high - (sum - rest)) + (value - rest);
        high = sum;
    }
    const auto count = static_cast<double>(values.size());
    const double quotient = (high + low) / count;
    const double remainder = std::fma(-quotient, count, high) + low;
    return quotient + remainder / count;
}

}  // namespace edge::forecast
