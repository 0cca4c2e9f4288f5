#include "db/queries/billing.hpp"

#include "db/sql.hpp"
#include "db/table_trading.hpp"

namespace suanpan::db {
namespace {

constexpr std::string_view kLeaseFrom =
    "lease AS l"
    " JOIN pool AS p ON p.id = l.pool JOIN site AS s ON s.id = p.site"
    " LEFT JOIN site_name AS sn ON sn.site = s.id"
    " LEFT JOIN organisation_name AS bn ON bn.organisation = l.buyer"
    " LEFT JOIN organisation_name AS pn ON pn.organisation = l.provider"
    " LEFT JOIN orders AS bo ON bo.id = l.buy_order"
    " LEFT JOIN orders AS so ON so.id = l.sell_order"
    " LEFT JOIN project AS bj ON bj.id = bo.project"
    " LEFT JOIN project AS sj ON sj.id = so.project";

// Each part walks an index on (party, id) and stops after a page.
constexpr std::string_view kPartyLeases =
    " (SELECT c.id FROM lease AS c LEFT JOIN orders AS o ON o.id = c.buy_order"
    " WHERE c.buyer = $1::uuid AND c.id > $2::uuid AND c.start_s < $3::bigint"
    " AND c.end_s > $4::bigint AND ($6::uuid IS NULL OR o.project = $6::uuid)"
    " ORDER BY c.id LIMIT $5::bigint)"
    " UNION (SELECT c.id FROM lease AS c LEFT JOIN orders AS o ON o.id = c.sell_order"
    " WHERE c.provider = $1::uuid AND c.id > $2::uuid AND c.start_s < $3::bigint"
    " AND c.end_s > $4::bigint AND ($6::uuid IS NULL OR o.project = $6::uuid)"
    " ORDER BY c.id LIMIT $5::bigint)"
    " UNION (SELECT c.id FROM lease AS c"
    " WHERE c.pool IN (SELECT t.pool FROM title AS t"
    " WHERE t.state = 'confirmed' AND $1::uuid = ANY (t.owners))"
    " AND c.id > $2::uuid AND c.start_s < $3::bigint AND c.end_s > $4::bigint"
    " AND $6::uuid IS NULL ORDER BY c.id LIMIT $5::bigint)"
    " ORDER BY id LIMIT $5::bigint";

constexpr std::string_view kAllLeases =
    " (SELECT c.id FROM lease AS c"
    " WHERE c.id > $2::uuid AND c.start_s < $3::bigint AND c.end_s > $4::bigint"
    " AND $1::uuid IS NULL AND $6::uuid IS NULL"
    " ORDER BY c.id LIMIT $5::bigint)";

std::string leases_statement(bool of_party) {
    return "SELECT l.id, " + select_list("l", columns<LeaseParties>()) +
           ", l.billing, coalesce(bn.name, ''), coalesce(pn.name, ''), p.model, s.id,"
           " coalesce(sn.name, ''), s.hub, bo.project, so.project, coalesce(bj.name, ''),"
           " coalesce(sj.name, '') FROM " +
           std::string(kLeaseFrom) + " WHERE l.id IN (" +
           std::string(of_party ? kPartyLeases : kAllLeases) + ") ORDER BY l.id";
}

BilledLease read_lease(const pqxx::row& row) {
    RowReader reader(row);
    BilledLease lease;
    lease.id = reader.value<LeaseId>();
    const auto parties = reader.row<LeaseParties>();
    lease.buyer = parties.buyer;
    lease.provider = parties.provider;
    lease.pool = parties.pool;
    lease.market = parties.market;
    lease.terms = parties.terms;
    lease.billing = reader.value<matching::Billing>();
    lease.buyer_name = reader.value<std::string>();
    lease.provider_name = reader.value<std::string>();
    lease.model = reader.value<std::string>();
    lease.site = reader.value<SiteId>();
    lease.site_name = reader.value<std::string>();
    lease.hub = reader.value<std::string>();
    lease.buyer_project = reader.value<ProjectId>();
    lease.provider_project = reader.value<ProjectId>();
    lease.buyer_project_name = reader.value<std::string>();
    lease.provider_project_name = reader.value<std::string>();
    return lease;
}

// From the first id on: a nil id would be NULL.
template <typename IdType>
Cell id_cell(const IdType& id) {
    return to_uuid(id.bytes);
}

std::vector<core::BalanceRow> read_balances(const pqxx::result& rows) {
    std::vector<core::BalanceRow> out;
    for (const auto& row : rows) {
        RowReader reader(row);
        core::BalanceRow balance;
        balance.account.organisation = reader.value<OrganisationId>();
        balance.account.currency = reader.value<std::string>();
        balance.account.kind = reader.value<settlement::AccountKind>();
        balance.balance = reader.value<Money>();
        out.push_back(std::move(balance));
    }
    return out;
}

}  // namespace

LogPoint read_log_point(Tx& tx) {
    const auto rows =
        run_statement(tx, "read_log_point", "SELECT next_index, last_time_s FROM log_head", {});
    RowReader reader(rows[0]);
    LogPoint point;
    point.size = reader.value<LogIndex>();
    point.last_time = reader.value<Time>();
    return point;
}

std::vector<BilledLease> list_billed_leases(Tx& tx, const BillingFilter& filter,
                                            const LeaseId& after, std::int64_t limit) {
    static const std::string kOfParty = leases_statement(true);
    static const std::string kOfAll = leases_statement(false);
    const auto rows = run_statement(
        tx, "list_billed_leases", filter.party ? kOfParty : kOfAll,
        {Column<std::optional<OrganisationId>>::encode(filter.party), id_cell(after),
         std::to_string(filter.until.value), std::to_string(filter.from.value),
         std::to_string(limit), Column<std::optional<ProjectId>>::encode(filter.project)});
    std::vector<BilledLease> out;
    out.reserve(rows.size());
    for (const auto& row : rows)
        out.push_back(read_lease(row));
    return out;
}

namespace {

// The month that was being closed when the line was summed. Months close one after the other, from
// the first one on: so it is the one whose closing had begun last before the line, if the buyer's
// turn in it came after the line, else the next; and never one before its window's. Months count
// from January 1970.
constexpr std::string_view kClosingOfLine =
    "greatest((SELECT CASE WHEN b.log_index > t.log_index THEN p.month ELSE p.month + 1 END"
    " FROM period AS p LEFT JOIN period_balance AS b"
    " ON b.month = p.month AND b.organisation = l.buyer"
    " WHERE p.log_index < t.log_index ORDER BY p.log_index DESC LIMIT 1),"
    " (SELECT min(p.month) FROM period AS p),"
    " (extract(year FROM to_timestamp(t.start_s) AT TIME ZONE 'UTC')::bigint - 1970)"
    " * 12 + extract(month FROM to_timestamp(t.start_s) AT TIME ZONE 'UTC')::bigint - 1)";

// Of the buyer's project and that month, if all its lines did not sum to nothing; where there are
// both, what was bought is in the invoice, and what was given back in a credit note.
const std::string kInvoiceOfLine =
    " coalesce((SELECT i.number FROM invoice AS i WHERE i.organisation = l.buyer"
    " AND i.currency = t.currency"
    " AND coalesce(i.project, '00000000-0000-0000-0000-000000000000'::uuid)"
    " = coalesce(l.project, '00000000-0000-0000-0000-000000000000'::uuid)"
    " AND i.log_index > t.log_index AND i.log_index < $6::bigint AND i.month = " +
    std::string(kClosingOfLine) +
    " ORDER BY (i.corrects IS NULL) = (t.buyer_pays_micro >= 0) DESC, i.number LIMIT 1), '')";

}  // namespace

std::vector<BilledLine> list_billed_lines(Tx& tx, const BillingFilter& filter,
                                          const std::vector<LeaseId>& leases,
                                          const Window& starts) {
    static const std::string kSql =
        "SELECT " + select_list("t", columns<core::SettlementLineRow>()) +
        ", EXISTS (SELECT FROM settlement_line AS e WHERE e.lease = t.lease"
        " AND e.start_s = t.start_s AND e.log_index < t.log_index),"
        " (SELECT e.time_s FROM entry_time AS e WHERE e.index = t.log_index)," +
        kInvoiceOfLine +
        " FROM settlement_line AS t JOIN lease AS l ON l.id = t.lease"
        " WHERE t.lease = ANY ($1::uuid[]) AND t.start_s >= $2::bigint AND t.start_s < $3::bigint"
        " AND t.end_s > $4::bigint AND t.end_s <= $5::bigint AND t.log_index < $6::bigint"
        " AND ($7::uuid IS NULL OR l.buyer = $7::uuid OR l.provider = $7::uuid"
        " OR $7::uuid = ANY (t.owners))"
        " ORDER BY t.lease, t.start_s, t.log_index";
    const auto rows = run_statement(
        tx, "list_billed_lines", kSql,
        {Column<std::vector<LeaseId>>::encode(leases), std::to_string(starts.start.value),
         std::to_string(starts.end.value), std::to_string(filter.from.value),
         std::to_string(filter.until.value), std::to_string(filter.before.value),
         Column<std::optional<OrganisationId>>::encode(filter.party)});
    std::vector<BilledLine> out;
    out.reserve(rows.size());
    for (const auto& row : rows) {
        RowReader reader(row);
        BilledLine line;
        fields(reader, line.row);
        line.correction = reader.value<bool>();
        line.posted = reader.value<Time>();
        line.invoice = reader.value<std::string>();
        out.push_back(std::move(line));
    }
    return out;
}

std::vector<settlement::JournalEntry> list_journal_after(Tx& tx, const JournalFeed& feed,
                                                         const JournalPlace& after,
                                                         std::int64_t limit) {
    Select select = select_from<JournalRecord>("list_journal_after");
    select.where("t.organisations @> ARRAY[$?::uuid]", feed.organisation)
        .where("t.time_s >= $?::bigint", feed.from)
        .where("t.time_s < $?::bigint", feed.until)
        .where("t.log_index < $?::bigint", feed.before)
        .where("(t.log_index, t.id) > (" + std::to_string(after.index.value) + ", $?::uuid)",
               to_uuid(after.id.bytes))
        .then("ORDER BY t.log_index, t.id LIMIT " + std::to_string(limit));
    std::vector<settlement::JournalEntry> out;
    for (const auto& row : select.run(tx))
        out.push_back(from_record(RowReader(row).row<JournalRecord>()));
    return out;
}

std::vector<core::BalanceRow> sum_balances(Tx& tx, const std::optional<OrganisationId>& whose,
                                           Time time, LogIndex before) {
    return read_balances(run_statement(
        tx, "sum_balances",
        "SELECT p.organisation, p.currency, p.account, sum(p.amount)::bigint FROM journal AS j,"
        " unnest(j.organisations, j.currencies, j.accounts, j.amounts_micro)"
        " AS p (organisation, currency, account, amount)"
        " WHERE j.time_s < $2::bigint AND j.log_index < $3::bigint"
        " AND ($1::uuid IS NULL OR (j.organisations @> ARRAY[$1::uuid]"
        " AND p.organisation = $1::uuid))"
        " GROUP BY p.organisation, p.currency, p.account HAVING sum(p.amount) <> 0"
        " ORDER BY p.organisation, p.currency, p.account",
        {Column<std::optional<OrganisationId>>::encode(whose), std::to_string(time.value),
         std::to_string(before.value)}));
}

std::vector<core::BalanceRow> list_all_balances(Tx& tx,
                                                const std::optional<OrganisationId>& whose) {
    return read_balances(
        run_statement(tx, "list_all_balances",
                      "SELECT b.organisation, b.currency, b.account, b.balance_micro"
                      " FROM account_balance AS b"
                      " WHERE $1::uuid IS NULL OR b.organisation = $1::uuid"
                      " ORDER BY b.organisation, b.currency, b.account",
                      {Column<std::optional<OrganisationId>>::encode(whose)}));
}

std::vector<Payout> list_payouts(Tx& tx, const std::optional<OrganisationId>& whose,
                                 const OrganisationId& after, std::int64_t limit) {
    const auto rows = run_statement(
        tx, "list_payouts",
        "WITH mine AS (SELECT DISTINCT b.organisation FROM account_balance AS b"
        "  WHERE b.account IN ('available', 'pending') AND b.organisation > $2::uuid"
        "  AND ($1::uuid IS NULL OR b.organisation = $1::uuid)"
        "  ORDER BY b.organisation LIMIT $3::bigint)"
        " SELECT q.organisation, coalesce(n.name, ''), q.currency, q.pending, q.disputed,"
        " q.amount, q.due_s"
        " FROM (SELECT b.organisation, b.currency, false AS pending, false AS disputed,"
        "   b.balance_micro AS amount,"
        "   0::bigint AS due_s FROM account_balance AS b JOIN mine USING (organisation)"
        "   WHERE b.account = 'available'"
        "  UNION ALL SELECT r.organisation, r.currency, true, r.dispute IS NOT NULL,"
        "   sum(r.amount_micro)::bigint, r.due_s"
        "   FROM pending_release AS r JOIN mine USING (organisation)"
        "   WHERE NOT r.released"
        "   GROUP BY r.organisation, r.currency, r.due_s, r.dispute IS NOT NULL) AS q"
        " LEFT JOIN organisation_name AS n ON n.organisation = q.organisation"
        " ORDER BY q.organisation, q.currency, q.pending, q.disputed, q.due_s",
        {Column<std::optional<OrganisationId>>::encode(whose), id_cell(after),
         std::to_string(limit)});
    std::vector<Payout> out;
    for (const auto& row : rows) {
        RowReader reader(row);
        Payout payout;
        payout.organisation = reader.value<OrganisationId>();
        payout.name = reader.value<std::string>();
        payout.currency = reader.value<std::string>();
        payout.pending = reader.value<bool>();
        payout.disputed = reader.value<bool>();
        payout.amount = reader.value<Money>();
        payout.release = reader.value<Time>();
        out.push_back(std::move(payout));
    }
    return out;
}

std::string find_organisation_name(Tx& tx, const OrganisationId& id) {
    const auto rows = run_statement(
        tx, "find_organisation_name",
        "SELECT name FROM organisation_name WHERE organisation = $1::uuid", {to_uuid(id.bytes)});
    return rows.empty() ? std::string() : RowReader(rows[0]).value<std::string>();
}

OrganisationId find_operator(Tx& tx) {
    const auto rows = run_statement(tx, "find_operator",
                                    "SELECT id FROM organisation WHERE 'operator' = ANY (roles)"
                                    " ORDER BY log_index, id LIMIT 1",
                                    {});
    return rows.empty() ? OrganisationId() : RowReader(rows[0]).value<OrganisationId>();
}

}  // namespace suanpan::db
