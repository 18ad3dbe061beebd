#include "support/bakery.hpp"
#include "support/database_dump.hpp"

#include "edge/core/claim_code.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

namespace edge::test {
namespace {

TEST(Reserve, TakesOneItemForAConsumer) {
    Bakery shop;
    const Bundle bag = shop->post_bundle(bread("2026-03-02 17:00"));

    const Reservation made = shop->reserve({.bundle = bag.id, .consumer = "Ana O'Neill 🙂", .claim_code = "pão-7"});

    EXPECT_EQ(made.bundle, bag.id);
    EXPECT_EQ(made.consumer, "Ana O'Neill 🙂");
    EXPECT_EQ(made.claim_code, "pão-7");
    EXPECT_EQ(made.reserved_at, at("2026-03-02 08:00"));
    EXPECT_FALSE(made.collected_at || made.cancelled_at);
    EXPECT_EQ(shop->bundle(bag.id).reserved, 1);
    const std::vector<ReservationOverview> listed = shop->reservations({.seller = Bakery::seller()});
    ASSERT_EQ(listed.size(), 1U);
    EXPECT_EQ(listed[0].reservation.id, made.id);
    EXPECT_EQ(listed[0].reservation.consumer, made.consumer);
    EXPECT_EQ(listed[0].bundle_name, "Bread bag");
    EXPECT_EQ(listed[0].state, ReservationState::open);
}

TEST(Reserve, IsSoldOutWhenEveryItemIsTaken) {
    Bakery shop;
    const Bundle bag = shop->post_bundle(bread("2026-03-02 17:00", 2));
    shop.sell(bag.id);
    shop->reserve({.bundle = bag.id});

    const Error error = refusal([&] { shop->reserve({.bundle = bag.id}); });

    EXPECT_EQ(error.code(), ErrorCode::sold_out);
    EXPECT_EQ(detail(error, "bundle_id"), std::to_string(bag.id.value()));
}

TEST(Reserve, TakesACancelledItemAgain) {
    Bakery shop;
    const Bundle bag = shop->post_bundle(bread("2026-03-02 17:00", 1));
    const Reservation first = shop->reserve({.bundle = bag.id});
    shop->cancel(first.claim_code);

    const Reservation second = shop->reserve({.bundle = bag.id});

    EXPECT_NE(second.claim_code, first.claim_code);
    EXPECT_EQ(shop->bundle(bag.id).reserved, 1);
    EXPECT_EQ(refusal([&] { shop->reserve({.bundle = bag.id}); }).code(), ErrorCode::sold_out);
}

TEST(Reserve, IsPossibleUntilTheWindowEnds) {
    Bakery shop;
    const Bundle bag = shop->post_bundle(bread("2026-03-02 17:00"));
    shop.set_time(bag.window.end - std::chrono::microseconds(1));
    EXPECT_NO_THROW(shop->reserve({.bundle = bag.id}));
    shop.set_time(bag.window.end);

    const Error error = refusal([&] { shop->reserve({.bundle = bag.id}); });

    EXPECT_EQ(error.code(), ErrorCode::window_over);
    EXPECT_EQ(detail(error, "bundle_id"), std::to_string(bag.id.value()));
}

TEST(Reserve, RefusesABundleThatIsNotThereOrClosed) {
    Bakery shop;
    const Bundle bag = shop->post_bundle(bread("2026-03-02 17:00"));
    shop->close_bundle(bag.id);

    EXPECT_EQ(refusal([&] { shop->reserve({.bundle = BundleId(99)}); }).code(), ErrorCode::unknown_bundle);
    EXPECT_EQ(refusal([&] { shop->reserve({.bundle = bag.id}); }).code(), ErrorCode::bundle_closed);
}

TEST(Reserve, RefusesACodeThatIsTakenHoweverItIsTyped) {
    Bakery shop;
    const Bundle bag = shop->post_bundle(bread("2026-03-02 17:00"));
    shop->reserve({.bundle = bag.id, .claim_code = "AB-12"});

    for (const std::string typed : {"AB-12", "ab12", "A B 1 2", "a.b.1.2-"}) {
        const Error error = refusal([&] { shop->reserve({.bundle = bag.id, .claim_code = typed}); });
        EXPECT_EQ(error.code(), ErrorCode::claim_code_collision) << typed;
        EXPECT_EQ(detail(error, "claim_code"), typed);
    }
    EXPECT_EQ(shop->bundle(bag.id).reserved, 1);
}

TEST(Reserve, TakesTheSameCodeInAnotherBundle) {
    Bakery shop;
    const Bundle one = shop->post_bundle(bread("2026-03-02 17:00"));
    const Bundle two = shop->post_bundle(bread("2026-03-02 17:00"));
    shop->reserve({.bundle = one.id, .claim_code = "SAME"});

    EXPECT_NO_THROW(shop->reserve({.bundle = two.id, .claim_code = "SAME"}));
}

TEST(Reserve, RefusesACodeThatCannotBeTyped) {
    Bakery shop;
    const Bundle bag = shop->post_bundle(bread("2026-03-02 17:00"));
    const auto code_of = [&](const std::string& claim_code) {
        return refusal([&] { shop->reserve({.bundle = bag.id, .claim_code = claim_code}); }).code();
    };

    EXPECT_EQ(code_of(""), ErrorCode::invalid_argument);
    EXPECT_EQ(code_of(" -. "), ErrorCode::invalid_argument);
    EXPECT_EQ(code_of(std::string(21, 'A')), ErrorCode::invalid_argument);
    EXPECT_EQ(code_of(std::string("A\0B", 3)), ErrorCode::invalid_argument);
    EXPECT_EQ(code_of("\xff"), ErrorCode::invalid_argument);
    EXPECT_NO_THROW(shop->reserve({.bundle = bag.id, .claim_code = std::string(20, 'A')}));
    EXPECT_NO_THROW(shop->reserve({.bundle = bag.id, .claim_code = "äöüäöüäöüäöüäöüäöüäö"})) << "20 characters";
    EXPECT_EQ(refusal([&] { shop->reserve({.bundle = bag.id, .consumer = std::string("A\0B", 3)}); }).code(),
              ErrorCode::invalid_argument);
}

TEST(ClaimCodes, AreUniqueWithinTheBundleAndOfTheAlphabet) {
    Bakery shop;
    const Bundle bag = shop->post_bundle(bread("2026-03-02 17:00", 500));
    std::set<std::string> codes;

    for (int i = 0; i < 500; ++i) codes.insert(shop->reserve({.bundle = bag.id}).claim_code);

    EXPECT_EQ(codes.size(), 500U);
    for (const std::string& code : codes) {
        EXPECT_EQ(code.size(), claim_code_length);
        EXPECT_EQ(code.find_first_not_of(claim_code_alphabet), std::string::npos) << code;
    }
}

TEST(ClaimCodes, UseEveryLetterAboutEquallyOften) {
    Bakery shop;
    const Bundle bag = shop->post_bundle(bread("2026-03-02 17:00", 1000));
    std::map<char, int> letters;

    for (int i = 0; i < 1000; ++i) {
        for (const char letter : shop->reserve({.bundle = bag.id}).claim_code) ++letters[letter];
    }

    const double expected =
        1000.0 * static_cast<double>(claim_code_length) / static_cast<double>(claim_code_alphabet.size());
    double chi_square = 0;
    for (const char letter : claim_code_alphabet) chi_square += std::pow(letters[letter] - expected, 2) / expected;
    EXPECT_LT(chi_square, 60) << "28 degrees of freedom: more than this once in 2,500 times; the seed is fixed";
}

TEST(ClaimCodes, AreDrawnAgainWhenTaken) {
    const Bakery shop;
    EngineOptions options = shop.options();
    int draws = 0;
    options.random = [&draws](std::uint8_t* bytes, std::size_t count) {
        // Uuids differ; the first two codes are the same, the third is another.
        std::fill_n(bytes, count, std::uint8_t{0});
        if (count == 4) {
            bytes[0] = ++draws > 2 * static_cast<int>(claim_code_length) ? 1 : 0;
        } else {
            static std::uint8_t number = 0;
            bytes[0] = ++number;
        }
    };
    Engine engine = Engine::open(shop.path(), options);
    const Bundle bag = engine.post_bundle(bread("2026-03-02 17:00"));

    const Reservation first = engine.reserve({.bundle = bag.id});
    const Reservation second = engine.reserve({.bundle = bag.id});

    EXPECT_EQ(first.claim_code, "222222");
    EXPECT_EQ(second.claim_code, "333333");
    EXPECT_EQ(draws, 3 * static_cast<int>(claim_code_length));
}

TEST(ClaimCodes, EndInARefusalWhenEveryDrawIsTaken) {
    const Bakery shop;
    EngineOptions options = shop.options();
    options.random = [number = std::uint8_t{0}](std::uint8_t* bytes, std::size_t count) mutable {
        std::fill_n(bytes, count, count == 4 ? std::uint8_t{0} : ++number);
    };
    Engine engine = Engine::open(shop.path(), options);
    const Bundle bag = engine.post_bundle(bread("2026-03-02 17:00"));
    engine.reserve({.bundle = bag.id});

    const Error error = refusal([&] { engine.reserve({.bundle = bag.id}); });

    EXPECT_EQ(error.code(), ErrorCode::claim_code_collision);
    EXPECT_EQ(engine.bundle(bag.id).reserved, 1);
}

TEST(Collect, HandsTheGoodsOver) {
    Bakery shop;
    const Bundle bag = shop->post_bundle(bread("2026-03-02 17:00"));
    const Reservation made = shop->reserve({.bundle = bag.id, .consumer = "Ana"});
    shop.set_time("2026-03-02 17:30");

    const Reservation collected = shop->collect(made.claim_code);

    EXPECT_EQ(collected.id, made.id);
    EXPECT_EQ(collected.uuid, made.uuid);
    EXPECT_EQ(collected.consumer, "Ana");
    EXPECT_EQ(collected.collected_at, at("2026-03-02 17:30"));
    EXPECT_EQ(shop->bundle(bag.id).collected, 1);
    EXPECT_EQ(shop->reservations({.seller = Bakery::seller()}).at(0).state, ReservationState::collected);
}

TEST(Collect, TakesACodeAsItIsTyped) {
    Bakery shop;
    const Bundle bag = shop->post_bundle(bread("2026-03-02 17:00"));
    for (const std::string typed : {"k7m2qa", "K7M-2QB", " k7 m2 qc ", "K.7.M.2.Q.D", "k7m2-QE-"}) {
        const std::string code = normalise_claim_code(typed);
        shop->reserve({.bundle = bag.id, .claim_code = code});

        EXPECT_EQ(shop->collect(typed).claim_code, code);
    }
}

TEST(Collect, FindsACodeThatWasGivenInAnotherForm) {
    Bakery shop;
    const Bundle bag = shop->post_bundle(bread("2026-03-02 17:00"));
    shop->reserve({.bundle = bag.id, .claim_code = "ab-12 é"});

    EXPECT_EQ(shop->collect("AB12é").claim_code, "ab-12 é");
}

TEST(Collect, RefusesACodeThatNobodyHas) {
    Bakery shop;
    const Bundle bag = shop->post_bundle(bread("2026-03-02 17:00"));
    const Reservation made = shop->reserve({.bundle = bag.id});
    const Bundle other = shop->post_bundle(bread("2026-03-02 17:00"));

    const Error error = refusal([&] { shop->collect("NOBODY"); });

    EXPECT_EQ(error.code(), ErrorCode::unknown_code);
    EXPECT_EQ(detail(error, "claim_code"), "NOBODY");
    EXPECT_EQ(refusal([&] { shop->collect(""); }).code(), ErrorCode::unknown_code);
    EXPECT_EQ(refusal([&] { shop->collect(made.claim_code, other.id); }).code(), ErrorCode::unknown_code);
    EXPECT_EQ(refusal([&] { shop->collect("%"); }).code(), ErrorCode::unknown_code);
    EXPECT_EQ(refusal([&] { shop->collect("' OR 1=1 --"); }).code(), ErrorCode::unknown_code);
}

TEST(Collect, SaysWhenItWasCollectedBefore) {
    Bakery shop;
    const Bundle bag = shop->post_bundle(bread("2026-03-02 17:00"));
    const Reservation made = shop->reserve({.bundle = bag.id});
    shop.set_time("2026-03-02 17:30");
    shop->collect(made.claim_code);
    shop.set_time("2026-03-02 17:45");
    const DatabaseDump before = dump_database(shop.path());

    const Error error = refusal([&] { shop->collect(made.claim_code); });

    EXPECT_EQ(error.code(), ErrorCode::already_collected);
    EXPECT_EQ(detail(error, "collected_at"), "2026-03-02T17:30:00Z");
    EXPECT_EQ(detail(error, "reservation_id"), std::to_string(made.id.value()));
    EXPECT_EQ(detail(error, "bundle_id"), std::to_string(bag.id.value()));
    EXPECT_EQ(first_difference(before, dump_database(shop.path())), "");
}

TEST(Collect, SaysWhenItWasCancelled) {
    Bakery shop;
    const Bundle bag = shop->post_bundle(bread("2026-03-02 17:00"));
    const Reservation made = shop->reserve({.bundle = bag.id});
    shop.set_time("2026-03-02 09:15");
    shop->cancel(made.claim_code);

    const Error error = refusal([&] { shop->collect(made.claim_code); });

    EXPECT_EQ(error.code(), ErrorCode::reservation_cancelled);
    EXPECT_EQ(detail(error, "cancelled_at"), "2026-03-02T09:15:00Z");
}

TEST(Collect, IsPossibleUntilTheWindowEnds) {
    Bakery shop;
    const Bundle bag = shop->post_bundle(bread("2026-03-02 17:00"));
    const Reservation early = shop->reserve({.bundle = bag.id});
    const Reservation last = shop->reserve({.bundle = bag.id});
    const Reservation late = shop->reserve({.bundle = bag.id});

    EXPECT_NO_THROW(shop->collect(early.claim_code)) << "before the window starts: the shop's own decision";
    shop.set_time(bag.window.end - std::chrono::microseconds(1));
    EXPECT_NO_THROW(shop->collect(last.claim_code));
    shop.set_time(bag.window.end);
    const Error error = refusal([&] { shop->collect(late.claim_code); });

    EXPECT_EQ(error.code(), ErrorCode::window_over);
    EXPECT_EQ(detail(error, "bundle_id"), std::to_string(bag.id.value()));
    EXPECT_EQ(shop->reservations({.seller = Bakery::seller(), .state = ReservationState::no_show}).size(), 1U);
}

TEST(Collect, AsksWhichBundleWhenACodeFitsSeveral) {
    Bakery shop;
    const Bundle one = shop->post_bundle(bread("2026-03-02 17:00"));
    const Bundle two = shop->post_bundle(bread("2026-03-02 18:00"));
    shop->reserve({.bundle = one.id, .claim_code = "TWINS"});
    shop->reserve({.bundle = two.id, .claim_code = "tw-ins"});

    const Error error = refusal([&] { shop->collect("twins"); });

    EXPECT_EQ(error.code(), ErrorCode::ambiguous_code);
    const std::vector<ErrorDetail> both = {{"bundle_id", std::to_string(one.id.value())},
                                           {"bundle_id", std::to_string(two.id.value())}};
    EXPECT_EQ(error.details(), both);
    EXPECT_EQ(shop->collect("twins", two.id).bundle, two.id);
    EXPECT_EQ(shop->collect("twins").bundle, one.id) << "only one is left open";
}

TEST(Collect, MeansTheOpenReservationWhenACodeOfAPastWindowComesAgain) {
    Bakery shop;
    const Bundle past = shop->post_bundle(bread("2026-03-02 09:00"));
    shop->reserve({.bundle = past.id, .claim_code = "AGAIN"});
    shop.set_time("2026-03-03 08:00");
    const Bundle coming = shop->post_bundle(bread("2026-03-03 17:00"));
    shop->reserve({.bundle = coming.id, .claim_code = "AGAIN"});

    EXPECT_EQ(shop->collect("again").bundle, coming.id);
    EXPECT_EQ(refusal([&] { shop->collect("again"); }).code(), ErrorCode::already_collected)
        << "the newest, not the no-show of the day before";
    EXPECT_EQ(refusal([&] { shop->collect("again", past.id); }).code(), ErrorCode::window_over);
}

TEST(Cancel, GivesTheItemBack) {
    Bakery shop;
    const Bundle bag = shop->post_bundle(bread("2026-03-02 17:00"));
    const Reservation made = shop->reserve({.bundle = bag.id});
    shop.set_time("2026-03-02 09:00");

    const Reservation cancelled = shop->cancel(made.claim_code);

    EXPECT_EQ(cancelled.id, made.id);
    EXPECT_EQ(cancelled.cancelled_at, at("2026-03-02 09:00"));
    EXPECT_EQ(shop->bundle(bag.id).reserved, 0);
    EXPECT_EQ(shop->reservations({.seller = Bakery::seller()}).at(0).state, ReservationState::cancelled);
}

TEST(Cancel, LeavesACancelledReservationAsItIs) {
    Bakery shop;
    const Bundle bag = shop->post_bundle(bread("2026-03-02 17:00"));
    const Reservation made = shop->reserve({.bundle = bag.id});
    shop->cancel(made.claim_code);
    const DatabaseDump before = dump_database(shop.path());
    shop.set_time("2026-03-02 10:00");

    EXPECT_EQ(shop->cancel(made.claim_code).cancelled_at, at("2026-03-02 08:00"));
    EXPECT_EQ(first_difference(before, dump_database(shop.path())), "");
}

TEST(Cancel, IsPossibleWhenTheWindowIsOver) {
    Bakery shop;
    const Bundle bag = shop->post_bundle(bread("2026-03-02 17:00"));
    const Reservation made = shop->reserve({.bundle = bag.id});
    shop.set_time("2026-03-04 08:00");

    EXPECT_TRUE(shop->cancel(made.claim_code).cancelled_at);
}

TEST(Cancel, RefusesWhatWasCollectedAndWhatNobodyHas) {
    Bakery shop;
    const Bundle one = shop->post_bundle(bread("2026-03-02 17:00"));
    const Bundle two = shop->post_bundle(bread("2026-03-02 17:00"));
    shop->reserve({.bundle = one.id, .claim_code = "GONE"});
    shop->collect("GONE");
    shop->reserve({.bundle = one.id, .claim_code = "TWINS"});
    shop->reserve({.bundle = two.id, .claim_code = "TWINS"});

    const Error collected = refusal([&] { shop->cancel("gone"); });

    EXPECT_EQ(collected.code(), ErrorCode::already_collected);
    EXPECT_EQ(detail(collected, "collected_at"), "2026-03-02T08:00:00Z");
    EXPECT_EQ(refusal([&] { shop->cancel("NOBODY"); }).code(), ErrorCode::unknown_code);
    EXPECT_EQ(refusal([&] { shop->cancel("TWINS"); }).code(), ErrorCode::ambiguous_code);
    EXPECT_EQ(shop->cancel("TWINS", two.id).bundle, two.id);
}

TEST(ListReservations, FiltersByBundleStateAndNumber) {
    Bakery shop;
    const Bundle one = shop->post_bundle(bread("2026-03-02 09:00"));
    const Bundle two = shop->post_bundle(bread("2026-03-02 17:00"));
    shop.sell(one.id, 2);
    shop->reserve({.bundle = one.id});
    shop->reserve({.bundle = two.id});
    shop.set_time("2026-03-02 12:00");
    const auto count = [&](ReservationFilter filter) {
        filter.seller = Bakery::seller();
        return shop->reservations(filter).size();
    };

    EXPECT_EQ(count({}), 4U);
    EXPECT_EQ(count({.bundle = one.id}), 3U);
    EXPECT_EQ(count({.state = ReservationState::collected}), 2U);
    EXPECT_EQ(count({.state = ReservationState::no_show}), 1U);
    EXPECT_EQ(count({.state = ReservationState::open}), 1U);
    EXPECT_EQ(count({.limit = 3}), 3U);
    EXPECT_EQ(count({.limit = 0}), 0U);
}

}  // namespace
}  // namespace edge::test
