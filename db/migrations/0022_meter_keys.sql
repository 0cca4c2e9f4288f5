-- Keys that meters had before, and what is guaranteed beyond the lot-time.

CREATE TABLE meter_key (
    meter      uuid NOT NULL REFERENCES meter,
    public_key bytea NOT NULL CHECK (octet_length(public_key) = 32),
    until_s    bigint NOT NULL,
    revoked    boolean NOT NULL,
    log_index  bigint NOT NULL,
    PRIMARY KEY (meter, public_key)
);

ALTER TABLE schedule ADD COLUMN guarantees jsonb NOT NULL DEFAULT '{}';
ALTER TABLE lease ADD COLUMN gauges text NOT NULL DEFAULT '';
ALTER TABLE billing_window ADD COLUMN missed jsonb NOT NULL DEFAULT '[]';
ALTER TABLE settlement_line ADD COLUMN missed jsonb NOT NULL DEFAULT '[]';

GRANT SELECT, INSERT, UPDATE ON meter_key TO suanpan_app;
GRANT SELECT ON meter_key TO suanpan_readonly, suanpan_auditor;
