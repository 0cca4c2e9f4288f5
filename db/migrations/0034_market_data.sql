-- Market data: what is added up of the trades, and the price index. All of it follows from the
-- trades; none of it names an organisation.

-- Which group an organisation was in, from which entry of the log on: a trade between organisations
-- of one group is told as such for ever, also when the groups change. The entry is the first of the
-- batch that changed it.
CREATE TABLE organisation_group (
    organisation  uuid NOT NULL REFERENCES organisation,
    from_index    bigint NOT NULL,
    related_group text NOT NULL,
    PRIMARY KEY (organisation, from_index)
);
INSERT INTO organisation_group (organisation, from_index, related_group)
    SELECT id, log_index, related_group FROM organisation WHERE related_group <> '';

CREATE FUNCTION note_group() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO organisation_group (organisation, from_index, related_group)
        SELECT NEW.id, h.next_index, NEW.related_group FROM log_head AS h
        ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;
CREATE TRIGGER note_first_group AFTER INSERT ON organisation
    FOR EACH ROW WHEN (NEW.related_group <> '') EXECUTE FUNCTION note_group();
CREATE TRIGGER note_next_group AFTER UPDATE ON organisation
    FOR EACH ROW WHEN (NEW.related_group <> OLD.related_group) EXECUTE FUNCTION note_group();

-- Minutes (60) and hours (3600) that are over and in which a market traded. Prices are per CU·h,
-- rounded down; `value` is the sum of price × lots × seconds × (1000, or the rate of a price per
-- CU·h), 3,600,000 of which are a micro-unit of money.
CREATE TABLE candle (
    market      text NOT NULL,
    interval_s  bigint NOT NULL CHECK (interval_s IN (60, 3600)),
    start_s     bigint NOT NULL,
    open_micro  bigint NOT NULL,
    high_micro  bigint NOT NULL,
    low_micro   bigint NOT NULL,
    close_micro bigint NOT NULL,
    trades      bigint NOT NULL CHECK (trades > 0),
    lots        numeric NOT NULL,
    lot_s       numeric NOT NULL,
    mcu_s       numeric NOT NULL,
    value       numeric NOT NULL,
    PRIMARY KEY (market, interval_s, start_s),
    CHECK (start_s % interval_s = 0)
);

-- The fixings of the price index, by the hour. `hub`, `firmness`: empty for all of them.
CREATE TABLE index_value (
    market      text NOT NULL,
    hub         text NOT NULL,
    firmness    text NOT NULL CHECK (firmness IN ('', 'firm', 'preemptible')),
    at_s        bigint NOT NULL CHECK (at_s % 3600 = 0),
    method      bigint NOT NULL,
    price_micro bigint NOT NULL,
    level_micro bigint NOT NULL,
    cu_s        bigint NOT NULL CHECK (cu_s > 0),
    trades      bigint NOT NULL CHECK (trades > 0),
    since_s     bigint NOT NULL,
    PRIMARY KEY (market, hub, firmness, at_s)
);
CREATE INDEX index_value_at ON index_value (market, at_s);

-- Until when all of it is made. There is one row.
CREATE TABLE market_data_progress (
    only_row  boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    minutes_s bigint NOT NULL CHECK (minutes_s % 60 = 0),
    hours_s   bigint NOT NULL CHECK (hours_s % 3600 = 0),
    index_s   bigint NOT NULL CHECK (index_s % 3600 = 0)
);
INSERT INTO market_data_progress (minutes_s, hours_s, index_s) VALUES (0, 0, 0);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON organisation_group
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON candle
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON index_value
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT ON organisation_group, candle, index_value TO suanpan_app;
GRANT SELECT, UPDATE ON market_data_progress TO suanpan_app;
GRANT SELECT ON candle, index_value, market_data_progress TO suanpan_readonly, suanpan_auditor;
GRANT SELECT ON organisation_group TO suanpan_readonly, suanpan_auditor;
