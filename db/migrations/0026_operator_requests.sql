-- What the operator does only by two persons beside moving money: it trusts a payment provider's
-- key, or closes a month. Keys that were registered before stay trusted.

CREATE TABLE operator_request (
    id             uuid PRIMARY KEY,
    action         text NOT NULL CHECK (action IN ('register_payment_key', 'close_period')),
    payment_key    uuid,
    organisation   uuid REFERENCES organisation,
    public_key     bytea CHECK (octet_length(public_key) = 32),
    month          bigint,
    content        bytea NOT NULL CHECK (octet_length(content) = 32),
    requested_by   text NOT NULL,
    requested_at_s bigint NOT NULL,
    expires_at_s   bigint NOT NULL,
    state          text NOT NULL CHECK (state IN ('requested', 'approved', 'rejected', 'expired')),
    decided_by     text,
    decided_at_s   bigint,
    log_index      bigint NOT NULL,
    CHECK ((action = 'register_payment_key') = (payment_key IS NOT NULL)),
    CHECK ((payment_key IS NULL) = (organisation IS NULL)),
    CHECK ((payment_key IS NULL) = (public_key IS NULL)),
    CHECK ((payment_key IS NULL) = (month IS NOT NULL)),
    CHECK (state <> 'approved' OR requested_by IS DISTINCT FROM decided_by)
);
CREATE INDEX operator_request_waiting ON operator_request (id) WHERE state = 'requested';

GRANT SELECT, INSERT, UPDATE ON operator_request TO suanpan_app;
GRANT SELECT ON operator_request TO suanpan_readonly, suanpan_auditor;
