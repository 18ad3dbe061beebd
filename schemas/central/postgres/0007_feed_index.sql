-- Rows are looked up by their keys, and the feed of changes is read in order of version. Until a table has been analysed
-- the planner takes any index that begins with the seller for as good as another; this one it may take only for the feed,
-- which says `version > 0`.
DROP INDEX edge.hub_row_by_version;
CREATE UNIQUE INDEX hub_row_feed ON edge.hub_row (seller, version) WHERE version > 0;
