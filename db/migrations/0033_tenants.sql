-- What a tenant may read, said by the database itself: the second wall behind the service's own
-- filters. A read on behalf of a caller acts as suanpan_tenant and names the caller's organisation
-- in `suanpan.organisation` (its uuid) and `suanpan.organisation_id` (its id as entries have it),
-- both for the transaction alone. Without them no tenant's row is seen. suanpan_arbiter is a tenant
-- that sees disputes, and the readings of disputed windows, whosoever's.

-- The roles are made by who migrates, as in 0001.
RESET ROLE;

DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['suanpan_tenant', 'suanpan_arbiter']
    LOOP
        BEGIN
            IF to_regrole(wanted) IS NULL THEN
                EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
            END IF;
        EXCEPTION
            -- Two databases migrated at the same moment.
            WHEN duplicate_object OR unique_violation THEN NULL;
        END;
    END LOOP;
    -- Who may act as the application may act as a tenant: it is less.
    IF NOT pg_has_role('suanpan_arbiter', 'suanpan_tenant', 'MEMBER') THEN
        GRANT suanpan_tenant TO suanpan_arbiter;
    END IF;
    IF NOT pg_has_role('suanpan_app', 'suanpan_arbiter', 'MEMBER') THEN
        GRANT suanpan_arbiter TO suanpan_app;
    END IF;
    -- The market's writer uses COPY, which PostgreSQL refuses to whom policies apply, even if they
    -- allow all.
    IF NOT (SELECT rolbypassrls FROM pg_roles WHERE rolname = 'suanpan_app') THEN
        BEGIN
            ALTER ROLE suanpan_app BYPASSRLS;
        EXCEPTION WHEN insufficient_privilege THEN
            RAISE insufficient_privilege USING MESSAGE =
                'the server''s role must be exempt from row-level security, and only a superuser '
                'can say so: let one run, once for this PostgreSQL, '
                '"ALTER ROLE suanpan_app BYPASSRLS", then migrate again';
        END;
    END IF;
END
$$;

GRANT USAGE ON SCHEMA public TO suanpan_tenant;

SET LOCAL ROLE suanpan_owner;

-- Who asks. After a transaction that had set it a setting is empty, no longer absent.
CREATE FUNCTION tenant() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT nullif(current_setting('suanpan.organisation', true), '')::uuid
$$;
CREATE FUNCTION tenant_id() RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT nullif(current_setting('suanpan.organisation_id', true), '')
$$;

-- What policies ask of other tables is answered by functions of the owner's: to it no policy
-- applies, so that the policies of two tables may ask each other's, and a plan is made once a
-- connection and not for each statement. They say yes or no, or what is the tenant's own.

CREATE FUNCTION tenant_is_party(lease uuid) RETURNS boolean
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE SECURITY DEFINER AS $$
BEGIN
    RETURN EXISTS (SELECT FROM public.lease AS l
                   WHERE l.id = $1 AND public.tenant() IN (l.buyer, l.provider));
END
$$;

-- Pools that it owns a share of, or did. A later title takes nothing back of the time before.
CREATE FUNCTION tenant_pools() RETURNS SETOF uuid
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 10 AS $$
BEGIN
    RETURN QUERY SELECT t.pool FROM public.title AS t
                 WHERE t.owners @> ARRAY[public.tenant()] AND t.state = 'confirmed';
END
$$;
CREATE INDEX title_owners ON title USING gin (owners);

-- Its own as their holder or one of their funders.
CREATE FUNCTION tenant_funds(holder uuid, programme jsonb) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT holder = public.tenant()
        OR programme->'funders' @> jsonb_build_array(
               jsonb_build_object('funder', public.tenant_id()))
$$;

CREATE FUNCTION tenant_programmes() RETURNS SETOF uuid
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 10 AS $$
BEGIN
    RETURN QUERY SELECT p.id FROM public.voucher_programme AS p
                 WHERE public.tenant_funds(p.holder, p.programme);
END
$$;

CREATE FUNCTION tenant_is_granted(programme uuid) RETURNS boolean
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE SECURITY DEFINER AS $$
BEGIN
    RETURN EXISTS (SELECT FROM public.voucher_grant AS g
                   WHERE g.programme = $1 AND g.organisation = public.tenant());
END
$$;

-- Whether a programme of its own pays of the grant, or of the lease. Asked row by row: so they look
-- at the grant's programme, not at all that it has, and policies ask only who has one.
CREATE FUNCTION tenant_pays_grant(grant_id uuid) RETURNS boolean
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE SECURITY DEFINER AS $$
BEGIN
    RETURN EXISTS (SELECT FROM public.voucher_grant AS g
                   JOIN public.voucher_programme AS p ON p.id = g.programme
                   WHERE g.id = $1 AND public.tenant_funds(p.holder, p.programme));
END
$$;
CREATE FUNCTION tenant_pays_lease(lease uuid) RETURNS boolean
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE SECURITY DEFINER AS $$
BEGIN
    RETURN EXISTS (SELECT FROM public.settlement_line AS s
                   JOIN public.voucher_grant AS g ON g.id = s.grant_id
                   JOIN public.voucher_programme AS p ON p.id = g.programme
                   WHERE s.lease = $1 AND s.voucher_micro <> 0
                     AND public.tenant_funds(p.holder, p.programme));
END
$$;

-- The operator's; those of who it buys from and sells to; and the owners of a pool know both.
CREATE FUNCTION tenant_knows_name(organisation uuid) RETURNS boolean
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE SECURITY DEFINER AS $$
DECLARE
    me uuid := public.tenant();
BEGIN
    RETURN me IS NOT NULL AND EXISTS (SELECT FROM public.organisation AS o
                                      WHERE o.id = $1 AND 'operator' = ANY (o.roles))
        OR EXISTS (SELECT FROM public.lease AS l WHERE l.buyer = $1 AND l.provider = me)
        OR EXISTS (SELECT FROM public.lease AS l WHERE l.provider = $1 AND l.buyer = me)
        OR EXISTS (SELECT FROM public.lease AS l
                   WHERE l.pool IN (SELECT public.tenant_pools()) AND $1 IN (l.buyer, l.provider));
END
$$;

CREATE FUNCTION tenant_disputes(dispute uuid) RETURNS boolean
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE SECURITY DEFINER AS $$
BEGIN
    RETURN EXISTS (SELECT FROM public.dispute AS d
                   WHERE d.id = $1 AND (public.tenant() IN (d.buyer, d.provider)
                                        OR public.tenant() = ANY (d.owners)));
END
$$;

-- The same as the service has it (api/handlers/receipts.cpp): whose entry it is.
CREATE FUNCTION id_of(prefix text, id text) RETURNS uuid
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    bits bit varying := B'';
    hex text := '';
BEGIN
    IF id !~ ('^' || prefix || '_[0-7][0-9a-hjkmnp-tv-z]{25}$') THEN
        RETURN NULL;
    END IF;
    FOR i IN length(prefix) + 2 .. length(id) LOOP
        bits := bits || (strpos('0123456789abcdefghjkmnpqrstvwxyz', substr(id, i, 1)) - 1)::bit(5);
    END LOOP;
    -- 26 digits hold 130 bits: the first two are zero.
    FOR i IN 0 .. 3 LOOP
        hex := hex || lpad(to_hex(substring(bits FROM 3 + 32 * i FOR 32)::bit(32)::bigint), 8, '0');
    END LOOP;
    RETURN hex::uuid;
END
$$;
CREATE FUNCTION tenant_reads_entry(kind text, bytes bytea) RETURNS boolean
LANGUAGE plpgsql STABLE STRICT SECURITY DEFINER AS $$
DECLARE
    me text := public.tenant_id();
    entry jsonb;
    body jsonb;
    ruling jsonb;
BEGIN
    IF me IS NULL THEN
        RETURN false;
    END IF;
    entry := convert_from(bytes, 'UTF8')::jsonb;
    body := coalesce(entry->'body', '{}');
    IF entry ? 'command' THEN
        IF entry->>'actor' = me OR body->>'organisation' = me THEN
            RETURN true;
        ELSIF kind = 'ruling' THEN
            ruling := convert_from(decode(body->'envelope'->>'payload', 'base64'), 'UTF8')::jsonb;
            RETURN coalesce(public.tenant_disputes(public.id_of('dsp', ruling->>'dispute')), false);
        ELSIF kind <> 'dispute' THEN
            RETURN false;
        END IF;
    END IF;
    RETURN coalesce(CASE
        WHEN kind = 'trade' THEN me IN (body->>'buyer', body->>'provider')
        WHEN kind = 'lease' THEN public.tenant_is_party(public.id_of('lse', body->>'id'))
        WHEN kind IN ('settlement', 'correction') OR kind = 'dispute' AND body ? 'lease'
            AND entry ? 'command'
            THEN public.tenant_is_party(public.id_of('lse', body->>'lease'))
        WHEN kind = 'dispute' THEN public.tenant_disputes(public.id_of('dsp', body->>'id'))
    END, false);
EXCEPTION
    -- No text that jsonb takes: then its text is nobody's either.
    WHEN data_exception THEN RETURN false;
END
$$;

-- Leases that it has bought or sold.
CREATE VIEW own_lease AS
    SELECT id FROM lease WHERE buyer = (SELECT tenant()) OR provider = (SELECT tenant());

-- What everybody may see of rows that are not everybody's.

-- Of what a pool's calendar is made, without who has it. `booked_until_s`: what was agreed, before
-- an early release or the end of maintenance.
CREATE VIEW pool_occupation AS
    SELECT pool, start_s, coalesce(released_from_s, end_s) AS end_s, lots, end_s AS booked_until_s
    FROM lease
    UNION ALL
    SELECT pool, start_s, coalesce(ended_at_s, end_s), lots, end_s FROM block;
-- For which side a meter speaks, to who has its readings.
CREATE VIEW meter_side AS SELECT id, role FROM meter;
CREATE VIEW entry_time AS SELECT index, time_s FROM ledger_entry;

DO $$
DECLARE
    policy record;
BEGIN
    FOR policy IN SELECT p.tbl, p.allows FROM (VALUES
        ('account_balance', 'organisation = (SELECT tenant())'),
        ('agreement', '(SELECT tenant()) IN (provider, buyer)'),
        ('api_key', 'organisation = (SELECT tenant())'),
        ('billing_window', 'EXISTS (SELECT FROM own_lease AS l WHERE l.id = billing_window.lease)'
            ' OR EXISTS (SELECT FROM lease AS l'
            ' WHERE l.id = billing_window.lease AND l.pool IN (SELECT tenant_pools()))'),
        ('block', 'EXISTS (SELECT FROM pool AS p'
            ' WHERE p.id = block.pool AND p.organisation = (SELECT tenant()))'),
        ('cash_move', 'organisation = (SELECT tenant())'),
        ('dispute', '(SELECT tenant()) IN (buyer, provider) OR owners @> ARRAY[(SELECT tenant())]'),
        ('invoice', 'organisation = (SELECT tenant())'),
        ('journal', 'organisations @> ARRAY[(SELECT tenant())]'),
        ('lease', 'buyer = (SELECT tenant()) OR provider = (SELECT tenant())'
            ' OR pool IN (SELECT tenant_pools())'
            ' OR (SELECT EXISTS (SELECT tenant_programmes())) AND tenant_pays_lease(id)'),
        ('ledger_entry', 'tenant_reads_entry(kind, bytes)'),
        ('meter', 'organisation = (SELECT tenant())'),
        ('meter_key', 'EXISTS (SELECT FROM meter AS m WHERE m.id = meter_key.meter)'),
        ('order_text', 'organisation = (SELECT tenant())'),
        ('orders', 'organisation = (SELECT tenant())'),
        ('organisation', '(SELECT tenant()) IS NOT NULL'
            ' AND (id = (SELECT tenant()) OR ''operator'' = ANY (roles))'),
        ('organisation_name', 'organisation = (SELECT tenant())'
            ' OR tenant_knows_name(organisation)'),
        ('payment_key', 'organisation = (SELECT tenant())'),
        ('pending_release', 'organisation = (SELECT tenant())'),
        ('period_balance', 'organisation = (SELECT tenant())'),
        ('person', 'organisation = (SELECT tenant())'),
        ('person_name', 'EXISTS (SELECT FROM person AS p WHERE p.id = person_name.person)'),
        ('project', 'organisation = (SELECT tenant())'),
        ('project_budget', 'EXISTS (SELECT FROM project AS p WHERE p.id = project_budget.project)'),
        ('reading', 'EXISTS (SELECT FROM own_lease AS l WHERE l.id = reading.lease)'
            ' OR EXISTS (SELECT FROM meter AS m WHERE m.id = reading.meter)'
            ' OR EXISTS (SELECT FROM dispute AS d'
            ' WHERE d.lease = reading.lease AND d.start_s < reading.end_s'
            ' AND d.end_s > reading.start_s)'),
        ('settlement_line', '(SELECT tenant()) = ANY (owners)'
            ' OR EXISTS (SELECT FROM own_lease AS l WHERE l.id = settlement_line.lease)'
            ' OR voucher_micro <> 0 AND (SELECT EXISTS (SELECT tenant_programmes()))'
            ' AND tenant_pays_grant(grant_id)'),
        ('title', '(SELECT tenant()) IS NOT NULL AND (state IN (''confirmed'', ''past'')'
            ' OR (SELECT tenant()) = ANY (owners || confirmed_by || missing))'),
        ('trade', '(SELECT tenant()) IN (buyer, provider)'),
        ('voucher_grant', 'organisation = (SELECT tenant())'
            ' OR programme IN (SELECT tenant_programmes())'),
        ('voucher_programme', 'id IN (SELECT tenant_programmes()) OR tenant_is_granted(id)')
    ) AS p (tbl, allows)
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', policy.tbl);
        EXECUTE format('CREATE POLICY own ON %I FOR SELECT TO suanpan_tenant USING (%s)',
                       policy.tbl, policy.allows);
        -- What they may read at all stands in their grants.
        EXECUTE format('CREATE POLICY everything ON %I FOR SELECT'
                       ' TO suanpan_readonly, suanpan_auditor USING (true)', policy.tbl);
        EXECUTE format('GRANT SELECT ON %I TO suanpan_tenant', policy.tbl);
    END LOOP;
END
$$;

-- An arbiter is a tenant: where its own policy allows, this adds. A reading is seen through its
-- dispute, by the policy of tenants.
CREATE POLICY to_rule ON dispute FOR SELECT TO suanpan_arbiter USING (true);

-- Everybody's.
GRANT SELECT ON arbiter_key, attestation, device_model, log_head, market, pool, schedule, site,
    site_name TO suanpan_tenant;
-- Without the sums of all accounts.
GRANT SELECT (month, organisations, closed, log_index) ON period TO suanpan_tenant;
GRANT SELECT ON own_lease TO suanpan_tenant;
GRANT SELECT ON pool_occupation, meter_side, entry_time TO suanpan_tenant, suanpan_app;

-- Policies are read with the rights of who asks.
DO $$
DECLARE
    asked regprocedure;
BEGIN
    FOREACH asked IN ARRAY ARRAY['tenant()', 'tenant_id()', 'tenant_is_party(uuid)',
        'tenant_pools()', 'tenant_funds(uuid, jsonb)', 'tenant_programmes()',
        'tenant_is_granted(uuid)',
        'tenant_pays_grant(uuid)', 'tenant_pays_lease(uuid)', 'tenant_knows_name(uuid)',
        'tenant_disputes(uuid)', 'id_of(text, text)',
        'tenant_reads_entry(text, bytea)']::regprocedure[]
    LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', asked);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO suanpan_tenant', asked);
    END LOOP;
END
$$;
