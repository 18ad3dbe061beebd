#include "output/progress_meter.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace edge::cli {
namespace {

using std::chrono::milliseconds;
const ProgressMeter::Clock::time_point start{};
const Progress half{.what = "bundles.csv", .done = 50, .total = 100};

TEST(ProgressMeter, SaysNothingOfWorkThatIsSoonDone) {
    std::ostringstream out;
    ProgressMeter meter(out, ProgressStyle::bar, start);

    meter.show(half, start + milliseconds(300));

    EXPECT_EQ(out.str(), "");
}

TEST(ProgressMeter, DrawsABarAndWipesItAtTheEnd) {
    std::ostringstream out;
    {
        ProgressMeter meter(out, ProgressStyle::bar, start);
        meter.show(half, start + milliseconds(600));
        EXPECT_NE(out.str().find(" 50 %"), std::string::npos);
    }

    EXPECT_TRUE(out.str().ends_with("\r\x1b[K"));
}

TEST(ProgressMeter, DrawsNoMoreThanTenTimesASecond) {
    std::ostringstream out;
    ProgressMeter meter(out, ProgressStyle::bar, start);
    meter.show(half, start + milliseconds(600));
    const std::string once = out.str();

    meter.show(half, start + milliseconds(650));

    EXPECT_EQ(out.str(), once);
}

TEST(ProgressMeter, WritesALineOfJsonForPrograms) {
    std::ostringstream out;
    {
        ProgressMeter meter(out, ProgressStyle::json, start);
        meter.show(half, start + milliseconds(600));
        meter.show({.what = "a\"b", .done = 1, .total = 0}, start + milliseconds(1700));
    }

    EXPECT_EQ(out.str(),
              "{\"progress\": \"bundles.csv\", \"done\": 50, \"total\": 100}\n"
              "{\"progress\": \"a\\\"b\", \"done\": 1, \"total\": null}\n");
}

TEST(ProgressMeter, IsSilentWhenTold) {
    std::ostringstream out;
    {
        ProgressMeter meter(out, ProgressStyle::none, start);
        meter.show(half, start + milliseconds(60000));
    }

    EXPECT_EQ(out.str(), "");
}

}  // namespace
}  // namespace edge::cli
