#pragma once

#include "edge/core/time.hpp"
#include "edge/protocol/exchange.hpp"
#include "edge/protocol/hub_session.hpp"
#include "edge/protocol/lane.hpp"
#include "edge/protocol/row_digest.hpp"

#include <chrono>
#include <compare>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace edge::hub {

class ForeignConstraint;

/// A row of one seller.
struct RowKey {
    int table = 0;    ///< number of a TableDescriptor
    std::string key;  ///< wire key
    friend auto operator<=>(const RowKey&, const RowKey&) = default;
};

struct StoredRow {
    RowKey at;
    protocol::HubRow row;
    std::string parent;  ///< a reservation's bundle; empty for other tables
    std::string claim;   ///< a reservation's claim code; empty for other tables
    friend bool operator==(const StoredRow&, const StoredRow&) = default;
};

/// A claim code within a bundle.
struct Claim {
    std::string parent;
    std::string code;
    friend auto operator<=>(const Claim&, const Claim&) = default;
};
struct ClaimHolder {
    Claim claim;
    RowKey row;
};

/// Where a seller stands.
struct SellerHead {
    std::int64_t seq = 0;  ///< the seller's sequence; 0 for a new seller
    Timestamp applied_at;  ///< when the seller's last effect was applied, by the hub's clock
    /// Sum of the hashes of the rows that are shared and not deleted; nothing if it was never added up.
    std::optional<protocol::Sum128> digest = protocol::Sum128{};
    /// Tombstones of shared rows up to this version may be forgotten: a cursor before it has expired.
    std::int64_t trimmed = 0;
};

/// One numbering of one replica's lane.
struct LaneId {
    std::int64_t epoch = 1;
    protocol::Lane lane = protocol::Lane::ops;
    friend auto operator<=>(const LaneId&, const LaneId&) = default;
};

struct LaneState {
    LaneId id;
    protocol::LaneCursor cursor;
};

struct PartId {
    LaneId lane;
    std::int64_t seq = 1;
    int part = 1;
    friend auto operator<=>(const PartId&, const PartId&) = default;
};

/// A part that the hub has taken.
struct TakenPart {
    PartId id;
    std::string hash;
    std::int64_t changes = 0;
    std::vector<protocol::ChangeOutcome> outcomes;  ///< of its changes, those not accepted
    bool applied = false;
    std::string bytes;  ///< kept until the segment is complete and applied
    /// It has not come, but one that was sealed from its segment has, and took effect.
    [[nodiscard]] bool is_elsewhere() const noexcept { return !applied && bytes.empty(); }
};

/// Names one change of one replica.
struct ChangeId {
    std::string replica;
    PartId part;
    std::int64_t index = 0;
    friend auto operator<=>(const ChangeId&, const ChangeId&) = default;
};

using protocol::LetterState;

/// A change that could not be taken.
struct DeadLetter {
    ChangeId id;
    std::string table;  ///< as it was sent: the table may be unknown
    std::string key;
    protocol::Outcome outcome = protocol::Outcome::rejected;
    std::string reason;
    std::string detail;
    std::string change;  ///< JSON
    Timestamp at;
    LetterState state = LetterState::open;
    std::optional<Timestamp> settled_at;
};

/// Values that lost to others.
struct LostWrite {
    ChangeId id;
    RowKey row;
    std::string reason;
    protocol::Fields lost;
};

/// Everything that one request does, written together or not at all.
struct SyncEffect {
    std::string replica;                     ///< empty: the hub's own
    std::int64_t head = 0;                   ///< the seller's sequence afterwards
    Timestamp applied_at;                    ///< not before SellerHead::applied_at
    std::optional<protocol::Sum128> digest;  ///< SellerHead::digest afterwards
    std::vector<StoredRow> rows;
    std::vector<LaneState> cursors;
    std::vector<TakenPart> parts;
    std::vector<DeadLetter> dead_letters;
    std::vector<LostWrite> lost;
    /// Known ones whose outcome, reason, detail, state and settled_at change.
    std::vector<DeadLetter> reviewed_letters = {};
};

/// How the watermark `durable` follows `applied`.
enum class DurableRule {
    applied,  ///< at once: the hub's disk is the backup
    lag,      ///< what was applied a while ago
    command,  ///< what a backup covers, as its script declares
};

/// "applied", "lag", "command"
[[nodiscard]] std::string_view name_of(DurableRule rule) noexcept;
[[nodiscard]] std::optional<DurableRule> parse_durable_rule(std::string_view name) noexcept;

struct DurableSetting {
    DurableRule rule = DurableRule::applied;
    std::chrono::seconds lag{0};  ///< for DurableRule::lag
    friend bool operator==(const DurableSetting&, const DurableSetting&) = default;
};

struct HubSettings {
    std::string epoch;  ///< one life of the database; another after a restore
    DurableSetting durable;
    /// Everything applied until then is covered by a backup.
    std::optional<Timestamp> covered;
    /// Effects are applied after this instant: a backup that began then holds all before.
    std::optional<Timestamp> backup_began;
};

/// What a request is about to ask for, so that a store over a network can read it all in one round trip.
struct Expectation {
    std::string replica;
    std::vector<PartId> parts;
    std::set<RowKey> rows;
    std::set<Claim> claims;
    std::set<std::string> written_bundles;  ///< bundles that the request is going to write
    std::optional<Timestamp> now;           ///< if the request will look at what others have changed
    std::optional<std::int64_t> seen;       ///< of a poll: no rows are asked for unless the seller is beyond that
};

/// Reads one state of one seller. Every method takes what it needs at once, so that a store over a network needs one
/// round trip for it. What is not there is missing from the answer.
class SellerReader {
public:
    SellerReader() = default;
    SellerReader(const SellerReader&) = delete;
    SellerReader& operator=(const SellerReader&) = delete;
    virtual ~SellerReader() = default;

    /// A hint, given before anything is asked. Other questions may follow, and what was expected need not be asked.
    virtual void expect(Expectation /*expectation*/) {}  // NOLINT(performance-unnecessary-value-param): others keep it
    [[nodiscard]] virtual HubSettings settings() = 0;
    [[nodiscard]] virtual SellerHead head() = 0;
    /// All numberings of the replica, ascending.
    [[nodiscard]] virtual std::vector<LaneState> lanes(std::string_view replica) = 0;
    [[nodiscard]] virtual std::vector<TakenPart> parts(std::string_view replica, const std::vector<PartId>& ids) = 0;
    /// The last segment of each lane that was applied at `covered` or before; 0 for none. In order of `lanes`.
    [[nodiscard]] virtual std::vector<std::int64_t> applied_until(std::string_view replica,
                                                                  const std::vector<LaneId>& lanes,
                                                                  Timestamp covered) = 0;
    [[nodiscard]] virtual std::vector<StoredRow> rows(const std::vector<RowKey>& keys) = 0;
    /// Rows whose parent is one of those, tombstones included.
    [[nodiscard]] virtual std::vector<StoredRow> children(const std::vector<std::string>& parents) = 0;
    /// Who holds those claims, tombstones left out.
    [[nodiscard]] virtual std::vector<ClaimHolder> claims(const std::vector<Claim>& claims) = 0;
    /// The replica's open dead letters about those rows.
    [[nodiscard]] virtual std::vector<DeadLetter> open_letters(std::string_view replica,
                                                               const std::vector<RowKey>& keys) = 0;
    /// The dead letters of those changes, open or settled.
    [[nodiscard]] virtual std::vector<DeadLetter> letters(std::string_view replica,
                                                          const std::vector<ChangeId>& ids) = 0;
    /// The feed: shared rows (protocol::is_shared) changed after that version, oldest change first, tombstones
    /// included.
    [[nodiscard]] virtual std::vector<StoredRow> changes(std::int64_t after, std::size_t at_most) = 0;
    /// Rows of a shared table behind that key, in order of key: those that are not deleted and that were not changed
    /// after the version `at`.
    [[nodiscard]] virtual std::vector<StoredRow> rows_as_of(std::int64_t at, int table, std::string_view after,
                                                            std::size_t at_most) = 0;
    /// Of all shared tables, tombstones left out.
    [[nodiscard]] virtual std::int64_t count_shared_rows() = 0;
    /// Why the store cannot hold the row with such fields: a stable code, empty if it can.
    [[nodiscard]] virtual std::string_view refusal(const RowKey& /*at*/, const protocol::Fields& /*fields*/) {
        return {};
    }
    /// More of that, for people.
    [[nodiscard]] virtual std::string refusal_detail(const RowKey& /*at*/, const protocol::Fields& /*fields*/) {
        return {};
    }
    /// Every row in order of table and key, tombstones included.
    virtual void each_row(const std::function<void(const StoredRow&)>& visit) = 0;
};

/// The one transaction of a request. Nobody else writes this seller meanwhile. Undone unless committed.
class SellerWriter : public SellerReader {
public:
    virtual void save(const SyncEffect& effect) = 0;
    /// Saves, as the hub's own, what others have changed in tables that the store shares with them. True if there is
    /// something to commit.
    virtual bool take_in_outside_changes(Timestamp /*now*/) { return false; }
    /// Durable on this machine when it returns.
    virtual void commit() = 0;
};

/// Sellers in whose rows others have changed something, in tables that the store shares with them.
struct OutsideLook {
    std::vector<std::string> changed;
    std::optional<std::string> next;  ///< to go on behind that seller; nothing at the end
};

struct DeadLetterFilter {
    std::string seller;             ///< empty: all sellers
    std::optional<ChangeId> after;  ///< within the seller; needs one
    std::size_t at_most = 100;
    bool settled = false;  ///< those that are settled too
};
struct SellerDeadLetter {
    std::string seller;
    DeadLetter letter;
};

struct HubStatus {
    HubSettings settings;
    std::int64_t sellers = 0;
    std::int64_t replicas = 0;
    std::int64_t rows = 0;  ///< tombstones left out
    std::int64_t tombstones = 0;
    std::int64_t applied_segments = 0;
    std::int64_t staged_parts = 0;
    std::int64_t dead_letters = 0;
    std::optional<Timestamp> last_applied_at;
};

/// What forgetting old tombstones did to some sellers.
struct Trimming {
    std::int64_t sellers = 0;         ///< looked at
    std::int64_t tombstones = 0;      ///< forgotten
    std::int64_t lost = 0;            ///< lost writes forgotten
    std::optional<std::string> next;  ///< to go on behind that seller; nothing at the end
};

/// Where a hub keeps what it knows. For any number of threads. Throws Error; `busy` means that the same request may
/// succeed later.
class HubStore {
public:
    HubStore() = default;
    HubStore(const HubStore&) = delete;
    HubStore& operator=(const HubStore&) = delete;
    virtual ~HubStore() = default;

    [[nodiscard]] virtual std::unique_ptr<SellerReader> read(std::string_view seller) = 0;
    /// Waits for other writers of the seller.
    [[nodiscard]] virtual std::unique_ptr<SellerWriter> write(std::string_view seller) = 0;

    [[nodiscard]] virtual HubSettings settings() = 0;
    virtual void set_durable(const DurableSetting& setting) = 0;
    /// A backup begins: returns the instant to give to `declare_covered` once the backup is safe.
    virtual Timestamp begin_backup(Timestamp now) = 0;
    /// Everything applied until then is in a backup. Throws `invalid_argument` for an instant at which no backup began
    /// or that lies before one declared earlier.
    virtual void declare_covered(Timestamp began) = 0;
    /// The database was restored from a backup: a new epoch, which it returns.
    virtual std::string declare_restored() = 0;

    /// What a request of the seller wrote broke a rule of a table that the store shares: the next attempt finds out
    /// which rows do, and the one after it refuses those.
    virtual void doubt(std::string_view /*seller*/, const ForeignConstraint& /*broken*/) {}

    /// Looks at some sellers behind `after`, in order.
    [[nodiscard]] virtual OutsideLook look_outside(const std::string& /*after*/, Timestamp /*now*/) { return {}; }

    /// Forgets tombstones and lost writes that are older than `keep`, of some sellers behind `after`, in order. A
    /// tombstone is kept for `keep` at least and twice as long at most. One transaction a seller.
    [[nodiscard]] virtual Trimming trim(const std::string& /*after*/, Timestamp /*now*/,
                                        std::chrono::seconds /*keep*/) {
        return {};
    }

    [[nodiscard]] virtual std::vector<std::string> sellers() = 0;
    [[nodiscard]] virtual std::vector<SellerDeadLetter> dead_letters(const DeadLetterFilter& filter) = 0;
    [[nodiscard]] virtual HubStatus status() = 0;
};

}  // namespace edge::hub
