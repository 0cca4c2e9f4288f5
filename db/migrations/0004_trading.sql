-- Orders as they stand, trades, leases.

CREATE TABLE orders (
    id                       uuid PRIMARY KEY,
    organisation             uuid NOT NULL,
    market                   text NOT NULL,
    side                     text NOT NULL CHECK (side IN ('buy', 'sell')),
    unit                     text NOT NULL CHECK (unit IN ('lot', 'cu')),
    quantity                 bigint NOT NULL CHECK (quantity > 0),
    limit_price_micro        bigint NOT NULL CHECK (limit_price_micro > 0),
    start_s                  bigint NOT NULL,
    end_s                    bigint NOT NULL,
    duration_s               bigint,
    min_duration_s           bigint NOT NULL,
    requirement              jsonb NOT NULL,
    pool                     uuid,
    counterparties           uuid[] NOT NULL,
    time_in_force            text NOT NULL,
    expires_s                bigint,
    all_or_none              boolean NOT NULL,
    post_only                boolean NOT NULL,
    min_lots                 bigint NOT NULL,
    max_excess_mcu           bigint NOT NULL,
    together                 text NOT NULL,
    stp                      text NOT NULL,
    billing                  text NOT NULL,
    sequence                 bigint NOT NULL,
    state                    text NOT NULL,
    end_reason               text NOT NULL,
    rest                     bigint NOT NULL CHECK (rest >= 0),
    -- A sell's rest over time: from_s, lots, from_s, lots, …
    rest_steps               bigint[] NOT NULL,
    filled_lots              bigint NOT NULL CHECK (filled_lots >= 0),
    bound_site               uuid,
    bound_pool               uuid,
    buyer_maker_ppm          bigint NOT NULL,
    buyer_taker_ppm          bigint NOT NULL,
    provider_maker_ppm       bigint NOT NULL,
    provider_taker_ppm       bigint NOT NULL,
    buyer_flat_micro         bigint NOT NULL,
    provider_flat_micro      bigint NOT NULL,
    buyer_tax_ppm            bigint NOT NULL,
    provider_withholding_ppm bigint NOT NULL,
    hold_micro               bigint NOT NULL CHECK (hold_micro >= 0),
    placed_s                 bigint NOT NULL,
    log_index                bigint NOT NULL,
    CHECK (start_s < end_s),
    CHECK ((side = 'sell') = (pool IS NOT NULL))
);
CREATE INDEX orders_organisation ON orders (organisation, id);
CREATE INDEX orders_market ON orders (market, id);
CREATE INDEX orders_open ON orders (sequence) WHERE state IN ('open', 'partially_filled');
CREATE INDEX orders_pool ON orders (pool, id) WHERE pool IS NOT NULL;

-- An order's free text: outside the log, which holds its salted hash.
CREATE TABLE order_text (
    order_id        uuid PRIMARY KEY REFERENCES orders,
    organisation    uuid NOT NULL,
    client_order_id text NOT NULL,
    metadata        text NOT NULL,
    text_salt       text NOT NULL
);
CREATE UNIQUE INDEX order_text_client_order_id ON order_text (organisation, client_order_id)
    WHERE client_order_id <> '';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON order_text
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE trade (
    id          uuid PRIMARY KEY,
    lease       uuid NOT NULL,
    market      text NOT NULL,
    maker       uuid NOT NULL,
    taker       uuid NOT NULL,
    buy_order   uuid NOT NULL,
    sell_order  uuid NOT NULL,
    buyer       uuid NOT NULL,
    provider    uuid NOT NULL,
    pool        uuid NOT NULL,
    lots        bigint NOT NULL CHECK (lots > 0),
    start_s     bigint NOT NULL,
    end_s       bigint NOT NULL,
    price_micro bigint NOT NULL CHECK (price_micro > 0),
    price_unit  text NOT NULL CHECK (price_unit IN ('lot', 'cu')),
    rate_mcu    bigint NOT NULL CHECK (rate_mcu > 0),
    time_s      bigint NOT NULL,
    log_index   bigint NOT NULL,
    CHECK (start_s < end_s)
);
CREATE INDEX trade_market ON trade (market, id);
CREATE INDEX trade_buyer ON trade (buyer, id);
CREATE INDEX trade_provider ON trade (provider, id);
CREATE INDEX trade_buy_order ON trade (buy_order);
CREATE INDEX trade_sell_order ON trade (sell_order);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON trade
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE lease (
    id                       uuid PRIMARY KEY,
    trade                    uuid NOT NULL,
    buyer                    uuid NOT NULL,
    provider                 uuid NOT NULL,
    buy_order                uuid NOT NULL,
    sell_order               uuid NOT NULL,
    pool                     uuid NOT NULL,
    market                   text NOT NULL,
    billing                  text NOT NULL,
    price_micro              bigint NOT NULL,
    price_unit               text NOT NULL CHECK (price_unit IN ('lot', 'cu')),
    rate_mcu                 bigint NOT NULL,
    lots                     bigint NOT NULL CHECK (lots > 0),
    start_s                  bigint NOT NULL,
    end_s                    bigint NOT NULL,
    buyer_fee_ppm            bigint NOT NULL,
    provider_fee_ppm         bigint NOT NULL,
    buyer_flat_micro         bigint NOT NULL,
    provider_flat_micro      bigint NOT NULL,
    buyer_tax_ppm            bigint NOT NULL,
    provider_withholding_ppm bigint NOT NULL,
    state                    text NOT NULL,
    fault                    text NOT NULL,
    end_reason               text NOT NULL,
    active_from_s            bigint,
    active_until_s           bigint,
    buyer_metered            boolean NOT NULL,
    hold_micro               bigint NOT NULL CHECK (hold_micro >= 0),
    metering                 text NOT NULL,
    closed                   boolean NOT NULL,
    log_index                bigint NOT NULL,
    CHECK (start_s < end_s)
);
CREATE INDEX lease_buyer ON lease (buyer, id);
CREATE INDEX lease_provider ON lease (provider, id);
CREATE INDEX lease_pool ON lease (pool, end_s);
CREATE INDEX lease_buy_order ON lease (buy_order);
CREATE INDEX lease_sell_order ON lease (sell_order);
CREATE INDEX lease_live ON lease (id) WHERE NOT closed;

GRANT SELECT, INSERT, UPDATE ON orders, lease TO suanpan_app;
GRANT SELECT, INSERT ON order_text, trade TO suanpan_app;
GRANT SELECT ON orders, order_text, trade, lease TO suanpan_readonly;
GRANT SELECT ON orders, trade, lease TO suanpan_auditor;
