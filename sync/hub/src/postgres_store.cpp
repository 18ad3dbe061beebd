#include "edge/hub/postgres_store.hpp"

#include "postgres_pool.hpp"
#include "postgres_reader.hpp"
#include "postgres_schema.hpp"
#include "postgres_writer.hpp"
#include "stored_form.hpp"

#include "edge/core/error.hpp"

#include <algorithm>

namespace edge::hub {
namespace {

constexpr std::string_view lock_seller = "SELECT seq FROM edge.seller_head WHERE seller = $1 FOR UPDATE";
constexpr std::string_view add_seller =
    "INSERT INTO edge.seller_head (seller, seq) VALUES ($1, 0) ON CONFLICT (seller) DO NOTHING";
constexpr std::string_view upsert_fact =
    "INSERT INTO edge.hub (name, value) VALUES ($1::text, $2::text) "
    "ON CONFLICT (name) DO UPDATE SET value = excluded.value";
// What concerns all sellers is asked by operators, and is no part of a sync.
constexpr std::string_view select_sellers =
    "SELECT seller FROM edge.seller_head WHERE applied_at IS NOT NULL ORDER BY seller";
constexpr std::string_view lock_all_sellers = "SELECT seller FROM edge.seller_head ORDER BY seller FOR UPDATE";
constexpr std::string_view select_last_applied = "SELECT max(applied_at) FROM edge.seller_head";
constexpr std::string_view select_dead_letters =
    "SELECT seller, replica, epoch, lane, seq, part, idx, tbl, key, outcome, reason, detail, change, at "
    "FROM edge.dead_letter WHERE ($1::text = '' OR seller = $1::text) "
    "AND (replica, epoch, lane, seq, part, idx) > ($2::text, $3::bigint, $4::text, $5::bigint, $6::bigint, "
    "$7::bigint) ORDER BY seller, replica, epoch, lane, seq, part, idx LIMIT $8::bigint";
constexpr std::string_view count_everything =
    "SELECT (SELECT count(*) FROM edge.seller_head WHERE applied_at IS NOT NULL), "
    "(SELECT count(*) FROM (SELECT DISTINCT seller, replica FROM edge.lane_cursor) AS r), "
    "(SELECT count(*) FROM edge.hub_row WHERE NOT deleted), (SELECT count(*) FROM edge.hub_row WHERE deleted), "
    "(SELECT coalesce(sum(next_seq - 1), 0)::bigint FROM edge.lane_cursor), "
    "(SELECT coalesce(sum(next_part - 1), 0)::bigint FROM edge.lane_cursor), "
    "(SELECT count(*) FROM edge.dead_letter), (SELECT max(applied_at) FROM edge.seller_head)";

/// What both kinds of access answer in the same way. The first question opens the transaction.
template <class Interface>
class PostgresSeller : public Interface {
public:
    PostgresSeller(PostgresPool& pool, std::string_view seller) : lease_(pool), queries_(*lease_, seller) {}

    void expect(Expectation expectation) override { queries_.expect(std::move(expectation)); }
    HubSettings settings() override { return opened().settings(); }
    SellerHead head() override { return opened().head(); }
    std::vector<LaneState> lanes(std::string_view replica) override { return opened().lanes(replica); }
    std::vector<TakenPart> parts(std::string_view replica, const std::vector<PartId>& ids) override {
        return opened().parts(replica, ids);
    }
    std::vector<std::int64_t> applied_until(std::string_view replica, const std::vector<LaneId>& lanes,
                                            Timestamp covered) override {
        return opened().applied_until(replica, lanes, covered);
    }
    std::vector<StoredRow> rows(const std::vector<RowKey>& keys) override { return opened().rows(keys); }
    std::vector<StoredRow> children(const std::vector<std::string>& parents) override {
        return opened().children(parents);
    }
    std::vector<ClaimHolder> claims(const std::vector<Claim>& claims) override { return opened().claims(claims); }
    std::vector<StoredRow> changes(std::int64_t after, std::size_t at_most) override {
        return opened().changes(after, at_most);
    }
    void each_row(const std::function<void(const StoredRow&)>& visit) override { opened().each_row(visit); }

protected:
    /// The same queries, with the transaction open.
    [[nodiscard]] virtual PostgresQueries& opened() = 0;
    [[nodiscard]] PostgresQueries& queries() noexcept { return queries_; }
    [[nodiscard]] PostgresConnection& db() noexcept { return *lease_; }

private:
    PostgresLease lease_;
    PostgresQueries queries_;
};

class PostgresSellerReader final : public PostgresSeller<SellerReader> {
public:
    using PostgresSeller::PostgresSeller;

private:
    PostgresQueries& opened() override {
        if (transaction_) return queries();
        transaction_.emplace(db(), PostgresTransaction::Kind::read);
        queries().queue_ahead();
        std::vector<PostgresResult> results = db().run();
        queries().read_ahead(results, 1);
        return queries();
    }

    std::optional<PostgresTransaction> transaction_;
};

class PostgresSellerWriter final : public PostgresSeller<SellerWriter> {
public:
    using PostgresSeller::PostgresSeller;

    void save(const SyncEffect& effect) override {
        PostgresQueries& queries = opened();
        queries.forget_ahead();
        queue_effect(db(), queries.seller(), effect);
    }
    void commit() override {
        static_cast<void>(opened());
        transaction_->commit();
    }

private:
    PostgresQueries& opened() override {
        if (transaction_) return queries();
        if (begin()) return queries();
        // A seller's first request. Its row is committed before anything else is, so that a backup that begins
        // meanwhile can wait for it.
        transaction_.reset();
        PostgresValues values;
        values.text(queries().seller());
        static_cast<void>(db().run(add_seller, values));
        if (begin()) return queries();
        throw Error(ErrorCode::internal, "cannot lock a seller on " + db().target() + ": its row went away");
    }

    /// Opens the transaction, waits for other writers, and reads ahead; false if the seller is not known.
    bool begin() {
        transaction_.emplace(db(), PostgresTransaction::Kind::write);
        PostgresValues values;
        values.text(queries().seller());
        db().queue(lock_seller, values);
        queries().queue_ahead();
        std::vector<PostgresResult> results = db().run();
        constexpr std::size_t lock = 1;
        if (results.at(lock).size() == 0) return false;
        queries().read_ahead(results, lock + 1);
        return true;
    }

    std::optional<PostgresTransaction> transaction_;
};

void queue_fact(PostgresConnection& db, std::string_view name, std::string_view value) {
    PostgresValues values;
    values.text(name).text(value);
    db.queue(upsert_fact, values);
}

class PostgresStore final : public HubStore {
public:
    PostgresStore(const std::string& target, const PostgresStoreOptions& options) : pool_(target, options) {
        const PostgresLease lease(pool_);
        check_server(*lease);
        check_schema(*lease);
    }

    std::unique_ptr<SellerReader> read(std::string_view seller) override {
        return std::make_unique<PostgresSellerReader>(pool_, seller);
    }
    std::unique_ptr<SellerWriter> write(std::string_view seller) override {
        return std::make_unique<PostgresSellerWriter>(pool_, seller);
    }

    HubSettings settings() override { return read_settings(*PostgresLease(pool_)); }

    void set_durable(const DurableSetting& setting) override {
        const PostgresLease lease(pool_);
        PostgresTransaction transaction(*lease, PostgresTransaction::Kind::write);
        queue_fact(*lease, "durable", name_of(setting.rule));
        queue_fact(*lease, "durable_lag_s", std::to_string(setting.lag.count()));
        transaction.commit();
    }

    Timestamp begin_backup(Timestamp now) override;
    void declare_covered(Timestamp began) override;

    std::string declare_restored() override {
        const PostgresLease lease(pool_);
        std::string epoch = new_epoch();
        queue_fact(*lease, "epoch", epoch);
        static_cast<void>(lease->run());
        return epoch;
    }

    std::vector<std::string> sellers() override {
        const PostgresLease lease(pool_);
        const PostgresResult result = lease->run(select_sellers);
        std::vector<std::string> found;
        for (int row = 0; row < result.size(); ++row) found.push_back(result.name(row, 0));
        return found;
    }

    std::vector<SellerDeadLetter> dead_letters(const DeadLetterFilter& filter) override;
    HubStatus status() override;

private:
    PostgresPool pool_;
};

Timestamp PostgresStore::begin_backup(Timestamp now) {
    const PostgresLease lease(pool_);
    Timestamp began;
    {
        PostgresTransaction transaction(*lease, PostgresTransaction::Kind::write);
        const PostgresResult last = lease->run(select_last_applied);
        const HubSettings before = read_settings(*lease);
        began = std::max({now, last.is_null(0, 0) ? now : last.time(0, 0), before.backup_began.value_or(now)});
        queue_fact(*lease, "backup_began", fact_of(began));
        transaction.commit();
    }
    // Requests that read the settings before hold their sellers still: once each was free for a moment, all that is
    // applied until `began` is committed, and a backup that starts now holds it.
    const PostgresTransaction waiting(*lease, PostgresTransaction::Kind::write);
    static_cast<void>(lease->run(lock_all_sellers));
    return began;
}

void PostgresStore::declare_covered(Timestamp began) {
    const PostgresLease lease(pool_);
    PostgresTransaction transaction(*lease, PostgresTransaction::Kind::write);
    const HubSettings before = read_settings(*lease);
    if (!before.backup_began || began > *before.backup_began || (before.covered && began < *before.covered)) {
        throw Error(ErrorCode::invalid_argument,
                    "cannot declare a backup: none is known to have begun at " + format_timestamp(began));
    }
    queue_fact(*lease, "covered", fact_of(began));
    transaction.commit();
}

std::vector<SellerDeadLetter> PostgresStore::dead_letters(const DeadLetterFilter& filter) {
    const PostgresLease lease(pool_);
    const ChangeId after = filter.after.value_or(ChangeId{.replica = {}, .part = {}, .index = -1});
    PostgresValues values;
    values.name(filter.seller).name(after.replica).integer(filter.after ? after.part.lane.epoch : 0);
    values.text(protocol::name_of(after.part.lane.lane)).integer(after.part.seq).integer(std::int64_t{after.part.part});
    values.integer(after.index).integer(static_cast<std::int64_t>(filter.at_most));
    const PostgresResult result = lease->run(select_dead_letters, values);
    std::vector<SellerDeadLetter> found;
    for (int row = 0; row < result.size(); ++row) {
        found.push_back({.seller = result.name(row, 0), .letter = read_dead_letter(result, row, 1)});
    }
    return found;
}

HubStatus PostgresStore::status() {
    const PostgresLease lease(pool_);
    HubStatus status;
    status.settings = read_settings(*lease);
    const PostgresResult counts = lease->run(count_everything);
    int column = 0;
    status.sellers = counts.integer(0, column++);
    status.replicas = counts.integer(0, column++);
    status.rows = counts.integer(0, column++);
    status.tombstones = counts.integer(0, column++);
    status.applied_segments = counts.integer(0, column++);
    status.staged_parts = counts.integer(0, column++);
    status.dead_letters = counts.integer(0, column++);
    if (!counts.is_null(0, column)) status.last_applied_at = counts.time(0, column);
    return status;
}

}  // namespace

bool is_postgres_target(std::string_view target) noexcept {
    return target.starts_with("postgresql://") || target.starts_with("postgres://");
}

std::string without_password(const std::string& target) {
    const std::size_t begin = target.find("://");
    if (begin == std::string::npos) return target;
    const std::size_t user = begin + 3;
    const std::size_t at = target.find('@', user);
    const std::size_t colon = target.find(':', user);
    std::string shown = target;
    if (at != std::string::npos && colon < at) shown.erase(colon, at - colon);
    const std::size_t query = shown.find("password=");
    if (query == std::string::npos) return shown;
    const std::size_t end = shown.find('&', query);
    return shown.replace(query, (end == std::string::npos ? shown.size() : end) - query, "password=…");
}

PostgresLayout init_postgres_store(const std::string& target, const PostgresStoreOptions& options) {
    PostgresConnection db(target, options);
    check_server(db);
    return lay_schema(db);
}

std::unique_ptr<HubStore> open_postgres_store(const std::string& target, const PostgresStoreOptions& options) {
    return std::make_unique<PostgresStore>(target, options);
}

}  // namespace edge::hub
