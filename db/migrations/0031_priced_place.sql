-- How far an open run has come in pricing windows by their month's volume.

ALTER TABLE settlement_run
    ADD COLUMN priced_end_s bigint NOT NULL DEFAULT 0,
    ADD COLUMN priced_lease uuid;
