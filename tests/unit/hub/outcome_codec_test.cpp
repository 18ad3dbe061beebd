#include "outcome_codec.hpp"

#include "edge/core/error.hpp"

#include <gtest/gtest.h>

namespace edge::hub {
namespace {

const PartId part{.lane = {.epoch = 2, .lane = protocol::Lane::bulk}, .seq = 7, .part = 3};

TEST(OutcomeCodecTest, GivesBackWhatWasStored) {
    const std::vector<protocol::ChangeOutcome> outcomes{{.lane = protocol::Lane::bulk,
                                                         .seq = 7,
                                                         .part = 3,
                                                         .index = 4,
                                                         .table = "weather",
                                                         .key = "quote \" and \\",
                                                         .outcome = protocol::Outcome::superseded,
                                                         .reason = "later_write"}};

    EXPECT_EQ(decode_outcomes(encode_outcomes(outcomes), part), outcomes);
}

TEST(OutcomeCodecTest, NeedsNoTextForNoOutcomes) {
    EXPECT_EQ(encode_outcomes({}), "");
    EXPECT_TRUE(decode_outcomes("", part).empty());
}

TEST(OutcomeCodecTest, RefusesDamagedText) {
    for (const char* text : {"[", "{}", "[1]", "[{}]", R"([{"i":1,"t":"a","k":"b","o":"lost","r":""}])"}) {
        try {
            static_cast<void>(decode_outcomes(text, part));
            ADD_FAILURE() << text;
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::corrupt_data) << text;
        }
    }
}

}  // namespace
}  // namespace edge::hub
