#include "edge/protocol/next_sync.hpp"

#include <gtest/gtest.h>

namespace edge::protocol {
namespace {

constexpr std::int64_t now = 1'795'450'931'000;

TEST(NextSync, AfterSuccessIsWhenTheHubWishesAndUpToATenthLater) {
    const SyncOutlook outlook{.complete = true, .not_before_ms = now + 300'000};

    EXPECT_EQ(next_sync(outlook, now, 0.0), (NextSync{.at_ms = now + 300'000, .why = "hub_wish"}));
    EXPECT_EQ(next_sync(outlook, now, 0.5).at_ms, now + 315'000);
    EXPECT_LT(next_sync(outlook, now, 0.9999).at_ms, now + 330'000);
}

TEST(NextSync, AfterAFailureIsWhenTheBackOffEndsAndSaysWhy) {
    const SyncOutlook outlook{.not_before_ms = now + 1'234, .waiting_for = "cannot_connect"};

    EXPECT_EQ(next_sync(outlook, now, 0.9), (NextSync{.at_ms = now + 1'234, .why = "cannot_connect"}));
}

TEST(NextSync, IsAtOnceIfTheTimeHasPassed) {
    EXPECT_EQ(next_sync({.not_before_ms = now - 5'000, .waiting_for = "timed_out"}, now, 0.9).at_ms, now);
    EXPECT_EQ(next_sync({.complete = true, .not_before_ms = 0}, now, 0.9).at_ms, now);
}

TEST(NextSync, IsNeverMoreThanADayAwayWhateverTheClockDid) {
    const std::int64_t years = 5 * 365 * longest_wait_ms;

    EXPECT_EQ(next_sync({.not_before_ms = now + years, .waiting_for = "broken"}, now, 0.0).at_ms,
              now + longest_wait_ms);
}

TEST(NextSync, WaitsForTheNextDayOnceTheBudgetIsUsed) {
    const SyncOutlook outlook{.not_before_ms = now, .budget_used = true, .next_day_ms = now + 3'600'000};

    const NextSync next = next_sync(outlook, now, 0.5);

    EXPECT_EQ(next.why, "budget");
    EXPECT_EQ(next.at_ms, now + 3'600'000 + 150'000) << "five minutes at most are added";
}

TEST(HttpDate, IsReadAndWrittenAsRfc9110Has) {
    EXPECT_EQ(http_date(784'111'777'000), "Sun, 06 Nov 1994 08:49:37 GMT");
    EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), 784'111'777'000);
    for (const char* text : {"", "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 31 Feb 1994 08:49:37 GMT",
                             "Sun, 06 Nov 1994 28:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT"})
        EXPECT_FALSE(parse_http_date(text)) << text;
}

TEST(ClockOffset, ComparesTheHubsDateWithTheMiddleOfTheExchange) {
    const Response response{.status = 200, .headers = {{"date", http_date(now + 60'000)}}, .body = {}};

    EXPECT_EQ(clock_offset_ms(response, now - 200, now + 200), 60'500);
    EXPECT_FALSE(clock_offset_ms({.status = 200, .headers = {}, .body = {}}, now, now));
    EXPECT_FALSE(clock_offset_ms({.status = 200, .headers = {{"date", "soon"}}, .body = {}}, now, now));
}

}  // namespace
}  // namespace edge::protocol
