-- The transparency log. Facts are added, never changed: by privilege for the application, by
-- trigger for everybody.

CREATE FUNCTION refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'table % is append-only: a correction is a new row that names the old one', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
$$;

-- The coordinator row: there is one. Written last in each of the sequencer's transactions.
CREATE TABLE log_head (
    only_row      boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    next_index    bigint NOT NULL CHECK (next_index >= 0),
    last_time_s   bigint NOT NULL,
    next_sequence bigint NOT NULL CHECK (next_sequence >= 1),
    epoch         bigint NOT NULL CHECK (epoch >= 0)
);
INSERT INTO log_head (next_index, last_time_s, next_sequence, epoch) VALUES (0, 0, 1, 0);

-- `bytes` are exactly what is hashed; the other columns are for looking things up.
CREATE TABLE ledger_entry (
    index  bigint PRIMARY KEY CHECK (index >= 0),
    time_s bigint NOT NULL,
    kind   text NOT NULL,
    cause  uuid NOT NULL,
    bytes  bytea NOT NULL CHECK (octet_length(bytes) BETWEEN 1 AND 65535)
);
CREATE INDEX ledger_entry_cause ON ledger_entry (cause);

-- Every checkpoint that was signed; the one of the largest size is the current one.
CREATE TABLE log_checkpoint (
    ordinal     bigint PRIMARY KEY CHECK (ordinal >= 1),
    size        bigint NOT NULL CHECK (size >= 0),
    root        bytea NOT NULL CHECK (octet_length(root) = 32),
    note        text NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX log_checkpoint_size ON log_checkpoint (size);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON log_checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT ON ledger_entry, log_checkpoint TO suanpan_app;
GRANT SELECT, UPDATE ON log_head TO suanpan_app;
GRANT SELECT ON log_head, ledger_entry, log_checkpoint TO suanpan_readonly, suanpan_auditor;
