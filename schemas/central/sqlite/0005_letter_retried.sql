-- A letter is also settled as `retried`: its device has sent the row anew, and what became of that stands there.
DROP VIEW v_dead_letters;
ALTER TABLE dead_letter RENAME TO dead_letter_before;
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
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'taken', 'discarded', 'retried')),
    settled_at INTEGER,
    PRIMARY KEY (seller, replica, epoch, lane, seq, part, idx)
) STRICT, WITHOUT ROWID;
INSERT INTO dead_letter SELECT * FROM dead_letter_before;
DROP TABLE dead_letter_before;
CREATE VIEW v_dead_letters AS
SELECT seller, replica, epoch, lane, seq, part, idx, tbl, key, outcome, reason, detail, change,
       strftime('%Y-%m-%dT%H:%M:%SZ', at / 1000000, 'unixepoch') AS at, state,
       strftime('%Y-%m-%dT%H:%M:%SZ', settled_at / 1000000, 'unixepoch') AS settled_at
FROM dead_letter;
