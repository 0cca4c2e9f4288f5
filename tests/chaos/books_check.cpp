#include "tests/chaos/checks.hpp"

#include <array>
#include <string>
#include <string_view>

namespace suanpan::chaos {
namespace {

// Each gives the rows that must not be.
struct Rule {
    std::string_view name;
    const char* statement;
};

constexpr std::array kRules = std::to_array<Rule>({
    {"capacity", R"(
        SELECT d.pool, p.lots, max(d.depth) FROM (
            SELECT pool, sum(change) OVER (PARTITION BY pool ORDER BY at, change
                                           ROWS UNBOUNDED PRECEDING) AS depth FROM (
                SELECT pool, start_s AS at, lots::bigint AS change FROM lease
                UNION ALL
                SELECT pool, coalesce(released_from_s, end_s), -lots::bigint FROM lease) AS e) AS d
        JOIN pool p ON p.id = d.pool
        GROUP BY d.pool, p.lots HAVING max(d.depth) > p.lots)"},
    {"accounts sum to zero", R"(
        SELECT currency, sum(balance_micro) FROM account_balance
        GROUP BY currency HAVING sum(balance_micro) <> 0)"},
    {"no balance below zero", R"(
        SELECT organisation, account, balance_micro FROM account_balance
        WHERE balance_micro < 0 AND account NOT IN ('receivable', 'cash'))"},
    {"journal gives the balances", R"(
        SELECT coalesce(b.organisation, j.organisation), coalesce(b.account, j.account),
            b.balance_micro, j.amount
        FROM account_balance b FULL JOIN (
            SELECT p.organisation, p.currency, p.account, sum(p.amount) AS amount
            FROM journal, unnest(organisations, currencies, accounts, amounts_micro)
                AS p (organisation, currency, account, amount)
            GROUP BY p.organisation, p.currency, p.account) AS j
            ON j.organisation = b.organisation AND j.currency = b.currency
                AND j.account = b.account
        WHERE coalesce(b.balance_micro, 0) <> coalesce(j.amount, 0))"},
    {"holds", R"(
        SELECT h.organisation, b.balance_micro, h.hold FROM (
            SELECT organisation, sum(hold) AS hold FROM (
                SELECT organisation, hold_micro::bigint AS hold FROM orders
                UNION ALL
                SELECT buyer, hold_micro::bigint FROM lease) AS o
            GROUP BY organisation) AS h
        LEFT JOIN account_balance b ON b.organisation = h.organisation AND b.account = 'held'
        WHERE coalesce(b.balance_micro, 0) <> h.hold)"},
    {"ended orders hold nothing", R"(
        SELECT id, state, hold_micro FROM orders
        WHERE state NOT IN ('open', 'partially_filled') AND hold_micro <> 0)"},
    {"fills", R"(
        SELECT o.id, o.filled_lots, t.lots FROM orders o LEFT JOIN (
            SELECT buy_order, sum(lots) AS lots FROM trade GROUP BY buy_order) AS t
            ON t.buy_order = o.id
        WHERE o.side = 'buy' AND o.filled_lots <> coalesce(t.lots, 0))"},
    {"billed once", R"(
        SELECT lease, start_s, count(*) FROM settlement_line
        GROUP BY lease, start_s HAVING count(*) > 1)"},
    {"billed windows do not overlap", R"(
        SELECT lease, start_s FROM (
            SELECT lease, start_s, lag(end_s) OVER (PARTITION BY lease ORDER BY start_s) AS before
            FROM settlement_line) AS w WHERE before > start_s)"},
    {"billed at most what was contracted", R"(
        SELECT l.lease, l.start_s, l.lot_us FROM settlement_line l JOIN lease c ON c.id = l.lease
        WHERE l.lot_us > c.lots * (l.end_s - l.start_s) * 1000000
            OR l.start_s < c.start_s OR l.end_s > c.end_s)"},
    {"billed at most what was read", R"(
        SELECT l.lease, l.billed, r.read FROM (
            SELECT lease, sum(lot_us) AS billed FROM settlement_line GROUP BY lease) AS l
        LEFT JOIN (
            SELECT lease, max(lot_us) AS read FROM reading GROUP BY lease) AS r USING (lease)
        WHERE l.billed > coalesce(r.read, 0))"},
    {"lines name their readings", R"(
        SELECT lease, start_s FROM settlement_line l
        WHERE lot_us > 0 AND (cardinality(readings) = 0 OR EXISTS (
            SELECT 1 FROM unnest(l.readings) AS named (index)
            LEFT JOIN ledger_entry e ON e.index = named.index
            WHERE e.kind IS DISTINCT FROM 'readings')))"},
    {"the log is dense", R"(
        SELECT h.next_index, e.count, e.last FROM log_head h,
            (SELECT count(*), max(index) AS last FROM ledger_entry) AS e
        WHERE h.next_index <> e.count OR h.next_index <> coalesce(e.last, -1) + 1)"},
    {"log times never decrease", R"(
        SELECT index, time_s, before FROM (
            SELECT index, time_s, lag(time_s) OVER (ORDER BY index) AS before
            FROM ledger_entry) AS e WHERE before > time_s)"},
    {"entries and rows", R"(
        SELECT kind, entries, rows FROM (
            SELECT 'order' AS kind, (SELECT count(*) FROM ledger_entry WHERE kind = 'order') AS entries,
                (SELECT count(*) FROM orders) AS rows
            UNION ALL SELECT 'trade', (SELECT count(*) FROM ledger_entry WHERE kind = 'trade'),
                (SELECT count(*) FROM trade)) AS counts WHERE entries <> rows)"},
    {"checkpoints only extend", R"(
        SELECT ordinal, size, before FROM (
            SELECT ordinal, size, lag(size) OVER (ORDER BY ordinal) AS before
            FROM log_checkpoint) AS c WHERE before >= size)"},
    {"nothing is signed that is not there", R"(
        SELECT c.ordinal, c.size, h.next_index FROM log_checkpoint c, log_head h
        WHERE c.size > h.next_index)"},
});

std::string text_of(const Row& row) {
    std::string out;
    for (const std::string& field : row)
        out += (out.empty() ? "" : " | ") + field;
    return out;
}

}  // namespace

Violations check_books(Sql& sql) {
    Violations out;
    sql.execute("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
    for (const Rule& rule : kRules) {
        const auto rows = sql.rows(rule.statement);
        if (rows.empty()) continue;
        out.push_back({std::string(rule.name),
                       std::to_string(rows.size()) + " rows, first: " + text_of(rows.front())});
    }
    sql.execute("COMMIT");
    return out;
}

}  // namespace suanpan::chaos
