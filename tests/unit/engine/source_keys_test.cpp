#include "source_keys.hpp"

#include "support/temporary_folder.hpp"

#include "edge/protocol/row_identity.hpp"

#include <gtest/gtest.h>

namespace edge {
namespace {

class SourceKeysTest : public testing::Test {
protected:
    test::TemporaryFolder folder;
    storage::Connection db = storage::Connection::create(folder.file("shop.db"));
    storage::WriteTransaction write{db};
    const DataTable& category = *find_data_table("category");

    std::int64_t add(std::string_view name, const Uuid& uuid) {
        db.query("INSERT INTO category (category_name, category_coefficient, uuid) VALUES (?, '1.000000000', ?)", name,
                 uuid)
            .run();
        return db.last_insert_id();
    }
};

TEST_F(SourceKeysTest, FindsARowByTheMarketplacesNumber) {
    const std::int64_t bread = add("Bread", protocol::marketplace_identity("category", 77));
    SourceKeys keys(write, {"category"});

    EXPECT_EQ(keys.find(category, 77, false), bread);
    EXPECT_FALSE(keys.find(category, 78, false));
}

TEST_F(SourceKeysTest, FindsARowByItsIdentity) {
    const Uuid uuid = protocol::identity_of("test", {"bread"});
    const std::int64_t bread = add("Bread", uuid);
    SourceKeys keys(write, {});

    EXPECT_EQ(keys.find(category, uuid), bread);
    EXPECT_FALSE(keys.find(category, Uuid()));
}

TEST_F(SourceKeysTest, PrefersWhatAFileSaid) {
    add("Bread", protocol::marketplace_identity("category", 77));
    const std::int64_t cake = add("Cake", protocol::identity_of("test", {"cake"}));
    SourceKeys keys(write, {"category"});

    keys.remember(category, 77, cake);

    EXPECT_EQ(keys.find(category, 77, false), cake);
}

TEST_F(SourceKeysTest, TakesANumberForALocalKeyOnlyIfTheImportBringsNoRowsOfTheTable) {
    const std::int64_t bread = add("Bread", protocol::identity_of("test", {"bread"}));

    EXPECT_EQ(SourceKeys(write, {}).find(category, bread, true), bread);
    EXPECT_FALSE(SourceKeys(write, {}).find(category, bread, false));
    EXPECT_FALSE(SourceKeys(write, {"category"}).find(category, bread, true));
}

TEST_F(SourceKeysTest, ForgetsWhatAnEarlierImportSaid) {
    const std::int64_t bread = add("Bread", protocol::identity_of("test", {"bread"}));
    SourceKeys(write, {"category"}).remember(category, 5, bread);
    SourceKeys later(write, {"category"});

    later.remember(category, 6, bread);

    EXPECT_FALSE(later.find(category, 5, false));
}

}  // namespace
}  // namespace edge
