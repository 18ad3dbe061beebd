-- The journal's numbers went on after it was emptied because AUTOINCREMENT keeps the last of them in sqlite_sequence: one
-- more page in the log at every sale. Now its newest line stays instead (trigger journal_keeps_newest, which the program
-- installs with the others), and the next number follows it.
-- No trigger may see the table renamed, so it is copied out and back.
CREATE TABLE journal_copy AS SELECT * FROM journal;
-- Where the newest line is gone already, one that says nothing stands for it: op 10 is an update that a pull brought.
INSERT INTO journal_copy (seq, tbl, row, op, mask)
SELECT seq, 1, 0, 10, 0 FROM sqlite_sequence
WHERE name = 'journal' AND seq > (SELECT coalesce(max(seq), 0) FROM journal);
DROP TABLE journal;

-- What changed here, in order, written by triggers that the program installs. tbl and the bits of mask are numbered
-- in storage/src/captured_tables.cpp; op is 1 created, 2 updated, 3 deleted, plus 8 for what a pull applied (not to be
-- sent back). uuid is kept for deletions, since the row no longer can tell; parent is the bundle of a reservation or of
-- a forecast input.
CREATE TABLE journal (
    seq INTEGER PRIMARY KEY,
    tbl INTEGER NOT NULL,
    row INTEGER NOT NULL,
    op INTEGER NOT NULL,
    mask INTEGER NOT NULL,
    uuid BLOB,
    parent INTEGER
) STRICT;
INSERT INTO journal SELECT * FROM journal_copy ORDER BY seq;
DROP TABLE journal_copy;
