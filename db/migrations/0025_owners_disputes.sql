-- The owners of a disputed window speak for the provider's side, and agree all together; each side
-- names its own number of entries as evidence.

ALTER TABLE dispute
    ADD COLUMN named_by_provider bigint NOT NULL DEFAULT 0,
    ADD COLUMN named_by_buyer bigint NOT NULL DEFAULT 0,
    ADD COLUMN named_by_operator bigint NOT NULL DEFAULT 0,
    ADD COLUMN offered_by uuid[] NOT NULL DEFAULT '{}',
    ADD COLUMN owners uuid[] NOT NULL DEFAULT '{}';
UPDATE dispute d SET owners = coalesce(
    (SELECT array(SELECT o FROM unnest(t.owners) AS o ORDER BY o)
     FROM title t JOIN lease l ON l.pool = t.pool
     WHERE l.id = d.lease AND t.state = 'confirmed' AND t.from_s <= d.start_s
     ORDER BY t.from_s DESC LIMIT 1),
    ARRAY[d.provider]);
UPDATE dispute SET offered_by = ARRAY[provider] WHERE provider_offer IS NOT NULL;
CREATE INDEX dispute_owners ON dispute USING gin (owners);

-- The gauges of open windows are kept as sums; what was kept as single readings is not read any more.
UPDATE lease SET gauges = '' WHERE gauges <> '';
