-- Compute vouchers: programmes, grants, what is reserved of them and what the caps count.

ALTER TABLE organisation
    ADD COLUMN kinds text[] NOT NULL DEFAULT '{}',
    ADD COLUMN related_group text NOT NULL DEFAULT '' CHECK (octet_length(related_group) <= 128);

CREATE TABLE voucher_programme (
    id              uuid PRIMARY KEY,
    holder          uuid NOT NULL,
    programme       jsonb NOT NULL,
    ungranted_micro bigint NOT NULL CHECK (ungranted_micro >= 0),
    log_index       bigint NOT NULL
);
CREATE INDEX voucher_programme_holder ON voucher_programme (holder, id);

CREATE TABLE voucher_grant (
    id             uuid PRIMARY KEY,
    programme      uuid NOT NULL REFERENCES voucher_programme,
    organisation   uuid NOT NULL,
    amount_micro   bigint NOT NULL CHECK (amount_micro > 0),
    expires_s      bigint NOT NULL,
    revoked        boolean NOT NULL,
    ended          boolean NOT NULL,
    left_micro     bigint NOT NULL CHECK (left_micro >= 0),
    reserved_micro bigint NOT NULL CHECK (reserved_micro >= 0),
    redeemed_micro bigint NOT NULL CHECK (redeemed_micro >= 0),
    expired_micro  bigint NOT NULL CHECK (expired_micro >= 0),
    returned_micro bigint NOT NULL CHECK (returned_micro >= 0),
    log_index      bigint NOT NULL,
    CHECK (amount_micro = left_micro + reserved_micro + redeemed_micro + expired_micro +
                          returned_micro)
);
CREATE INDEX voucher_grant_programme ON voucher_grant (programme, id);
CREATE INDEX voucher_grant_organisation ON voucher_grant (organisation, id);

-- `holder`: the id of an order or a lease. Zero: nothing any more.
CREATE TABLE voucher_reservation (
    grant_id     uuid NOT NULL REFERENCES voucher_grant,
    holder       bytea NOT NULL CHECK (octet_length(holder) = 16),
    amount_micro bigint NOT NULL CHECK (amount_micro >= 0),
    month        bigint NOT NULL,
    PRIMARY KEY (grant_id, holder)
);

-- Reserved and redeemed by an organisation, by the month of the reservation since January 1970.
CREATE TABLE voucher_month (
    programme    uuid NOT NULL REFERENCES voucher_programme,
    organisation uuid NOT NULL,
    month        bigint NOT NULL,
    used_micro   bigint NOT NULL CHECK (used_micro >= 0),
    PRIMARY KEY (programme, organisation, month)
);

ALTER TABLE orders ADD COLUMN voucher jsonb;
ALTER TABLE lease ADD COLUMN voucher jsonb;
ALTER TABLE settlement_line ADD COLUMN grant_id uuid;
CREATE INDEX settlement_line_grant ON settlement_line (grant_id, end_s, lease)
    WHERE voucher_micro > 0;

GRANT SELECT, INSERT, UPDATE ON voucher_programme, voucher_grant, voucher_reservation,
    voucher_month TO suanpan_app;
GRANT SELECT ON voucher_programme, voucher_grant, voucher_reservation, voucher_month
    TO suanpan_readonly, suanpan_auditor;
