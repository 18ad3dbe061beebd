#include "edge/protocol/segment.hpp"

#include "unit/protocol/builders.hpp"

#include "edge/core/error.hpp"

#include <gtest/gtest.h>

namespace edge::protocol {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace): builders of this folder

/// The reason for which `text` is refused; empty if it is taken.
std::string refusal(const std::string& text, const Limits& limits = {}) {
    const Decoded<Segment> read = decode_segment(text, limits);
    return read ? std::string() : read.problem().reason;
}

/// A valid segment's text with its only change replaced.
std::string with_change(const std::string& change) {
    std::string text = encode(segment_of({}));
    return text.insert(text.find("\"changes\":[") + 11, change);
}

Change only_change(const std::string& change) {
    const Decoded<Segment> read = decode_segment(with_change(change));
    EXPECT_TRUE(read) << read.problem().detail;
    return read->changes.at(0);
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}

TEST(Segment, ReadsWhatItWrites) {
    Segment segment = segment_of({post_bundle(), collect(), deletion("reservations", sale_key)});
    segment.prev = part_hash("before");
    segment.part = 2;
    segment.parts = 3;
    segment.lane = Lane::bulk;
    segment.changes[1].base = 88102;
    segment.changes[1].hlc = 41877;
    segment.digest = Digest{.at = 88119, .root = "5b1f0c77a9e24d10b6a3f1e2d4c5b697"};

    const Decoded<Segment> read = decode_segment(encode(segment));

    ASSERT_TRUE(read) << read.problem().detail;
    EXPECT_EQ(*read, segment);
}

TEST(Segment, SaysWhatItWasSealedFromAnew) {
    Segment segment = segment_of({post_bundle()});
    segment.origins = {{.epoch = 1, .seq = 7, .parts = 3, .hash = part_hash("old")},
                       {.epoch = 2, .seq = 1, .parts = 1, .hash = part_hash("less old")}};

    const Decoded<Segment> read = decode_segment(encode(segment));

    ASSERT_TRUE(read) << read.problem().detail;
    EXPECT_EQ(*read, segment);
    const auto with_origins = [](const std::string& of) {
        std::string text = encode(segment_of({}));
        return text.insert(text.size() - 1, ",\"of\":" + of);
    };
    for (const char* of : {"[1]", "{}", R"([{"epoch":1,"seq":7}])", R"([{"epoch":1,"seq":7,"hash":"short"}])",
                           R"([{"epoch":0,"seq":7,"hash":"AAAAAAAAAAAAAAAAAAAAAA"}])"}) {
        EXPECT_FALSE(refusal(with_origins(of)).empty()) << of;
    }
    std::string many = R"([{"epoch":1,"seq":7,"hash":"AAAAAAAAAAAAAAAAAAAAAA"})";
    EXPECT_EQ(refusal(with_origins(many + "]")), "");
    for (int i = 0; i < 20; ++i) many += R"(,{"epoch":1,"seq":7,"hash":"AAAAAAAAAAAAAAAAAAAAAA"})";
    EXPECT_FALSE(refusal(with_origins(many + "]")).empty());
}

TEST(Segment, LeavesOutWhatIsUsual) {
    Segment segment = segment_of({edit_bundle({{"name", "Evening bakery bag"}, {"price_minor", std::int64_t{399}}})});
    segment.changes[0].base = 88102;

    const std::string text = encode(segment);

    EXPECT_EQ(
        text,
        R"({"v":1,"type":"segment","seller":"01JDQ4R7K2M8X5V9T3B6N1C0HA","replica":"01JDQ4R7K2REP5V9T3B6N1C0HA",)"
        R"("seen":88119,"schema":1,"app":"edge-analytics/0.1.0","epoch":2,"seq":1042,"prev":"","h0":1764000000000,)"
        R"("changes":[{"t":"bundles","k":"01JDQ4S0N9A1B2C3D4E5F6G7H8","op":"u",)"
        R"("b":88102,"p":{"name":"Evening bakery bag","price_minor":399}}]})");
}

TEST(Segment, GivesBackMembersItDoesNotKnow) {
    const std::string change =
        R"({"t":"bundles","k":"x","op":"u","p":{"colour":{"rgb":[1.5,2e9,-0.0]}},"why":["é",null]})";
    const std::string text = replaced(with_change(change), "\"seen\":88119", R"("seen":88119,"mood":{"x":[true]})");

    const Decoded<Segment> read = decode_segment(text);

    ASSERT_TRUE(read) << read.problem().detail;
    EXPECT_EQ(read->extra, (Members{{"mood", R"({"x":[true]})"}}));
    EXPECT_EQ(read->changes[0].extra, (Members{{"why", R"(["é",null])"}}));
    EXPECT_EQ(read->changes[0].fields, (Fields{{"colour", RawJson{R"({"rgb":[1.5,2e9,-0.0]})"}}}));
    EXPECT_EQ(*decode_segment(encode(*read)), *read);
}

TEST(Segment, EscapesEveryTextAndNeverHoldsALineEnd) {
    std::string all;
    for (char character = 1; character > 0; ++character) all += character;
    all += "é€😀";

    const std::string text = encode(segment_of({edit_bundle({{"name", all}})}));

    EXPECT_EQ(text.find('\n'), std::string::npos);
    EXPECT_EQ(decode_segment(text)->changes[0].fields[0].value, FieldValue(all));
}

TEST(Segment, WritesIntegersBeyondTheReachOfDoublesAsText) {
    const std::int64_t wide = largest_json_integer + 1;

    const std::string text = encode(segment_of({edit_bundle({{"total_qty", wide}, {"weight_grams", -wide + 1}})}));

    EXPECT_NE(text.find(R"("total_qty":"9007199254740993","weight_grams":-9007199254740992)"), std::string::npos)
        << text;
    EXPECT_EQ(as_integer(decode_segment(text)->changes[0].fields[0].value), wide);
}

TEST(Segment, RefusesToWriteTextThatIsNotUtf8) {
    EXPECT_THROW(static_cast<void>(encode(segment_of({edit_bundle({{"name", "caf\xE9"}})}))), Error);
}

TEST(Segment, RefusesWhatIsNoSegment) {
    Segment segment = segment_of({collect()});
    segment.lane = Lane::bulk;
    segment.parts = 2;
    const std::string good = encode(segment);

    EXPECT_EQ(refusal(good), "");
    EXPECT_EQ(refusal(""), reason::not_json);
    EXPECT_EQ(refusal("<html>"), reason::not_json);
    EXPECT_EQ(refusal(good.substr(0, good.size() - 1)), reason::not_json);
    EXPECT_EQ(refusal(good + "x"), reason::not_json);
    EXPECT_EQ(refusal("[]"), reason::wrong_shape);
    EXPECT_EQ(refusal(replaced(good, "\"v\":1", "\"v\":2")), reason::unknown_version);
    EXPECT_EQ(refusal(replaced(good, "\"segment\"", "\"ack\"")), reason::wrong_shape);
    EXPECT_EQ(refusal(replaced(good, "\"bulk\"", "\"fast\"")), reason::wrong_shape);
    EXPECT_EQ(refusal(replaced(good, "1042", "\"1042\"")), reason::wrong_shape);
    EXPECT_EQ(refusal(replaced(good, "1042", "0")), reason::wrong_shape);
    EXPECT_EQ(refusal(replaced(good, "1042", "1e3")), reason::wrong_shape);
    EXPECT_EQ(refusal(replaced(good, "1042", "99999999999999999999")), reason::wrong_shape);
    EXPECT_EQ(refusal(replaced(good, "[1,2]", "[2,1]")), reason::wrong_shape);
    EXPECT_EQ(refusal(replaced(good, "[1,2]", "[1]")), reason::wrong_shape);
    EXPECT_EQ(refusal(replaced(good, "\"prev\":\"\"", "\"prev\":\"short\"")), reason::wrong_shape);
    EXPECT_EQ(refusal(replaced(good, "\"seen\":88119,", "")), reason::wrong_shape);
    EXPECT_EQ(refusal(replaced(good, "1042", "NaN")), reason::not_json);
    EXPECT_EQ(refusal(replaced(good, "Z\"", "\xFF\"")), reason::not_json);
    EXPECT_EQ(refusal(replaced(good, "Z\"", "\\ud800\"")), reason::not_json);
}

TEST(Segment, RefusesAMemberThatStandsTwice) {
    const std::string good = encode(segment_of({collect()}));
    std::string many = R"({"a0":0)";
    for (int i = 1; i < 40; ++i) many += ",\"a" + std::to_string(i) + "\":0";

    EXPECT_EQ(refusal(replaced(good, "\"seq\":1042", "\"seq\":1042,\"seq\":1042")), reason::duplicate_member);
    EXPECT_EQ(refusal(with_change(R"({"t":"bundles","k":"x","op":"u","p":{"a":1,"b":2,"\u0061":3}})")),
              reason::duplicate_member);
    EXPECT_EQ(refusal(with_change(R"({"t":"bundles","k":"x","op":"u","p":)" + many + "}}")), "");
    EXPECT_EQ(refusal(with_change(R"({"t":"bundles","k":"x","op":"u","p":)" + many + ",\"a7\":1}}")),
              reason::duplicate_member);
}

TEST(Segment, KeepsTheLimitsOfTheSpecification) {
    const std::string deep_5 = R"({"t":"bundles","k":"x","op":"u","p":{"a":[[[[1]]]]}})";
    const std::string deep_6 = R"({"t":"bundles","k":"x","op":"u","p":{"a":[[[[[1]]]]]}})";
    std::vector<Change> changes(5001, collect());
    Limits small;
    small.part_bytes = 100;

    EXPECT_EQ(refusal(with_change(deep_5)), "");
    EXPECT_EQ(refusal(with_change(deep_6)), reason::too_deep);
    EXPECT_EQ(refusal(std::string(100'000, '[')), reason::too_deep);
    EXPECT_EQ(refusal(encode(segment_of(changes))), reason::too_many_changes);
    changes.pop_back();
    EXPECT_EQ(refusal(encode(segment_of(changes))), "");
    EXPECT_EQ(refusal(encode(segment_of({collect()})), small), reason::too_many_bytes);
    EXPECT_EQ(decode_segment(encode(segment_of({collect()})), small).problem().status, 413);
}

TEST(Segment, FaultsOneRowAndKeepsTheOthers) {
    Segment segment = segment_of({collect(), edit_bundle({{"name", std::string(65'600, 'x')}}), collect()});

    const Decoded<Segment> read = decode_segment(encode(segment));

    ASSERT_TRUE(read);
    EXPECT_EQ(read->changes[0].fault, "");
    EXPECT_EQ(read->changes[1].fault, "row_too_big");
    EXPECT_EQ(read->changes[2].fault, "");
}

TEST(Segment, FaultsRowsThatCannotBeUsed) {
    EXPECT_EQ(only_change("7").fault, "malformed_row");
    EXPECT_EQ(only_change("{}").fault, "malformed_row");
    EXPECT_EQ(only_change(R"({"t":"bundles","op":"u"})").fault, "malformed_row");
    EXPECT_EQ(only_change(R"({"t":"bundles","k":5,"op":"u"})").fault, "malformed_row");
    EXPECT_EQ(only_change(R"({"t":"bundles","k":"x"})").fault, "malformed_row");
    EXPECT_EQ(only_change(R"({"t":"bundles","k":"x","op":"u","h":1.5})").fault, "malformed_row");
    EXPECT_EQ(only_change(R"({"t":"bundles","k":"x","op":"u","p":[]})").fault, "malformed_row");
    EXPECT_EQ(only_change(R"({"t":"bundles","k":"x","op":"rename","p":{"name":"y"}})").fault, "unknown_op");
    EXPECT_EQ(only_change(R"({"t":"bundles","k":"x","op":"rename","p":{"name":"y"}})").unknown_op, "rename");
    EXPECT_EQ(only_change(R"({"t":"bundles","k":"x","op":"u","p":{"name":"y"}})").fault, "");
}

TEST(Segment, IsNamedByTheFirstHalfOfItsSha256) {
    // SHA-256("abc") as FIPS 180-4 gives it
    const SegmentHash hash = segment_hash("abc");

    EXPECT_EQ(hash[0], 0xba);
    EXPECT_EQ(hash[15], 0x23);
    EXPECT_EQ(hash_text(hash), "ungWv48Bz-pBQUDeXa4iIw");
    EXPECT_EQ(parse_hash("ungWv48Bz-pBQUDeXa4iIw"), hash);
    EXPECT_FALSE(parse_hash("ungWv48Bz-pBQUDeXa4iI"));
    EXPECT_FALSE(parse_hash("ungWv48Bz+pBQUDeXa4iIw"));
    EXPECT_FALSE(parse_hash(""));
}

TEST(Fields, AreKeptAsAJsonObject) {
    const Fields fields{{"name", "Bag"},
                        {"qty", std::int64_t{3}},
                        {"open", true},
                        {"at", FieldValue()},
                        {"tags", std::vector<std::string>{"a", "b"}},
                        {"none", std::vector<std::string>{}}};

    EXPECT_EQ(encode_fields(fields), R"({"name":"Bag","qty":3,"open":true,"at":null,"tags":["a","b"],"none":[]})");
    EXPECT_EQ(decode_fields(encode_fields(fields)), fields);
    EXPECT_FALSE(decode_fields("[]"));
    EXPECT_FALSE(decode_fields("{"));
}

TEST(Utf8, IsJudgedByTheUnicodeTable) {
    for (const char* const good : {"", "abc", "é", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\xF4\x8F\xBF\xBF"}) {
        EXPECT_TRUE(is_utf8(good)) << good;
    }
    for (const char* const bad : {"\x80", "\xC0\x80", "\xC3", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                                  "\xF5\x80\x80\x80", "\xE2\x82", "a\xFF"}) {
        EXPECT_FALSE(is_utf8(bad));
    }
}

}  // namespace
}  // namespace edge::protocol
