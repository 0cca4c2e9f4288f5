-- Disputes of final windows, arbiters' keys, and corrections of settled windows.

ALTER TABLE schedule
    ADD COLUMN dispute_claim_s bigint NOT NULL DEFAULT 604800 CHECK (dispute_claim_s > 0),
    ADD COLUMN dispute_rule_s bigint NOT NULL DEFAULT 2592000 CHECK (dispute_rule_s > 0);

ALTER TABLE billing_window
    ADD COLUMN dispute_until_s bigint NOT NULL DEFAULT 0,
    ADD COLUMN line_index bigint;
CREATE INDEX billing_window_disputable ON billing_window (dispute_until_s)
    WHERE settled_by IS NOT NULL;

ALTER TABLE pending_release
    ADD COLUMN lease uuid,
    ADD COLUMN dispute uuid;

-- A correction is a line of its own: after - before, so its amounts may be below zero.
ALTER TABLE settlement_line
    ADD COLUMN dispute uuid,
    ADD COLUMN corrects bigint,
    DROP CONSTRAINT settlement_line_pkey,
    ADD PRIMARY KEY (lease, start_s, run, log_index),
    ADD CHECK ((dispute IS NULL) = (corrects IS NULL));
DROP INDEX settlement_line_grant;
CREATE INDEX settlement_line_grant ON settlement_line (grant_id, end_s, lease)
    WHERE voucher_micro <> 0;

CREATE TABLE arbiter_key (
    id           uuid PRIMARY KEY,
    organisation uuid NOT NULL,
    public_key   bytea NOT NULL CHECK (octet_length(public_key) = 32),
    revoked      boolean NOT NULL,
    log_index    bigint NOT NULL
);
CREATE INDEX arbiter_key_organisation ON arbiter_key (organisation, id);

CREATE TABLE dispute (
    id             uuid PRIMARY KEY,
    lease          uuid NOT NULL,
    start_s        bigint NOT NULL,
    end_s          bigint NOT NULL,
    reason         text NOT NULL,
    opened_by      text,
    opened_s       bigint NOT NULL,
    final          jsonb NOT NULL,
    claimed        jsonb NOT NULL,
    state          text NOT NULL,
    claim_by_s     bigint NOT NULL,
    rule_by_s      bigint NOT NULL,
    evidence       bigint[] NOT NULL,
    provider_offer jsonb,
    buyer_offer    jsonb,
    result         jsonb,
    ended_s        bigint,
    buyer          uuid NOT NULL,
    provider       uuid NOT NULL,
    log_index      bigint NOT NULL,
    held_micro     bigint NOT NULL CHECK (held_micro >= 0),
    reserved_micro bigint NOT NULL CHECK (reserved_micro >= 0),
    change         jsonb,
    arbiter        uuid,
    CHECK (start_s < end_s),
    CHECK ((result IS NULL) = (ended_s IS NULL))
);
-- One that could raise the window's bill, and one that could lower it.
CREATE UNIQUE INDEX dispute_window ON dispute (lease, start_s, (opened_by IS DISTINCT FROM 'buyer'));
CREATE INDEX dispute_buyer ON dispute (buyer, id);
CREATE INDEX dispute_provider ON dispute (provider, id);
CREATE INDEX dispute_open ON dispute (lease, start_s) WHERE ended_s IS NULL;

-- Windows that something can still happen to.
CREATE VIEW changeable_window AS
    SELECT lease, start_s FROM billing_window WHERE settled_by IS NULL
    UNION
    SELECT lease, start_s FROM billing_window
    WHERE settled_by IS NOT NULL AND dispute_until_s > (SELECT last_time_s FROM log_head)
    UNION
    SELECT lease, start_s FROM dispute WHERE ended_s IS NULL;

GRANT SELECT, INSERT, UPDATE ON arbiter_key, dispute TO suanpan_app;
GRANT SELECT ON arbiter_key, dispute TO suanpan_readonly, suanpan_auditor;
GRANT SELECT ON changeable_window TO suanpan_app, suanpan_readonly;
