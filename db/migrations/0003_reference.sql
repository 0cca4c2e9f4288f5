-- Who takes part and what is offered. `log_index` names the entry that set the row. Some of it is
-- only ever added: a later schedule or title stands beside the one before.

CREATE TABLE organisation (
    id        uuid PRIMARY KEY,
    roles     text[] NOT NULL,
    suspended boolean NOT NULL,
    log_index bigint NOT NULL
);

CREATE TABLE meter (
    id           uuid PRIMARY KEY,
    organisation uuid NOT NULL REFERENCES organisation,
    role         text NOT NULL CHECK (role IN ('provider', 'buyer', 'operator')),
    public_key   bytea NOT NULL CHECK (octet_length(public_key) = 32),
    pools        uuid[] NOT NULL,
    revoked      boolean NOT NULL,
    log_index    bigint NOT NULL
);
CREATE INDEX meter_organisation ON meter (organisation, id);

CREATE TABLE market (
    market      text PRIMARY KEY,
    grid_s      bigint NOT NULL CHECK (grid_s > 0),
    tick_micro  bigint NOT NULL CHECK (tick_micro > 0),
    max_lots    bigint NOT NULL CHECK (max_lots > 0),
    max_ahead_s bigint NOT NULL CHECK (max_ahead_s > 0),
    log_index   bigint NOT NULL
);

CREATE TABLE schedule (
    version                  bigint PRIMARY KEY,
    buyer_maker_ppm          bigint NOT NULL,
    buyer_taker_ppm          bigint NOT NULL,
    provider_maker_ppm       bigint NOT NULL,
    provider_taker_ppm       bigint NOT NULL,
    buyer_flat_micro         bigint NOT NULL,
    provider_flat_micro      bigint NOT NULL,
    buyer_tax_ppm            bigint NOT NULL,
    provider_withholding_ppm bigint NOT NULL,
    billing_window_s         bigint NOT NULL,
    deadline_s               bigint NOT NULL,
    future_tolerance_s       bigint NOT NULL,
    mismatch_tolerance_ppm   bigint NOT NULL,
    mismatch_floor_us        bigint NOT NULL,
    longest_reading_s        bigint NOT NULL,
    availability_steps_ppm   bigint[] NOT NULL,
    dispute_period_s         bigint NOT NULL,
    efficiency_ppm           jsonb NOT NULL,
    log_index                bigint NOT NULL
);

CREATE TABLE device_model (
    id                    text PRIMARY KEY,
    device                text NOT NULL,
    vendor                text NOT NULL,
    kind                  text NOT NULL,
    peak_mcu              jsonb NOT NULL,
    memory_gib            bigint NOT NULL,
    memory_bandwidth_gb_s bigint NOT NULL,
    source                text NOT NULL,
    log_index             bigint NOT NULL
);

CREATE TABLE site (
    id           uuid PRIMARY KEY,
    organisation uuid NOT NULL REFERENCES organisation,
    hub          text NOT NULL,
    log_index    bigint NOT NULL
);
CREATE INDEX site_organisation ON site (organisation, id);

CREATE TABLE pool (
    id           uuid PRIMARY KEY,
    organisation uuid NOT NULL REFERENCES organisation,
    site         uuid NOT NULL REFERENCES site,
    lots         bigint NOT NULL CHECK (lots > 0),
    profile      jsonb NOT NULL,
    model        text NOT NULL,
    rates_mcu    jsonb NOT NULL,
    log_index    bigint NOT NULL
);
CREATE INDEX pool_organisation ON pool (organisation, id);
CREATE INDEX pool_site ON pool (site, id);

CREATE TABLE title (
    pool       uuid NOT NULL REFERENCES pool,
    from_s     bigint NOT NULL,
    owners     uuid[] NOT NULL,
    shares_ppm bigint[] NOT NULL,
    log_index  bigint NOT NULL,
    PRIMARY KEY (pool, log_index),
    CHECK (cardinality(owners) = cardinality(shares_ppm))
);

CREATE TABLE attestation (
    id            uuid PRIMARY KEY,
    pool          uuid NOT NULL REFERENCES pool,
    compute_class text NOT NULL,
    rate_mcu      bigint NOT NULL CHECK (rate_mcu > 0),
    benchmark     text NOT NULL,
    expires_s     bigint NOT NULL,
    ended         boolean NOT NULL,
    log_index     bigint NOT NULL
);
CREATE INDEX attestation_pool ON attestation (pool, id);

CREATE TABLE block (
    pool      uuid NOT NULL REFERENCES pool,
    start_s   bigint NOT NULL,
    end_s     bigint NOT NULL,
    lots      bigint NOT NULL CHECK (lots > 0),
    log_index bigint NOT NULL,
    PRIMARY KEY (pool, log_index),
    CHECK (start_s < end_s)
);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON schedule
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON device_model
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON site
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON title
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON block
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT, UPDATE ON organisation, meter, market, pool, attestation TO suanpan_app;
GRANT SELECT, INSERT ON schedule, device_model, site, title, block TO suanpan_app;
GRANT SELECT ON organisation, meter, market, schedule, device_model, site, pool, title, attestation,
    block TO suanpan_readonly, suanpan_auditor;
