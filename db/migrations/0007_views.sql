-- The same facts with times and money as a person reads them.

CREATE VIEW readable_ledger_entry AS
    SELECT index, to_timestamp(time_s) AS logged_at, kind, cause, convert_from(bytes, 'UTF8') AS entry
    FROM ledger_entry;

CREATE VIEW readable_order AS
    SELECT id, organisation, market, side, unit, quantity, limit_price_micro / 1e6 AS limit_price,
        to_timestamp(start_s) AS window_start, to_timestamp(end_s) AS window_end, state, end_reason,
        rest, filled_lots, hold_micro / 1e6 AS hold, to_timestamp(placed_s) AS placed_at
    FROM orders;

CREATE VIEW readable_trade AS
    SELECT id, market, buyer, provider, pool, lots, to_timestamp(start_s) AS window_start,
        to_timestamp(end_s) AS window_end, price_micro / 1e6 AS price, price_unit,
        to_timestamp(time_s) AS traded_at
    FROM trade;

CREATE VIEW readable_lease AS
    SELECT id, buyer, provider, pool, market, lots, to_timestamp(start_s) AS window_start,
        to_timestamp(end_s) AS window_end, state, fault, end_reason,
        to_timestamp(active_from_s) AS active_from, to_timestamp(active_until_s) AS active_until,
        hold_micro / 1e6 AS hold
    FROM lease;

CREATE VIEW readable_balance AS
    SELECT b.organisation, n.name, b.currency, b.account, b.balance_micro / 1e6 AS balance
    FROM account_balance b
    LEFT JOIN organisation_name n ON n.organisation = b.organisation;

CREATE VIEW readable_posting AS
    SELECT j.id AS journal, to_timestamp(j.time_s) AS posted_at, j.reason, j.log_index, p.organisation,
        p.currency, p.account, p.amount_micro / 1e6 AS amount
    FROM journal j,
        unnest(j.organisations, j.currencies, j.accounts, j.amounts_micro)
            AS p (organisation, currency, account, amount_micro);

GRANT SELECT ON readable_ledger_entry, readable_order, readable_trade, readable_lease,
    readable_balance, readable_posting TO suanpan_app, suanpan_readonly;
