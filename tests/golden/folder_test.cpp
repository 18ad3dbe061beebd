#include "golden/golden_cases.hpp"

#include <gtest/gtest.h>

#include <set>

namespace edge::golden {
namespace {

/// No file of the folder is passed over in silence.
TEST(GoldenFolder, HoldsNoFileThatIsNotRead) {
    const std::set<std::string> read = {
        "co2.json",      "confidence.json",       "forecast.json",        "forecast_model.json", "graph_functions.json",
        "holidays.json", "refresh_baseline.json", "refresh_current.json", "sell_through.json",   "weather_codes.json"};
    if (!std::filesystem::is_directory(folder()))
        GTEST_SKIP() << "golden cases did not run: there is no folder " << folder() << " (set EDGE_GOLDEN_DIR)";

    for (const auto& entry : std::filesystem::directory_iterator(folder())) {
        const bool is_read = entry.path().extension() != ".json" || read.contains(entry.path().filename().string());
        EXPECT_TRUE(is_read) << "nothing reads " << entry.path();
    }
}

}  // namespace
}  // namespace edge::golden
