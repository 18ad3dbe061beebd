#include "edge/storage/capture_check.hpp"

#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace edge::storage {
namespace {

class CaptureMemoryTest : public testing::Test {
protected:
    test::TemporaryFolder folder;
    Connection db = Connection::create(folder.file("shop.db"));
};

TEST_F(CaptureMemoryTest, ANewFileIsRemembered) { EXPECT_TRUE(is_capture_remembered(db)); }

TEST_F(CaptureMemoryTest, ADroppedTriggerShowsEvenIfItIsMadeAgain) {
    Query row = db.query("SELECT sql FROM sqlite_schema WHERE name = 'capture_bundles_update'");
    row.step();
    const std::string trigger = row.text(0);

    db.execute("DROP TRIGGER capture_bundles_update");
    EXPECT_FALSE(is_capture_remembered(db));
    db.execute(trigger);

    EXPECT_FALSE(is_capture_remembered(db));
}

TEST_F(CaptureMemoryTest, IsRememberedAnewAndAcrossOpens) {
    db.execute("CREATE INDEX mine ON bundles (bundle_name)");
    {
        WriteTransaction write(db);
        remember_capture(write);
        write.commit();
    }

    Connection again = Connection::open(folder.file("shop.db"));

    EXPECT_TRUE(is_capture_remembered(again));
}

TEST_F(CaptureMemoryTest, RowsDoNotMatter) {
    db.execute("INSERT INTO category (category_name, category_coefficient) VALUES ('Bread', '2.5')");

    EXPECT_TRUE(is_capture_remembered(db));
}

}  // namespace
}  // namespace edge::storage
