#include "edge/analytics/point_changes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edge::analytics {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Kind = PointChange::Kind;
using Points = std::vector<GraphPoint>;

GraphPoint point(const char* x, std::int64_t units) { return {.x = x, .y = PointValue::from_units(units)}; }

TEST(PointChanges, AreNoneForEqualPoints) {
    const Points points = {point("a", 1), point("b", 2)};

    EXPECT_THAT(point_changes(points, points), IsEmpty());
}

TEST(PointChanges, UpdateOnlyThePointThatDiffers) {
    const Points stored = {point("a", 1), point("b", 2), point("c", 3)};
    const Points wanted = {point("a", 1), point("b", 5), point("c", 3)};

    EXPECT_THAT(point_changes(stored, wanted), ElementsAre(PointChange{Kind::update_y, 1, point("b", 5)}));
}

TEST(PointChanges, UpdateXWhereThatDiffersToo) {
    const Points stored = {point("a", 1), point("b", 2)};
    const Points wanted = {point("b", 2), point("a", 2)};

    EXPECT_THAT(point_changes(stored, wanted), ElementsAre(PointChange{Kind::update_x_and_y, 0, point("b", 2)},
                                                           PointChange{Kind::update_x_and_y, 1, point("a", 2)}));
}

TEST(PointChanges, InsertWhatIsNewAtTheEnd) {
    const Points stored = {point("a", 1)};
    const Points wanted = {point("a", 1), point("b", 2)};

    EXPECT_THAT(point_changes(stored, wanted), ElementsAre(PointChange{Kind::insert, 1, point("b", 2)}));
}

TEST(PointChanges, RemoveTheTailThatIsTooMuch) {
    const Points stored = {point("a", 1), point("b", 2), point("c", 3)};
    const Points wanted = {point("a", 1)};

    EXPECT_THAT(point_changes(stored, wanted),
                ElementsAre(PointChange{Kind::remove, 1, {}}, PointChange{Kind::remove, 2, {}}));
}

TEST(PointChanges, CountFromTheGivenSortIndex) {
    const Points stored = {point("b", 2)};
    const Points wanted = {point("b", 3), point("c", 4)};

    EXPECT_THAT(point_changes(stored, wanted, 10), ElementsAre(PointChange{Kind::update_y, 10, point("b", 3)},
                                                               PointChange{Kind::insert, 11, point("c", 4)}));
}

TEST(PointChanges, CloseTheGapsOfAForeignSeries) {
    const std::vector<StoredPoint> stored = {
        {-1, point("z", 9)}, {0, point("a", 1)}, {2, point("c", 3)}, {5, point("d", 4)}};
    const Points wanted = {point("a", 1), point("c", 3), point("d", 4)};

    EXPECT_THAT(point_changes(stored, wanted),
                ElementsAre(PointChange{Kind::remove, -1, {}}, PointChange{Kind::insert, 1, point("c", 3)},
                            PointChange{Kind::update_x_and_y, 2, point("d", 4)}, PointChange{Kind::remove, 5, {}}));
}

}  // namespace
}  // namespace edge::analytics
