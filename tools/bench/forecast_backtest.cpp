// forecast_backtest HISTORY.csv METHOD OUT.csv: every row forecast from strictly earlier days, for the evaluator, with
// the confidence and the exact CRPS of the whole distribution as further columns.

#include "edge/forecast/backtest.hpp"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <exception>
#include <fstream>
#include <iterator>
#include <string>

namespace {

/// The integral of (F(k) − [k ≥ count])² over all counts, which for whole numbers is their sum.
double crps(const edge::forecast::CountDistribution& distribution, std::int64_t count) {
    const std::int64_t last = std::max(count, distribution.quantile(1 - 1e-9)) + 1;
    double below = 0;
    double sum = 0;
    std::int64_t k = 0;
    for (const double probability : distribution.probabilities(last)) {
        below += probability;
        const double away = k++ >= count ? 1 - below : below;
        sum += away * away;
    }
    return sum;
}

}  // namespace

int main(int argc, char** argv) try {
    if (argc != 4) {
        std::fputs("usage: forecast_backtest HISTORY.csv METHOD OUT.csv\n", stderr);
        return 2;
    }
    std::ifstream file(argv[1], std::ios::binary);
    const std::string csv((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    const edge::forecast::SlotHistory history = edge::forecast::parse_slot_history(csv);
    const std::unique_ptr<edge::forecast::Method> method = edge::forecast::make_method(argv[2]);

    std::ofstream out(argv[3], std::ios::binary);
    out << edge::forecast::prediction_header() << ",confidence,crps\n";
    const std::clock_t start = std::clock();
    edge::forecast::backtest(
        *method, history, [&](const edge::forecast::Observation& row, const edge::forecast::Forecast& forecast) {
            out << edge::forecast::prediction_line(history.names, row, forecast) << ',' << forecast.confidence.text()
                << ',' << crps(forecast.reservations, row.reservations) << '\n';
        });
    const double spent = 1e6 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    std::printf("%s: %zu rows, %.1f us of processor time a row to forecast, write and learn\n", argv[1],
                history.rows.size(), spent / static_cast<double>(std::max<std::size_t>(1, history.rows.size())));
    return out.flush() ? 0 : 1;
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
