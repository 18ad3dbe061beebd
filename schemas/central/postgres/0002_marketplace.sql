-- What the hub remembers of a marketplace whose tables are in the same database: which of its rows is which, and what it
-- saw of them last. The seller leads every key here too. Numbers are the marketplace's own keys.

-- A seller of the marketplace. `caught_up` once both sides hold each other's rows. `walk_in` is the consumer of
-- reservations without one. Bundles up to the number `settled` were all looked at; `seen` becomes settled when every
-- transaction that was under way at `seen_at` must be over. `profile` and `categories` tell whether either has changed.
CREATE TABLE edge.market_seller (
    seller text COLLATE "C" PRIMARY KEY,
    user_id bigint NOT NULL,
    walk_in bigint,
    caught_up boolean NOT NULL DEFAULT false,
    settled bigint NOT NULL DEFAULT 0,
    seen bigint NOT NULL DEFAULT 0,
    seen_at bigint NOT NULL DEFAULT 0,
    profile text NOT NULL DEFAULT '',
    categories text NOT NULL DEFAULT ''
) WITH (fillfactor = 50);

-- A bundle, until when it is looked at, the version of its row there (`mark`), and how many reservations of it the hub knows
-- there, with the sums of their numbers: all, and those collected. Anything else that is there has been changed by others.
CREATE TABLE edge.market_bundle (
    seller text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    id bigint NOT NULL,
    open_until bigint NOT NULL,
    mark text NOT NULL,
    reservations bigint NOT NULL DEFAULT 0,
    reservation_ids bigint NOT NULL DEFAULT 0,
    collected bigint NOT NULL DEFAULT 0,
    collected_ids bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (seller, key)
) WITH (fillfactor = 50);
CREATE INDEX market_bundle_by_id ON edge.market_bundle (seller, id);
CREATE INDEX market_bundle_by_end ON edge.market_bundle (seller, open_until);

-- Rows of the other tables: `tbl` as in hub_row, `key` the row's key there; for forecast inputs BUNDLE:CATEGORY and for
-- graphs the type, of which the marketplace has one a seller. `owner` is the row at the hub that is shown there: for series
-- their graph.
CREATE TABLE edge.market_key (
    seller text COLLATE "C" NOT NULL,
    tbl bigint NOT NULL,
    key text COLLATE "C" NOT NULL,
    id bigint NOT NULL,
    owner text COLLATE "C" NOT NULL DEFAULT '',
    written_at bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (seller, tbl, key)
);
