-- Who may do what. Roles belong to the cluster, so another database may have made them already.
-- suanpan_owner owns all tables and is used by migrations only; the server acts as suanpan_app.

DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['suanpan_owner', 'suanpan_app', 'suanpan_readonly', 'suanpan_auditor']
    LOOP
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
        EXCEPTION
            -- Two databases migrated at the same moment.
            WHEN duplicate_object OR unique_violation THEN NULL;
        END;
    END LOOP;
    -- Whoever migrates must be able to act as the owner and to start the server.
    FOREACH wanted IN ARRAY ARRAY['suanpan_owner', 'suanpan_app']
    LOOP
        IF NOT pg_has_role(current_user, wanted, 'MEMBER') THEN
            EXECUTE format('GRANT %I TO %I', wanted, current_user);
        END IF;
    END LOOP;
END
$$;

GRANT USAGE, CREATE ON SCHEMA public TO suanpan_owner;
GRANT USAGE ON SCHEMA public TO suanpan_app, suanpan_readonly, suanpan_auditor;
GRANT SELECT ON schema_migration TO suanpan_app, suanpan_readonly;
