-- The hub's own file. Instants are microseconds since 1970-01-01 UTC, clocks are milliseconds since then. `seller` comes
-- first in every key: one sync touches one seller. The views v_* show rows as people read them.

-- What this hub is: its epoch, how far its backup reaches.
CREATE TABLE hub (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO hub (name, value) VALUES ('epoch', lower(hex(randomblob(16)))), ('durable', 'applied'), ('durable_lag_s', '0');

-- A seller's sequence is the only order there is. applied_at never goes back, whatever the clock does.
CREATE TABLE seller_head (
    seller TEXT PRIMARY KEY,
    seq INTEGER NOT NULL,
    applied_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The newest state of every row, and by `version` the feed of changes: a row changed a million times is one entry.
-- `parent` and `claim` repeat the bundle and the claim code of reservations, for looking up.
CREATE TABLE hub_row (
    seller TEXT NOT NULL,
    tbl INTEGER NOT NULL,
    key TEXT NOT NULL,
    version INTEGER NOT NULL,
    hub_version INTEGER NOT NULL,
    hlc INTEGER NOT NULL,
    deleted INTEGER NOT NULL CHECK (deleted IN (0, 1)),
    writer TEXT NOT NULL,
    fields TEXT NOT NULL,
    stamps TEXT NOT NULL,
    parent TEXT,
    claim TEXT,
    PRIMARY KEY (seller, tbl, key)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX hub_row_by_version ON hub_row (seller, version);
CREATE INDEX hub_row_by_parent ON hub_row (seller, parent, claim) WHERE parent IS NOT NULL;

-- Where each lane of each replica stands; moves in the transaction of the effect.
CREATE TABLE lane_cursor (
    seller TEXT NOT NULL,
    replica TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    lane TEXT NOT NULL CHECK (lane IN ('ops', 'bulk')),
    next_seq INTEGER NOT NULL,
    next_part INTEGER NOT NULL,
    parts INTEGER NOT NULL,
    head TEXT NOT NULL,
    applied_head TEXT NOT NULL,
    PRIMARY KEY (seller, replica, epoch, lane)
) STRICT, WITHOUT ROWID;

-- Every part ever taken: its hash, what became of its changes (those not simply accepted), and its bytes while the
-- segment is not complete.
CREATE TABLE lane_part (
    seller TEXT NOT NULL,
    replica TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    lane TEXT NOT NULL CHECK (lane IN ('ops', 'bulk')),
    seq INTEGER NOT NULL,
    part INTEGER NOT NULL,
    hash TEXT NOT NULL,
    changes INTEGER NOT NULL,
    outcomes TEXT NOT NULL,
    applied_at INTEGER,
    bytes BLOB,
    PRIMARY KEY (seller, replica, epoch, lane, seq, part)
) STRICT, WITHOUT ROWID;

-- Changes that could not be taken, in full.
CREATE TABLE dead_letter (
    seller TEXT NOT NULL,
    replica TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    lane TEXT NOT NULL CHECK (lane IN ('ops', 'bulk')),
    seq INTEGER NOT NULL,
    part INTEGER NOT NULL,
    idx INTEGER NOT NULL,
    tbl TEXT NOT NULL,
    key TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('rejected', 'blocked')),
    reason TEXT NOT NULL,
    detail TEXT NOT NULL,
    change TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (seller, replica, epoch, lane, seq, part, idx)
) STRICT, WITHOUT ROWID;

-- Values that lost to others: what a device meant, and what somebody may have to make good.
CREATE TABLE history (
    seller TEXT NOT NULL,
    replica TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    lane TEXT NOT NULL CHECK (lane IN ('ops', 'bulk')),
    seq INTEGER NOT NULL,
    part INTEGER NOT NULL,
    idx INTEGER NOT NULL,
    tbl INTEGER NOT NULL,
    key TEXT NOT NULL,
    reason TEXT NOT NULL,
    lost TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (seller, replica, epoch, lane, seq, part, idx)
) STRICT, WITHOUT ROWID;

CREATE VIEW v_sellers AS
SELECT seller, key, fields ->> 'name' AS name, fields ->> 'city' AS city, fields ->> 'post_code' AS post_code,
       fields ->> 'country' AS country, fields ->> 'time_zone' AS time_zone, fields ->> 'currency' AS currency, version
FROM hub_row WHERE tbl = 1 AND deleted = 0;

CREATE VIEW v_categories AS
SELECT seller, key, fields ->> 'name' AS name, fields ->> 'coefficient' AS coefficient, version
FROM hub_row WHERE tbl = 2 AND deleted = 0;

CREATE VIEW v_bundles AS
SELECT seller, key, fields ->> 'name' AS name, fields ->> 'description' AS description,
       fields ->> 'total_qty' AS total_qty, fields ->> 'price_minor' AS price_minor,
       fields ->> 'discount_percentage' AS discount_percentage, fields ->> 'carbon_dioxide' AS carbon_dioxide,
       fields ->> 'window_start' AS window_start, fields ->> 'window_end' AS window_end,
       fields ->> 'closed_at' AS closed_at, fields -> 'categories' AS categories, version
FROM hub_row WHERE tbl = 3 AND deleted = 0;

CREATE VIEW v_reservations AS
SELECT seller, key, fields ->> 'bundle' AS bundle, fields ->> 'consumer' AS consumer,
       fields ->> 'claim_code' AS claim_code, fields ->> 'reserved_at' AS reserved_at,
       fields ->> 'collected_at' AS collected_at, fields ->> 'cancelled_at' AS cancelled_at, version
FROM hub_row WHERE tbl = 4 AND deleted = 0;

CREATE VIEW v_forecast_input AS
SELECT seller, key, fields ->> 'bundle' AS bundle, fields ->> 'category' AS category,
       fields ->> 'window_start' AS window_start, fields ->> 'window_end' AS window_end,
       fields ->> 'observed_reservations' AS observed_reservations,
       fields ->> 'observed_no_shows' AS observed_no_shows, version
FROM hub_row WHERE tbl = 5 AND deleted = 0;

CREATE VIEW v_forecast_output AS
SELECT seller, key, fields ->> 'bundle' AS bundle, fields ->> 'window_start' AS window_start,
       fields ->> 'predicted_sales' AS predicted_sales, fields ->> 'posted_qty' AS posted_qty,
       fields ->> 'predicted_no_show_prob' AS predicted_no_show_prob, fields ->> 'confidence' AS confidence,
       fields ->> 'method' AS method, fields ->> 'generated_at' AS generated_at, version
FROM hub_row WHERE tbl = 6 AND deleted = 0;

CREATE VIEW v_points AS
SELECT point.seller AS seller, graph.fields ->> 'graph_type' AS graph_type,
       series.fields ->> 'sort_index' AS series_index, series.fields ->> 'series_name' AS series_name,
       CAST(substr(point.key, 28) AS INTEGER) AS sort_index, point.fields ->> 'x' AS x, point.fields ->> 'y' AS y,
       point.version AS version
FROM hub_row AS point
JOIN hub_row AS series ON series.seller = point.seller AND series.tbl = 8 AND series.key = substr(point.key, 1, 26)
JOIN hub_row AS graph
    ON graph.seller = series.seller AND graph.tbl = 7 AND graph.key = series.fields ->> 'graph'
WHERE point.tbl = 9 AND point.deleted = 0 AND series.deleted = 0 AND graph.deleted = 0;

CREATE VIEW v_dead_letters AS
SELECT seller, replica, epoch, lane, seq, part, idx, tbl, key, outcome, reason, detail, change,
       strftime('%Y-%m-%dT%H:%M:%SZ', at / 1000000, 'unixepoch') AS at
FROM dead_letter;
