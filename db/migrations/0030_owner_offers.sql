-- An offer for the provider's side belongs to the owner who made it.

ALTER TABLE dispute ADD COLUMN provider_offers jsonb NOT NULL DEFAULT '[]';
UPDATE dispute SET provider_offers =
    (SELECT jsonb_agg(provider_offer || jsonb_build_object('by', o) ORDER BY o)
     FROM unnest(offered_by) AS o)
WHERE provider_offer IS NOT NULL AND cardinality(offered_by) > 0;
ALTER TABLE dispute DROP COLUMN provider_offer, DROP COLUMN offered_by;
