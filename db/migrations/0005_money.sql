-- Metering, settlement, accounts.

CREATE TABLE reading (
    lease     uuid NOT NULL,
    meter     uuid NOT NULL,
    epoch     bigint NOT NULL,
    seq       bigint NOT NULL,
    hash      bytea NOT NULL CHECK (octet_length(hash) = 32),
    start_s   bigint NOT NULL,
    end_s     bigint NOT NULL,
    lot_us    bigint NOT NULL,
    gap       boolean NOT NULL,
    log_index bigint NOT NULL,
    PRIMARY KEY (lease, meter, epoch, seq),
    CHECK (start_s < end_s)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON reading
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE billing_window (
    lease        uuid NOT NULL,
    start_s      bigint NOT NULL,
    end_s        bigint NOT NULL,
    final_at     bigint NOT NULL,
    lot_us       bigint NOT NULL,
    busy_us      bigint NOT NULL,
    disputed_us  bigint NOT NULL,
    estimated    boolean NOT NULL,
    readings     bigint[] NOT NULL,
    final_time_s bigint NOT NULL,
    settled_by   uuid,
    PRIMARY KEY (lease, start_s),
    CHECK (start_s < end_s)
);
CREATE INDEX billing_window_unsettled ON billing_window (final_at, lease) WHERE settled_by IS NULL;

CREATE TABLE settlement_run (
    id         uuid PRIMARY KEY,
    from_index bigint NOT NULL,
    to_index   bigint NOT NULL,
    cursor     uuid,
    leases     bigint NOT NULL,
    totals     jsonb NOT NULL,
    closed     boolean NOT NULL,
    log_index  bigint NOT NULL
);
CREATE INDEX settlement_run_range ON settlement_run (to_index, from_index);

CREATE TABLE settlement_line (
    run                uuid NOT NULL,
    lease              uuid NOT NULL,
    start_s            bigint NOT NULL,
    end_s              bigint NOT NULL,
    lot_us             bigint NOT NULL,
    currency           text NOT NULL,
    sale_micro         bigint NOT NULL,
    credit_micro       bigint NOT NULL,
    discount_micro     bigint NOT NULL,
    amount_micro       bigint NOT NULL,
    voucher_micro      bigint NOT NULL,
    buyer_fee_micro    bigint NOT NULL,
    provider_fee_micro bigint NOT NULL,
    buyer_tax_micro    bigint NOT NULL,
    withheld_micro     bigint NOT NULL,
    buyer_pays_micro   bigint NOT NULL,
    provider_gets_micro bigint NOT NULL,
    owners_micro       bigint[] NOT NULL,
    owners             uuid[] NOT NULL,
    readings           bigint[] NOT NULL,
    log_index          bigint NOT NULL,
    PRIMARY KEY (lease, start_s, run),
    CHECK (start_s < end_s),
    CHECK (cardinality(owners) = cardinality(owners_micro))
);
CREATE INDEX settlement_line_run ON settlement_line (run, end_s, lease);
CREATE INDEX settlement_line_end ON settlement_line (end_s, lease);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON settlement_line
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE pending_release (
    journal_id   uuid NOT NULL,
    organisation uuid NOT NULL,
    currency     text NOT NULL,
    amount_micro bigint NOT NULL,
    due_s        bigint NOT NULL,
    released     boolean NOT NULL,
    log_index    bigint NOT NULL,
    PRIMARY KEY (journal_id, organisation, currency)
);
CREATE INDEX pending_release_due ON pending_release (due_s) WHERE NOT released;

CREATE TABLE account_balance (
    organisation  uuid NOT NULL,
    currency      text NOT NULL,
    account       text NOT NULL,
    balance_micro bigint NOT NULL,
    PRIMARY KEY (organisation, currency, account),
    CHECK (balance_micro >= 0 OR account IN ('receivable', 'cash'))
);

-- The postings of an entry sum to zero in each currency.
CREATE FUNCTION postings_balance(currencies text[], amounts bigint[]) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT NOT EXISTS (
        SELECT 1 FROM unnest(currencies, amounts) AS posting (currency, amount)
        GROUP BY posting.currency HAVING sum(posting.amount) <> 0)
$$;

-- Postings are parallel arrays: one row an entry, so that none can be added to or taken from it.
CREATE TABLE journal (
    id                uuid PRIMARY KEY,
    time_s            bigint NOT NULL,
    reason            text NOT NULL,
    log_index         bigint NOT NULL,
    organisations     uuid[] NOT NULL,
    currencies        text[] NOT NULL,
    accounts          text[] NOT NULL,
    amounts_micro     bigint[] NOT NULL,
    CHECK (cardinality(organisations) >= 2),
    CHECK (cardinality(organisations) = cardinality(currencies)),
    CHECK (cardinality(organisations) = cardinality(accounts)),
    CHECK (cardinality(organisations) = cardinality(amounts_micro)),
    CHECK (postings_balance(currencies, amounts_micro))
);
CREATE INDEX journal_organisations ON journal USING gin (organisations);
CREATE INDEX journal_log_index ON journal (log_index);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT ON reading, settlement_line, journal TO suanpan_app;
GRANT SELECT, INSERT, UPDATE ON billing_window, settlement_run, pending_release, account_balance
    TO suanpan_app;
GRANT SELECT ON reading, billing_window, settlement_run, settlement_line, pending_release,
    account_balance, journal TO suanpan_readonly, suanpan_auditor;
