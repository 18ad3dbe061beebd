-- The categories that the hub knows a bundle to have there, as numbers in their order: '1,4'. The link between the two can
-- change without either row. Where the program has not written it yet, the bundle is looked at once.
ALTER TABLE edge.market_bundle ADD COLUMN categories text NOT NULL DEFAULT '';
