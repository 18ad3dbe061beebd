-- What the forecast method has learned of every input whose local day is before `settled_before`; later days are learned
-- on top of it at each use, so that a late correction of them costs nothing. Never the only copy: when it is missing,
-- damaged or of another version it is made again from forecast_input. `state` is the forecast library's own encoding.
CREATE TABLE forecast_state (
    method TEXT PRIMARY KEY,
    settled_before INTEGER NOT NULL,
    observations INTEGER NOT NULL,
    state BLOB NOT NULL
) STRICT;
CREATE INDEX forecast_input_by_window_start ON forecast_input (window_start);

-- The last forecast of a window that is over beside what happened. The forecast's columns are written once, when the
-- window closes; the observed ones follow later corrections. low and high bound the 80 % interval.
CREATE TABLE forecast_outcomes (
    bundle_id INTEGER PRIMARY KEY REFERENCES bundles (bundle_id) ON DELETE CASCADE,
    seller_id INTEGER NOT NULL REFERENCES sellers (user_id) ON DELETE CASCADE,
    day INTEGER NOT NULL,
    window_start INTEGER NOT NULL,
    method TEXT NOT NULL,
    predicted_reservations INTEGER NOT NULL,
    mean TEXT NOT NULL,
    low INTEGER NOT NULL,
    high INTEGER NOT NULL,
    predicted_no_show_prob TEXT NOT NULL,
    confidence TEXT NOT NULL,
    observed_reservations INTEGER NOT NULL,
    observed_no_shows INTEGER NOT NULL
) STRICT;
CREATE INDEX forecast_outcomes_by_day ON forecast_outcomes (seller_id, day);

-- JSON: what moved the forecast and by how much.
ALTER TABLE forecast_details ADD COLUMN explanation TEXT NOT NULL DEFAULT '{}';

CREATE VIEW v_forecast_outcomes AS
SELECT o.bundle_id, b.bundle_name, o.seller_id, date(o.day * 86400, 'unixepoch') AS day,
       strftime('%Y-%m-%dT%H:%M:%SZ', o.window_start / 1000000, 'unixepoch') AS window_start,
       o.method, o.predicted_reservations, o.mean, o.low, o.high, o.predicted_no_show_prob, o.confidence,
       o.observed_reservations, o.observed_no_shows,
       o.observed_reservations BETWEEN o.low AND o.high AS in_interval
FROM forecast_outcomes o JOIN bundles b USING (bundle_id);
