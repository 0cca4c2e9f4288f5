-- The keys with which organisations sign their writes. Revoked ones stay: neither their ids nor the
-- keys themselves are taken again.

CREATE TABLE signing_key (
    id           uuid PRIMARY KEY,
    organisation uuid NOT NULL,
    public_key   bytea NOT NULL CHECK (octet_length(public_key) = 32),
    revoked      boolean NOT NULL,
    log_index    bigint NOT NULL,
    UNIQUE (organisation, public_key)
);
CREATE INDEX signing_key_organisation ON signing_key (organisation, id);

-- What signatures are used up: kept as the log keeps them, read again for a day only.
CREATE TABLE signed_write (
    digest       bytea PRIMARY KEY CHECK (octet_length(digest) = 16),
    organisation uuid NOT NULL,
    at_s         bigint NOT NULL,
    log_index    bigint NOT NULL
);
CREATE INDEX signed_write_at ON signed_write (at_s);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON signed_write
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT, UPDATE ON signing_key TO suanpan_app;
GRANT SELECT, INSERT ON signed_write TO suanpan_app;
GRANT SELECT ON signing_key, signed_write TO suanpan_readonly, suanpan_auditor;

-- As 0033 has it for other tables: a tenant sees its own.
ALTER TABLE signing_key ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON signing_key FOR SELECT TO suanpan_tenant
    USING (organisation = (SELECT tenant()));
CREATE POLICY everything ON signing_key FOR SELECT TO suanpan_readonly, suanpan_auditor USING (true);
GRANT SELECT ON signing_key TO suanpan_tenant;
ALTER TABLE signed_write ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON signed_write FOR SELECT TO suanpan_tenant
    USING (organisation = (SELECT tenant()));
CREATE POLICY everything ON signed_write FOR SELECT TO suanpan_readonly, suanpan_auditor USING (true);
GRANT SELECT ON signed_write TO suanpan_tenant;
