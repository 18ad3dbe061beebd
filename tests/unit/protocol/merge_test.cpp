#include "unit/protocol/builders.hpp"

#include "edge/protocol/hub_session.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace edge::protocol {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace): builders of this folder

constexpr std::string_view till = "till";
constexpr std::string_view tablet = "tablet";
const std::string noon = "2026-11-23T12:00:00Z";
const std::string later = "2026-11-23T16:02:11Z";

MergeContext by(std::string_view replica, std::int64_t hlc) { return {.replica = replica, .hlc = monday + hlc}; }

/// Applies what the merge gave, with the next version, as a hub does.
void store(std::optional<HubRow>& row, const Merge& merged) {
    if (!merged.row) return;
    const std::int64_t version = row ? row->version : 0;
    row = merged.row;
    row->version = version + 1;
}

/// A row after these changes by the till, at clocks 0, 10, 20 …
std::optional<HubRow> row_after(const std::vector<Change>& changes) {
    std::optional<HubRow> row;
    std::int64_t clock = 0;
    for (const Change& change : changes) {
        store(row, merge(row, change, by(till, clock)));
        clock += 10;
    }
    return row;
}

FieldValue value(const std::optional<HubRow>& row, std::string_view column) { return *find_field(row->fields, column); }

std::string outcome(const Merge& merged) {
    std::string text(name_of(merged.outcome));
    return merged.reason.empty() ? text : text + ' ' + merged.reason;
}

Change named(const std::string& name) { return edit_bundle({{"name", name}}); }

TEST(Merge, CreatesARowOnce) {
    const Merge first = merge(std::nullopt, post_bundle(), by(till, 0));
    const Merge again = merge(first.row, post_bundle(), by(till, 0));

    EXPECT_EQ(outcome(first), "accepted");
    EXPECT_EQ(first.row->fields, post_bundle().fields);
    EXPECT_EQ(first.row->hlc, monday);
    EXPECT_EQ(first.row->writer, till);
    EXPECT_EQ(outcome(again), "duplicate");
    EXPECT_FALSE(again.row);
}

TEST(Merge, KeepsColumnsItDoesNotKnow) {
    Change change = named("Bag");
    change.fields.push_back({"colour", RawJson{"[1.5]"}});

    const Merge merged = merge(row_after({post_bundle()}), change, by(till, 10));

    EXPECT_EQ(outcome(merged), "accepted");
    EXPECT_EQ(value(merged.row, "colour"), FieldValue(RawJson{"[1.5]"}));
}

TEST(Merge, BlocksARowWhoseParentIsMissing) {
    MergeContext context = by(till, 0);
    context.parent_absent = true;

    EXPECT_EQ(outcome(merge(std::nullopt, reserve(), context)), "blocked missing_parent");
    EXPECT_EQ(outcome(merge(std::nullopt, collect(), by(till, 0))), "blocked unknown_row");
}

TEST(Merge, RejectsWhatCheckingRefuses) {
    Change unknown = collect();
    unknown.op = Op::unknown;
    unknown.fault = "unknown_op";

    EXPECT_EQ(outcome(merge(std::nullopt, unknown, by(till, 0))), "rejected unknown_op");
    EXPECT_EQ(outcome(merge(std::nullopt, deletion("users", key(1)), by(till, 0))), "rejected unknown_table");
    EXPECT_EQ(outcome(merge(row_after({post_bundle()}), edit_bundle({{"name", FieldValue()}}), by(till, 0))),
              "rejected bad_value");
}

TEST(MergeFields, LetsTheLaterClockWinColumnByColumn) {
    std::optional<HubRow> row = row_after({post_bundle(), named("by the till")});
    const Change change = edit_bundle({{"name", "by the tablet"}, {"total_qty", std::int64_t{9}}});

    const Merge early = merge(row, change, by(tablet, 5));
    const Merge late = merge(row, change, by(tablet, 11));

    EXPECT_EQ(outcome(early), "merged later_write");
    EXPECT_EQ(value(early.row, "name"), FieldValue("by the till"));
    EXPECT_EQ(value(early.row, "total_qty"), FieldValue(std::int64_t{9}));
    EXPECT_EQ(early.lost, (Fields{{"name", "by the tablet"}}));
    EXPECT_EQ(outcome(late), "accepted");
    EXPECT_EQ(value(late.row, "name"), FieldValue("by the tablet"));
}

TEST(MergeFields, ComesToTheSameRowInEitherOrder) {
    const Change name = named("by the till");
    const Change both = edit_bundle({{"name", "by the tablet"}, {"total_qty", std::int64_t{9}}});
    std::optional<HubRow> one = row_after({post_bundle()});
    std::optional<HubRow> other = one;

    store(one, merge(one, name, by(till, 20)));
    store(one, merge(one, both, by(tablet, 15)));
    store(other, merge(other, both, by(tablet, 15)));
    store(other, merge(other, name, by(till, 20)));

    EXPECT_EQ(one->fields, other->fields);
    EXPECT_EQ(one->hlc, other->hlc);
    EXPECT_EQ(one->stamps, other->stamps);
}

TEST(MergeFields, IsSupersededWhenAllOfItIsOlder) {
    const Merge merged = merge(row_after({post_bundle(), named("by the till")}), named("old"), by(tablet, 5));

    EXPECT_EQ(outcome(merged), "superseded later_write");
    EXPECT_FALSE(merged.row);
}

TEST(MergeFields, LetsAWriterWhoHasSeenTheRowWinWhateverItsClockSays) {
    const std::optional<HubRow> row = row_after({post_bundle(), named("by the till")});
    Change change = named("years behind");
    change.base = row->version;

    const Merge merged = merge(row, change, by(tablet, -1'000'000));

    EXPECT_EQ(outcome(merged), "accepted");
    EXPECT_EQ(value(merged.row, "name"), FieldValue("years behind"));
}

TEST(MergeFields, LetsTheLaterArrivalWinAmongEqualClocks) {
    EXPECT_EQ(outcome(merge(row_after({post_bundle(), named("a")}), named("b"), by(tablet, 10))), "accepted");
}

TEST(MergeFields, LeavesWhatWasChangedSinceWhenARowIsCreatedOnceMore) {
    const std::optional<HubRow> row = row_after({post_bundle(), named("changed since")});

    const Merge by_a_copy = merge(row, post_bundle(), by(tablet, 99));

    EXPECT_EQ(outcome(by_a_copy), "superseded later_write");
    EXPECT_FALSE(by_a_copy.row);
}

/// A clock that runs ahead is read as of the arrival: so are all changes of one request.
TEST(MergeFields, LeavesWhatWasChangedAtTheSameClockWhenARowIsCreatedOnceMore) {
    std::optional<HubRow> row = row_after({post_bundle()});
    store(row, merge(row, named("changed at once"), by(till, 0)));
    ASSERT_EQ(row->hlc, monday);

    EXPECT_EQ(outcome(merge(row, post_bundle(), by(tablet, 99))), "superseded later_write");
}

TEST(MergeFields, CountsTheSameValueAsDuplicate) {
    EXPECT_EQ(outcome(merge(row_after({post_bundle(), named("a")}), named("a"), by(tablet, 99))), "duplicate");
}

TEST(MergeHubTable, LetsTheHubsOwnEditStand) {
    std::optional<HubRow> row;
    Change category;
    category.table = "category";
    category.key = key(7);
    category.op = Op::create;
    category.fields = {{"name", "Bread"}, {"coefficient", "2.500000000"}};
    store(row, merge(row, category, by(till, 0)));
    Change rename = category;
    rename.op = Op::update;
    rename.fields = {{"name", "Loaves"}};

    EXPECT_EQ(outcome(merge(row, rename, by(till, 1))), "accepted");
    row->hub_version = 5;
    row->version = 5;
    EXPECT_EQ(outcome(merge(row, rename, by(till, 1'000))), "superseded hub_owns");
    EXPECT_EQ(outcome(merge(row, deletion("category", key(7)), by(till, 1'000))), "superseded hub_owns");
    rename.base = 5;
    EXPECT_EQ(outcome(merge(row, rename, by(till, 1))), "accepted");
    row->deleted = true;
    EXPECT_EQ(outcome(merge(row, category, by(till, 1'000))), "superseded hub_owns") << "its deletion as well";
}

TEST(MergeRevision, ReplacesTheOlderRevisionWhole) {
    std::optional<HubRow> row;
    Change graph;
    graph.table = "analytics_points";
    graph.key = key(1) + ":0";
    graph.op = Op::create;
    graph.fields = {{"x", "Mon"}, {"y", "1.0000"}};
    store(row, merge(row, graph, by(till, 10)));
    graph.fields = {{"x", "Tue"}, {"y", "2.0000"}};

    EXPECT_EQ(outcome(merge(row, graph, by(till, 5))), "superseded later_write");
    EXPECT_EQ(outcome(merge(row, deletion("analytics_points", graph.key), by(till, 5))), "superseded later_write");
    EXPECT_EQ(outcome(merge(row, graph, by(till, 11))), "accepted");
    EXPECT_EQ(outcome(merge(row, deletion("analytics_points", graph.key), by(till, 11))), "accepted");
}

struct LatticeCase {
    std::string name;
    std::vector<Change> before;
    Change change;
    std::string outcome;
    bool collected;
    bool cancelled;
};

class Lattice : public testing::TestWithParam<LatticeCase> {};

TEST_P(Lattice, OnlyGrows) {
    const LatticeCase& one = GetParam();
    std::optional<HubRow> row = row_after(one.before);

    const Merge merged = merge(row, one.change, by(tablet, 500));
    store(row, merged);

    EXPECT_EQ(outcome(merged), one.outcome);
    EXPECT_EQ(!is_null(value(row, "collected_at")), one.collected);
    EXPECT_EQ(!is_null(value(row, "cancelled_at")), one.cancelled);
}

Change uncollect() {
    Change change = collect();
    change.fields = {{"collected_at", FieldValue()}};
    return change;
}

Change uncancel() {
    Change change = collect();
    change.fields = {{"cancelled_at", FieldValue()}};
    return change;
}

INSTANTIATE_TEST_SUITE_P(
    Reservation, Lattice,
    testing::Values(
        LatticeCase{"CollectReserved", {reserve()}, collect(), "accepted", true, false},
        LatticeCase{"CancelReserved", {reserve()}, cancel(), "accepted", false, true},
        LatticeCase{"CollectCancelled", {reserve(), cancel()}, collect(), "merged cancellation_overruled", true, true},
        LatticeCase{"CancelCollected", {reserve(), collect()}, cancel(), "superseded already_collected", true, true},
        LatticeCase{"CollectAgainAtAnotherTime",
                    {reserve(), collect()},
                    collect(sale_key, noon),
                    "superseded already_collected",
                    true,
                    false},
        LatticeCase{"CollectAgainAtTheSameTime", {reserve(), collect()}, collect(), "duplicate", true, false},
        LatticeCase{"CancelAgainAtAnotherTime",
                    {reserve(), cancel()},
                    cancel(noon),
                    "superseded already_cancelled",
                    false,
                    true},
        LatticeCase{"UndoCollect", {reserve(), collect()}, uncollect(), "superseded collected_is_final", true, false},
        LatticeCase{"UndoCancel", {reserve(), cancel()}, uncancel(), "superseded cancelled_is_final", false, true},
        LatticeCase{"CreateAgain", {reserve(), collect()}, reserve(), "superseded collected_is_final", true, false}),
    [](const auto& one) { return one.param.name; });

TEST(MergeReservation, ComesToTheSameStateInEitherOrder) {
    const std::optional<HubRow> collected_first = row_after({reserve(), collect(), cancel()});
    const std::optional<HubRow> cancelled_first = row_after({reserve(), cancel(), collect()});

    EXPECT_EQ(value(collected_first, "collected_at"), value(cancelled_first, "collected_at"));
    EXPECT_EQ(value(collected_first, "cancelled_at"), value(cancelled_first, "cancelled_at"));
}

TEST(MergeReservation, NamesTheOverruledCancellationForCompensation) {
    const Merge merged = merge(row_after({reserve(), cancel(noon)}), collect(), by(tablet, 500));

    EXPECT_EQ(merged.lost, (Fields{{"cancelled_at", noon}}));
}

TEST(MergeDeletion, LeavesATombstoneOnce) {
    const Change gone = deletion("bundles", bread_key);
    std::optional<HubRow> row = row_after({post_bundle()});

    const Merge first = merge(row, gone, by(tablet, 50));
    store(row, first);
    const Merge again = merge(row, gone, by(tablet, 50));

    EXPECT_EQ(outcome(first), "accepted");
    EXPECT_TRUE(row->deleted);
    EXPECT_EQ(outcome(again), "duplicate");
    EXPECT_EQ(outcome(merge(std::nullopt, gone, by(tablet, 50))), "duplicate unknown_row");
}

TEST(Merge, OfEqualValuesTheLaterCounts) {
    std::optional<HubRow> row = row_after({post_bundle(), named("Same")});

    store(row, merge(row, named("Same"), by(tablet, 50)));
    const Merge between = merge(row, named("Other"), by("kiosk", 30));

    EXPECT_EQ(row->writer, till) << "it need not know the rest of the row";
    EXPECT_EQ(outcome(merge(row, named("Same"), by(tablet, 50))), "duplicate");
    EXPECT_FALSE(merge(row, named("Same"), by(tablet, 50)).row);
    EXPECT_EQ(outcome(between), "superseded later_write");
}

/// A hub that was restored hears of the deletion first, and then again of the row.
TEST(MergeDeletion, OfARowThatIsNotKnownBeatsItsCreationTooWhenThatComesLater) {
    std::optional<HubRow> row;
    store(row, merge(row, deletion("bundles", bread_key), by(tablet, 50)));

    const Merge late = merge(row, post_bundle(), by(till, 0));
    store(row, late);

    EXPECT_EQ(outcome(late), "superseded deleted");
    EXPECT_TRUE(row->deleted);
    EXPECT_EQ(row->fields, post_bundle().fields) << "a reservation may bring it back";
    std::optional<HubRow> unheard;
    store(unheard, merge(unheard, deletion("bundles", bread_key), by(tablet, 50)));
    EXPECT_EQ(outcome(merge(unheard, post_bundle(), by(till, 300'000))), "superseded deleted") << "its clock is ahead";
    EXPECT_EQ(outcome(merge(unheard, post_bundle(), by(tablet, 60))), "accepted") << "who deleted it makes it anew";
    EXPECT_FALSE(merge(std::nullopt, deletion("analytics_graphs", bread_key), by(tablet, 50)).row);
}

/// Its clock ran ahead, and is read as of its arrival: it seems the later one each time it is sealed anew.
TEST(MergeRepeat, LeavesWhatTheRowHasBecomeSince) {
    const std::optional<HubRow> row = row_after({post_bundle(), named("Afterwards")});
    const std::optional<HubRow> gone = row_after({post_bundle(), deletion("bundles", bread_key)});

    EXPECT_EQ(outcome(merge_repeat(row, post_bundle())), "superseded later_write");
    EXPECT_EQ(outcome(merge_repeat(row, named("Afterwards"))), "duplicate");
    EXPECT_EQ(outcome(merge_repeat(row, deletion("bundles", bread_key))), "superseded later_write");
    EXPECT_EQ(outcome(merge_repeat(gone, post_bundle())), "superseded deleted");
    EXPECT_EQ(outcome(merge_repeat(gone, deletion("bundles", bread_key))), "duplicate");
    for (const Change& change : {post_bundle(), named("Before")}) EXPECT_FALSE(merge_repeat(row, change).row);
}

TEST(MergeDeletion, BeatsAConcurrentEditOfABundle) {
    std::optional<HubRow> row = row_after({post_bundle(), named("edited later")});

    EXPECT_EQ(outcome(merge(row, deletion("bundles", bread_key), by(tablet, 5))), "accepted");
    store(row, merge(row, deletion("bundles", bread_key), by(tablet, 5)));
    EXPECT_EQ(outcome(merge(row, named("edited later still"), by(till, 900))), "superseded deleted");
}

TEST(MergeDeletion, ClosesABundleThatHasLiveReservations) {
    MergeContext context = by(tablet, 0);
    context.has_live_children = true;
    std::optional<HubRow> row = row_after({post_bundle()});

    const Merge merged = merge(row, deletion("bundles", bread_key), context);
    store(row, merged);

    EXPECT_EQ(outcome(merged), "merged closed_instead");
    EXPECT_FALSE(row->deleted);
    EXPECT_EQ(value(row, "closed_at"), FieldValue("2025-11-24T16:00:00Z"));
    EXPECT_EQ(outcome(merge(row, deletion("bundles", bread_key), context)), "superseded closed_instead");
}

TEST(MergeDeletion, OfACollectedReservationNeedsToHaveSeenIt) {
    const std::optional<HubRow> row = row_after({reserve(), collect()});
    Change gone = deletion("reservations", sale_key);

    EXPECT_EQ(outcome(merge(row, gone, by(tablet, 900))), "superseded collected_is_final");
    EXPECT_EQ(outcome(merge(row, gone, by(till, 900))), "accepted");
    gone.base = row->version;
    EXPECT_EQ(outcome(merge(row, gone, by(tablet, 900))), "accepted");
}

/// Its cancellation lost to a collection that it has not seen, and is kept beside it.
TEST(MergeDeletion, OfACollectedReservationIsNotKnownToWhoCancelledItUnseen) {
    for (const Fields& also : {Fields{}, Fields{{"consumer", "by hand"}}}) {
        std::optional<HubRow> row = row_after({reserve()});
        store(row, merge(row, collect(), by(tablet, 10)));
        Change cancelled = collect();
        cancelled.fields = {{"cancelled_at", later}};
        cancelled.fields.insert(cancelled.fields.end(), also.begin(), also.end());
        store(row, merge(row, cancelled, by(till, 20)));

        const Merge gone = merge(row, deletion("reservations", sale_key), by(till, 30));

        EXPECT_EQ(value(row, "cancelled_at"), FieldValue(later));
        EXPECT_EQ(outcome(gone), "superseded collected_is_final");
        EXPECT_FALSE(gone.row);
    }
}

TEST(MergeTombstone, ComesBackByALaterCreationOnly) {
    const std::optional<HubRow> row = row_after({post_bundle(), deletion("bundles", bread_key)});

    EXPECT_EQ(outcome(merge(row, post_bundle(), by(tablet, 0))), "superseded deleted");
    const Merge again = merge(row, post_bundle(), by(tablet, 11));
    EXPECT_EQ(outcome(again), "accepted");
    EXPECT_FALSE(again.row->deleted);
}

TEST(MergeTombstone, OfABundleYieldsToAReservation) {
    MergeContext context = by(tablet, 30);
    context.parent_deleted = true;
    const std::optional<HubRow> tombstone = row_after({post_bundle(), deletion("bundles", bread_key)});

    const Merge merged = merge(std::nullopt, reserve(), context);
    const HubRow bundle = revive(*find_table("bundles"), *tombstone, monday + 30);

    EXPECT_EQ(outcome(merged), "accepted");
    EXPECT_TRUE(merged.revive_parent);
    EXPECT_FALSE(bundle.deleted);
    EXPECT_EQ(*find_field(bundle.fields, "name"), FieldValue("Evening bakery bag"));
    EXPECT_FALSE(is_null(*find_field(bundle.fields, "closed_at")));
}

TEST(MergeTombstone, IsClosedNoEarlierThanItWasDeleted) {
    const std::optional<HubRow> tombstone = row_after({post_bundle(), deletion("bundles", bread_key)});

    const HubRow bundle = revive(*find_table("bundles"), *tombstone, 0);

    EXPECT_EQ(*find_field(bundle.fields, "closed_at"), FieldValue("2025-11-24T16:00:00.010Z"));
}

TEST(MergeTombstone, OfACategoryYieldsToABundleThatNamesIt) {
    MergeContext context = by(tablet, 30);
    context.parent_deleted = true;
    HubRow tombstone;
    tombstone.fields = {{"name", std::string("Bread")}, {"coefficient", std::string("2.5")}};
    tombstone.deleted = true;

    const Merge merged = merge(std::nullopt, post_bundle(), context);
    const HubRow category = revive(*find_table("category"), tombstone, monday + 30);

    EXPECT_EQ(outcome(merged), "accepted");
    EXPECT_TRUE(merged.revive_parent);
    EXPECT_FALSE(category.deleted);
    EXPECT_EQ(category.fields, tombstone.fields);
}

TEST(MergeTombstone, TakesComputedChildrenWithIt) {
    MergeContext context = by(tablet, 30);
    context.parent_deleted = true;
    Change graph = post_bundle();
    graph.table = "analytics_graphs";
    graph.fields = {{"seller", std::string(seller_key)},
                    {"graph_type", std::int64_t{1}},
                    {"created_at", std::string("2026-11-23T16:02:11Z")}};

    const Merge merged = merge(std::nullopt, graph, context);

    EXPECT_EQ(outcome(merged), "superseded deleted");
    EXPECT_FALSE(merged.revive_parent);
}

TEST(Clock, IsHeldToFiveMinutesAheadAndNeverRefused) {
    constexpr std::int64_t now = monday;

    EXPECT_EQ(clamp_clock(monday, -5, now), monday - 5);
    EXPECT_EQ(clamp_clock(monday, 299'999, now), monday + 299'999);
    EXPECT_EQ(clamp_clock(monday, 900'000'000, now), monday + 300'000);
    EXPECT_EQ(clamp_clock(-monday, 0, now), 0);
    EXPECT_EQ(clamp_clock(INT64_MAX, INT64_MAX, now), monday + 300'000);
    EXPECT_EQ(clamp_clock(INT64_MIN, INT64_MIN, now), 0);
}

TEST(Stamps, AreKeptForColumnsWrittenAtOtherTimesOnly) {
    std::optional<HubRow> row = row_after({post_bundle()});
    EXPECT_EQ(encode_stamps(*row), "{}");

    store(row, merge(row, named("later"), by(till, 50)));
    HubRow copy;
    ASSERT_TRUE(decode_stamps(encode_stamps(*row), copy));

    EXPECT_EQ(row->hlc, monday + 50);
    EXPECT_EQ(encode_stamps(*row), R"({"":1764000000000,"name":1764000000050})");
    EXPECT_EQ(copy.stamps, row->stamps);
    EXPECT_FALSE(decode_stamps("[]", copy));
    EXPECT_FALSE(decode_stamps(R"({"name":"x"})", copy));
}

/// As if it had been collected before it was deleted: what happened does not depend on who is heard first.
TEST(MergeTombstone, OfAReservationYieldsToItsCollection) {
    const std::optional<HubRow> tombstone = row_after({reserve(), deletion("reservations", sale_key)});
    const std::optional<HubRow> known = row_after({reserve(), collect(), deletion("reservations", sale_key)});

    const Merge merged = merge(tombstone, collect(), by(tablet, 5));

    EXPECT_EQ(outcome(merged), "accepted");
    EXPECT_FALSE(merged.row->deleted);
    EXPECT_EQ(*find_field(merged.row->fields, "claim_code"), *find_field(reserve().fields, "claim_code"));
    EXPECT_EQ(outcome(merge(known, collect(), by(tablet, 5))), "superseded deleted") << "who deleted it knew";
}

}  // namespace
}  // namespace edge::protocol
