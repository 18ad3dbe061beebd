-- What became of a change that could not be taken: `open` until it takes effect after all, or a person gives it up.
ALTER TABLE edge.dead_letter ADD COLUMN state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'taken', 'discarded'));
ALTER TABLE edge.dead_letter ADD COLUMN settled_at bigint;
