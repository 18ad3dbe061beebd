#include "support/database_dump.hpp"
#include "support/nearby_hub.hpp"
#include "support/shop.hpp"
#include "support/synced_rows.hpp"

#include "edge/hub/dead_letters.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <functional>

namespace edge {
namespace {

using test::first_difference;
using test::run_sql;
using test::select_column;
using test::synced_rows;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class RejectsTest : public testing::Test {
protected:
    SyncReport sync() {
        hub.now = shop.now += std::chrono::seconds(1);
        return shop.engine->sync({.url = "http://hub", .exchange = hub.exchange()});
    }
    [[nodiscard]] std::string difference() {
        return first_difference(synced_rows(shop.path()), hub.rows(shop.seller_key()));
    }
    void sql(const std::string& statement) { run_sql(shop.path(), statement); }
    /// What both sides list, as `table key reason`.
    [[nodiscard]] std::vector<std::string> at_device() {
        std::vector<std::string> list;
        for (const RejectedChange& one : shop.engine->rejects())
            list.push_back(
                fmt::format("{} {} {} {}/{}/{}", one.table, one.key, one.reason, one.seq, one.part, one.position));
        std::sort(list.begin(), list.end());
        return list;
    }
    [[nodiscard]] std::vector<std::string> at_hub() {
        std::vector<std::string> list;
        for (const hub::SellerDeadLetter& one :
             hub.store().dead_letters({.seller = {}, .after = {}, .at_most = 5000})) {
            list.push_back(fmt::format("{} {} {} {}/{}/{}", one.letter.table, one.letter.key, one.letter.reason,
                                       one.letter.id.part.seq, one.letter.id.part.part, one.letter.id.index));
        }
        std::sort(list.begin(), list.end());
        return list;
    }
    [[nodiscard]] std::vector<std::string> reasons() {
        std::vector<std::string> list;
        for (const RejectedChange& one : shop.engine->rejects()) list.push_back(one.reason);
        return list;
    }

    test::Shop shop;
    test::NearbyHub hub{shop.folder.file("hub.db")};
};

/// The wire key of the bundle of that name.
std::string bundle_key(const std::string& path, const std::string& name) {
    const std::string hex =
        select_column(path, "SELECT lower(hex(uuid)) FROM bundles WHERE bundle_name = '" + name + "'").front();
    return Uuid::parse(fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4),
                                   hex.substr(16, 4), hex.substr(20)))
        .value()
        .wire();
}

/// How a row comes to be refused for one reason, and what cures it.
struct Refusal {
    std::string reason;
    std::function<void(test::Shop&, test::NearbyHub&)> make;
    std::function<void(test::Shop&)> cure;
    bool reaches_hub = true;
};

const std::vector<Refusal>& refusals() {
    static const std::vector<Refusal> all = {
        {"bad_value",
         [](test::Shop& shop, test::NearbyHub&) {
             run_sql(shop.path(), "INSERT INTO category (category_name, category_coefficient) VALUES ('Odd', 'many')");
         },
         [](test::Shop& shop) {
             run_sql(shop.path(),
                     "UPDATE category SET category_coefficient = '1.000000000' WHERE category_name = 'Odd'");
         }},
        {"bad_text",
         [](test::Shop& shop, test::NearbyHub&) {
             shop.post("Bad bag");
             run_sql(shop.path(),
                     "UPDATE bundles SET description = CAST(x'c328' AS TEXT) WHERE bundle_name = 'Bad bag'");
         },
         [](test::Shop& shop) {
             run_sql(shop.path(), "UPDATE bundles SET description = 'fine' WHERE bundle_name = 'Bad bag'");
         },
         false},
        {"row_too_big",
         [](test::Shop& shop, test::NearbyHub&) {
             shop.post("Big bag");
             run_sql(shop.path(),
                     "UPDATE bundles SET description = printf('%.70000c', 'x') WHERE bundle_name = 'Big bag'");
         },
         [](test::Shop& shop) {
             run_sql(shop.path(), "UPDATE bundles SET description = 'short' WHERE bundle_name = 'Big bag'");
         },
         false},
    };
    return all;
}

class EachRefusal : public RejectsTest, public testing::WithParamInterface<std::tuple<std::size_t, int>> {};

TEST_P(EachRefusal, IsListedOnceOnBothSidesAndGoesOnceItIsCured) {
    const Refusal& refusal = refusals()[std::get<0>(GetParam())];
    static_cast<void>(sync());
    refusal.make(shop, hub);
    sql(fmt::format(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {0}) INSERT INTO category "
        "(category_name, category_coefficient) SELECT 'Good ' || i, '2.000000000' FROM n WHERE {0} > 0",
        std::get<1>(GetParam())));

    const SyncReport report = sync();
    const SyncReport again = sync();

    EXPECT_THAT(reasons(), ElementsAre(refusal.reason));
    EXPECT_EQ(report.rejects, 1);
    EXPECT_EQ(again.rejects, 1);
    EXPECT_EQ(again.rejected, 0);
    EXPECT_EQ(report.pending_changes, 0) << "one bad row blocks nothing";
    EXPECT_GT(std::ssize(hub.rows(shop.seller_key())), std::get<1>(GetParam()));
    if (refusal.reaches_hub) {
        EXPECT_EQ(at_device(), at_hub());
    } else {
        EXPECT_THAT(at_hub(), IsEmpty());
    }

    refusal.cure(shop);
    const RetryReport retried = shop.engine->retry_rejects();
    const SyncReport cured = sync();

    EXPECT_EQ(retried.retried, 1);
    EXPECT_EQ(cured.rejects, 0) << cured.reason;
    EXPECT_THAT(at_device(), IsEmpty());
    EXPECT_THAT(at_hub(), IsEmpty()) << "the later change says as much as the refused one";
    EXPECT_THAT(shop.engine->rejects(true), SizeIs(1)) << "the record stays";
}

INSTANTIATE_TEST_SUITE_P(Codes, EachRefusal,
                         testing::Combine(testing::Range<std::size_t>(0, 3), testing::Values(0, 1000)),
                         [](const auto& given) {
                             return refusals()[std::get<0>(given.param)].reason +
                                    (std::get<1>(given.param) == 0 ? "_alone" : "_amid_1000_good_rows");
                         });

class Dependants : public RejectsTest {
protected:
    /// A category that the hub refuses, a bundle in it, two reservations of that, and a change to one of them.
    void SetUp() override {
        static_cast<void>(sync());
        sql("INSERT INTO category (category_id, category_name, category_coefficient) VALUES (70, 'Odd', 'many')");
        shop.category = CategoryId(70);
        sql("UPDATE category SET category_coefficient = '1' WHERE category_id = 70");  // as the engine wants it
        const Bundle bag = shop.post("Blocked bag");
        sql("UPDATE category SET category_coefficient = 'many' WHERE category_id = 70");
        const std::string code = shop.reserve(bag.id).claim_code;
        static_cast<void>(shop.reserve(bag.id));
        static_cast<void>(sync());
        shop.engine->collect(code);
        static_cast<void>(sync());
    }
};

TEST_F(Dependants, OfARefusedRowAreBlocked) {
    EXPECT_THAT(reasons(),
                ElementsAre("bad_value", "missing_parent", "missing_parent", "missing_parent", "unknown_row"));
    EXPECT_EQ(at_device(), at_hub());
}

TEST_F(Dependants, GoOnceTheRowTheyNeedIsRetried) {
    sql("UPDATE category SET category_coefficient = '1.000000000' WHERE category_id = 70");

    const RetryReport report = shop.engine->retry_rejects({shop.engine->rejects().front().id});
    const SyncReport synced = sync();

    EXPECT_EQ(report.retried, 5);
    EXPECT_EQ(report.dependants, 4);
    EXPECT_TRUE(synced.equal) << synced.reason;
    EXPECT_EQ(difference(), "");
    EXPECT_THAT(at_hub(), IsEmpty());
}

TEST_F(Dependants, AreListedAgainIfTheRowIsStillRefused) {
    shop.engine->retry_rejects();

    const SyncReport report = sync();

    EXPECT_EQ(report.rejected, 4) << "category, bundle, two reservations: each as a whole";
    EXPECT_THAT(reasons(), ElementsAre("bad_value", "missing_parent", "missing_parent", "missing_parent"));
    EXPECT_EQ(report.pending_changes, 0);
}

TEST_F(Dependants, ThatAreNamedAloneGoAlone) {
    const RetryReport report = shop.engine->retry_rejects({shop.engine->rejects()[2].id});

    EXPECT_LE(report.retried, 2) << "a reservation, and perhaps its own later change";
    EXPECT_EQ(shop.engine->rejects().size() + static_cast<std::size_t>(report.retried), 5U);
}

TEST_F(RejectsTest, OfARowThatIsGoneHaveNothingToSend) {
    sql("INSERT INTO category (category_name, category_coefficient) VALUES ('Odd', 'many')");
    static_cast<void>(sync());
    sql("DELETE FROM category WHERE category_name = 'Odd'");

    const RetryReport report = shop.engine->retry_rejects();
    const SyncReport synced = sync();

    EXPECT_EQ(report.gone, 1);
    EXPECT_EQ(report.retried, 0);
    EXPECT_TRUE(synced.equal) << synced.reason;
}

TEST_F(RejectsTest, AnUpdateIsRetriedWithoutTouchingOtherColumns) {
    shop.post("Bag");
    static_cast<void>(sync());
    sql("UPDATE category SET category_coefficient = 'many'");
    static_cast<void>(sync());
    sql("UPDATE category SET category_coefficient = '4.000000000'");

    shop.engine->retry_rejects({shop.engine->rejects().front().id});
    const SyncReport report = sync();

    EXPECT_TRUE(report.equal) << report.reason;
    EXPECT_EQ(hub.bodies.back().find("category_name"), std::string::npos) << hub.bodies.back();
    EXPECT_THAT(at_hub(), IsEmpty());
}

TEST_F(RejectsTest, GivenUpLeaveARecordAndAreNotRetried) {
    sql("INSERT INTO category (category_name, category_coefficient) VALUES ('Odd', 'many')");
    static_cast<void>(sync());
    const std::int64_t id = shop.engine->rejects().front().id;

    EXPECT_EQ(shop.engine->discard_rejects({id}), 1);

    EXPECT_THAT(shop.engine->rejects(), IsEmpty());
    EXPECT_EQ(shop.engine->reject(id).state, "discarded");
    EXPECT_TRUE(shop.engine->reject(id).settled_at.has_value());
    EXPECT_EQ(shop.engine->retry_rejects().retried, 0);
    EXPECT_THROW(shop.engine->retry_rejects({id}), Error);
    EXPECT_THROW(shop.engine->discard_rejects({id}), Error);
    EXPECT_THROW(shop.engine->discard_rejects({id + 1}), Error);
    EXPECT_THROW(shop.engine->discard_rejects({}), Error);
    EXPECT_THROW(static_cast<void>(shop.engine->reject(id + 1)), Error);
}

class SettledLetters : public RejectsTest {
protected:
    /// A sale whose bundle the hub does not have.
    void SetUp() override {
        static_cast<void>(sync());
        refuse_a_row("Odd");
    }
    void refuse_a_row(const std::string& name) {
        sql(fmt::format("INSERT INTO category (category_name, category_coefficient) VALUES ('{}', 'many')", name));
        static_cast<void>(sync());
    }
    [[nodiscard]] std::vector<hub::LetterId> letters() { return hub::open_dead_letters(hub.store(), {}); }
    /// As both sides have it, open or not; the test fails if they differ.
    [[nodiscard]] std::vector<std::string> states() {
        std::vector<std::string> here;
        for (const RejectedChange& one : shop.engine->rejects(true)) here.push_back(one.state);
        std::vector<std::string> there;
        for (const hub::SellerDeadLetter& one : hub.store().dead_letters({.at_most = 5000, .settled = true}))
            there.emplace_back(protocol::name_of(one.letter.state));
        EXPECT_EQ(here, there);
        return here;
    }
};

TEST_F(SettledLetters, GivenUpAtTheHubAreClosedHereByTheNextSync) {
    EXPECT_EQ(hub::discard_dead_letters(hub.store(), letters(), hub.now).settled, 1);

    const SyncReport report = sync();

    EXPECT_TRUE(report.equal) << report.reason;
    EXPECT_THAT(states(), ElementsAre("discarded"));
}

TEST_F(SettledLetters, TakenAtTheHubAfterAllAreTakenHere) {
    const RejectedChange odd = shop.engine->rejects().front();
    sql("UPDATE category SET category_coefficient = '1' WHERE category_name = 'Odd'");
    shop.category = shop.engine->categories().back().id;
    static_cast<void>(shop.post("Blocked bag"));
    static_cast<void>(sync());
    ASSERT_THAT(reasons(), ElementsAre("bad_value", "unknown_row", "missing_parent"));
    // somebody gives the hub the row that it could not read, and has the others tried again
    static_cast<void>(
        hub::write_own_rows(hub.store(), shop.seller_key(),
                            {{.table = "category",
                              .key = odd.key,
                              .op = protocol::Op::create,
                              .fields = {{"name", std::string("Odd")}, {"coefficient", std::string("1.000000000")}}}},
                            hub.now));
    const hub::LetterReport tried = hub::retry_dead_letters(hub.store(), letters(), hub.now);
    EXPECT_EQ(tried.settled, 2);
    EXPECT_EQ(hub::discard_dead_letters(hub.store(), letters(), hub.now).settled, 1);

    const SyncReport report = sync();

    EXPECT_TRUE(report.equal) << report.reason;
    EXPECT_EQ(difference(), "");
    EXPECT_THAT(states(), ElementsAre("discarded", "taken", "taken"));
}

TEST_F(SettledLetters, GivenUpHereAreClosedAtTheHubByTheNextSync) {
    shop.engine->discard_rejects({shop.engine->rejects().front().id});

    const SyncReport report = sync();

    EXPECT_TRUE(report.equal) << report.reason;
    EXPECT_THAT(letters(), IsEmpty());
    EXPECT_THAT(states(), ElementsAre("discarded"));
}

/// There and back on a stick, without any network.
TEST_F(SettledLetters, SettledOnEitherSideAreClosedOnBothByAFile) {
    const auto carry = [&] {
        const std::string file = shop.engine->export_segments(shop.folder.path());
        const protocol::Receipt receipt = hub::import_bundle_file(hub.store(), file, hub.now);
        test::write_file(file + ".receipt", protocol::encode(receipt) + "\n");
        return shop.engine->import_receipt(file + ".receipt");
    };
    EXPECT_EQ(carry().rejects, 1) << "nobody has settled it yet";
    EXPECT_EQ(hub::discard_dead_letters(hub.store(), letters(), hub.now).settled, 1);

    EXPECT_EQ(carry().rejects, 0);
    EXPECT_THAT(states(), ElementsAre("discarded"));
    EXPECT_THROW(static_cast<void>(carry()), Error) << "there is nothing to tell any more";

    refuse_a_row("Even");
    shop.engine->discard_rejects({shop.engine->rejects().front().id});
    shop.engine->add_category("Cookies", *Co2Coefficient::parse("1"));
    static_cast<void>(carry());
    EXPECT_THAT(letters(), IsEmpty());
    EXPECT_THAT(states(), ElementsAre("discarded", "discarded"));
}

TEST_F(SettledLetters, RetriedHereAndRefusedAgainAreListedOnceOnEachSide) {
    shop.engine->retry_rejects();

    const SyncReport report = sync();

    EXPECT_EQ(report.rejects, 1);
    EXPECT_EQ(at_device(), at_hub());
    EXPECT_THAT(states(), ElementsAre("retried", "open"));
}

TEST_F(SettledLetters, RetriedHereAndTakenAreTakenOnBothSides) {
    sql("UPDATE category SET category_coefficient = '2.000000000' WHERE category_name = 'Odd'");
    static_cast<void>(sync());
    EXPECT_THAT(states(), ElementsAre("open", "open"));
    shop.engine->retry_rejects();

    EXPECT_TRUE(sync().equal);

    EXPECT_THAT(states(), ElementsAre("taken", "taken"));
}

TEST_F(SettledLetters, AreToldOnceAndPollsAreBareAgain) {
    shop.engine->discard_rejects({shop.engine->rejects().front().id});
    static_cast<void>(sync());
    EXPECT_NE(hub.bodies.back().find("letters"), std::string::npos);

    static_cast<void>(sync());

    EXPECT_EQ(hub.bodies.back().find("letters"), std::string::npos) << hub.bodies.back();
}

TEST_F(SettledLetters, AreToldUntilAnAnswerComes) {
    shop.engine->discard_rejects({shop.engine->rejects().front().id});
    hub.network = [this](const HubRequest& request) {
        static_cast<void>(hub.deliver(request));
        return test::no_answer("broken: connection reset");
    };
    for (int times = 0; times < 3; ++times) static_cast<void>(sync());
    hub.network = nullptr;

    EXPECT_TRUE(sync().equal);

    EXPECT_THAT(states(), ElementsAre("discarded"));
}

TEST_F(SettledLetters, OfAnyNumberReachTheOtherSideInOneSync) {
    sql("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200) INSERT INTO category "
        "(category_name, category_coefficient) SELECT 'Odd ' || i, 'many' FROM n");
    EXPECT_EQ(sync().rejects, 1201);
    EXPECT_EQ(hub::discard_dead_letters(hub.store(), letters(), hub.now).settled, 1201);

    EXPECT_TRUE(sync().equal);

    EXPECT_THAT(states(), testing::Each("discarded"));
}

TEST_F(SettledLetters, OfASaleWhoseCodeAnotherHadAreTakenOnceItHasAnotherCode) {
    sql("DELETE FROM category WHERE category_name = 'Odd'");
    const Bundle bag = shop.post("Bag");
    ASSERT_TRUE(sync().equal);
    const std::string code = shop.reserve(bag.id).claim_code;
    static_cast<void>(hub::write_own_rows(hub.store(), shop.seller_key(),
                                          {{.table = "reservations",
                                            .key = Uuid::parse("019b0000-0000-7000-8000-000000000001")->wire(),
                                            .op = protocol::Op::create,
                                            .fields = {{"bundle", bundle_key(shop.path(), "Bag")},
                                                       {"consumer", std::string("consumer-7")},
                                                       {"claim_code", code},
                                                       {"reserved_at", std::string("2025-11-24T16:10:00Z")},
                                                       {"collected_at", std::monostate{}},
                                                       {"cancelled_at", std::monostate{}}}}},
                                          hub.now));
    EXPECT_EQ(sync().rejected, 1);

    const SyncReport report = sync();

    EXPECT_TRUE(report.equal) << report.reason << ", rejects: " << report.rejects;
    EXPECT_EQ(difference(), "");
    EXPECT_THAT(states(), ElementsAre("taken", "taken"));
}

TEST_F(SettledLetters, ThatARestoredHubHasLostAreToldAgain) {
    std::filesystem::copy_file(shop.folder.file("hub.db"), shop.folder.file("hub.old"));
    shop.engine->discard_rejects({shop.engine->rejects().front().id});
    static_cast<void>(sync());
    hub.restore(shop.folder.file("hub.old"));

    for (int times = 0; times < 3; ++times) static_cast<void>(sync());

    EXPECT_EQ(at_device(), at_hub());
}

TEST_F(RejectsTest, ADeletionThatWasRefusedIsSentAgain) {
    shop.post("Bag");
    static_cast<void>(sync());
    const std::string key = bundle_key(shop.path(), "Bag");
    sql("PRAGMA foreign_keys = ON; DELETE FROM bundles");
    sql(fmt::format(
        "DELETE FROM journal WHERE tbl = 3; INSERT INTO sync_rejects (lane, epoch, seq, part, position, tbl, "
        "row_key, outcome, reason, change, received_at) VALUES ('ops', 1, 9, 1, 0, 'bundles', '{0}', "
        "'rejected', 'bad_value', '{{\"t\":\"bundles\",\"k\":\"{0}\",\"op\":\"d\"}}', 0)",
        key));

    const RetryReport retried = shop.engine->retry_rejects();
    const SyncReport report = sync();

    EXPECT_EQ(retried.retried, 1);
    EXPECT_EQ(report.changes_sent, 1) << select_column(shop.path(), "SELECT change FROM sync_rejects").front();
    EXPECT_EQ(difference(), "");
}

}  // namespace
}  // namespace edge
