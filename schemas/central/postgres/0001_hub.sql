-- The hub's own tables in PostgreSQL, all in a schema of their own. Instants are microseconds since 1970-01-01 UTC, clocks
-- are milliseconds since then. `seller` comes first in every key, so that one sync touches one shard; the order of
-- everything is seller_head.seq; nothing here is done by triggers, sequences or procedures. Texts that name things sort by
-- their bytes. Two tables are the hub's and no seller's: `hub` and `schema_version`.
CREATE SCHEMA IF NOT EXISTS edge;

CREATE TABLE edge.schema_version (
    version bigint PRIMARY KEY,
    laid_at timestamptz NOT NULL DEFAULT now()
);

-- What this hub is: its epoch, how far its backup reaches.
CREATE TABLE edge.hub (
    name text COLLATE "C" PRIMARY KEY,
    value text NOT NULL
);

-- A seller's sequence is the only order there is, and its row the lock under which the seller is written. applied_at never
-- goes back, whatever the clock does; NULL until something took effect. `digest` adds up the rows that are shared.
CREATE TABLE edge.seller_head (
    seller text COLLATE "C" PRIMARY KEY,
    seq bigint NOT NULL,
    applied_at bigint,
    digest bytea
) WITH (fillfactor = 50);

-- The newest state of every row, and by `version` the feed of changes: a row changed a million times is one entry.
-- `parent` and `claim` repeat the bundle and the claim code of reservations, for looking up.
CREATE TABLE edge.hub_row (
    seller text COLLATE "C" NOT NULL,
    tbl bigint NOT NULL,
    key text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    hub_version bigint NOT NULL,
    hlc bigint NOT NULL,
    deleted boolean NOT NULL,
    writer text NOT NULL,
    fields text NOT NULL,
    stamps text NOT NULL,
    parent text COLLATE "C",
    claim text COLLATE "C",
    PRIMARY KEY (seller, tbl, key)
);
CREATE UNIQUE INDEX hub_row_by_version ON edge.hub_row (seller, version);
CREATE INDEX hub_row_by_parent ON edge.hub_row (seller, parent, claim) WHERE parent IS NOT NULL;

-- Where each lane of each replica stands; moves in the transaction of the effect.
CREATE TABLE edge.lane_cursor (
    seller text COLLATE "C" NOT NULL,
    replica text COLLATE "C" NOT NULL,
    epoch bigint NOT NULL,
    lane text COLLATE "C" NOT NULL CHECK (lane IN ('ops', 'bulk')),
    next_seq bigint NOT NULL,
    next_part bigint NOT NULL,
    parts bigint NOT NULL,
    head text NOT NULL,
    applied_head text NOT NULL,
    PRIMARY KEY (seller, replica, epoch, lane)
) WITH (fillfactor = 50);

-- Every part ever taken: its hash, what became of its changes (those not simply accepted), and its bytes while the
-- segment is not complete.
CREATE TABLE edge.lane_part (
    seller text COLLATE "C" NOT NULL,
    replica text COLLATE "C" NOT NULL,
    epoch bigint NOT NULL,
    lane text COLLATE "C" NOT NULL CHECK (lane IN ('ops', 'bulk')),
    seq bigint NOT NULL,
    part bigint NOT NULL,
    hash text NOT NULL,
    changes bigint NOT NULL,
    outcomes text NOT NULL,
    applied_at bigint,
    bytes bytea,
    PRIMARY KEY (seller, replica, epoch, lane, seq, part)
);

-- Changes that could not be taken, in full.
CREATE TABLE edge.dead_letter (
    seller text COLLATE "C" NOT NULL,
    replica text COLLATE "C" NOT NULL,
    epoch bigint NOT NULL,
    lane text COLLATE "C" NOT NULL CHECK (lane IN ('ops', 'bulk')),
    seq bigint NOT NULL,
    part bigint NOT NULL,
    idx bigint NOT NULL,
    tbl text NOT NULL,
    key text NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('rejected', 'blocked')),
    reason text NOT NULL,
    detail text NOT NULL,
    change text NOT NULL,
    at bigint NOT NULL,
    PRIMARY KEY (seller, replica, epoch, lane, seq, part, idx)
);

-- Values that lost to others: what a device meant, and what somebody may have to make good.
CREATE TABLE edge.history (
    seller text COLLATE "C" NOT NULL,
    replica text COLLATE "C" NOT NULL,
    epoch bigint NOT NULL,
    lane text COLLATE "C" NOT NULL CHECK (lane IN ('ops', 'bulk')),
    seq bigint NOT NULL,
    part bigint NOT NULL,
    idx bigint NOT NULL,
    tbl bigint NOT NULL,
    key text NOT NULL,
    reason text NOT NULL,
    lost text NOT NULL,
    at bigint NOT NULL,
    PRIMARY KEY (seller, replica, epoch, lane, seq, part, idx)
);
