-- A line's invoice is found by one look-up: the closing that was under way at its place in the log,
-- and the invoice of that month's closing for the buyer's project.

CREATE UNIQUE INDEX period_log_index ON period (log_index);
CREATE INDEX invoice_account ON invoice
    (organisation, month, currency, (coalesce(project, '00000000-0000-0000-0000-000000000000'::uuid)));
DROP INDEX invoice_organisation, invoice_of_line;
