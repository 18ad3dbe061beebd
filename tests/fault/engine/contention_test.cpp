#include "support/child_process.hpp"
#include "support/database_dump.hpp"
#include "support/temporary_folder.hpp"
#include "support/test_world.hpp"

#include "edge/core/error.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace edge {
namespace {

constexpr int pairs = 2500;  // a reservation and its collection: two writes

/// One till: reserves and collects, again and again. Any error, `busy` too, ends it with a status that is not 0.
void sell(const std::string& path, test::TestWorld world, std::int64_t bundle, std::uint64_t seed) {
    world.seed = seed;
    EngineOptions options = world.options();
    options.lock_timeout = std::chrono::seconds(60);
    Engine engine = Engine::open(path, options);
    for (int i = 0; i < pairs; ++i) {
        const Reservation made =
            engine.reserve({.bundle = BundleId(bundle), .consumer = fmt::format("till {}", seed), .claim_code = {}});
        static_cast<void>(engine.collect(made.claim_code, made.bundle));
    }
}

TEST(TwoProcesses, LoseNoneOfTheirWritesOnOneFile) {
    const test::TemporaryFolder folder;
    const std::string path = folder.file("shop.db");
    const test::TestWorld world;
    test::make_shop(path, world, 2, test::Refreshed::no);
    std::int64_t bundle = 0;
    {
        Engine engine = Engine::open(path, world.options());
        bundle = engine.post_bundle(test::bundle_in(world, engine.home_seller(), std::chrono::hours(1), 2 * pairs))
                     .id.value();
    }

    test::ChildProcess first([&] { sell(path, world, bundle, 11); });
    test::ChildProcess second([&] { sell(path, world, bundle, 12); });

    EXPECT_EQ(first.wait(), 0);
    EXPECT_EQ(second.wait(), 0);
    EXPECT_EQ(test::integrity_of(path), "ok");
    const auto count = [&](const std::string& which) {
        return test::select_column(
                   path, fmt::format("SELECT count(*) FROM reservations WHERE bundle_id = {} {}", bundle, which))
            .front();
    };
    EXPECT_EQ(count(""), std::to_string(2 * pairs));
    EXPECT_EQ(count("AND collected_at IS NOT NULL"), std::to_string(2 * pairs));
    EXPECT_EQ(count("AND consumer_id = 'till 11'"), std::to_string(pairs));
    EXPECT_EQ(
        test::select_column(path, fmt::format("SELECT count(*) FROM journal WHERE tbl = 4 AND parent = {}", bundle))
            .front(),
        std::to_string(4 * pairs));
}

}  // namespace
}  // namespace edge
