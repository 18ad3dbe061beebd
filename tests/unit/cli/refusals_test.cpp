#include "output/refusals.hpp"

#include "edge/protocol/hub_session.hpp"

#include <gtest/gtest.h>

namespace edge::cli {
namespace {

TEST(Refusals, HaveWordsThatSayWhatToDo) {
    for (const std::string_view reason : protocol::reason::of_dead_letters)
        EXPECT_NE(refusal_in_words(reason), reason) << "what is a person to do?";
}

TEST(Refusals, OfANewerHubAreShownAsTheyCame) {
    EXPECT_EQ(refusal_in_words("too_blue"), "too_blue");
    EXPECT_EQ(refusal_in_words("\x1b[2J").find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace edge::cli
