#include "support/bakery.hpp"
#include "support/database_dump.hpp"

#include <gtest/gtest.h>

namespace edge::test {
namespace {

/// What an operation answered, in words.
std::string words(const Bundle& bundle) {
    std::string text = std::to_string(bundle.id.value()) + " " + bundle.uuid.text() + " " +
                       std::to_string(bundle.seller.value()) + " " + bundle.name + " " + bundle.description + " " +
                       std::to_string(bundle.total_qty) + " " + std::to_string(bundle.weight_grams) + " " +
                       std::to_string(bundle.carbon_dioxide) + " " + std::to_string(bundle.price.minor) + " " +
                       std::to_string(bundle.discount_percentage) + " " + format_timestamp(bundle.window.start) + " " +
                       format_timestamp(bundle.window.end) + " " + format_timestamp(bundle.created_at) + " " +
                       (bundle.closed_at ? format_timestamp(*bundle.closed_at) : "-");
    for (const CategoryId category : bundle.categories) text += " " + std::to_string(category.value());
    return text;
}

std::string words(const Reservation& reservation) {
    const auto instant = [](std::optional<Timestamp> time) { return time ? format_timestamp(*time) : "-"; };
    return std::to_string(reservation.id.value()) + " " + reservation.uuid.text() + " " +
           std::to_string(reservation.bundle.value()) + " " + reservation.consumer + " " + reservation.claim_code +
           " " + format_timestamp(reservation.reserved_at) + " " + instant(reservation.collected_at) + " " +
           instant(reservation.cancelled_at);
}

constexpr BundleId first_bundle{1};

/// An operation in a shop with one bundle and a reservation "HELD", and the same with other arguments.
struct Operation {
    std::string name;
    std::function<std::string(Engine&, const IdempotencyKey&)> run;
    std::function<void(Engine&, const IdempotencyKey&)> run_otherwise;
};

std::ostream& operator<<(std::ostream& out, const Operation& operation) { return out << operation.name; }

const std::vector<Operation>& operations() {
    static const std::vector<Operation> all = {
        {"Post",
         [](Engine& e, const IdempotencyKey& key) { return words(e.post_bundle(bread("2026-03-02 18:00"), key)); },
         [](Engine& e, const IdempotencyKey& key) { e.post_bundle(bread("2026-03-02 18:00", 11), key); }},
        {"Edit",
         [](Engine& e, const IdempotencyKey& key) {
             return words(e.edit_bundle(first_bundle, {.name = "Ünïcode \"bag\"", .total_qty = 6}, key));
         },
         [](Engine& e, const IdempotencyKey& key) { e.edit_bundle(first_bundle, {.total_qty = 6}, key); }},
        {"Close", [](Engine& e, const IdempotencyKey& key) { return words(e.close_bundle(first_bundle, key)); },
         [](Engine& e, const IdempotencyKey& key) { e.close_bundle(BundleId(2), key); }},
        {"Reserve",
         [](Engine& e, const IdempotencyKey& key) {
             return words(e.reserve({.bundle = first_bundle, .consumer = "Ana \\ 'quoted'"}, key));
         },
         [](Engine& e, const IdempotencyKey& key) { e.reserve({.bundle = first_bundle, .consumer = "Bo"}, key); }},
        {"Collect", [](Engine& e, const IdempotencyKey& key) { return words(e.collect("held", {}, key)); },
         [](Engine& e, const IdempotencyKey& key) { e.collect("held", first_bundle, key); }},
        {"Cancel", [](Engine& e, const IdempotencyKey& key) { return words(e.cancel("held", {}, key)); },
         [](Engine& e, const IdempotencyKey& key) { e.cancel("other", {}, key); }},
    };
    return all;
}

class Idempotency : public testing::TestWithParam<Operation> {
protected:
    Idempotency() {
        shop->post_bundle(bread("2026-03-02 17:00"));
        shop->reserve({.bundle = first_bundle, .claim_code = "HELD"});
    }

    Bakery shop;
};

TEST_P(Idempotency, AnswersTheSameKeyTheSameAndChangesNothing) {
    const std::string answer = GetParam().run(shop.engine(), "till-7/0001");
    const DatabaseDump before = dump_database(shop.path());
    shop.set_time("2026-03-02 08:05");

    EXPECT_EQ(GetParam().run(shop.engine(), "till-7/0001"), answer);
    EXPECT_EQ(first_difference(before, dump_database(shop.path())), "");
}

TEST_P(Idempotency, AnswersTheSameAfterTheRowChanged) {
    const std::string answer = GetParam().run(shop.engine(), "till-7/0001");
    shop.sql(
        "UPDATE bundles SET bundle_name = 'Changed', closed_at = 5, total_qty = 99; "
        "UPDATE reservations SET consumer_id = 'Changed', cancelled_at = 5");

    EXPECT_EQ(GetParam().run(shop.engine(), "till-7/0001"), answer);
}

TEST_P(Idempotency, AnswersTheSameAfterTheRowIsGone) {
    const std::string answer = GetParam().run(shop.engine(), "till-7/0001");
    shop.sql("DELETE FROM bundles");

    EXPECT_EQ(GetParam().run(shop.engine(), "till-7/0001"), answer);
}

TEST_P(Idempotency, AnswersAnotherEngineOnTheFileTheSame) {
    const std::string answer = GetParam().run(shop.engine(), "till-7/0001");
    Engine other = Engine::open(shop.path(), shop.options());

    EXPECT_EQ(GetParam().run(other, "till-7/0001"), answer);
}

TEST_P(Idempotency, RefusesTheKeyForAnotherRequest) {
    GetParam().run(shop.engine(), "till-7/0001");
    const DatabaseDump before = dump_database(shop.path());

    for (const Operation& other : operations()) {
        const Error error = refusal([&] {
            if (other.name == GetParam().name) {
                other.run_otherwise(shop.engine(), "till-7/0001");
            } else {
                other.run(shop.engine(), "till-7/0001");
            }
        });
        EXPECT_EQ(error.code(), ErrorCode::idempotency_mismatch) << other.name << ": " << error.what();
        EXPECT_EQ(detail(error, "idempotency_key"), "till-7/0001");
    }
    EXPECT_EQ(first_difference(before, dump_database(shop.path())), "");
}

TEST_P(Idempotency, KeepsAKeyForThirtyDays) {
    const std::string answer = GetParam().run(shop.engine(), "till-7/0001");
    shop.set_time(at("2026-03-02 08:00") + std::chrono::days(30));

    EXPECT_EQ(GetParam().run(shop.engine(), "till-7/0001"), answer);
}

TEST_P(Idempotency, TakesAKeyAnewAfterThirtyDays) {
    GetParam().run(shop.engine(), "till-7/0001");
    shop.set_time(at("2026-03-02 08:00") + std::chrono::days(30) + std::chrono::seconds(1));

    const Bundle posted = shop->post_bundle(bread("2026-05-02 18:00", 3), "till-7/0001");

    EXPECT_EQ(words(shop->post_bundle(bread("2026-05-02 18:00", 3), "till-7/0001")), words(posted));
    EXPECT_EQ(shop.select("SELECT count(*) FROM idempotency").at(0), "1");
}

INSTANTIATE_TEST_SUITE_P(Each, Idempotency, testing::ValuesIn(operations()),
                         [](const auto& instance) { return instance.param.name; });

TEST(IdempotencyKeys, AreNotUsedUpByARefusal) {
    Bakery shop;
    const Bundle bag = shop->post_bundle(bread("2026-03-02 17:00", 1));
    const Reservation held = shop->reserve({.bundle = bag.id});
    EXPECT_EQ(refusal([&] { shop->reserve({.bundle = bag.id}, "key"); }).code(), ErrorCode::sold_out);
    shop->cancel(held.claim_code);

    EXPECT_NO_THROW(shop->reserve({.bundle = bag.id}, "key"));
}

TEST(IdempotencyKeys, OfOldRequestsAreForgottenBitByBit) {
    Bakery shop;
    const Bundle bag = shop->post_bundle(bread("2026-03-02 17:00", 100));
    for (int i = 0; i < 30; ++i) shop->reserve({.bundle = bag.id}, "old-" + std::to_string(i));
    shop.set_time("2026-05-02 08:00");

    shop->post_bundle(bread("2026-05-02 17:00"), "new-1");
    shop->post_bundle(bread("2026-05-02 17:00"), "new-2");

    EXPECT_EQ(shop.select("SELECT group_concat(idempotency_key) FROM idempotency").at(0), "new-1,new-2");
}

TEST(IdempotencyKeys, AreNotNeeded) {
    Bakery shop;

    const Bundle one = shop->post_bundle(bread("2026-03-02 17:00"));
    const Bundle two = shop->post_bundle(bread("2026-03-02 17:00"));

    EXPECT_NE(one.id, two.id);
    EXPECT_EQ(shop.select("SELECT count(*) FROM idempotency").at(0), "0");
}

TEST(IdempotencyKeys, MayBeAnyText) {
    Bakery shop;

    for (const IdempotencyKey& key : {IdempotencyKey("' OR 1=1"), IdempotencyKey("ключ 🔑"), std::string(5000, 'k')}) {
        const Bundle first = shop->post_bundle(bread("2026-03-02 17:00"), key);
        EXPECT_EQ(shop->post_bundle(bread("2026-03-02 17:00"), key).id, first.id);
    }
}

}  // namespace
}  // namespace edge::test
