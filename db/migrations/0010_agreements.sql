-- Discounts between two organisations, grades of service, and what a metered lease pays at the
-- least.

CREATE TABLE agreement (
    id        uuid PRIMARY KEY,
    provider  uuid NOT NULL,
    buyer     uuid NOT NULL,
    agreement jsonb NOT NULL,
    log_index bigint NOT NULL
);
CREATE INDEX agreement_provider ON agreement (provider, id);
CREATE INDEX agreement_buyer ON agreement (buyer, id);

-- A of a UTC month's windows so far; months since January 1970.
CREATE TABLE agreement_volume (
    agreement    uuid NOT NULL REFERENCES agreement,
    month        bigint NOT NULL,
    volume_micro bigint NOT NULL CHECK (volume_micro >= 0),
    PRIMARY KEY (agreement, month)
);

-- "<ppm> <agreement>", once a run has priced the window by the month's volume.
ALTER TABLE billing_window ADD COLUMN discount text;
ALTER TABLE settlement_line ADD COLUMN agreement uuid;
ALTER TABLE schedule ADD COLUMN metered_minimum_ppm bigint NOT NULL DEFAULT 0
    CHECK (metered_minimum_ppm BETWEEN 0 AND 1000000);
ALTER TABLE schedule ADD COLUMN grades jsonb NOT NULL DEFAULT '{}';

GRANT SELECT, INSERT, UPDATE ON agreement, agreement_volume TO suanpan_app;
GRANT SELECT ON agreement, agreement_volume TO suanpan_readonly, suanpan_auditor;
