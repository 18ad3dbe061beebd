-- What became of a change that the hub did not take: `open` until a person has its row journaled again (retried) or gives
-- it up (discarded). Nothing is removed: a reject is a record of what once did not arrive.
ALTER TABLE sync_rejects ADD COLUMN state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'retried', 'discarded'));
ALTER TABLE sync_rejects ADD COLUMN settled_at INTEGER;
