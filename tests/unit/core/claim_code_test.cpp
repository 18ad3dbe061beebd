#include "edge/core/claim_code.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <set>
#include <vector>

namespace edge {
namespace {

TEST(ClaimCode, HasNoCharactersThatAreMistakenForOneAnother) {
    EXPECT_EQ(claim_code_alphabet.size(), 29U);
    EXPECT_EQ(std::set<char>(claim_code_alphabet.begin(), claim_code_alphabet.end()).size(), 29U);
    EXPECT_EQ(claim_code_alphabet.find_first_of("01OILUV"), std::string_view::npos);
    EXPECT_EQ(normalise_claim_code(claim_code_alphabet), claim_code_alphabet);
}

TEST(ClaimCode, AsksTheGeneratorOnceACharacterAndUsesAllOfTheAlphabet) {
    std::vector<std::uint32_t> bounds;
    std::uint32_t next = 0;
    const RandomBelow counting = [&](std::uint32_t bound) {
        bounds.push_back(bound);
        return next++ % bound;
    };

    std::string all;
    for (int i = 0; i < 5; ++i) all += make_claim_code(counting);

    EXPECT_EQ(all.substr(0, 29), claim_code_alphabet);
    EXPECT_EQ(bounds, std::vector<std::uint32_t>(5 * claim_code_length, 29));
}

TEST(ClaimCode, IsTheSameHoweverItIsTyped) {
    for (const char* typed : {"K7M2QX", "k7m2qx", "K7M-2QX", " k7m 2qx ", "K.7.M.2.Q.X", "-K7M2QX-"})
        EXPECT_EQ(normalise_claim_code(typed), "K7M2QX") << typed;
    EXPECT_EQ(normalise_claim_code(""), "");
    EXPECT_EQ(normalise_claim_code("-. "), "");
}

TEST(ClaimCode, KeepsWhatIsNotAscii) { EXPECT_EQ(normalise_claim_code("é-ß"), "éß"); }

TEST(ClaimCode, IsNormalisedOnce) {
    EXPECT_TRUE(rc::check("normalising again changes nothing", [] {
        const auto typed = *rc::gen::string<std::string>();
        const std::string once = normalise_claim_code(typed);
        RC_ASSERT(normalise_claim_code(once) == once);
    }));
}

}  // namespace
}  // namespace edge
