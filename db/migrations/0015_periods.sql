-- Closed months, what every organisation had then, and the invoices of them. Months count from
-- January 1970.

CREATE TABLE period (
    month         bigint PRIMARY KEY,
    organisations bigint NOT NULL CHECK (organisations >= 0),
    currencies    text[] NOT NULL,
    accounts      text[] NOT NULL,
    amounts_micro bigint[] NOT NULL,
    closed        boolean NOT NULL,
    log_index     bigint NOT NULL
);

-- `log_index` of its entry; none while the closing is under way.
CREATE TABLE period_balance (
    month         bigint NOT NULL REFERENCES period,
    organisation  uuid NOT NULL REFERENCES organisation,
    currencies    text[] NOT NULL,
    accounts      text[] NOT NULL,
    amounts_micro bigint[] NOT NULL,
    log_index     bigint,
    PRIMARY KEY (month, organisation)
);
CREATE INDEX period_balance_waiting ON period_balance (month) WHERE log_index IS NULL;

CREATE TABLE invoice (
    number       text PRIMARY KEY,
    organisation uuid NOT NULL REFERENCES organisation,
    project      uuid,
    month        bigint NOT NULL,
    currency     text NOT NULL,
    net_micro    bigint NOT NULL CHECK (net_micro >= 0),
    tax_micro    bigint NOT NULL CHECK (tax_micro >= 0),
    corrects     text REFERENCES invoice,
    issued_s     bigint NOT NULL,
    log_index    bigint NOT NULL
);
CREATE INDEX invoice_organisation ON invoice (organisation, month);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON invoice
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Zero: it is invoiced.
CREATE TABLE invoice_sum (
    organisation uuid NOT NULL REFERENCES organisation,
    month        bigint NOT NULL,
    currency     text NOT NULL,
    net_micro    bigint NOT NULL CHECK (net_micro >= 0),
    tax_micro    bigint NOT NULL CHECK (tax_micro >= 0),
    PRIMARY KEY (organisation, month, currency)
);

GRANT SELECT, INSERT, UPDATE ON period, period_balance, invoice_sum TO suanpan_app;
GRANT SELECT, INSERT ON invoice TO suanpan_app;
GRANT SELECT ON period, period_balance, invoice, invoice_sum TO suanpan_readonly, suanpan_auditor;
