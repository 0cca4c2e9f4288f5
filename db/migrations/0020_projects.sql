-- Projects of organisations, with budgets of their own; what is invoiced is summed a project.

CREATE TABLE project (
    id           uuid PRIMARY KEY,
    organisation uuid NOT NULL REFERENCES organisation,
    name         text NOT NULL CHECK (name <> ''),
    closed       boolean NOT NULL,
    log_index    bigint NOT NULL
);
CREATE INDEX project_organisation ON project (organisation, id);

-- Without a limit: what its orders hold and have spent in the currency.
CREATE TABLE project_budget (
    project     uuid NOT NULL REFERENCES project,
    currency    text NOT NULL,
    limit_micro bigint CHECK (limit_micro >= 0),
    held_micro  bigint NOT NULL CHECK (held_micro >= 0),
    spent_micro bigint NOT NULL CHECK (spent_micro >= 0),
    PRIMARY KEY (project, currency)
);

ALTER TABLE lease ADD COLUMN project uuid;

ALTER TABLE invoice_sum
    ADD COLUMN project uuid,
    DROP CONSTRAINT invoice_sum_pkey,
    ADD UNIQUE NULLS NOT DISTINCT (organisation, month, project, currency);

-- Which invoice has a line; an index does not find what is not distinct from NULL.
CREATE INDEX invoice_of_line ON invoice (organisation, currency,
    coalesce(project, '00000000-0000-0000-0000-000000000000'::uuid), log_index);

GRANT SELECT, INSERT, UPDATE ON project, project_budget TO suanpan_app;
GRANT SELECT ON project, project_budget TO suanpan_readonly, suanpan_auditor;
