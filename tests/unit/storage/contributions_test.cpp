#include "edge/storage/contributions.hpp"

#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace edge::storage {
namespace {

class ContributionRewriteTest : public testing::Test {
protected:
    static ContributionRow row(std::int64_t seller, std::int64_t posted) {
        ContributionRow result{.seller = SellerId(seller),
                               .day = LocalDate(std::chrono::days(20'000)),
                               .window_start = std::chrono::hours(18),
                               .categories = {CategoryId(1), CategoryId(4)}};
        result.amounts.at(0) = 1;
        result.amounts.at(1) = posted;
        return result;
    }
    void store(std::int64_t bundle, const ContributionRow& contribution) {
        WriteTransaction write(db);
        put_contributions(write, std::array{BundleContribution{.bundle = BundleId(bundle), .row = contribution}});
        write.commit();
    }
    [[nodiscard]] std::vector<std::int64_t> bundles_of(std::int64_t seller) {
        std::vector<std::int64_t> bundles;
        each_contribution(db, SellerId(seller),
                          [&](BundleId bundle, const ContributionRow&) { bundles.push_back(bundle.value()); });
        return bundles;
    }

    test::TemporaryFolder folder;
    Connection db = Connection::create(folder.file("shop.db"));
};

TEST_F(ContributionRewriteTest, StoresWhatIsNewAndRemovesWhatIsNotGiven) {
    store(1, row(1, 5));
    store(2, row(1, 5));
    store(9, row(1, 5));
    WriteTransaction write(db);
    ContributionRewrite rewrite(write, {SellerId(1)});

    rewrite.put(BundleId(2), row(1, 7));
    rewrite.put(BundleId(3), row(1, 8));
    rewrite.finish();

    EXPECT_EQ(bundles_of(1), (std::vector<std::int64_t>{2, 3}));
    EXPECT_EQ(find_contribution(db, BundleId(2)), row(1, 7));
    EXPECT_EQ(find_contribution(db, BundleId(3)), row(1, 8));
}

TEST_F(ContributionRewriteTest, WritesNothingWhereNothingDiffers) {
    store(1, row(1, 5));
    store(2, row(1, 6));
    WriteTransaction write(db);
    const std::int64_t before = db.total_changes();
    ContributionRewrite rewrite(write, {SellerId(1)});

    rewrite.put(BundleId(1), row(1, 5));
    rewrite.put(BundleId(2), row(1, 6));
    rewrite.finish();

    EXPECT_EQ(db.total_changes(), before);
}

TEST_F(ContributionRewriteTest, StoresAnyNumberOfRows) {
    std::vector<std::int64_t> all;
    WriteTransaction write(db);
    ContributionRewrite rewrite(write, {SellerId(1)});

    for (std::int64_t bundle = 1; bundle <= 2 * std::int64_t{most_contributions_a_statement} + 3; ++bundle) {
        rewrite.put(BundleId(bundle), row(1, bundle));
        all.push_back(bundle);
    }
    rewrite.finish();

    EXPECT_EQ(bundles_of(1), all);
    for (const std::int64_t bundle : all) EXPECT_EQ(find_contribution(db, BundleId(bundle)), row(1, bundle));
}

TEST_F(ContributionRewriteTest, LeavesOtherSellersAlone) {
    store(1, row(2, 5));
    store(2, row(1, 5));
    store(3, row(2, 5));
    WriteTransaction write(db);
    ContributionRewrite rewrite(write, {SellerId(1)});

    rewrite.finish();

    EXPECT_TRUE(bundles_of(1).empty());
    EXPECT_EQ(bundles_of(2), (std::vector<std::int64_t>{1, 3}));
}

}  // namespace
}  // namespace edge::storage
