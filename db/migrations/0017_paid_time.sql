-- Of a line's lot-time what its sale counts: where use is paid it is less. Lines that stand are of
-- the time when exports took the whole.

ALTER TABLE settlement_line ADD COLUMN paid_us bigint NOT NULL DEFAULT 0;
ALTER TABLE settlement_line DISABLE TRIGGER append_only;
UPDATE settlement_line SET paid_us = lot_us;
ALTER TABLE settlement_line ENABLE TRIGGER append_only;
ALTER TABLE settlement_line ALTER paid_us DROP DEFAULT;
