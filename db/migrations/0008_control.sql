-- The market's control: halts, bands, calls, limits, early release, the end of maintenance; and
-- what orders say beyond the first version.

ALTER TABLE market
    ADD COLUMN halted boolean NOT NULL DEFAULT false,
    ADD COLUMN band_width_ppm bigint CHECK (band_width_ppm >= 0),
    -- Per CU·h.
    ADD COLUMN auction_reference_micro bigint CHECK (auction_reference_micro > 0),
    ADD COLUMN index_reference_micro bigint CHECK (index_reference_micro > 0),
    ADD COLUMN operator_reference_micro bigint CHECK (operator_reference_micro > 0);

-- Call auctions; without a price, nothing traded or it is still open.
CREATE TABLE market_call (
    log_index       bigint PRIMARY KEY,
    market          text NOT NULL,
    start_s         bigint NOT NULL,
    end_s           bigint NOT NULL,
    floor           jsonb NOT NULL,
    reference_micro bigint NOT NULL CHECK (reference_micro > 0),
    open            boolean NOT NULL,
    price_micro     bigint CHECK (price_micro > 0),
    volume          bigint NOT NULL,
    surplus_side    text CHECK (surplus_side IN ('buy', 'sell')),
    surplus         bigint NOT NULL,
    CHECK (start_s < end_s)
);
CREATE INDEX market_call_market ON market_call (market, log_index);
CREATE UNIQUE INDEX market_call_open ON market_call (market, start_s, end_s) WHERE open;

CREATE TABLE limits (
    organisation      uuid NOT NULL REFERENCES organisation,
    project           uuid,
    api_key           uuid,
    open_orders       bigint,
    notional_micro    bigint,
    currency          text NOT NULL,
    orders_per_second bigint,
    counted_at_s      bigint NOT NULL,
    counted           bigint NOT NULL,
    log_index         bigint NOT NULL,
    UNIQUE NULLS NOT DISTINCT (organisation, project, api_key)
);

ALTER TABLE schedule ADD COLUMN release_notice_s bigint CHECK (release_notice_s >= 0);

-- A block may end before its time.
DROP TRIGGER append_only ON block;
ALTER TABLE block ADD COLUMN ended_at_s bigint;
CREATE UNIQUE INDEX block_log_index ON block (log_index);
GRANT UPDATE ON block TO suanpan_app;

ALTER TABLE orders
    ADD COLUMN at_market boolean NOT NULL DEFAULT false,
    ADD COLUMN project uuid,
    ADD COLUMN api_key uuid,
    ADD COLUMN bound_start_s bigint;
-- After a replacement under what was filled a rest is below zero.
ALTER TABLE orders DROP CONSTRAINT orders_rest_check;
CREATE INDEX orders_project ON orders (project, id) WHERE project IS NOT NULL;

ALTER TABLE lease ADD COLUMN released_from_s bigint;

GRANT SELECT, INSERT, UPDATE ON market_call, limits TO suanpan_app;
GRANT SELECT ON market_call TO suanpan_readonly, suanpan_auditor;
GRANT SELECT ON limits TO suanpan_readonly;
