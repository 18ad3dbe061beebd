-- What the hub did not take is settled at either side, and both hear of it: `taken` by the hub after all, or by it in a
-- later change; told: the hub knows that it is settled.
CREATE TABLE sync_rejects_copy (
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
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'taken', 'retried', 'discarded')),
    settled_at INTEGER,
    told INTEGER NOT NULL DEFAULT 0 CHECK (told IN (0, 1)),
    UNIQUE (lane, epoch, seq, part, position)
) STRICT;
INSERT INTO sync_rejects_copy
SELECT reject_id, lane, epoch, seq, part, position, tbl, row_key, outcome, reason, change, received_at, state, settled_at, 0
FROM sync_rejects;
DROP TABLE sync_rejects;
ALTER TABLE sync_rejects_copy RENAME TO sync_rejects;
CREATE INDEX sync_rejects_untold ON sync_rejects (reject_id) WHERE told = 0;
