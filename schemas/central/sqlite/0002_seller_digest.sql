-- Sum of the hashes of the seller's shared rows, moved with each effect; NULL until the first effect after this migration
-- adds it up.
ALTER TABLE seller_head ADD COLUMN digest BLOB CHECK (length(digest) = 16);
