-- Persons, payment providers' keys, and money in and out by the word of two.

CREATE TABLE person (
    id           uuid PRIMARY KEY,
    organisation uuid NOT NULL REFERENCES organisation,
    removed      boolean NOT NULL,
    log_index    bigint NOT NULL
);
CREATE INDEX person_organisation ON person (organisation, id);

CREATE TABLE person_name (
    person uuid PRIMARY KEY REFERENCES person,
    name   text NOT NULL
);

-- A key without a person acts for its organisation, but moves no money.
ALTER TABLE api_key ADD COLUMN person uuid REFERENCES person;
CREATE INDEX api_key_person ON api_key (person) WHERE person IS NOT NULL;

CREATE TABLE payment_key (
    id           uuid PRIMARY KEY,
    organisation uuid NOT NULL REFERENCES organisation,
    public_key   bytea NOT NULL CHECK (octet_length(public_key) = 32),
    revoked      boolean NOT NULL,
    log_index    bigint NOT NULL
);

-- `requested_by` and `decided_by`: a person's id or a payment key's, as the log has them.
CREATE TABLE cash_move (
    id              uuid PRIMARY KEY,
    organisation    uuid NOT NULL REFERENCES organisation,
    currency        text NOT NULL,
    amount_micro    bigint NOT NULL CHECK (amount_micro <> 0),
    reference_hash  text NOT NULL,
    reverses        uuid,
    reversal_reason text,
    action          text NOT NULL CHECK (action IN ('deposit', 'withdrawal', 'reversal')),
    content         bytea NOT NULL CHECK (octet_length(content) = 32),
    requested_by    text NOT NULL,
    requested_at_s  bigint NOT NULL,
    expires_at_s    bigint NOT NULL,
    state           text NOT NULL CHECK (state IN ('requested', 'approved', 'rejected', 'expired')),
    decided_by      text,
    decided_at_s    bigint,
    payment         text NOT NULL,
    journal_id      uuid,
    reversed        boolean NOT NULL,
    log_index       bigint NOT NULL,
    CHECK ((reverses IS NULL) = (reversal_reason IS NULL)),
    CHECK ((state = 'approved') = (journal_id IS NOT NULL)),
    CHECK (state <> 'approved' OR requested_by IS DISTINCT FROM decided_by)
);
CREATE INDEX cash_move_organisation ON cash_move (organisation, id);
CREATE UNIQUE INDEX cash_move_journal ON cash_move (journal_id);
CREATE UNIQUE INDEX cash_move_payment ON cash_move (requested_by, payment) WHERE payment <> '';

ALTER TABLE journal ADD COLUMN reverses uuid;

GRANT SELECT, INSERT, UPDATE ON person, person_name, payment_key, cash_move TO suanpan_app;
GRANT SELECT ON person, person_name, payment_key, cash_move TO suanpan_readonly;
GRANT SELECT ON person, payment_key, cash_move TO suanpan_auditor;
