#include "stored_form.hpp"

#include "edge/core/error.hpp"

#include <gtest/gtest.h>

namespace edge::hub {
namespace {

TEST(StoredForm, KnowsTheTablesWhoseRowsAreShared) { EXPECT_EQ(shared_table_numbers(), "1, 2, 3, 4, 10, 11"); }

TEST(StoredForm, GivesBackTheInstantThatAFactHolds) {
    const Timestamp instant(std::chrono::microseconds(1'764'000'123'456'789));
    HubSettings settings;

    read_fact("covered", fact_of(instant), settings);
    read_fact("backup_began", "yesterday", settings);

    EXPECT_EQ(settings.covered, instant);
    EXPECT_FALSE(settings.backup_began);
}

TEST(StoredForm, TakesARuleThatItDoesNotKnowForTheMostCareful) {
    HubSettings settings;

    read_fact("durable", "whenever", settings);
    read_fact("durable_lag_s", "60", settings);

    EXPECT_EQ(settings.durable, (DurableSetting{.rule = DurableRule::command, .lag = std::chrono::seconds(60)}));
}

TEST(StoredForm, RefusesWhatIsDamaged) {
    StoredRow row;

    EXPECT_THROW(read_stored_fields("{", "{}", row), Error);
    EXPECT_THROW(static_cast<void>(stored_lane("third")), Error);
    EXPECT_THROW(static_cast<void>(stored_outcome("perhaps")), Error);
}

}  // namespace
}  // namespace edge::hub
