#include "edge/core/uuid.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <span>

namespace edge {
namespace {

Uuid arbitrary_uuid() {
    Uuid::Bytes bytes{};
    for (std::uint8_t& byte : bytes) byte = *rc::gen::arbitrary<std::uint8_t>();
    return Uuid(bytes);
}

std::string upper(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return text;
}

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

TEST(Uuid, IsPrintedForPeopleAndForTheWire) {
    const Uuid uuid = Uuid::parse("01935a2b-7c4d-7e8f-9012-3456789abcde").value();

    EXPECT_EQ(uuid.text(), "01935a2b-7c4d-7e8f-9012-3456789abcde");
    EXPECT_EQ(uuid.wire(), "01JDD2PZ2DFT7S04HMASW9NF6Y");
    EXPECT_EQ(Uuid{}.wire(), std::string(26, '0'));
    EXPECT_EQ(Uuid::parse("7ZZZZZZZZZZZZZZZZZZZZZZZZZ")->text(), "ffffffff-ffff-ffff-ffff-ffffffffffff");
}

TEST(Uuid, ReadsWhatItPrintsInEitherForm) {
    EXPECT_TRUE(rc::check("parse undoes text and wire, in either case", [] {
        const Uuid uuid = arbitrary_uuid();
        RC_ASSERT(Uuid::parse(uuid.text()) == uuid);
        RC_ASSERT(Uuid::parse(uuid.wire()) == uuid);
        RC_ASSERT(Uuid::parse(upper(uuid.text())) == uuid);
        RC_ASSERT(Uuid::parse(lower(uuid.wire())) == uuid);
        RC_ASSERT(Uuid::from_bytes(uuid.bytes()) == uuid);
    }));
}

TEST(Uuid, SortsTheSameAsBytesAsTextAndOnTheWire) {
    EXPECT_TRUE(rc::check("the three orders agree", [] {
        const Uuid a = arbitrary_uuid();
        const Uuid b = arbitrary_uuid();
        RC_ASSERT((a < b) == (a.text() < b.text()));
        RC_ASSERT((a < b) == (a.wire() < b.wire()));
    }));
}

TEST(Uuid, RefusesEveryOtherText) {
    for (const char* text : {"", "01935a2b", "01935a2b7c4d7e8f90123456789abcde", "01935a2b-7c4d-7e8f-9012-3456789abcdg",
                             "01935a2b_7c4d_7e8f_9012_3456789abcde", "{1935a2b-7c4d-7e8f-9012-3456789abcd}",
                             "01935a2b-7c4d-7e8f-90123-456789abcde", "8ZZZZZZZZZZZZZZZZZZZZZZZZZ",
                             "01JDD2PZ2DFT7S04HMASW9NF6U", "01JDD2PZ2DFT7S04HMASW9NF6I", "01JDD2PZ2DFT7S04HMASW9NF6-"})
        EXPECT_FALSE(Uuid::parse(text)) << text;
}

TEST(Uuid, TakesExactlySixteenBytes) {
    const std::array<std::uint8_t, 17> bytes{};

    EXPECT_FALSE(Uuid::from_bytes({}));
    EXPECT_FALSE(Uuid::from_bytes(std::span(bytes).first(15)));
    EXPECT_TRUE(Uuid::from_bytes(std::span(bytes).first(16)));
    EXPECT_FALSE(Uuid::from_bytes(bytes));
}

TEST(UuidVersion7, CarriesMillisecondsVersionAndVariantAroundItsRandomBits) {
    const Timestamp now = parse_timestamp("2022-02-22T19:22:22Z").value();  // the example of RFC 9562, A.6
    const std::array<std::uint8_t, 10> random = {0x0C, 0xC3, 0x18, 0xC4, 0xDC, 0x0C, 0x0C, 0x07, 0x39, 0x8F};

    EXPECT_EQ(Uuid::make_v7(now, random).text(), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
}

TEST(UuidVersion7, SortsByTime) {
    EXPECT_TRUE(rc::check("a later millisecond sorts later", [] {
        const auto first = *rc::gen::inRange<std::int64_t>(0, 4'000'000'000'000);
        const auto later = *rc::gen::inRange<std::int64_t>(1, 1'000'000'000);
        std::array<std::uint8_t, 10> high{};
        high.fill(0xff);
        const std::array<std::uint8_t, 10> low{};
        const Uuid a = Uuid::make_v7(Timestamp(std::chrono::milliseconds(first)), high);
        const Uuid b = Uuid::make_v7(Timestamp(std::chrono::milliseconds(first + later)), low);
        RC_ASSERT(a < b);
    }));
}

TEST(UuidVersion8, IsTheSameForTheSameHash) {
    std::array<std::uint8_t, 16> hash{};
    hash.fill(0xff);

    EXPECT_EQ(Uuid::make_v8(hash).text(), "ffffffff-ffff-8fff-bfff-ffffffffffff");
    EXPECT_EQ(Uuid::make_v8(hash), Uuid::make_v8(hash));
}

}  // namespace
}  // namespace edge
