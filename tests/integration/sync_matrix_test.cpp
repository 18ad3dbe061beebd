#include "support/device.hpp"

#include "edge/hub/intake.hpp"
#include "edge/protocol/exchange.hpp"
#include "edge/protocol/tables.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <vector>

// What becomes of a row that two sides wrote: {create, one field, another field, delete, recreate} here and at another
// device or the hub, before and after what the other did has come, for a table of each rule.

namespace edge {
namespace {

using protocol::Change;
using protocol::Op;
using test::Device;

enum class Act { create, same, other, remove, recreate };
constexpr std::array acts{Act::create, Act::same, Act::other, Act::remove, Act::recreate};
constexpr std::array<std::string_view, 5> act_names{"create", "same field", "other field", "delete", "recreate"};

struct TableInfo {
    std::string_view name;
    std::string_view a;
    std::string_view b;
    std::string_view wire_a;
    std::string_view wire_b;
};
constexpr std::array<TableInfo, 3> tables = {{
    {"bundles", "bundle_name", "description", "name", "description"},
    {"reservations", "consumer_id", "claim_code", "consumer", "claim_code"},
    {"category", "category_name", "category_coefficient", "name", "coefficient"},
}};

enum class Side { device, hub };
enum class Time {
    older,    ///< written here and not sent; then the other writes and syncs
    later,    ///< the other writes and syncs; then this one writes, without having heard of it
    knowing,  ///< the same, having heard of it
};

/// A line for each act here, in it a cell for each act there: what the row's two columns hold in the end, `0` as it
/// was, `L` of this device, `R` of the other side, `--` if there is no row; then what the hub said of this device's
/// change: a ccepted, m erged, s uperseded, d uplicate. `.` where the act cannot be: a row that is there is not
/// created, one that is gone is not changed.
using Grid = std::array<std::string_view, 5>;
struct Case {
    std::string_view name;
    Side side;
    Time time;
    std::array<Grid, 3> grids;  ///< in the order of `tables`
};
const std::vector<Case>& cases();

/// Each cell has a row of its own.
struct Cell {
    std::size_t table = 0;
    Act here = Act::create;
    Act there = Act::create;

    [[nodiscard]] const TableInfo& info() const { return tables.at(table); }
    [[nodiscard]] int number() const {
        return (static_cast<int>(table) * 5 + static_cast<int>(here)) * 5 + static_cast<int>(there);
    }
    [[nodiscard]] std::string key() const {
        return Uuid::parse(fmt::format("019b0000-0000-7000-8000-{:012}", number())).value().wire();
    }
    [[nodiscard]] std::string blob() const { return fmt::format("x'019b0000000070008000{:012}'", number()); }
    [[nodiscard]] std::string name() const {
        return fmt::format("{}: {} here, {} there", info().name, act_names.at(static_cast<std::size_t>(here)),
                           act_names.at(static_cast<std::size_t>(there)));
    }
    [[nodiscard]] std::string a(char who) const { return fmt::format("{}{}", who, number()); }
    [[nodiscard]] std::string b(char who) const {
        if (info().name != "category") return fmt::format("{}{}", who, number());
        return fmt::format("{}.000000000", who == '0' ? 1 : (who == 'L' ? 2 : 3));
    }
};

char who_wrote(const std::string& value) {
    if (!value.ends_with(".000000000")) return value.empty() ? '?' : value.front();
    return value.front() == '1' ? '0' : (value.front() == '2' ? 'L' : 'R');
}

/// One thing that one side does to a cell's row.
struct Deed {
    Cell cell;
    Act act;
};

std::string insertion(const Cell& cell, char who) {
    if (cell.info().name == "bundles") {
        return fmt::format(
            "INSERT INTO bundles (uuid, seller_id, bundle_name, description, total_qty, window_start, window_end, "
            "created_at) SELECT {}, user_id, '{}', '{}', 5, 1764000000000000, 1764009000000000, 1763990000000000 FROM "
            "sellers;",
            cell.blob(), cell.a(who), cell.b(who));
    }
    if (cell.info().name == "reservations") {
        return fmt::format(
            "INSERT INTO reservations (uuid, bundle_id, consumer_id, claim_code, reserved_at) SELECT {}, bundle_id, "
            "'{}', '{}', 1764000000000000 FROM bundles WHERE bundle_name = 'Parent';",
            cell.blob(), cell.a(who), cell.b(who));
    }
    return fmt::format("INSERT INTO category (uuid, category_name, category_coefficient) VALUES ({}, '{}', '{}');",
                       cell.blob(), cell.a(who), cell.b(who));
}

std::string statements(const Deed& deed, char who) {
    const Cell& cell = deed.cell;
    const std::string remove = fmt::format("DELETE FROM {} WHERE uuid = {};", cell.info().name, cell.blob());
    const auto set = [&](std::string_view column, const std::string& value) {
        return fmt::format("UPDATE {} SET {} = '{}' WHERE uuid = {};", cell.info().name, column, value, cell.blob());
    };
    switch (deed.act) {
        case Act::create: return insertion(cell, who);
        case Act::same: return set(cell.info().a, cell.a(who));
        case Act::other: return set(cell.info().b, cell.b(who));
        case Act::remove: return remove;
        case Act::recreate: return remove + insertion(cell, who);
    }
    return {};
}

const std::string parent_key = Uuid::parse("019b0000-0000-7000-8000-00000000ffff").value().wire();

protocol::Fields all_fields(const Cell& cell, const std::string& seller) {
    const std::string a(cell.info().wire_a);
    const std::string b(cell.info().wire_b);
    if (cell.info().name == "category") return {{a, cell.a('R')}, {b, cell.b('R')}};
    if (cell.info().name == "reservations") {
        return {{"bundle", parent_key},
                {a, cell.a('R')},
                {b, cell.b('R')},
                {"reserved_at", std::string("2025-11-24T16:00:00Z")},
                {"collected_at", std::monostate{}},
                {"cancelled_at", std::monostate{}}};
    }
    return {{"seller", seller},
            {a, cell.a('R')},
            {b, cell.b('R')},
            {"categories", std::vector<std::string>{}},
            {"total_qty", std::int64_t{5}},
            {"weight_grams", std::int64_t{0}},
            {"carbon_dioxide", std::int64_t{0}},
            {"price_minor", std::int64_t{0}},
            {"discount_percentage", std::int64_t{0}},
            {"window_start", std::string("2025-11-24T16:00:00Z")},
            {"window_end", std::string("2025-11-24T18:30:00Z")},
            {"created_at", std::string("2025-11-24T13:13:20Z")},
            {"closed_at", std::monostate{}}};
}

std::vector<Change> changes_of(const Deed& deed, const std::string& seller) {
    const Cell& cell = deed.cell;
    const auto change = [&](Op op, protocol::Fields fields) {
        return Change{.table = std::string(cell.info().name), .key = cell.key(), .op = op, .fields = std::move(fields)};
    };
    switch (deed.act) {
        case Act::create: return {change(Op::create, all_fields(cell, seller))};
        case Act::same: return {change(Op::update, {{std::string(cell.info().wire_a), cell.a('R')}})};
        case Act::other: return {change(Op::update, {{std::string(cell.info().wire_b), cell.b('R')}})};
        case Act::remove: return {change(Op::remove, {})};
        case Act::recreate: return {change(Op::remove, {}), change(Op::create, all_fields(cell, seller))};
    }
    return {};
}

class ConflictMatrix : public testing::TestWithParam<std::size_t> {
protected:
    /// Rows that a side changes are there; who creates a row that is there has not heard of it.
    void SetUp() override {
        here.sql(
            "INSERT INTO bundles (uuid, seller_id, bundle_name, total_qty, window_start, window_end) SELECT "
            "x'019b000000007000800000000000ffff', user_id, 'Parent', 500, 1764000000000000, 1764009000000000 FROM "
            "sellers;" +
            written_here([](const Cell& cell) { return cell.here != Act::create && cell.there != Act::create; }));
        for (Device* device : {&here, &there, &third}) static_cast<void>(sync(*device));
        here.sql(written_here([](const Cell& cell) { return cell.here != Act::create && cell.there == Act::create; }));
        static_cast<void>(sync(here));
        there.sql(written_here([](const Cell& cell) { return cell.here == Act::create && cell.there != Act::create; }));
        static_cast<void>(sync(there, SyncDirection::push));
        later();
    }
    void later() { hub.now += std::chrono::minutes(5); }
    SyncReport sync(Device& device, SyncDirection direction = SyncDirection::both) {
        return device.engine->sync({.url = "http://hub", .direction = direction, .exchange = exchange});
    }

    [[nodiscard]] static std::vector<Cell> cells() {
        std::vector<Cell> all;
        for (std::size_t table = 0; table < tables.size(); ++table) {
            for (const Act here : acts) {
                for (const Act there : acts) all.push_back({.table = table, .here = here, .there = there});
            }
        }
        return all;
    }
    template <class Which>
    [[nodiscard]] static std::string written_here(const Which& which) {
        std::string all;
        for (const Cell& cell : cells()) {
            if (which(cell)) all += insertion(cell, '0');
        }
        return all;
    }
    [[nodiscard]] std::string_view expected(const Cell& cell) const {
        const std::string_view line = given().grids.at(cell.table).at(static_cast<std::size_t>(cell.here));
        return line.substr(static_cast<std::size_t>(cell.there) * 5, 4);
    }
    [[nodiscard]] bool can_be(const Cell& cell) const { return !expected(cell).starts_with('.'); }
    [[nodiscard]] static const Case& given() { return cases().at(GetParam()); }

    void act_here() {
        std::string all;
        for (const Cell& cell : cells()) {
            if (can_be(cell)) all += statements({.cell = cell, .act = cell.here}, 'L');
        }
        here.sql(all);
        // sealed now, and not sent
        hub.network = [](const HubRequest&) { return test::no_answer(); };
        static_cast<void>(sync(here));
        hub.network = nullptr;
        later();
    }
    void act_there() {
        std::string all;
        std::vector<Change> changes;
        for (const Cell& cell : cells()) {
            const Deed deed{.cell = cell, .act = cell.there};
            all += statements(deed, 'R');
            for (Change& change : changes_of(deed, here.seller_key())) changes.push_back(std::move(change));
        }
        if (given().side == Side::hub) {
            EXPECT_TRUE(hub::write_own_rows(hub.store(), here.seller_key(), changes, hub.now).empty());
        } else {
            there.sql(all);
            static_cast<void>(sync(there, SyncDirection::push));
        }
        later();
    }
    void settle() {
        for (int round = 0; round < 3; ++round) {
            for (Device* device : {&here, &there, &third}) static_cast<void>(sync(*device));
        }
    }

    /// The cell as it came out on that device.
    [[nodiscard]] std::string at(Device& device, const Cell& cell) {
        const std::vector<std::string> found =
            device.select(fmt::format("SELECT {} || '/' || {} FROM {} WHERE uuid = {}", cell.info().a, cell.info().b,
                                      cell.info().name, cell.blob()));
        if (found.empty()) return "--";
        const std::size_t slash = found.front().find('/');
        return {who_wrote(found.front().substr(0, slash)), who_wrote(found.front().substr(slash + 1))};
    }
    [[nodiscard]] std::string at_hub(const Cell& cell) {
        const int table = protocol::find_table(cell.info().name)->number;
        const auto rows = hub.store().read(here.seller_key())->rows({{.table = table, .key = cell.key()}});
        if (rows.empty() || rows.front().row.deleted) return "--";
        const auto value = [&](std::string_view column) {
            return *protocol::as_text(*protocol::find_field(rows.front().row.fields, column));
        };
        return {who_wrote(value(cell.info().wire_a)), who_wrote(value(cell.info().wire_b))};
    }
    [[nodiscard]] char outcome(const Cell& cell) const {
        const auto found = outcomes.find(cell.key());
        return found == outcomes.end() ? 'a' : found->second;
    }

    test::TemporaryFolder folder;
    test::NearbyHub hub{folder.file("hub.db")};
    std::map<std::string, char> outcomes;  ///< the hub's first word on what `here` sent
    HubExchange exchange = [this, carry = hub.exchange()](const HubRequest& request) {
        HubAnswer answer = carry(request);
        const protocol::Decoded<protocol::Ack> ack = protocol::decode_ack(answer.body);
        const protocol::Decoded<protocol::SyncRequest> sent = protocol::decode_request(request.body);
        if (!ack || !sent || sent->header.replica != replica_here) return answer;
        for (const protocol::ChangeOutcome& one : ack->outcomes)
            outcomes.emplace(one.key, protocol::name_of(one.outcome).front());
        return answer;
    };
    Device here{hub};
    Device there{hub};
    Device third{hub};
    std::string replica_here = here.engine->sync_status().replica;
};

TEST_P(ConflictMatrix, ComesOutAsItIsWrittenAndTheSameForEverybody) {
    if (given().time == Time::older) act_here();
    act_there();
    if (given().time == Time::knowing) static_cast<void>(sync(here));
    if (given().time != Time::older) act_here();
    settle();

    std::array<std::string, 3> seen;
    for (const Cell& cell : cells()) {
        const std::string row = at(here, cell);
        const std::string found = can_be(cell) ? fmt::format("{} {}", row, outcome(cell)) : std::string(".   ");
        EXPECT_EQ(found, expected(cell)) << cell.name();
        EXPECT_EQ(at_hub(cell), row) << "at the hub, " << cell.name();
        EXPECT_EQ(at(third, cell), row) << "on a third device, " << cell.name();
        seen.at(cell.table) += (cell.there == Act::create ? "\n\"" : " ") + found;
    }
    if (HasFailure()) ADD_FAILURE() << "in all:" << seen[0] << '\n' << seen[1] << '\n' << seen[2];
    for (Device* device : {&here, &there, &third}) {
        const SyncReport report = sync(*device);
        EXPECT_TRUE(report.equal) << report.reason;
        EXPECT_FALSE(report.diverged);
        EXPECT_EQ(test::first_difference(device->rows(), device->rows_at_hub()), "");
    }
}

INSTANTIATE_TEST_SUITE_P(Sides, ConflictMatrix, testing::Range<std::size_t>(0, 6),
                         [](const auto& given) { return std::string(cases().at(given.param).name); });

const std::vector<Case>& cases() {
    // there: create, same, other, delete, recreate
    constexpr Grid older = {"RR s RL m LR m -- s RR s",   // create: says how a row was born, edits since then stand
                            "RR s R0 s LR a -- s RR s",   // same field
                            "RR s RL a 0R s -- s RR s",   // other field
                            "-- a -- a -- a -- d -- a",   // delete: beats an edit that did not know of it
                            "RR s RL m LR m -- s RR s"};  // recreate
    constexpr Grid later = {"LL a RL m LR m LL a RR s",   // a device's recreation is an edit of every field
                            "LR a L0 a LR a -- s LR a",   //
                            "RL a RL a 0L a -- s RL a",   //
                            "-- a -- a -- a -- d -- a",   //
                            "RR s RL m LR m LL a RR s"};
    // the hub's recreation is a deletion and a birth
    constexpr Grid later_than_hub = {"LL a RL m LR m LL a LL a",  //
                                     "LR a L0 a LR a -- s LR a",  //
                                     "RL a RL a 0L a -- s RL a",  //
                                     "-- a -- a -- a -- d -- a",  //
                                     "RR s RL m LR m LL a LL a"};
    // what the hub wrote and the device had not heard of stands
    constexpr Grid hub_owned = {"RR s R0 s 0R s -- s RR s",  //
                                "RR s R0 s 0R s -- s RR s",  //
                                "RR s R0 s 0R s -- s RR s",  //
                                "RR s R0 s 0R s -- d RR s",  //
                                "RR s R0 s 0R s -- s RR s"};
    constexpr Grid knowing = {".    .    .    LL a .   ",  //
                              "LR a L0 a LR a .    LR a",  //
                              "RL a RL a 0L a .    RL a",  //
                              "-- a -- a -- a .    -- a",  //
                              "LL a LL a LL a .    LL a"};
    static const std::vector<Case> all = {
        {"AnotherDevice_WrittenHereFirst", Side::device, Time::older, {older, older, older}},
        {"AnotherDevice_WrittenHereLater", Side::device, Time::later, {later, later, later}},
        {"AnotherDevice_KnownHere", Side::device, Time::knowing, {knowing, knowing, knowing}},
        {"TheHub_WrittenHereFirst", Side::hub, Time::older, {older, older, hub_owned}},
        {"TheHub_WrittenHereLater", Side::hub, Time::later, {later_than_hub, later_than_hub, hub_owned}},
        {"TheHub_KnownHere", Side::hub, Time::knowing, {knowing, knowing, knowing}},
    };
    return all;
}

}  // namespace
}  // namespace edge
