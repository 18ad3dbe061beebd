-- As with hub_row: bundles are looked up by their keys, and these two indexes serve what names their columns alone.
DROP INDEX edge.market_bundle_by_id;
DROP INDEX edge.market_bundle_by_end;
CREATE INDEX market_bundle_by_number ON edge.market_bundle (seller, id) WHERE id > 0;
CREATE INDEX market_bundle_open ON edge.market_bundle (seller, open_until) WHERE open_until > 0;
