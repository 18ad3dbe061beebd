#include "edge/storage/bundle_cursor.hpp"

#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace edge::storage {
namespace {

class BundleCursorTest : public testing::Test {
protected:
    test::TemporaryFolder folder;
    Connection db = Connection::create(folder.file("shop.db"));
};

TEST_F(BundleCursorTest, StandsAtTheRowsOfTheBundleAskedForAndPassesOverLowerOnes) {
    BundleCursor cursor(db.query("SELECT value FROM json_each('[1,3,3,7]')"));

    EXPECT_FALSE(cursor.seek(BundleId(2)));
    int rows = 0;
    for (; cursor.seek(BundleId(3)); cursor.advance()) ++rows;

    EXPECT_EQ(rows, 2);
    EXPECT_TRUE(cursor.seek(BundleId(7)));
    EXPECT_FALSE(cursor.at_end());
}

TEST_F(BundleCursorTest, StaysAtTheEnd) {
    BundleCursor cursor(db.query("SELECT value FROM json_each('[1]')"));

    EXPECT_FALSE(cursor.seek(BundleId(2)));
    EXPECT_FALSE(cursor.seek(BundleId(3)));

    EXPECT_TRUE(cursor.at_end());
}

}  // namespace
}  // namespace edge::storage
