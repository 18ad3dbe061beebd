#include "support/device.hpp"

#include "edge/protocol/segment.hpp"
#include "edge/protocol/tables.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

// The same story under other clocks (I22): who wins where two wrote one field may change, and nothing else.

namespace edge {
namespace {

using test::Device;
using Minutes = std::chrono::minutes;
using Skews = std::array<Minutes, 3>;

constexpr Minutes day{1440};
constexpr Minutes year = 365 * day;

/// What a story came to, without instants, and without ids, which begin with the time: rows by the name that the story
/// gave them.
struct End {
    std::map<std::string, std::map<std::string, std::string>> rows;
    std::map<std::string, std::string> winners;  ///< values of fields that several wrote
};

/// Three devices of a shop, each with a clock of its own, and a hub that is right.
class Story {
public:
    explicit Story(const Skews& skews) {
        for (std::size_t at = 0; at < skews.size(); ++at) devices_.at(at)->skew = skews.at(at);
    }
    /// Each clock jumps by what the next one's was off.
    void turn_clocks() {
        std::rotate(devices_.begin(), devices_.begin() + 1, devices_.end());
        const Minutes first = devices_[0]->skew;
        devices_[0]->skew = devices_[1]->skew;
        devices_[1]->skew = devices_[2]->skew;
        devices_[2]->skew = first;
        std::rotate(devices_.begin(), devices_.begin() + 2, devices_.end());
    }

    void tell(bool clocks_jump) {
        till_.engine->add_category("Bread", *Co2Coefficient::parse("2.5"));
        for (const char* tag : {"contested", "apart", "deleted", "sold", "handed over"}) post(till_, tag);
        write(till_, reservation("sold", "COLLECTED") + reservation("handed over", "CANCELLED"));
        settle();
        if (clocks_jump) turn_clocks();

        // nobody hears of the others
        write(till_, set("contested", "bundle_name", "by the till") + set("apart", "price_minor", "111"));
        write(tablet_, set("contested", "bundle_name", "by the tablet") + set("apart", "total_qty", "77"));
        write(kiosk_, set("contested", "bundle_name", "by the kiosk") + set("apart", "discount_percentage", "33"));
        write(till_, set("deleted", "price_minor", "999"));
        write(tablet_, "DELETE FROM bundles WHERE description = 'deleted';");
        write(till_, "UPDATE reservations SET collected_at = reserved_at + 1 WHERE claim_code = 'COLLECTED';");
        write(kiosk_, "UPDATE reservations SET cancelled_at = reserved_at + 1 WHERE claim_code = 'COLLECTED';");
        write(tablet_, "UPDATE reservations SET cancelled_at = reserved_at + 1 WHERE claim_code = 'CANCELLED';");
        for (Device* device : {&till_, &tablet_, &kiosk_}) write(*device, holiday(*device));
        post(kiosk_, "of the kiosk");
        post(tablet_, "of the tablet");
        write(tablet_, reservation("of the tablet", "LATE"));
        settle();
        if (clocks_jump) turn_clocks();

        // knowing all of it
        write(kiosk_, set("contested", "bundle_name", "in the end"));
        settle();
    }

    [[nodiscard]] End end() {
        End end;
        for (const std::string& bundle : till_.select(
                 "SELECT description || '|' || price_minor || '|' || total_qty || '|' || discount_percentage || '|' || "
                 "(closed_at IS NULL) || '|' || (SELECT group_concat(claim_code || (collected_at IS NOT NULL) || "
                 "(cancelled_at IS NOT NULL)) FROM reservations r WHERE r.bundle_id = b.bundle_id) FROM bundles b "
                 "UNION ALL SELECT description || '|' || price_minor || '|' || total_qty || '|' || discount_percentage "
                 "FROM bundles b WHERE NOT EXISTS (SELECT 1 FROM reservations r WHERE r.bundle_id = b.bundle_id)"))
            end.rows["bundles"][bundle.substr(0, bundle.find('|'))] = bundle;
        for (const char* table : {"sellers", "category", "bundles", "reservations", "holidays"})
            end.rows["count"][table] = till_.select(fmt::format("SELECT count(*) FROM {}", table)).front();
        end.winners["contested"] =
            till_.select("SELECT bundle_name FROM bundles WHERE description = 'contested'").front();
        end.winners["holiday"] = till_.select("SELECT name FROM holidays").front();
        return end;
    }

private:
    void write(Device& device, const std::string& statements) {
        device.sql(statements);
        hub_.now += Minutes(7);
    }
    void post(Device& device, const std::string& tag) {
        const Timestamp today = hub_.now;
        device.engine->post_bundle({.seller = device.engine->home_seller(),
                                    .name = "Bag " + tag,
                                    .description = tag,
                                    .categories = {device.engine->categories().front().id},
                                    .total_qty = 20,
                                    .weight_grams = 800,
                                    .price = {399},
                                    .window = {.start = today - 9 * year, .end = today + 9 * year}});
        hub_.now += Minutes(7);
    }
    static std::string set(std::string_view tag, std::string_view column, std::string_view value) {
        return fmt::format("UPDATE bundles SET {} = '{}' WHERE description = '{}';", column, value, tag);
    }
    static std::string reservation(std::string_view tag, std::string_view code) {
        return fmt::format(
            "INSERT INTO reservations (bundle_id, consumer_id, claim_code, reserved_at) SELECT bundle_id, 'c', '{}', "
            "1764000000000000 FROM bundles WHERE description = '{}';",
            code, tag);
    }
    [[nodiscard]] std::string holiday(const Device& device) const {
        const char* who = &device == &till_ ? "till" : (&device == &tablet_ ? "tablet" : "kiosk");
        return fmt::format("INSERT INTO holidays (region, day, name) VALUES ('GB', 20400, 'Feast of the {}');", who);
    }
    /// Everybody syncs until nobody has anything new, and all are found equal.
    void settle() {
        for (int round = 0; round < 4; ++round) {
            for (Device* device : {&till_, &tablet_, &kiosk_}) {
                hub_.now += Minutes(61);
                static_cast<void>(device->sync());
            }
        }
        for (Device* device : {&till_, &tablet_, &kiosk_}) {
            const SyncReport report = device->sync();
            EXPECT_TRUE(report.equal) << report.reason;
            EXPECT_FALSE(report.diverged);
            EXPECT_EQ(report.changes_sent + report.rows_received, 0);
            EXPECT_EQ(test::first_difference(device->rows(), device->rows_at_hub()), "");
        }
    }

    test::TemporaryFolder folder_;
    test::NearbyHub hub_{folder_.file("hub.db")};
    Device till_{hub_};
    Device tablet_{hub_};
    Device kiosk_{hub_};
    std::array<Device*, 3> devices_{&till_, &tablet_, &kiosk_};
};

End told(const Skews& skews, bool clocks_jump) {
    Story story(skews);
    story.tell(clocks_jump);
    return story.end();
}

TEST(SyncClocks, ChangeWhoWinsAFieldAndNothingElse) {
    const End right = told({Minutes(0), Minutes(0), Minutes(0)}, false);
    EXPECT_EQ(right.winners.at("contested"), "in the end");
    std::vector<Skews> all{{3 * year, 3 * year, 3 * year}, {Minutes(4), Minutes(-4), Minutes(0)}};
    Skews skews{-2 * year, Minutes(0), 3 * year};
    do all.push_back(skews);
    while (std::next_permutation(skews.begin(), skews.end()));

    bool jump = false;
    for (const Skews& clocks : all) {
        jump = !jump;
        SCOPED_TRACE(fmt::format("{}, {} and {} minutes{}", clocks[0].count(), clocks[1].count(), clocks[2].count(),
                                 jump ? ", jumping" : ""));
        const End end = told(clocks, jump);

        EXPECT_EQ(end.rows, right.rows);
        EXPECT_THAT(end.winners.at("contested"),
                    testing::AnyOf("in the end", "by the till", "by the tablet", "by the kiosk"));
        EXPECT_THAT(end.winners.at("holiday"), testing::StartsWith("Feast of the "));
    }
}

}  // namespace
}  // namespace edge
