-- Deletions are forgotten after a while. `trimmed`: tombstones of shared rows up to this version may be gone, so a cursor
-- before it has expired. Where the seller's sequence stood when it was last marked, and when: what was deleted by then is
-- forgotten at the next mark.
ALTER TABLE seller_head ADD COLUMN trimmed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE seller_head ADD COLUMN mark_seq INTEGER NOT NULL DEFAULT 0;
ALTER TABLE seller_head ADD COLUMN marked_at INTEGER;
CREATE INDEX hub_row_tombstones ON hub_row (seller, version) WHERE deleted = 1;
