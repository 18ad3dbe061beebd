#include "edge/hub/postgres_store.hpp"

#include "durable.hpp"
#include "marketplace_look.hpp"
#include "marketplace_rows.hpp"
#include "postgres_pool.hpp"
#include "postgres_reader.hpp"
#include "postgres_schema.hpp"
#include "postgres_trimming.hpp"
#include "postgres_writer.hpp"
#include "stored_form.hpp"

#include "edge/core/error.hpp"
#include "edge/hub/intake.hpp"
#include "edge/hub/transaction_lost.hpp"
#include "edge/protocol/tables.hpp"

#include <algorithm>
#include <array>

namespace edge::hub {
namespace {

constexpr std::string_view lock_seller = "SELECT seq FROM edge.seller_head WHERE seller = $1 FOR UPDATE";
constexpr std::string_view add_seller =
    "INSERT INTO edge.seller_head (seller, seq) VALUES ($1, 0) ON CONFLICT (seller) DO NOTHING";
constexpr std::string_view upsert_fact =
    "INSERT INTO edge.hub (name, value) VALUES ($1::text, $2::text) "
    "ON CONFLICT (name) DO UPDATE SET value = excluded.value";
constexpr std::string_view skip_numbers = "UPDATE edge.seller_head SET seq = seq + $1::bigint";
// What concerns all sellers is asked by operators, and is no part of a sync.
constexpr std::string_view select_sellers =
    "SELECT seller FROM edge.seller_head WHERE applied_at IS NOT NULL ORDER BY seller";
constexpr std::string_view lock_all_sellers = "SELECT seller FROM edge.seller_head ORDER BY seller FOR UPDATE";
constexpr std::string_view select_last_applied = "SELECT max(applied_at) FROM edge.seller_head";
constexpr std::string_view select_dead_letters =
    "SELECT seller, replica, epoch, lane, seq, part, idx, tbl, key, outcome, reason, detail, change, at, "
    "state, settled_at FROM edge.dead_letter WHERE ($1::text = '' OR seller = $1::text) "
    "AND ($9::bigint = 1 OR state = 'open') "
    "AND (replica, epoch, lane, seq, part, idx) > ($2::text, $3::bigint, $4::text, $5::bigint, $6::bigint, "
    "$7::bigint) ORDER BY seller, replica, epoch, lane, seq, part, idx LIMIT $8::bigint";
constexpr std::string_view count_everything =
    "SELECT (SELECT count(*) FROM edge.seller_head WHERE applied_at IS NOT NULL), "
    "(SELECT count(*) FROM (SELECT DISTINCT seller, replica FROM edge.lane_cursor) AS r), "
    "(SELECT count(*) FROM edge.hub_row WHERE NOT deleted), (SELECT count(*) FROM edge.hub_row WHERE deleted), "
    "(SELECT coalesce(sum(next_seq - 1), 0)::bigint FROM edge.lane_cursor), "
    "(SELECT coalesce(sum(next_part - 1), 0)::bigint FROM edge.lane_cursor), "
    "(SELECT count(*) FROM edge.dead_letter WHERE state = 'open'), (SELECT max(applied_at) FROM edge.seller_head)";

/// What both kinds of access answer in the same way. The first question opens the transaction.
template <class Interface>
class PostgresSeller : public Interface {
public:
    PostgresSeller(PostgresPool& pool, std::string_view seller, Marketplace* market)
        : lease_(pool), queries_(*lease_, seller), market_(market) {}

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
    std::vector<DeadLetter> open_letters(std::string_view replica, const std::vector<RowKey>& keys) override {
        return opened().open_letters(replica, keys);
    }
    std::vector<DeadLetter> letters(std::string_view replica, const std::vector<ChangeId>& ids) override {
        return opened().letters(replica, ids);
    }
    std::vector<StoredRow> changes(std::int64_t after, std::size_t at_most) override {
        return opened().changes(after, at_most);
    }
    std::vector<StoredRow> rows_as_of(std::int64_t at, int table, std::string_view after,
                                      std::size_t at_most) override {
        return opened().rows_as_of(at, table, after, at_most);
    }
    std::int64_t count_shared_rows() override { return opened().count_shared_rows(); }
    std::string_view refusal(const RowKey& at, const protocol::Fields& fields) override {
        if (market_ == nullptr) return {};
        const std::string_view why = marketplace_refusal(market_->layout(), at.table, fields);
        if (!why.empty() || refusal_detail(at, fields).empty()) return why;
        return protocol::reason::marketplace_rule;
    }
    std::string refusal_detail(const RowKey& at, const protocol::Fields& fields) override {
        return market_ == nullptr ? std::string() : market_->broken_rule(queries_.seller(), at, fields);
    }
    void each_row(const std::function<void(const StoredRow&)>& visit) override { opened().each_row(visit); }

protected:
    /// The same queries, with the transaction open.
    [[nodiscard]] virtual PostgresQueries& opened() = 0;
    [[nodiscard]] PostgresQueries& queries() noexcept { return queries_; }
    [[nodiscard]] PostgresConnection& db() noexcept { return *lease_; }
    /// nullptr if the marketplace's tables are left alone.
    [[nodiscard]] Marketplace* market() noexcept { return market_; }

private:
    PostgresLease lease_;
    PostgresQueries queries_;
    Marketplace* market_;
};

class PostgresSellerReader final : public PostgresSeller<SellerReader> {
public:
    using PostgresSeller::PostgresSeller;

    void expect(Expectation expectation) override {
        seen_ = expectation.seen;
        PostgresSeller::expect(std::move(expectation));
    }

private:
    PostgresQueries& opened() override {
        if (transaction_ || glanced_) return queries();
        if (seen_) glanced_ = queries().glance(*std::exchange(seen_, std::nullopt));
        if (glanced_) return queries();
        transaction_.emplace(db(), PostgresTransaction::Kind::read);
        queries().queue_ahead();
        std::vector<PostgresResult> results = db().run();
        queries().read_ahead(results, 1);
        return queries();
    }

    std::optional<std::int64_t> seen_;
    bool glanced_ = false;  ///< the seller is not beyond what the poll has seen: no transaction is needed
    std::optional<PostgresTransaction> transaction_;
};

class PostgresSellerWriter final : public PostgresSeller<SellerWriter> {
public:
    using PostgresSeller::PostgresSeller;
    PostgresSellerWriter(const PostgresSellerWriter&) = delete;
    PostgresSellerWriter& operator=(const PostgresSellerWriter&) = delete;
    ~PostgresSellerWriter() override {
        if (linking_) market()->forget_links();
    }

    void expect(Expectation expectation) override {
        if (market() != nullptr && expectation.now) {
            look_.emplace(db(), *market(), queries().seller());
            expectation_ = expectation;
        }
        PostgresSeller::expect(std::move(expectation));
    }
    void save(const SyncEffect& effect) override {
        PostgresQueries& queries = opened();
        queries.forget_ahead();
        queue_effect(db(), queries.seller(), effect);
        if (market() == nullptr) return;
        const bool all = effect.head == std::ssize(effect.rows);  // nothing else was ever written
        const bool shows = is_shown() || (market()->makes_sellers() && all);
        static const int categories = protocol::find_table("category")->number;
        std::vector<const StoredRow*> rows;
        for (const StoredRow& row : effect.rows) {
            // what comes from the marketplace is there, and may have been changed again
            if (taking_in_ ? row.at.table == categories : shows) rows.push_back(&row);
        }
        put(std::move(rows), queries.claims_read(), all ? Rows::all : Rows::some);
        if (!shows && look_ && !taking_in_) begin_showing();
    }
    bool take_in_outside_changes(Timestamp now) override {
        static_cast<void>(opened());
        if (!look_) return false;
        if (!look_->is_linked() || !look_->is_caught_up()) return begin_showing();
        std::vector<protocol::Change> changes = look_->changes(*this, now);
        if (!changes.empty()) take_in(std::move(changes), now);
        return look_->has_seen_something();
    }
    void commit() override {
        static_cast<void>(opened());
        try {
            transaction_->commit();
            linking_ = false;
        } catch (const ForeignConstraint&) {
            market()->suspect_sequences();
            throw;
        }
        if (market() != nullptr) market()->trust(queries().seller());
    }

private:
    PostgresQueries& opened() override {
        if (transaction_) return queries();
        if (market() != nullptr) market()->mend_sequences(db());
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
        if (look_) look_->queue(expectation_);
        std::vector<PostgresResult> results = db().run();
        constexpr std::size_t lock = 1;
        if (results.at(lock).size() == 0) return false;
        const std::size_t next = queries().read_ahead(results, lock + 1);
        if (look_) look_->read(results, next);
        return true;
    }

    /// Shows the marketplace those rows, but for those that break a rule of its own.
    void put(std::vector<const StoredRow*> rows, const ClaimsBefore& before, Rows of = Rows::some) {
        const std::string& seller = queries().seller();
        if (!market()->is_doubted(seller)) {
            queue_marketplace_rows(db(), *market(), seller, rows, before, of);
            return;
        }
        std::erase_if(rows, [&](const StoredRow* row) {
            return !market()->broken_rule(seller, row->at, row->row.fields).empty();
        });
        std::ranges::stable_sort(rows, {}, [](const StoredRow* row) { return row->at.table; });  // parents first
        broken_.reset();
        for (auto begin = rows.begin(); begin != rows.end();) {
            const auto end = std::find_if(begin, rows.end(),
                                          [&](const StoredRow* row) { return row->at.table != (*begin)->at.table; });
            try_rows({begin, end}, before, of);
            begin = end;
        }
        // those are known now, and the request is begun anew
        if (broken_) throw ForeignConstraint(*broken_);
    }

    /// By halves, so that a few rows among thousands cost few trips.
    void try_rows(std::vector<const StoredRow*> rows, const ClaimsBefore& before, Rows of) {
        static_cast<void>(db().run("SAVEPOINT tried"));
        try {
            queue_marketplace_rows(db(), *market(), queries().seller(), rows, before, of);
            db().queue("SET CONSTRAINTS ALL IMMEDIATE");  // a deferred one would fail at the commit and name no row
            db().queue("RELEASE SAVEPOINT tried");
            static_cast<void>(db().run());
            return;
        } catch (const ForeignConstraint& broken) {
            if (!market()->is_unknown(broken)) throw;
            broken_.emplace(broken);
        }
        static_cast<void>(db().run("ROLLBACK TO SAVEPOINT tried"));
        if (rows.size() == 1) return market()->refuse(queries().seller(), *rows.front(), broken_->rule());
        const auto middle = rows.begin() + std::ssize(rows) / 2;
        try_rows({rows.begin(), middle}, before, of);
        try_rows({middle, rows.end()}, before, of);
    }

    /// True if the marketplace is to show what is written now: it shows what the hub has already.
    [[nodiscard]] bool is_shown() {
        if (look_) return look_->is_linked() && (look_->is_caught_up() || caught_up_);
        if (!shown_) {
            const PostgresResult seller =
                db().run(marketplace_sql::is_caught_up, PostgresValues().text(queries().seller()));
            shown_ = seller.size() > 0 && seller.boolean(0, 0);
        }
        return *shown_;
    }

    /// True if the hub has the seller's row, which a device makes: other rows refer to it.
    [[nodiscard]] bool has_shop() {
        const std::vector<StoredRow> found =
            rows({{.table = protocol::find_table("sellers")->number, .key = queries().seller()}});
        return !found.empty() && !found.front().row.deleted;
    }

    /// From the first request on in which the hub has the seller's row, both sides hold what either had. True if there
    /// is something to commit.
    bool begin_showing() {
        if (!look_->is_linked()) link();
        if (!look_->is_linked() || !has_shop()) return linking_;
        std::vector<protocol::Change> changes = look_->all_changes(*this, *expectation_.now);
        if (!changes.empty()) take_in(std::move(changes), *expectation_.now);
        catch_up();
        return true;
    }

    void link() {
        if (!market()->makes_sellers()) {
            linking_ = market()->link_sellers(db());
            if (!linking_) return;
        } else {
            if (!has_shop()) return;
            db().queue(marketplace_sql::make_seller,
                       PostgresValues().text(queries().seller()).integer(std::int64_t{0}));
        }
        const std::size_t queued = market()->makes_sellers() ? 1 : 0;
        look_->queue(expectation_);
        look_->read(db().run(), queued);
    }

    void take_in(std::vector<protocol::Change> changes, Timestamp now) {
        taking_in_ = true;
        const std::vector<protocol::ChangeOutcome> outcomes = write_own_rows(*this, std::move(changes), now);
        taking_in_ = false;
        std::vector<RowKey> standing;  // where the hub's row is otherwise than what was taken in
        for (const protocol::ChangeOutcome& outcome : outcomes) {
            if (outcome.outcome != protocol::Outcome::superseded && outcome.outcome != protocol::Outcome::merged)
                continue;
            standing.push_back({.table = protocol::find_table(outcome.table)->number, .key = outcome.key});
        }
        if (standing.empty()) return;
        const std::vector<StoredRow> found = rows(standing);
        std::vector<const StoredRow*> stored;
        stored.reserve(found.size());
        for (const StoredRow& row : found) stored.push_back(&row);
        put(std::move(stored), {});
    }

    /// Shows the marketplace all rows that the hub has of the seller.
    void catch_up() {
        const PostgresValues seller = PostgresValues().text(queries().seller());
        db().queue(marketplace_sql::catch_up_graphs, seller);
        db().queue(marketplace_sql::catch_up_inputs, seller);
        std::vector<StoredRow> page;
        const auto put = [&] {
            std::vector<const StoredRow*> rows;
            rows.reserve(page.size());
            for (const StoredRow& row : page) rows.push_back(&row);
            this->put(std::move(rows), {});
            page.clear();
        };
        constexpr std::size_t rows_at_once = 5000;
        queries().each_row([&](const StoredRow& row) {
            if (row.row.deleted) return;
            if (!page.empty() && (page.size() >= rows_at_once || page.back().at.table != row.at.table)) put();
            page.push_back(row);
        });
        put();
        db().queue(marketplace_sql::caught_up, seller);
        caught_up_ = true;
    }

    std::optional<PostgresTransaction> transaction_;
    std::optional<MarketplaceLook> look_;
    Expectation expectation_;
    std::optional<bool> shown_;
    bool taking_in_ = false;
    bool caught_up_ = false;
    bool linking_ = false;                     ///< sellers were linked, and that is not committed
    std::optional<ForeignConstraint> broken_;  ///< by a row that was tried alone
};

void queue_fact(PostgresConnection& db, std::string_view name, std::string_view value) {
    PostgresValues values;
    values.text(name).text(value);
    db.queue(upsert_fact, values);
}

constexpr std::array<std::string_view, 3> use_names{"leave", "fill", "own"};
constexpr std::string_view marketplace_fact = "marketplace";
constexpr std::string_view select_use = "SELECT value FROM edge.hub WHERE name = 'marketplace'";

MarketplaceUse read_marketplace_use(PostgresConnection& db) {
    const PostgresResult result = db.run(select_use);
    if (result.size() == 0) return MarketplaceUse::leave;
    const std::optional<MarketplaceUse> use = parse_marketplace_use(result.view(0, 0));
    if (use) return *use;
    throw Error(ErrorCode::corrupt_data, "cannot read the hub's settings on " + db.target() +
                                             ": no use of a marketplace is called " + result.text(0, 0));
}

class PostgresStore final : public HubStore {
public:
    PostgresStore(const std::string& target, const PostgresStoreOptions& options) : pool_(target, options) {
        const PostgresLease lease(pool_);
        check_server(*lease);
        check_schema(*lease);
        const MarketplaceUse use = read_marketplace_use(*lease);
        if (use != MarketplaceUse::leave) market_ = std::make_unique<Marketplace>(*lease, use == MarketplaceUse::own);
    }

    std::unique_ptr<SellerReader> read(std::string_view seller) override {
        return std::make_unique<PostgresSellerReader>(pool_, seller, market_.get());
    }
    std::unique_ptr<SellerWriter> write(std::string_view seller) override {
        return std::make_unique<PostgresSellerWriter>(pool_, seller, market_.get());
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
        PostgresTransaction transaction(*lease, PostgresTransaction::Kind::write);
        queue_fact(*lease, "epoch", epoch);
        PostgresValues numbers;
        numbers.integer(numbers_of_a_restore);
        lease->queue(skip_numbers, numbers);
        transaction.commit();
        return epoch;
    }

    std::vector<std::string> sellers() override {
        const PostgresLease lease(pool_);
        const PostgresResult result = lease->run(select_sellers);
        std::vector<std::string> found;
        found.reserve(static_cast<std::size_t>(result.size()));
        for (int row = 0; row < result.size(); ++row) found.push_back(result.name(row, 0));
        return found;
    }

    Trimming trim(const std::string& after, Timestamp now, std::chrono::seconds keep) override {
        const PostgresLease lease(pool_);
        return trim_sellers(*lease, after, now, keep);
    }

    void doubt(std::string_view seller, const ForeignConstraint& broken) override {
        if (market_) market_->doubt(seller, broken);
    }

    OutsideLook look_outside(const std::string& after, Timestamp now) override {
        if (!market_) return {};
        const PostgresLease lease(pool_);
        return marketplace_look_outside(*lease, after, now);
    }

    std::vector<SellerDeadLetter> dead_letters(const DeadLetterFilter& filter) override;
    HubStatus status() override;

private:
    PostgresPool pool_;
    std::unique_ptr<Marketplace> market_;
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
    values.integer(after.index).integer(static_cast<std::int64_t>(filter.at_most)).integer(filter.settled ? 1 : 0);
    const PostgresResult result = lease->run(select_dead_letters, values);
    std::vector<SellerDeadLetter> found;
    found.reserve(static_cast<std::size_t>(result.size()));
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

std::string_view name_of(MarketplaceUse use) noexcept { return use_names[static_cast<std::size_t>(use)]; }

std::optional<MarketplaceUse> parse_marketplace_use(std::string_view name) noexcept {
    for (std::size_t i = 0; i < use_names.size(); ++i) {
        if (use_names[i] == name) return static_cast<MarketplaceUse>(i);
    }
    return std::nullopt;
}

PostgresLayout init_postgres_store(const std::string& target, const PostgresStoreOptions& options,
                                   const PostgresInit& init) {
    PostgresConnection db(target, options);
    check_server(db);
    if (init.lay_marketplace) lay_marketplace(db);
    PostgresLayout layout = lay_schema(db);
    if (init.marketplace) {
        if (*init.marketplace != MarketplaceUse::leave) prepare_marketplace(db, read_marketplace_layout(db));
        queue_fact(db, marketplace_fact, name_of(*init.marketplace));
        static_cast<void>(db.run());
    }
    layout.marketplace = read_marketplace_use(db);
    return layout;
}

std::unique_ptr<HubStore> open_postgres_store(const std::string& target, const PostgresStoreOptions& options) {
    return std::make_unique<PostgresStore>(target, options);
}

}  // namespace edge::hub
