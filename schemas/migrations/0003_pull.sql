-- What the hub said last of each shared row (sellers, category, bundles, reservations, weather, holidays): its version
-- there and the hash of its columns. `place` is 16 × the row's number + the table's, as the journal has them, so that a
-- row costs about 30 bytes. version 0: the hub took the row from here and has not named a version.
CREATE TABLE sync_base (
    place INTEGER PRIMARY KEY,
    version INTEGER NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 16)
) STRICT;

-- The same for rows that the hub has and this file has not: deleted here and not yet there, or waiting in sync_parked.
CREATE TABLE sync_absent (
    tbl INTEGER NOT NULL,
    row_key TEXT NOT NULL,
    version INTEGER NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 16),
    PRIMARY KEY (tbl, row_key)
) STRICT, WITHOUT ROWID;

-- Shared rows in segments that the hub has not confirmed: what a pull must not overwrite (op and mask as in the journal),
-- and the row's hash once the hub has taken it (NULL: deleted).
CREATE TABLE sync_sealed (
    tbl INTEGER NOT NULL,
    row_key TEXT NOT NULL,
    lane TEXT NOT NULL REFERENCES sync_lanes (lane),
    seq INTEGER NOT NULL,
    op INTEGER NOT NULL,
    mask INTEGER NOT NULL,
    hash BLOB CHECK (length(hash) = 16),
    PRIMARY KEY (tbl, row_key, lane, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX sync_sealed_by_seq ON sync_sealed (lane, seq);

-- Changes that came from the hub and cannot be applied yet: the row's parent has not come, or a reservation made here
-- still needs it. Tried again with each pull.
CREATE TABLE sync_parked (
    tbl INTEGER NOT NULL,
    row_key TEXT NOT NULL,
    change TEXT NOT NULL,
    PRIMARY KEY (tbl, row_key)
) STRICT, WITHOUT ROWID;

-- Hashes of rows that the hub had, and that were found changed or gone here without a line in the journal. If the hub
-- still has a row of that hash at the next comparison, and this file none of its key, the row was deleted here.
CREATE TABLE sync_lost (
    hash BLOB PRIMARY KEY CHECK (length(hash) = 16)
) STRICT, WITHOUT ROWID;

-- Each time that a bucket of a table's rows was found to differ from the hub's and was made equal again.
CREATE TABLE sync_repairs (
    repair_id INTEGER PRIMARY KEY,
    tbl INTEGER NOT NULL,
    bucket INTEGER NOT NULL,
    row_count INTEGER NOT NULL,
    repaired_at INTEGER NOT NULL
) STRICT;
CREATE INDEX sync_repairs_by_time ON sync_repairs (repaired_at);
