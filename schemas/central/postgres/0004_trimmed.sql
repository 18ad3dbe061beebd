-- Deletions are forgotten after a while. `trimmed`: tombstones of shared rows up to this version may be gone, so a cursor
-- before it has expired. Where the seller's sequence stood when it was last marked, and when: what was deleted by then is
-- forgotten at the next mark.
ALTER TABLE edge.seller_head ADD COLUMN trimmed bigint NOT NULL DEFAULT 0;
ALTER TABLE edge.seller_head ADD COLUMN mark_seq bigint NOT NULL DEFAULT 0;
ALTER TABLE edge.seller_head ADD COLUMN marked_at bigint;
CREATE INDEX hub_row_tombstones ON edge.hub_row (seller, version) WHERE deleted;
