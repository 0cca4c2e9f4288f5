-- What stays outside the log: names, hashes of keys, stored answers.

CREATE TABLE organisation_name (
    organisation uuid PRIMARY KEY REFERENCES organisation,
    name         text NOT NULL
);

CREATE TABLE site_name (
    site uuid PRIMARY KEY REFERENCES site,
    name text NOT NULL
);

-- The key itself is shown once and never stored.
CREATE TABLE api_key (
    id           uuid PRIMARY KEY,
    organisation uuid NOT NULL REFERENCES organisation,
    key_hash     bytea NOT NULL UNIQUE CHECK (octet_length(key_hash) = 32),
    scopes       text[] NOT NULL,
    expires_s    bigint,
    label        text NOT NULL,
    revoked      boolean NOT NULL DEFAULT false
);
CREATE INDEX api_key_organisation ON api_key (organisation, id);

-- `status` 0: the answer itself has been dropped.
CREATE TABLE idempotency (
    organisation uuid NOT NULL,
    route        text NOT NULL,
    key          text NOT NULL,
    body_hash    bytea NOT NULL CHECK (octet_length(body_hash) = 32),
    for_ever     boolean NOT NULL,
    resource     text NOT NULL,
    status       bigint NOT NULL,
    body         text NOT NULL,
    time_s       bigint NOT NULL,
    PRIMARY KEY (organisation, route, key)
);
CREATE INDEX idempotency_time ON idempotency (time_s) WHERE status <> 0;

GRANT SELECT, INSERT, UPDATE ON organisation_name, site_name, api_key TO suanpan_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency TO suanpan_app;
GRANT SELECT ON organisation_name, site_name TO suanpan_readonly;
