#include "support/bakery.hpp"
#include "support/database_dump.hpp"

#include <gtest/gtest.h>

namespace edge::test {
namespace {

const std::vector<CategoryId> bread_only = {CategoryId(1)};
const std::vector<CategoryId> bread_and_fruit = {CategoryId(1), CategoryId(2)};

TEST(PostBundle, StoresWhatWasGivenAndWhatFollowsFromIt) {
    Bakery shop;
    NewBundle given = bread("2026-03-02 17:00");
    given.description = "Rolls and loaves";
    given.categories = {CategoryId(2), CategoryId(1), CategoryId(2)};
    given.discount_percentage = 60;

    const Bundle posted = shop->post_bundle(given);

    const BundleOverview stored = shop->bundle(posted.id);
    EXPECT_EQ(stored.bundle.uuid, posted.uuid);
    EXPECT_EQ(stored.bundle.name, "Bread bag");
    EXPECT_EQ(stored.bundle.description, "Rolls and loaves");
    EXPECT_EQ(stored.bundle.categories, bread_and_fruit);
    EXPECT_EQ(stored.bundle.total_qty, 10);
    EXPECT_EQ(stored.bundle.carbon_dioxide, 1000) << "500 g at the mean of 2.5 and 1.5";
    EXPECT_EQ(stored.bundle.price.minor, 400);
    EXPECT_EQ(stored.bundle.discount_percentage, 60);
    EXPECT_EQ(stored.bundle.window, given.window);
    EXPECT_EQ(stored.bundle.created_at, at("2026-03-02 08:00"));
    EXPECT_EQ(stored.bundle.closed_at, std::nullopt);
    EXPECT_EQ(stored.reserved, 0);
    EXPECT_EQ(stored.collected, 0);
}

struct BadBundle {
    std::string name;
    std::function<void(NewBundle&)> spoil;
    ErrorCode code;
};

std::ostream& operator<<(std::ostream& out, const BadBundle& bad) { return out << bad.name; }

class PostBundleRefusals : public testing::TestWithParam<BadBundle> {};

TEST_P(PostBundleRefusals, LeaveTheFileAsItWas) {
    Bakery shop;
    NewBundle bundle = bread("2026-03-02 17:00");
    GetParam().spoil(bundle);
    const DatabaseDump before = dump_database(shop.path());

    const Error error = refusal([&] { shop->post_bundle(bundle, "key"); });

    EXPECT_EQ(error.code(), GetParam().code) << error.what();
    EXPECT_EQ(first_difference(before, dump_database(shop.path())), "");
}

const std::string with_nul("Bag\0gage", 8);

INSTANTIATE_TEST_SUITE_P(
    Each, PostBundleRefusals,
    testing::Values(
        BadBundle{"NoName", [](NewBundle& b) { b.name = ""; }, ErrorCode::invalid_argument},
        BadBundle{"NulInName", [](NewBundle& b) { b.name = with_nul; }, ErrorCode::invalid_argument},
        BadBundle{"NameNotUtf8", [](NewBundle& b) { b.name = "caf\xe9"; }, ErrorCode::invalid_argument},
        BadBundle{"DescriptionNotUtf8", [](NewBundle& b) { b.description = "\xff"; }, ErrorCode::invalid_argument},
        BadBundle{"NegativeQuantity", [](NewBundle& b) { b.total_qty = -1; }, ErrorCode::negative_quantity},
        BadBundle{"NegativeWeight", [](NewBundle& b) { b.weight_grams = -1; }, ErrorCode::negative_quantity},
        BadBundle{"NegativePrice", [](NewBundle& b) { b.price = Money{-1}; }, ErrorCode::negative_quantity},
        BadBundle{"NegativeDiscount", [](NewBundle& b) { b.discount_percentage = -1; }, ErrorCode::negative_quantity},
        BadBundle{"MoreThanTheHubHolds", [](NewBundle& b) { b.total_qty = std::int64_t{1} << 31U; },
                  ErrorCode::invalid_argument},
        BadBundle{"HeavierThanTheHubHolds", [](NewBundle& b) { b.weight_grams = std::int64_t{1} << 31U; },
                  ErrorCode::invalid_argument},
        BadBundle{"DearerThanTheHubHolds", [](NewBundle& b) { b.price = Money{2'000'000'000'000}; },
                  ErrorCode::invalid_argument},
        BadBundle{"NameTooLong", [](NewBundle& b) { b.name = std::string(1001, 'x'); }, ErrorCode::invalid_argument},
        BadBundle{"DescriptionTooLong", [](NewBundle& b) { b.description = std::string(1001, 'x'); },
                  ErrorCode::invalid_argument},
        BadBundle{"DiscountAboveAll", [](NewBundle& b) { b.discount_percentage = 101; }, ErrorCode::invalid_argument},
        BadBundle{"EndsWhenItStarts", [](NewBundle& b) { b.window.end = b.window.start; }, ErrorCode::invalid_argument},
        BadBundle{"EndsBeforeItStarts", [](NewBundle& b) { b.window.end = b.window.start - std::chrono::seconds(1); },
                  ErrorCode::invalid_argument},
        BadBundle{"NoCategory", [](NewBundle& b) { b.categories.clear(); }, ErrorCode::unknown_category},
        BadBundle{"UnknownCategory",
                  [](NewBundle& b) {
                      b.categories = {CategoryId(1), CategoryId(77)};
                  },
                  ErrorCode::unknown_category},
        BadBundle{"UnknownSeller", [](NewBundle& b) { b.seller = SellerId(9); }, ErrorCode::not_found}),
    [](const auto& instance) { return instance.param.name; });

TEST(PostBundle, NamesTheCategoryItDoesNotKnow) {
    Bakery shop;
    NewBundle bundle = bread("2026-03-02 17:00");
    bundle.categories = {CategoryId(77)};

    const Error error = refusal([&] { shop->post_bundle(bundle); });

    EXPECT_EQ(detail(error, "category_id"), "77");
}

TEST(PostBundle, NamesTheFieldThatIsNegative) {
    Bakery shop;
    NewBundle bundle = bread("2026-03-02 17:00", -3);

    const Error error = refusal([&] { shop->post_bundle(bundle); });

    EXPECT_EQ(detail(error, "field"), "total quantity");
}

TEST(PostBundle, TakesAnyTextThatIsUtf8) {
    Bakery shop;
    NewBundle bundle = bread("2026-03-02 17:00");
    bundle.name = "Pão \"d'água\"; DROP TABLE bundles; -- 🥖\t\\n\x01";
    bundle.description = "½ 面包\n<b>&amp;</b>";

    const Bundle posted = shop->post_bundle(bundle, "first");

    EXPECT_EQ(shop->bundle(posted.id).bundle.name, bundle.name);
    EXPECT_EQ(shop->bundle(posted.id).bundle.description, bundle.description);
    EXPECT_EQ(shop->post_bundle(bundle, "first").name, bundle.name) << "the kept answer";
}

TEST(PostBundle, TakesABundleOfNothing) {
    Bakery shop;

    const Bundle posted = shop->post_bundle(bread("2026-03-02 17:00", 0));

    EXPECT_EQ(refusal([&] { shop->reserve({.bundle = posted.id}); }).code(), ErrorCode::sold_out);
}

TEST(EditBundle, ChangesWhatIsSetAndNothingElse) {
    Bakery shop;
    const Bundle posted = shop->post_bundle(bread("2026-03-02 17:00"));

    const Bundle edited = shop->edit_bundle(posted.id, {.name = "Brunch bag", .total_qty = 4});

    const Bundle stored = shop->bundle(posted.id).bundle;
    EXPECT_EQ(stored.name, "Brunch bag");
    EXPECT_EQ(stored.total_qty, 4);
    EXPECT_EQ(edited.name, stored.name);
    EXPECT_EQ(stored.price.minor, posted.price.minor);
    EXPECT_EQ(stored.categories, posted.categories);
    EXPECT_EQ(stored.window, posted.window);
    EXPECT_EQ(stored.uuid, posted.uuid);
}

TEST(EditBundle, CountsTheCo2AgainWhenWeightOrCategoriesChange) {
    Bakery shop;
    const Bundle posted = shop->post_bundle(bread("2026-03-02 17:00"));

    const Bundle heavier = shop->edit_bundle(posted.id, {.weight_grams = 1000});
    const Bundle mixed = shop->edit_bundle(posted.id, {.categories = bread_and_fruit});

    EXPECT_EQ(posted.carbon_dioxide, 1250);
    EXPECT_EQ(heavier.carbon_dioxide, 2500);
    EXPECT_EQ(mixed.carbon_dioxide, 2000);
    EXPECT_EQ(shop->bundle(posted.id).bundle.categories, bread_and_fruit);
}

TEST(EditBundle, WritesNothingWhenNothingChanges) {
    Bakery shop;
    const Bundle posted = shop->post_bundle(bread("2026-03-02 17:00"));
    const DatabaseDump before = dump_database(shop.path());

    shop->edit_bundle(posted.id, {.name = posted.name, .categories = bread_only, .window = posted.window});

    EXPECT_EQ(first_difference(before, dump_database(shop.path())), "");
}

TEST(EditBundle, DoesNotPostFewerThanAreReserved) {
    Bakery shop;
    const Bundle posted = shop->post_bundle(bread("2026-03-02 17:00"));
    for (int i = 0; i < 3; ++i) shop->reserve({.bundle = posted.id});

    const Error error = refusal([&] { shop->edit_bundle(posted.id, {.total_qty = 2}); });

    EXPECT_EQ(error.code(), ErrorCode::conflict);
    EXPECT_EQ(detail(error, "reserved"), "3");
    EXPECT_EQ(detail(error, "bundle_id"), std::to_string(posted.id.value()));
    EXPECT_EQ(shop->edit_bundle(posted.id, {.total_qty = 3}).total_qty, 3);
}

TEST(EditBundle, DoesNotCountCancelledReservationsAsReserved) {
    Bakery shop;
    const Bundle posted = shop->post_bundle(bread("2026-03-02 17:00"));
    const Reservation cancelled = shop->reserve({.bundle = posted.id});
    shop->cancel(cancelled.claim_code);

    EXPECT_EQ(shop->edit_bundle(posted.id, {.total_qty = 0}).total_qty, 0);
}

TEST(EditBundle, RefusesWhatPostBundleRefuses) {
    Bakery shop;
    const Bundle posted = shop->post_bundle(bread("2026-03-02 17:00"));
    const auto code_of = [&](const BundleEdit& edit) {
        return refusal([&] { shop->edit_bundle(posted.id, edit); }).code();
    };

    EXPECT_EQ(code_of({.name = ""}), ErrorCode::invalid_argument);
    EXPECT_EQ(code_of({.name = with_nul}), ErrorCode::invalid_argument);
    EXPECT_EQ(code_of({.description = "\xc3("}), ErrorCode::invalid_argument);
    EXPECT_EQ(code_of({.categories = std::vector<CategoryId>{}}), ErrorCode::unknown_category);
    EXPECT_EQ(code_of({.categories = std::vector{CategoryId(77)}}), ErrorCode::unknown_category);
    EXPECT_EQ(code_of({.total_qty = -1}), ErrorCode::negative_quantity);
    EXPECT_EQ(code_of({.weight_grams = -1}), ErrorCode::negative_quantity);
    EXPECT_EQ(code_of({.price = Money{-1}}), ErrorCode::negative_quantity);
    EXPECT_EQ(code_of({.discount_percentage = 101}), ErrorCode::invalid_argument);
    EXPECT_EQ(code_of({.window = PickupWindow{at("2026-03-02 17:00"), at("2026-03-02 16:59")}}),
              ErrorCode::invalid_argument);
}

TEST(EditBundle, RefusesABundleThatIsNotThere) {
    Bakery shop;

    const Error error = refusal([&] { shop->edit_bundle(BundleId(5), {.name = "None"}); });

    EXPECT_EQ(error.code(), ErrorCode::unknown_bundle);
    EXPECT_EQ(detail(error, "bundle_id"), "5");
}

TEST(CloseBundle, TakesNoMoreReservationsAndKeepsThoseMade) {
    Bakery shop;
    const Bundle posted = shop->post_bundle(bread("2026-03-02 17:00"));
    const Reservation kept = shop->reserve({.bundle = posted.id});

    const Bundle closed = shop->close_bundle(posted.id);

    EXPECT_EQ(closed.closed_at, at("2026-03-02 08:00"));
    EXPECT_EQ(refusal([&] { shop->reserve({.bundle = posted.id}); }).code(), ErrorCode::bundle_closed);
    EXPECT_TRUE(shop->collect(kept.claim_code).collected_at);
}

TEST(CloseBundle, ChangesNothingTheSecondTime) {
    Bakery shop;
    const Bundle posted = shop->post_bundle(bread("2026-03-02 17:00"));
    shop->close_bundle(posted.id);
    const DatabaseDump before = dump_database(shop.path());
    shop.set_time("2026-03-02 09:00");

    const Bundle again = shop->close_bundle(posted.id);

    EXPECT_EQ(again.closed_at, at("2026-03-02 08:00"));
    EXPECT_EQ(first_difference(before, dump_database(shop.path())), "");
}

TEST(CloseBundle, RefusesABundleThatIsNotThere) {
    Bakery shop;

    EXPECT_EQ(refusal([&] { shop->close_bundle(BundleId(5)); }).code(), ErrorCode::unknown_bundle);
    EXPECT_EQ(refusal([&] { static_cast<void>(shop->bundle(BundleId(5))); }).code(), ErrorCode::unknown_bundle);
}

TEST(ListBundles, GoesByWindowStartAndFilters) {
    Bakery shop;
    const BundleId evening = shop->post_bundle(bread("2026-03-02 17:00")).id;
    const BundleId noon = shop->post_bundle(bread("2026-03-02 12:00")).id;
    const BundleId tomorrow = shop->post_bundle(bread("2026-03-03 12:00")).id;
    shop->close_bundle(evening);
    shop.sell(noon, 2);
    const auto ids = [&](BundleFilter filter) {
        filter.seller = Bakery::seller();
        std::vector<BundleId> found;
        for (const BundleOverview& one : shop->bundles(filter)) found.push_back(one.bundle.id);
        return found;
    };
    using Ids = std::vector<BundleId>;

    EXPECT_EQ(ids({}), (Ids{noon, evening, tomorrow}));
    EXPECT_EQ(ids({.include_closed = false}), (Ids{noon, tomorrow}));
    EXPECT_EQ(ids({.starts_from = at("2026-03-02 17:00")}), (Ids{evening, tomorrow}));
    EXPECT_EQ(ids({.starts_before = at("2026-03-02 17:00")}), (Ids{noon}));
    EXPECT_EQ(ids({.ends_after = at("2026-03-02 14:00")}), (Ids{evening, tomorrow}));
    EXPECT_EQ(ids({.limit = 1}), (Ids{noon}));
    EXPECT_EQ(ids({.limit = 0}), (Ids{}));
    EXPECT_EQ(shop->bundle(noon).collected, 2);
}

TEST(AddCategory, RefusesAnEmptyNameAndOneInUse) {
    Bakery shop;

    EXPECT_EQ(refusal([&] { shop->add_category("", {}); }).code(), ErrorCode::invalid_argument);
    EXPECT_EQ(refusal([&] { shop->add_category(with_nul, {}); }).code(), ErrorCode::invalid_argument);
    EXPECT_EQ(refusal([&] { shop->add_category("\xe9", {}); }).code(), ErrorCode::invalid_argument);
    const Error taken = refusal([&] { shop->add_category("Bread", {}); });
    EXPECT_EQ(taken.code(), ErrorCode::already_exists);
    EXPECT_EQ(detail(taken, "name"), "Bread");
    EXPECT_EQ(shop->categories().size(), 2U);
}

TEST(EditSeller, ChangesWhatIsSetAndRefusesWhatCannotBe) {
    Bakery shop;

    const Seller edited = shop->edit_seller(Bakery::seller(), {.name = "Padaria", .time_zone = "Europe/Lisbon"});

    EXPECT_EQ(edited.name, "Padaria");
    EXPECT_EQ(shop->seller(Bakery::seller()).time_zone, "Europe/Lisbon");
    EXPECT_EQ(refusal([&] { shop->edit_seller(Bakery::seller(), {.time_zone = "Mars/Olympus"}); }).code(),
              ErrorCode::bad_time_zone);
    EXPECT_EQ(refusal([&] { shop->edit_seller(Bakery::seller(), {.name = ""}); }).code(), ErrorCode::invalid_argument);
    EXPECT_EQ(refusal([&] { shop->edit_seller(Bakery::seller(), {.name = with_nul}); }).code(),
              ErrorCode::invalid_argument);
    EXPECT_EQ(refusal([&] { shop->edit_seller(SellerId(9), {}); }).code(), ErrorCode::not_found);
    EXPECT_EQ(shop->seller(Bakery::seller()).name, "Padaria");
}

TEST(EditSeller, RefusesAPlaceThatIsNotOnEarth) {
    Bakery shop;
    const auto code_of = [&](const SellerEdit& edit) {
        return refusal([&] { shop->edit_seller(Bakery::seller(), edit); }).code();
    };

    EXPECT_EQ(code_of({.latitude = Degrees::round(90.1)}), ErrorCode::invalid_argument);
    EXPECT_EQ(code_of({.longitude = Degrees::round(-180.5)}), ErrorCode::invalid_argument);
    EXPECT_NO_THROW(
        shop->edit_seller(Bakery::seller(), {.latitude = Degrees::round(-90), .longitude = Degrees::round(180)}));
}

class CreateRefusals : public testing::TestWithParam<std::pair<NewSeller, ErrorCode>> {};

TEST_P(CreateRefusals, LeaveNoFileBehind) {
    const TemporaryFolder folder;
    const std::string path = folder.file("new.db");

    const Error error = refusal([&] { static_cast<void>(Engine::create(path, GetParam().first)); });

    EXPECT_EQ(error.code(), GetParam().second) << error.what();
    EXPECT_THROW(read_file(path), Error);
}

INSTANTIATE_TEST_SUITE_P(
    Each, CreateRefusals,
    testing::Values(std::pair(NewSeller{.name = ""}, ErrorCode::invalid_argument),
                    std::pair(NewSeller{.name = "A", .time_zone = "Nowhere"}, ErrorCode::bad_time_zone),
                    std::pair(NewSeller{.name = "A", .time_zone = ""}, ErrorCode::bad_time_zone),
                    std::pair(NewSeller{.name = "A", .currency = "pounds"}, ErrorCode::invalid_argument),
                    std::pair(NewSeller{.name = with_nul}, ErrorCode::invalid_argument),
                    std::pair(NewSeller{.name = "A", .city = "\xe9vora"}, ErrorCode::invalid_argument),
                    std::pair(NewSeller{.name = "A", .latitude = Degrees::round(200)}, ErrorCode::invalid_argument)));

}  // namespace
}  // namespace edge::test
