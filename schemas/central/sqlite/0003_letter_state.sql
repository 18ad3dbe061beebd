-- What became of a change that could not be taken: `open` until it takes effect after all, or a person gives it up.
ALTER TABLE dead_letter ADD COLUMN state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'taken', 'discarded'));
ALTER TABLE dead_letter ADD COLUMN settled_at INTEGER;

DROP VIEW v_dead_letters;
CREATE VIEW v_dead_letters AS
SELECT seller, replica, epoch, lane, seq, part, idx, tbl, key, outcome, reason, detail, change,
       strftime('%Y-%m-%dT%H:%M:%SZ', at / 1000000, 'unixepoch') AS at, state,
       strftime('%Y-%m-%dT%H:%M:%SZ', settled_at / 1000000, 'unixepoch') AS settled_at
FROM dead_letter;
