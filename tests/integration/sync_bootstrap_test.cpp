#include "support/device.hpp"
#include "support/fault_vfs.hpp"

#include "edge/core/error.hpp"
#include "edge/protocol/snapshot.hpp"
#include "edge/transport/snapshot_chunk.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

namespace edge {
namespace {

using test::Device;
using test::first_difference;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

bool is_chunk(const HubRequest& request) { return request.path.starts_with(protocol::snapshot_path); }

/// A till with a shop, all of it at the hub, and a hub whose chunks hold a row or two.
class BootstrapTest : public testing::Test {
protected:
    void SetUp() override {
        till.engine->add_category("Bread", *Co2Coefficient::parse("2.5"));
        for (int i = 0; i < 4; ++i) {
            const BundleId bag = till.post("Bag " + std::to_string(i)).id;
            till.reserve(bag);
            till.reserve(bag);
        }
        till.sql("INSERT INTO holidays (region, day, name) VALUES ('GB', 20400, 'Feast'), ('GB', 20401, 'Fair')");
        sync(till);
        shop = till.seller_key();
        hub.chunk_bytes = 300;
        hub.bodies.clear();
    }
    SyncReport sync(Device& device) {
        hub.now += std::chrono::minutes(20);
        return device.sync();
    }
    BootstrapReport bootstrap(const std::string& path, const EngineOptions& given = {}) {
        EngineOptions options = given;
        options.clock = [this] { return hub.now; };
        return Engine::bootstrap(path, {.url = "http://hub", .shop = shop, .exchange = hub.exchange()}, options);
    }
    static constexpr int killed = 9;
    /// In another process, which ends at one of its writes, with `killed`; or with 0 when all is done before.
    int bootstrap_in_child(const std::string& path, const std::string& seller, std::int64_t nth_write) {
        const pid_t child = fork();
        if (child == 0) {
            test::FaultVfs disk;
            const std::int64_t last = disk.changes() + nth_write;
            disk.watch([last](const test::DiskChange& change) {
                if (change.number >= last) _exit(killed);
            });
            test::NearbyHub own(folder.file("hub.db"));
            own.chunk_bytes = hub.chunk_bytes;
            EngineOptions options;
            options.vfs = disk.name();
            const BootstrapReport report =
                Engine::bootstrap(path, {.url = "http://hub", .shop = seller, .exchange = own.exchange()}, options);
            _exit(report.complete ? 0 : 1);
        }
        int status = 0;
        EXPECT_EQ(waitpid(child, &status, 0), child);
        EXPECT_TRUE(WIFEXITED(status));
        return WEXITSTATUS(status);
    }
    std::vector<std::string> rows(const std::string& path) {
        std::vector<std::string> rows = test::synced_rows(path);
        std::erase_if(
            rows, [](const std::string& row) { return row.starts_with("forecast_") || row.starts_with("analytics_"); });
        return rows;
    }
    void expect_filled(const std::string& path) {
        EXPECT_EQ(first_difference(rows(path), till.rows_at_hub()), "");
        EngineOptions options;
        options.clock = [this] { return hub.now; };
        Engine engine = Engine::open(path, options);
        hub.network = {};
        hub.now += std::chrono::minutes(20);
        const SyncReport report = engine.sync({.url = "http://hub", .exchange = hub.exchange()});
        EXPECT_TRUE(report.equal) << report.reason;
        EXPECT_FALSE(report.diverged);
        EXPECT_EQ(report.changes_sent, 0);
    }
    /// What lies beside a file but for its lock and log.
    static std::vector<std::string> beside(const std::string& path) {
        std::vector<std::string> names;
        for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(path).parent_path())) {
            const std::string name = entry.path().filename().string();
            if (name.find("bootstrap") != std::string::npos) names.push_back(name);
        }
        return names;
    }

    test::TemporaryFolder folder;
    test::NearbyHub hub{folder.file("hub.db")};
    Device till{hub};
    std::string shop;
    std::string fresh = folder.file("new/shop.db");
};

class NewFileTest : public BootstrapTest {
protected:
    void SetUp() override {
        BootstrapTest::SetUp();
        std::filesystem::create_directories(folder.file("new"));
    }
};

TEST_F(NewFileTest, HoldsWhatTheHubHasAndIsADeviceOfItsOwn) {
    const BootstrapReport report = bootstrap(fresh);

    EXPECT_TRUE(report.complete) << report.reason;
    EXPECT_EQ(report.rows, 16);  // the seller, a category, four bundles, eight reservations, two holidays
    EXPECT_GT(report.chunks, 5);
    EXPECT_EQ(report.digest.size(), 32U);
    EXPECT_NE(report.replica, till.engine->sync_status().replica);
    EXPECT_THAT(beside(fresh), IsEmpty());
    expect_filled(fresh);
    Engine engine = Engine::open(fresh);
    EXPECT_TRUE(engine.verify().findings.empty());
    EXPECT_EQ(engine.sync_status().replica, report.replica);
}

TEST_F(NewFileTest, IsAsAnyOtherOnceItIsWhole) {
    static_cast<void>(bootstrap(fresh));

    const std::string made = "SELECT type || ' ' || name FROM sqlite_schema ORDER BY 1";
    EXPECT_EQ(test::select_column(fresh, made), till.select(made));
    EXPECT_THAT(test::select_column(fresh, "SELECT name FROM sync_state WHERE name LIKE 'bootstrap%'"), IsEmpty());
}

TEST_F(NewFileTest, SellsAndSendsWhatItSells) {
    ASSERT_TRUE(bootstrap(fresh).complete);
    EngineOptions options;
    options.clock = [this] { return hub.now; };
    Engine engine = Engine::open(fresh, options);

    engine.reserve({.bundle = engine.bundles({.seller = engine.home_seller()}).front().bundle.id,
                    .consumer = "c",
                    .claim_code = {}});
    const SyncReport report = engine.sync({.url = "http://hub", .exchange = hub.exchange()});

    EXPECT_EQ(report.changes_sent, 1);
    EXPECT_TRUE(report.equal) << report.reason;
    sync(till);
    EXPECT_EQ(first_difference(till.rows(), till.rows_at_hub()), "");
}

TEST_F(NewFileTest, NeedsAShopThatTheHubHas) {
    EXPECT_THROW(static_cast<void>(Engine::bootstrap(fresh, {.url = "http://hub", .exchange = hub.exchange()})), Error);
    shop = "01JDQ4R7K2M8X5V9T3B6N1C0HA";
    try {
        static_cast<void>(bootstrap(fresh));
        FAIL() << "a file was made for nobody";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::not_found) << error.what();
    }
    EXPECT_FALSE(std::filesystem::exists(fresh));
}

TEST_F(NewFileTest, TakesWhatIsWrittenAtTheHubMeanwhile) {
    int chunks = 0;
    hub.network = [&](const HubRequest& request) {
        if (is_chunk(request) && ++chunks == 4) {
            hub.network = {};
            till.post("Late bag");
            till.sql("DELETE FROM holidays WHERE name = 'Fair'; UPDATE bundles SET bundle_name = 'Renamed'");
            sync(till);
        }
        return hub.deliver(request);
    };

    EXPECT_TRUE(bootstrap(fresh).complete);

    expect_filled(fresh);
}

TEST_F(NewFileTest, GoesOnWhereAnEarlierRunEnded) {
    std::vector<std::string> served;
    int left = 5;
    hub.network = [&](const HubRequest& request) {
        if (is_chunk(request) && left-- <= 0) return test::no_answer();
        if (is_chunk(request)) served.push_back(request.path);
        return hub.deliver(request);
    };
    const BootstrapReport first = bootstrap(fresh);
    EXPECT_FALSE(first.complete);
    EXPECT_THAT(first.reason, HasSubstr("cannot be reached"));
    EXPECT_EQ(first.chunks, 5);
    EXPECT_FALSE(std::filesystem::exists(fresh));
    left = 1000;

    const BootstrapReport second = bootstrap(fresh);

    EXPECT_TRUE(second.complete) << second.reason;
    EXPECT_EQ(second.chunks_kept, 5);
    std::sort(served.begin(), served.end());
    EXPECT_EQ(std::adjacent_find(served.begin(), served.end()), served.end()) << "a chunk was asked for twice";
    EXPECT_EQ(static_cast<std::int64_t>(served.size()), first.chunks + second.chunks);
    expect_filled(fresh);
}

TEST_F(NewFileTest, AsksAgainForAChunkThatIsNotAsItWasSent) {
    const std::vector<std::function<void(std::string&)>> faults = {
        [](std::string& body) { body.resize(body.size() / 2); },
        [](std::string& body) { body.back() ^= 1; },
        [](std::string& body) { body += body; },
        [](std::string& body) { body = "<html>sign in</html>"; },
        [](std::string& body) { body.clear(); },
    };
    for (const auto& fault : faults) {
        int requests = 0;
        hub.network = [&](const HubRequest& request) {
            HubAnswer answer = hub.deliver(request);
            if (is_chunk(request) && ++requests == 3) fault(answer.body);
            return answer;
        };

        const BootstrapReport report = bootstrap(fresh);

        EXPECT_TRUE(report.complete) << report.reason;
        EXPECT_EQ(report.chunks_repeated, 1);
        expect_filled(fresh);
        std::filesystem::remove(fresh);
    }
}

TEST_F(NewFileTest, AsksAgainForAChunkThatIsAnother) {
    std::vector<HubAnswer> answers;
    hub.network = [&](const HubRequest& request) {
        HubAnswer answer = hub.deliver(request);
        if (!is_chunk(request)) return answer;
        answers.push_back(answer);
        if (answers.size() == 3) return answers[1];  // doubled
        if (answers.size() == 6) return answers[0];  // out of order
        return answer;
    };

    const BootstrapReport report = bootstrap(fresh);

    EXPECT_TRUE(report.complete) << report.reason;
    EXPECT_EQ(report.chunks_repeated, 2);
    expect_filled(fresh);
}

TEST_F(NewFileTest, EndsIfAChunkIsDamagedEachTime) {
    int requests = 0;
    hub.network = [&](const HubRequest& request) {
        HubAnswer answer = hub.deliver(request);
        if (is_chunk(request) && ++requests > 2) answer.body.back() ^= 1;
        return answer;
    };

    const BootstrapReport report = bootstrap(fresh);

    EXPECT_FALSE(report.complete);
    EXPECT_THAT(report.reason, HasSubstr("hash"));
    EXPECT_EQ(requests, 6);
    hub.network = {};
    EXPECT_EQ(bootstrap(fresh).chunks_kept, 2);
}

TEST_F(NewFileTest, GoesOnInTheMiddleOfAChunkThatWasCutOff) {
    hub.chunk_bytes = 1U << 20U;
    std::vector<std::string> ranges;
    std::size_t whole = 0;
    std::size_t carried = 0;
    hub.network = [&](const HubRequest& request) {
        HubAnswer answer = hub.deliver(request);
        if (!is_chunk(request)) return answer;
        for (const auto& [name, value] : request.headers) {
            if (name == "Range") ranges.push_back(value);
        }
        whole = std::max(whole, answer.body.size());
        constexpr std::size_t most = 400;  // the way to the hub carries no more at once
        if (answer.body.size() > most) {
            answer.status = 0;
            answer.failure = "broken: the connection was reset";
            answer.body.resize(most);
        }
        carried += answer.body.size();
        return answer;
    };

    const BootstrapReport report = bootstrap(fresh);

    EXPECT_TRUE(report.complete) << report.reason;
    ASSERT_GE(ranges.size(), 2U);
    EXPECT_EQ(ranges[0], "bytes=400-");
    EXPECT_EQ(ranges[1], "bytes=800-");
    EXPECT_EQ(carried, whole) << "no byte came twice";
    expect_filled(fresh);
}

TEST_F(NewFileTest, BeginsAgainWhenTheSnapshotHasExpired) {
    int chunks = 0;
    hub.network = [&](const HubRequest& request) {
        if (is_chunk(request) && ++chunks == 4) hub.store().declare_restored();
        return hub.deliver(request);
    };

    const BootstrapReport report = bootstrap(fresh);

    EXPECT_TRUE(report.complete) << report.reason;
    EXPECT_GT(report.chunks, report.rows / 2 + 3);
}

TEST_F(NewFileTest, IsFilledByOneProcessAtATime) {
    ErrorCode code = ErrorCode::internal;
    hub.network = [&](const HubRequest& request) {
        hub.network = {};
        try {
            static_cast<void>(bootstrap(fresh));
        } catch (const Error& error) {
            code = error.code();
        }
        return hub.deliver(request);
    };

    EXPECT_TRUE(bootstrap(fresh).complete);
    EXPECT_EQ(code, ErrorCode::busy);
    expect_filled(fresh);
}

TEST_F(NewFileTest, OfAHubWithoutSnapshotsSaysSo) {
    hub.network = [](const HubRequest&) {
        protocol::Problem problem =
            protocol::make_problem(protocol::ProblemClass::upgrade, "unknown_path", "this hub has no such endpoint");
        problem.status = 404;
        return test::answer_of(404, protocol::encode(problem));
    };
    try {
        static_cast<void>(bootstrap(fresh));
        FAIL() << "that is no snapshot";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::refused);
        EXPECT_THAT(error.what(), HasSubstr("older than this program"));
        EXPECT_THAT(error.details(), testing::Contains(testing::Pair("class", "upgrade")));
    }
}

TEST_F(NewFileTest, TakesTheProgressThatThereIsAndStopsWhenAsked) {
    std::uint64_t most = 0;
    const auto stop = [&](const Progress& progress) {
        most = progress.done;
        EXPECT_LE(progress.done, progress.total);
        return progress.done < 5;
    };
    try {
        static_cast<void>(Engine::bootstrap(
            fresh, {.url = "http://hub", .shop = shop, .progress = stop, .exchange = hub.exchange()}));
        FAIL() << "it was asked to stop";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::cancelled);
    }
    EXPECT_GE(most, 5U);
    EXPECT_GT(bootstrap(fresh).chunks_kept, 3);
}

TEST_F(NewFileTest, IsNotHinderedByWhatLiesInItsPlace) {
    test::write_file(fresh + ".bootstrap", "no database at all");
    EXPECT_TRUE(bootstrap(fresh).complete);
    expect_filled(fresh);
}

TEST_F(NewFileTest, OnlySaysWhatThereIsInADryRun) {
    const BootstrapReport report =
        Engine::bootstrap(fresh, {.url = "http://hub", .shop = shop, .dry_run = true, .exchange = hub.exchange()});

    EXPECT_EQ(report.rows, 16);
    EXPECT_EQ(report.at, 16);
    EXPECT_THAT(beside(fresh), IsEmpty());
    EXPECT_FALSE(std::filesystem::exists(fresh));
}

TEST_F(NewFileTest, OnAFullDiskIsGoneOnWithOnceThereIsSpace) {
    test::FaultVfs disk;
    EngineOptions options;
    options.vfs = disk.name();
    std::int64_t kept = 0;
    int failures = 0;
    BootstrapReport report;
    for (std::int64_t nth = 80; !report.complete; nth += 80) {  // the fourth comes amid the rows
        disk.fail_at(nth, test::DiskFailure::disk_full, test::FailureSpan::from_then_on);
        try {
            report = bootstrap(fresh, options);
            kept = report.chunks_kept;
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::disk_full) << error.what();
            EXPECT_FALSE(std::filesystem::exists(fresh));
            ++failures;
        }
        disk.never_fail();
    }

    EXPECT_GT(failures, 2);
    EXPECT_GT(kept, 0);
    expect_filled(fresh);
}

TEST_F(NewFileTest, IsGoneOnWithAfterAKillAtAnyWrite) {
    int kills = 0;
    for (std::int64_t nth = 1;; nth += 67) {
        const int status = bootstrap_in_child(fresh, shop, nth);
        if (status == 0) break;
        ASSERT_EQ(status, killed) << "at write " << nth;
        ++kills;
    }
    EXPECT_GT(kills, 3);
    expect_filled(fresh);
}

class OldFileTest : public BootstrapTest {
protected:
    void SetUp() override {
        BootstrapTest::SetUp();
        sync(tablet);
        bag = tablet.select("SELECT max(bundle_id) FROM bundles").front();
        till.sql(
            "DELETE FROM holidays WHERE name = 'Fair'; UPDATE bundles SET bundle_name = 'Renamed' WHERE bundle_id = 1;"
            "INSERT INTO holidays (region, day, name) VALUES ('GB', 20402, 'New')");
        sync(till);
    }
    BootstrapReport bootstrap_tablet() { return bootstrap(tablet.path()); }
    void expect_equal() {
        EXPECT_EQ(first_difference(tablet.rows(), till.rows_at_hub()), "");
        hub.network = {};
        const SyncReport report = sync(tablet);
        EXPECT_TRUE(report.equal) << report.reason;
        EXPECT_FALSE(report.diverged);
        EXPECT_TRUE(tablet.engine->verify().findings.empty());
    }

    Device tablet{hub};
    std::string bag;
};

TEST_F(OldFileTest, TakesWhatItLacksAndKeepsItsIds) {
    const std::vector<std::string> ids = tablet.select("SELECT bundle_id || hex(uuid) FROM bundles ORDER BY 1");
    const std::string replica = tablet.engine->sync_status().replica;

    const BootstrapReport report = bootstrap_tablet();

    EXPECT_TRUE(report.complete) << report.reason;
    EXPECT_EQ(report.rows_changed, 2);
    EXPECT_EQ(report.rows_removed, 1);
    EXPECT_EQ(report.pending_changes, 0);
    EXPECT_EQ(report.replica, replica);
    EXPECT_EQ(tablet.select("SELECT bundle_id || hex(uuid) FROM bundles ORDER BY 1"), ids);
    EXPECT_THAT(tablet.select("SELECT name FROM holidays ORDER BY 1"), ElementsAre("Feast", "New"));
    EXPECT_THAT(beside(tablet.path()), IsEmpty());
    expect_equal();
}

TEST_F(OldFileTest, ItsBytesAreOfTheDayWhetherItEndsOrNot) {
    const auto bytes_today = [&] { return tablet.engine->sync_status().bytes_today; };
    const std::int64_t before = bytes_today();
    int left = 3;
    hub.network = [&](const HubRequest& request) {
        return is_chunk(request) && left-- <= 0 ? test::no_answer() : hub.deliver(request);
    };
    const BootstrapReport cut = bootstrap_tablet();
    const std::int64_t between = bytes_today();
    hub.network = {};

    const BootstrapReport report = bootstrap_tablet();

    EXPECT_FALSE(cut.complete);
    EXPECT_GE(between - before, cut.bytes_received);
    EXPECT_TRUE(report.complete) << report.reason;
    EXPECT_GT(report.bytes_received, 500);
    EXPECT_GE(bytes_today() - between, report.bytes_received);
}

TEST_F(OldFileTest, TakesManyRowsInSeveralTransactions) {
    static_cast<void>(bootstrap_tablet());
    till.sql(
        "DELETE FROM holidays; WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2600) INSERT "
        "INTO holidays (region, day, name) SELECT 'GB-' || i, i, 'Feast' FROM n");
    static_cast<void>(sync(till));
    hub.now += std::chrono::minutes(5);
    static_cast<void>(sync(till));
    hub.chunk_bytes = 1U << 18U;

    const BootstrapReport report = bootstrap_tablet();

    EXPECT_TRUE(report.complete) << report.reason;
    EXPECT_EQ(report.rows_changed, 2600);
    EXPECT_EQ(report.rows_removed, 2);
    expect_equal();
}

TEST_F(OldFileTest, SendsFirstWhatTheHubDoesNotHave) {
    tablet.reserve(BundleId(std::stoll(bag)));

    const BootstrapReport report = bootstrap_tablet();

    EXPECT_TRUE(report.complete) << report.reason;
    EXPECT_EQ(report.pending_changes, 0);
    expect_equal();
    EXPECT_EQ(tablet.select("SELECT count(*) FROM reservations"), std::vector<std::string>{"9"});
}

TEST_F(OldFileTest, IsLeftAsItIsWhileWhatItHasCannotBeSent) {
    const std::vector<std::string> before = tablet.rows();
    tablet.reserve(BundleId(std::stoll(bag)));
    hub.network = [](const HubRequest&) { return test::no_answer(); };

    const BootstrapReport report = bootstrap_tablet();

    EXPECT_FALSE(report.complete);
    EXPECT_THAT(report.reason, HasSubstr("1 change cannot be sent first"));
    EXPECT_EQ(report.pending_changes, 1);
    EXPECT_EQ(tablet.rows().size(), before.size() + 1);
}

TEST_F(OldFileTest, KeepsOnTopWhatIsSoldMeanwhile) {
    bool sold = false;
    hub.network = [&](const HubRequest& request) {
        if (is_chunk(request) && !std::exchange(sold, true)) {
            tablet.reserve(BundleId(std::stoll(bag)));
            tablet.sql(
                "UPDATE bundles SET price_minor = 111 WHERE bundle_id = 1; DELETE FROM holidays WHERE name = 'Feast'");
        }
        return hub.deliver(request);
    };

    const BootstrapReport report = bootstrap_tablet();

    EXPECT_TRUE(report.complete) << report.reason;
    EXPECT_EQ(report.pending_changes, 3);
    EXPECT_EQ(tablet.select("SELECT count(*) FROM reservations"), std::vector<std::string>{"9"});
    EXPECT_EQ(tablet.select("SELECT bundle_name || price_minor FROM bundles WHERE bundle_id = 1"),
              std::vector<std::string>{"Renamed111"});
    EXPECT_THAT(tablet.select("SELECT name FROM holidays ORDER BY 1"), ElementsAre("New"));
    hub.network = {};
    sync(tablet);
    expect_equal();
}

TEST_F(OldFileTest, TakesWhatAnotherProcessHasSentAndTakenMeanwhile) {
    bool done = false;
    hub.network = [&](const HubRequest& request) {
        if (request.path.starts_with("/v1/pull") && !std::exchange(done, true)) {
            HubAnswer answer = hub.deliver(request);
            tablet.reserve(BundleId(std::stoll(bag)));
            sync(tablet);  // after the page was made: the filled file does not know of it
            return answer;
        }
        return hub.deliver(request);
    };

    const BootstrapReport report = bootstrap_tablet();

    EXPECT_TRUE(report.complete) << report.reason;
    EXPECT_EQ(tablet.select("SELECT count(*) FROM reservations"), std::vector<std::string>{"9"});
    expect_equal();
}

TEST_F(OldFileTest, KeepsItsRowsIfTheHubHasLostWhatItHadTaken) {
    test::NearbyHub other(folder.file("other.db"));
    other.now = hub.now;
    const std::string epoch = hub.store().settings().epoch;
    test::run_sql(folder.file("other.db"), "UPDATE hub SET value = '" + epoch + "' WHERE name = 'epoch'");
    const std::vector<std::string> before = tablet.rows();
    tablet.engine->sync({.url = "http://hub", .exchange = hub.exchange()});
    try {
        static_cast<void>(Engine::bootstrap(tablet.path(), {.url = "http://hub", .exchange = other.exchange()}));
        FAIL() << "rows were given up";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::refused) << error.what();
    }
    EXPECT_EQ(tablet.rows().size(), before.size());
}

TEST_F(OldFileTest, OfAnotherShopIsRefused) {
    shop = "01JDQ4R7K2M8X5V9T3B6N1C0HA";
    try {
        static_cast<void>(bootstrap_tablet());
        FAIL() << "that is another shop's";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::conflict);
    }
}

TEST_F(OldFileTest, IsTheOldOrTheNewAfterAKillAtAnyWrite) {
    const std::vector<std::string> before = tablet.rows();
    tablet.engine.reset();
    int kills = 0;
    for (std::int64_t nth = 1;; nth += 101) {
        const int status = bootstrap_in_child(tablet.path(), {}, nth);
        if (status == 0) break;
        ASSERT_EQ(status, killed) << "at write " << nth;
        ++kills;
        const std::vector<std::string> after = tablet.rows();
        EXPECT_TRUE(after == before || first_difference(after, till.rows_at_hub()).empty());
    }
    EXPECT_GT(kills, 3);
    tablet.while_down("SELECT 1");
    expect_equal();
}

}  // namespace
}  // namespace edge
