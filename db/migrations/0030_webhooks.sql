-- Webhooks. What is to be told is written with what happened, in the transaction of the log
-- (`webhook_event`); who leads makes deliveries of it, one an endpoint, and remembers how far it
-- came (`webhook_cursor`). Secrets are derived from a key that is not in the database.

CREATE TABLE webhook_endpoint (
    id              uuid PRIMARY KEY,
    organisation    uuid NOT NULL REFERENCES organisation,
    url             text NOT NULL CHECK (octet_length(url) BETWEEN 1 AND 2000),
    events          text[] NOT NULL CHECK (cardinality(events) BETWEEN 1 AND 64),
    description     text NOT NULL,
    enabled         boolean NOT NULL,
    disabled_by     text NOT NULL CHECK (disabled_by IN ('', 'owner', 'gone', 'failing')),
    generation      bigint NOT NULL CHECK (generation >= 1),
    former_until_s  bigint,
    key_check       bytea NOT NULL CHECK (octet_length(key_check) = 32),
    created_s       bigint NOT NULL,
    failing_since_s bigint,
    CHECK (enabled = (disabled_by = ''))
);
CREATE INDEX webhook_endpoint_organisation ON webhook_endpoint (organisation, id);

-- `log_size` and `ordinal`: the log's size after the commit, and the place among its events; none
-- of a test, which is no fact of the log.
CREATE TABLE webhook_event (
    id           uuid PRIMARY KEY,
    organisation uuid NOT NULL,
    type         text NOT NULL,
    time_s       bigint NOT NULL,
    log_size     bigint,
    ordinal      bigint,
    payload      text NOT NULL,
    recorded_s   bigint NOT NULL,
    UNIQUE (log_size, ordinal),
    CHECK ((log_size IS NULL) = (ordinal IS NULL))
);
CREATE INDEX webhook_event_recorded ON webhook_event (recorded_s);

CREATE TABLE webhook_cursor (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    log_size bigint NOT NULL,
    ordinal  bigint NOT NULL
);
INSERT INTO webhook_cursor (log_size, ordinal) VALUES (0, 0);

-- `tries`: since it was made or asked for again. `sequence`: events are told in their order.
CREATE TABLE webhook_delivery (
    id           uuid PRIMARY KEY,
    endpoint     uuid NOT NULL REFERENCES webhook_endpoint ON DELETE CASCADE,
    event        uuid NOT NULL REFERENCES webhook_event,
    state        text NOT NULL CHECK (state IN ('pending', 'delivered', 'dead')),
    tries        bigint NOT NULL CHECK (tries >= 0),
    created_s    bigint NOT NULL,
    next_try_s   bigint,
    last_try_s   bigint,
    last_status  bigint,
    last_problem text NOT NULL,
    sequence     bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    UNIQUE (endpoint, event),
    CHECK ((state = 'pending') = (next_try_s IS NOT NULL))
);
CREATE INDEX webhook_delivery_endpoint ON webhook_delivery (endpoint, id);
CREATE INDEX webhook_delivery_due ON webhook_delivery (endpoint, next_try_s, sequence)
    WHERE state = 'pending';
CREATE INDEX webhook_delivery_dead ON webhook_delivery (endpoint, id) WHERE state = 'dead';
CREATE INDEX webhook_delivery_event ON webhook_delivery (event);

GRANT SELECT, INSERT, UPDATE, DELETE ON webhook_endpoint, webhook_event, webhook_delivery TO suanpan_app;
GRANT SELECT, UPDATE ON webhook_cursor TO suanpan_app;
GRANT SELECT (id, organisation, enabled, disabled_by, created_s, failing_since_s) ON webhook_endpoint TO suanpan_readonly;
GRANT SELECT ON webhook_cursor, webhook_delivery TO suanpan_readonly;
