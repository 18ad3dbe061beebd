-- Units: instants are microseconds since 1970-01-01 UTC, days are days since 1970-01-01 on the seller's calendar,
-- money is minor units, decimals are TEXT with all their places. The views v_* show ISO times and plain decimals.
-- Tables and columns bear the marketplace's names where it has them. `uuid` is a row's identity on the wire.

-- What this file is: one row a fact.
CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sellers (
    user_id INTEGER PRIMARY KEY,
    uuid BLOB NOT NULL UNIQUE DEFAULT (randomblob(16)) CHECK (length(uuid) = 16),
    seller_name TEXT NOT NULL,
    address_line1 TEXT NOT NULL DEFAULT '',
    address_line2 TEXT NOT NULL DEFAULT '',
    city TEXT NOT NULL DEFAULT '',
    post_code TEXT NOT NULL DEFAULT '',
    region TEXT NOT NULL DEFAULT '',
    country TEXT NOT NULL DEFAULT '',
    latitude TEXT,
    longitude TEXT,
    time_zone TEXT NOT NULL DEFAULT 'UTC',
    currency TEXT NOT NULL DEFAULT 'GBP',
    holiday_region TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE category (
    category_id INTEGER PRIMARY KEY,
    uuid BLOB NOT NULL UNIQUE DEFAULT (randomblob(16)) CHECK (length(uuid) = 16),
    category_name TEXT NOT NULL UNIQUE,
    category_coefficient TEXT NOT NULL
) STRICT;

CREATE TABLE bundles (
    bundle_id INTEGER PRIMARY KEY,
    uuid BLOB NOT NULL UNIQUE DEFAULT (randomblob(16)) CHECK (length(uuid) = 16),
    seller_id INTEGER NOT NULL REFERENCES sellers (user_id) ON DELETE CASCADE,
    bundle_name TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    total_qty INTEGER NOT NULL,
    weight_grams INTEGER NOT NULL DEFAULT 0,
    carbon_dioxide INTEGER NOT NULL DEFAULT 0,
    price_minor INTEGER NOT NULL DEFAULT 0,
    discount_percentage INTEGER NOT NULL DEFAULT 0,
    window_start INTEGER NOT NULL,
    window_end INTEGER NOT NULL,
    created_at INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)),
    closed_at INTEGER
) STRICT;
CREATE INDEX bundles_by_window_start ON bundles (seller_id, window_start);
CREATE INDEX bundles_by_window_end ON bundles (seller_id, window_end);

CREATE TABLE bundle_category (
    bundle_id INTEGER NOT NULL REFERENCES bundles (bundle_id) ON DELETE CASCADE,
    category_id INTEGER NOT NULL REFERENCES category (category_id),
    PRIMARY KEY (bundle_id, category_id)
) STRICT, WITHOUT ROWID;

-- claim_key is what two typings of one code have in common (edge/core/claim_code.hpp holds the same rule).
CREATE TABLE reservations (
    reservation_id INTEGER PRIMARY KEY,
    uuid BLOB NOT NULL UNIQUE DEFAULT (randomblob(16)) CHECK (length(uuid) = 16),
    bundle_id INTEGER NOT NULL REFERENCES bundles (bundle_id) ON DELETE CASCADE,
    consumer_id TEXT,
    claim_code TEXT NOT NULL CHECK (claim_code <> ''),
    reserved_at INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)),
    collected_at INTEGER,
    cancelled_at INTEGER,
    claim_key TEXT NOT NULL GENERATED ALWAYS AS (replace(replace(replace(upper(claim_code), ' ', ''), '-', ''), '.', '')) VIRTUAL,
    UNIQUE (bundle_id, claim_code)
) STRICT;
CREATE INDEX reservations_by_claim_key ON reservations (claim_key);

-- What really happened with a bundle, one row a category. No foreign key on the category: what happened is recorded even
-- where a foreign file lacks the category's row.
CREATE TABLE forecast_input (
    input_id INTEGER PRIMARY KEY,
    uuid BLOB NOT NULL UNIQUE DEFAULT (randomblob(16)) CHECK (length(uuid) = 16),
    bundle_id INTEGER NOT NULL REFERENCES bundles (bundle_id) ON DELETE CASCADE,
    seller_id INTEGER NOT NULL REFERENCES sellers (user_id) ON DELETE CASCADE,
    category_id INTEGER,
    day_of_week TEXT NOT NULL
        CHECK (day_of_week IN ('Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday')),
    window_start INTEGER NOT NULL,
    window_end INTEGER NOT NULL,
    is_holiday INTEGER NOT NULL CHECK (is_holiday IN (0, 1)),
    temperature TEXT,
    weather_flag TEXT CHECK (weather_flag IN ('sunny', 'cloudy', 'rainy', 'snowy', 'windy')),
    observed_reservations INTEGER NOT NULL,
    observed_no_shows INTEGER NOT NULL,
    posted_qty INTEGER
) STRICT;
CREATE INDEX forecast_input_by_bundle ON forecast_input (bundle_id);
CREATE INDEX forecast_input_by_seller ON forecast_input (seller_id, category_id);

-- Windows whose inputs are recorded: by the engine, which then keeps them true to later corrections, or 'import' when
-- the history came from elsewhere and is not the engine's to write.
CREATE TABLE closed_windows (
    bundle_id INTEGER PRIMARY KEY REFERENCES bundles (bundle_id) ON DELETE CASCADE,
    recorded_by TEXT NOT NULL CHECK (recorded_by IN ('engine', 'import'))
) STRICT;

CREATE TABLE forecast_output (
    output_id INTEGER PRIMARY KEY,
    uuid BLOB NOT NULL UNIQUE DEFAULT (randomblob(16)) CHECK (length(uuid) = 16),
    bundle_id INTEGER NOT NULL UNIQUE REFERENCES bundles (bundle_id) ON DELETE CASCADE,
    seller_id INTEGER NOT NULL REFERENCES sellers (user_id) ON DELETE CASCADE,
    window_start INTEGER NOT NULL,
    predicted_reservations INTEGER,
    predicted_sales INTEGER NOT NULL,
    posted_qty INTEGER NOT NULL,
    predicted_no_show_prob TEXT NOT NULL,
    confidence TEXT NOT NULL,
    rationale TEXT,
    method TEXT NOT NULL DEFAULT '',
    generated_at INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER))
) STRICT;
CREATE INDEX forecast_output_by_seller ON forecast_output (seller_id);

-- What a forecast says beyond the marketplace's columns. `context` names everything it was made from; while that is
-- unchanged the forecast is not remade. `distribution` is the forecast library's own encoding.
CREATE TABLE forecast_details (
    bundle_id INTEGER PRIMARY KEY REFERENCES bundles (bundle_id) ON DELETE CASCADE,
    context TEXT NOT NULL,
    mean TEXT NOT NULL,
    quantiles TEXT NOT NULL,
    demand_uncut INTEGER NOT NULL,
    suggested_qty INTEGER NOT NULL,
    history_rows INTEGER NOT NULL,
    distribution BLOB NOT NULL
) STRICT;

CREATE TABLE analytics_graphs_types (
    graph_type_id INTEGER PRIMARY KEY,
    chart_type TEXT NOT NULL CHECK (chart_type IN ('line', 'multi_line', 'bar', 'stacked_bar', 'pie', 'area')),
    graph_summary TEXT NOT NULL,
    x_axis_label TEXT,
    y_axis_label TEXT
) STRICT;

CREATE TABLE analytics_graphs (
    graph_id INTEGER PRIMARY KEY,
    uuid BLOB NOT NULL UNIQUE DEFAULT (randomblob(16)) CHECK (length(uuid) = 16),
    seller_id INTEGER NOT NULL REFERENCES sellers (user_id) ON DELETE CASCADE,
    graph_type INTEGER NOT NULL REFERENCES analytics_graphs_types (graph_type_id),
    created_at INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)),
    UNIQUE (seller_id, graph_type)
) STRICT;

CREATE TABLE analytics_series (
    series_id INTEGER PRIMARY KEY,
    uuid BLOB NOT NULL UNIQUE DEFAULT (randomblob(16)) CHECK (length(uuid) = 16),
    graph_id INTEGER NOT NULL REFERENCES analytics_graphs (graph_id) ON DELETE CASCADE,
    series_name TEXT NOT NULL,
    sort_index INTEGER NOT NULL,
    UNIQUE (graph_id, sort_index)
) STRICT;

CREATE TABLE analytics_points (
    series_id INTEGER NOT NULL REFERENCES analytics_series (series_id) ON DELETE CASCADE,
    sort_index INTEGER NOT NULL CHECK (sort_index BETWEEN 0 AND 16777215),
    x TEXT NOT NULL,
    y TEXT NOT NULL,
    PRIMARY KEY (series_id, sort_index)
) STRICT, WITHOUT ROWID;

-- place is latitude and longitude rounded to a tenth of a degree (about 10 km): '50.7,-3.5'. A monthly normal stands
-- on the first of its month in the year 2000.
CREATE TABLE weather (
    weather_id INTEGER PRIMARY KEY,
    uuid BLOB NOT NULL UNIQUE DEFAULT (randomblob(16)) CHECK (length(uuid) = 16),
    place TEXT NOT NULL,
    day INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('observed', 'forecast', 'normal')),
    temperature TEXT,
    weather_flag TEXT CHECK (weather_flag IN ('sunny', 'cloudy', 'rainy', 'snowy', 'windy')),
    source TEXT NOT NULL DEFAULT '',
    fetched_at INTEGER NOT NULL,
    UNIQUE (place, day, kind)
) STRICT;

-- Holidays beyond the rules built in.
CREATE TABLE holidays (
    holiday_id INTEGER PRIMARY KEY,
    uuid BLOB NOT NULL UNIQUE DEFAULT (randomblob(16)) CHECK (length(uuid) = 16),
    region TEXT NOT NULL,
    day INTEGER NOT NULL,
    name TEXT NOT NULL,
    source TEXT NOT NULL DEFAULT '',
    UNIQUE (region, day, name)
) STRICT;

-- What changed here, in order, written by triggers that the program installs. tbl and the bits of mask are numbered
-- in storage/src/captured_tables.cpp; op is 1 created, 2 updated, 3 deleted, plus 8 for what a pull applied (not to be
-- sent back). uuid is kept for deletions, since the row no longer can tell; parent is the bundle of a reservation or of
-- a forecast input.
CREATE TABLE journal (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    tbl INTEGER NOT NULL,
    row INTEGER NOT NULL,
    op INTEGER NOT NULL,
    mask INTEGER NOT NULL,
    uuid BLOB,
    parent INTEGER
) STRICT;

-- Holds a row only inside a transaction that applies a pull.
CREATE TABLE capture_guard (
    applying INTEGER PRIMARY KEY
) STRICT;

-- How far each reader has read the journal; it is trimmed below all of them.
CREATE TABLE journal_readers (
    reader TEXT PRIMARY KEY,
    cursor INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO journal_readers (reader, cursor) VALUES ('analytics', 0), ('sync', 0);

-- What each bundle last added to its seller's totals. No foreign key: it must outlive the bundle until it is
-- subtracted. categories is '1,4' in ascending order; window_start is microseconds since local midnight.
CREATE TABLE contributions (
    bundle_id INTEGER PRIMARY KEY,
    seller_id INTEGER NOT NULL,
    day INTEGER NOT NULL,
    window_start INTEGER NOT NULL,
    categories TEXT NOT NULL,
    posted INTEGER NOT NULL,
    sold INTEGER NOT NULL,
    closed_bundles INTEGER NOT NULL,
    closed_posted INTEGER NOT NULL,
    closed_sold INTEGER NOT NULL,
    closed_reserved INTEGER NOT NULL,
    closed_no_shows INTEGER NOT NULL,
    grams_saved INTEGER NOT NULL,
    co2_grams INTEGER NOT NULL,
    revenue_minor INTEGER NOT NULL
) STRICT;

CREATE TABLE day_totals (
    seller_id INTEGER NOT NULL,
    day INTEGER NOT NULL,
    bundles INTEGER NOT NULL,
    posted INTEGER NOT NULL,
    sold INTEGER NOT NULL,
    closed_bundles INTEGER NOT NULL,
    closed_posted INTEGER NOT NULL,
    closed_sold INTEGER NOT NULL,
    closed_reserved INTEGER NOT NULL,
    closed_no_shows INTEGER NOT NULL,
    grams_saved INTEGER NOT NULL,
    co2_grams INTEGER NOT NULL,
    revenue_minor INTEGER NOT NULL,
    PRIMARY KEY (seller_id, day)
) STRICT, WITHOUT ROWID;

-- The sum of day_totals, kept so that a refresh need not add up the history.
CREATE TABLE seller_totals (
    seller_id INTEGER PRIMARY KEY,
    bundles INTEGER NOT NULL,
    posted INTEGER NOT NULL,
    sold INTEGER NOT NULL,
    closed_bundles INTEGER NOT NULL,
    closed_posted INTEGER NOT NULL,
    closed_sold INTEGER NOT NULL,
    closed_reserved INTEGER NOT NULL,
    closed_no_shows INTEGER NOT NULL,
    grams_saved INTEGER NOT NULL,
    co2_grams INTEGER NOT NULL,
    revenue_minor INTEGER NOT NULL
) STRICT;

CREATE TABLE category_totals (
    seller_id INTEGER NOT NULL,
    category_id INTEGER NOT NULL,
    collected INTEGER NOT NULL,
    PRIMARY KEY (seller_id, category_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE window_totals (
    seller_id INTEGER NOT NULL,
    window_start INTEGER NOT NULL,
    collected INTEGER NOT NULL,
    PRIMARY KEY (seller_id, window_start)
) STRICT, WITHOUT ROWID;

-- week_hour is 24 × weekday (Monday 0) + hour.
CREATE TABLE hour_totals (
    seller_id INTEGER NOT NULL,
    week_hour INTEGER NOT NULL,
    collected INTEGER NOT NULL,
    PRIMARY KEY (seller_id, week_hour)
) STRICT, WITHOUT ROWID;

-- closed_through: windows that ended by then are counted as closed. history_revision grows whenever something that
-- every forecast of the seller rests on has changed. upcoming names the forecasts that graph 5 shows.
CREATE TABLE refresh_state (
    seller_id INTEGER PRIMARY KEY,
    closed_through INTEGER NOT NULL,
    history_revision INTEGER NOT NULL,
    upcoming TEXT NOT NULL
) STRICT;

-- Answers already given, by the till's own key, so that a retry changes nothing.
CREATE TABLE idempotency (
    idempotency_id INTEGER PRIMARY KEY,
    idempotency_key TEXT NOT NULL UNIQUE,
    request TEXT NOT NULL,
    answer TEXT NOT NULL,
    made_at INTEGER NOT NULL
) STRICT;

-- One row a lane: the next number to seal, the hash of the last part sealed, and what the hub has confirmed.
CREATE TABLE sync_lanes (
    lane TEXT PRIMARY KEY CHECK (lane IN ('ops', 'bulk')),
    epoch INTEGER NOT NULL,
    next_seq INTEGER NOT NULL,
    head BLOB NOT NULL,
    applied INTEGER NOT NULL,
    durable INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO sync_lanes (lane, epoch, next_seq, head, applied, durable) VALUES ('ops', 1, 1, x'', 0, 0), ('bulk', 1, 1, x'', 0, 0);

-- Sealed and not yet durable at the hub: the very bytes that are sent, and sent again.
CREATE TABLE sync_segments (
    lane TEXT NOT NULL REFERENCES sync_lanes (lane),
    epoch INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    part INTEGER NOT NULL,
    parts INTEGER NOT NULL,
    changes INTEGER NOT NULL,
    hash BLOB NOT NULL,
    bytes BLOB NOT NULL,
    sealed_at INTEGER NOT NULL,
    PRIMARY KEY (lane, epoch, seq, part)
) STRICT;

-- Changes that the hub did not take: nothing is dropped without a trace. part and position name the place in a sealed
-- segment; a row that could not be sealed has part 0.
CREATE TABLE sync_rejects (
    reject_id INTEGER PRIMARY KEY,
    lane TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    part INTEGER NOT NULL,
    position INTEGER NOT NULL,
    tbl TEXT NOT NULL,
    row_key TEXT NOT NULL,
    outcome TEXT NOT NULL,
    reason TEXT NOT NULL,
    change TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    UNIQUE (lane, epoch, seq, part, position)
) STRICT;

-- How syncing goes: last attempt, last success, next attempt and why.
CREATE TABLE sync_state (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO analytics_graphs_types (graph_type_id, chart_type, graph_summary, x_axis_label, y_axis_label) VALUES
    (1, 'multi_line', 'Weekly Sales vs Posted', 'Timeline', 'Reservations'),
    (2, 'pie', 'Sell Through Rate', NULL, NULL),
    (3, 'bar', 'Category Distribution', NULL, 'Reservations'),
    (4, 'bar', 'Time Window Distribution', NULL, 'Reservations'),
    (5, 'multi_line', 'Forecast vs Posted', 'Bundle Date', 'Quantity');

-- The views are an interface for people and their tools: columns are added, never changed.

CREATE VIEW v_sellers AS
SELECT user_id AS seller_id, seller_name, address_line1, address_line2, city, post_code, region, country, latitude, longitude,
       time_zone, currency, holiday_region
FROM sellers;

CREATE VIEW v_bundles AS
SELECT b.bundle_id, b.seller_id, b.bundle_name, b.description,
       (SELECT group_concat(c.category_name, ', ') FROM bundle_category bc JOIN category c USING (category_id)
        WHERE bc.bundle_id = b.bundle_id) AS categories,
       b.total_qty,
       (SELECT count(*) FROM reservations r WHERE r.bundle_id = b.bundle_id AND (r.cancelled_at IS NULL OR r.collected_at IS NOT NULL)) AS reserved,
       (SELECT count(r.collected_at) FROM reservations r WHERE r.bundle_id = b.bundle_id) AS collected,
       b.weight_grams, b.carbon_dioxide,
       CASE WHEN s.currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'VND', 'VUV', 'XAF', 'XOF', 'XPF')
            THEN printf('%d', b.price_minor)
            WHEN s.currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND')
            THEN printf('%s%d.%03d', iif(b.price_minor < 0, '-', ''), abs(b.price_minor / 1000), abs(b.price_minor % 1000))
            ELSE printf('%s%d.%02d', iif(b.price_minor < 0, '-', ''), abs(b.price_minor / 100), abs(b.price_minor % 100)) END AS price,
       s.currency, b.discount_percentage,
       strftime('%Y-%m-%dT%H:%M:%SZ', b.window_start / 1000000, 'unixepoch') AS window_start,
       strftime('%Y-%m-%dT%H:%M:%SZ', b.window_end / 1000000, 'unixepoch') AS window_end,
       strftime('%Y-%m-%dT%H:%M:%SZ', b.created_at / 1000000, 'unixepoch') AS created_at,
       strftime('%Y-%m-%dT%H:%M:%SZ', b.closed_at / 1000000, 'unixepoch') AS closed_at
FROM bundles b JOIN sellers s ON s.user_id = b.seller_id;

CREATE VIEW v_reservations AS
SELECT r.reservation_id, r.bundle_id, b.bundle_name, b.seller_id, r.consumer_id, r.claim_code,
       strftime('%Y-%m-%dT%H:%M:%SZ', r.reserved_at / 1000000, 'unixepoch') AS reserved_at,
       strftime('%Y-%m-%dT%H:%M:%SZ', r.collected_at / 1000000, 'unixepoch') AS collected_at,
       strftime('%Y-%m-%dT%H:%M:%SZ', r.cancelled_at / 1000000, 'unixepoch') AS cancelled_at
FROM reservations r JOIN bundles b USING (bundle_id);

CREATE VIEW v_graphs AS
SELECT g.seller_id, g.graph_type, t.graph_summary, t.chart_type, s.sort_index AS series_index, s.series_name,
       p.sort_index AS point_index, p.x, p.y
FROM analytics_graphs g
JOIN analytics_graphs_types t ON t.graph_type_id = g.graph_type
JOIN analytics_series s USING (graph_id)
JOIN analytics_points p USING (series_id);

CREATE VIEW v_forecasts AS
SELECT o.bundle_id, b.bundle_name, o.seller_id, strftime('%Y-%m-%dT%H:%M:%SZ', o.window_start / 1000000, 'unixepoch') AS window_start,
       o.predicted_reservations, o.predicted_sales, o.posted_qty, o.predicted_no_show_prob, o.confidence, o.rationale, o.method,
       d.mean, d.quantiles, d.demand_uncut, d.suggested_qty, d.history_rows,
       strftime('%Y-%m-%dT%H:%M:%SZ', o.generated_at / 1000000, 'unixepoch') AS generated_at
FROM forecast_output o JOIN bundles b USING (bundle_id) LEFT JOIN forecast_details d USING (bundle_id);

CREATE VIEW v_forecast_inputs AS
SELECT i.input_id, i.bundle_id, i.seller_id, i.category_id, c.category_name, i.day_of_week,
       strftime('%Y-%m-%dT%H:%M:%SZ', i.window_start / 1000000, 'unixepoch') AS window_start,
       strftime('%Y-%m-%dT%H:%M:%SZ', i.window_end / 1000000, 'unixepoch') AS window_end,
       i.is_holiday, i.temperature, i.weather_flag, i.observed_reservations, i.observed_no_shows, i.posted_qty
FROM forecast_input i LEFT JOIN category c USING (category_id);

CREATE VIEW v_weather AS
SELECT place, date(day * 86400, 'unixepoch') AS day, kind, temperature, weather_flag, source,
       strftime('%Y-%m-%dT%H:%M:%SZ', fetched_at / 1000000, 'unixepoch') AS fetched_at
FROM weather;

CREATE VIEW v_holidays AS
SELECT region, date(day * 86400, 'unixepoch') AS day, name, source FROM holidays;
