#include "db/queries/accounts.hpp"

#include "db/paging.hpp"

#include <algorithm>

namespace suanpan::db {

std::vector<core::BalanceRow> list_balances(Tx& tx, const OrganisationId& organisation) {
    return read_all<core::BalanceRow>(select_from<core::BalanceRow>("list_balances")
                                          .where("t.organisation = $?::uuid", organisation)
                                          .then("ORDER BY t.currency, t.account")
                                          .run(tx));
}

Listed<settlement::JournalEntry> list_journal(Tx& tx, const JournalFilter& filter,
                                              const Page& page) {
    Select select = select_from<JournalRecord>("list_journal");
    select.where("t.organisations @> ARRAY[$?::uuid]", filter.organisation)
        .where("$? = ANY (t.currencies)", filter.currency)
        .where("t.reason = $?", filter.reason)
        .where("t.time_s >= $?::bigint", filter.from)
        .where("t.time_s < $?::bigint", filter.until);
    // Ids are derived from what was posted, so they say nothing of the order.
    if (page.after) {
        const JournalId after{*page.after};
        select.where(
            "(t.log_index, t.id) >"
            " (SELECT c.log_index, c.id FROM journal AS c WHERE c.id = $?::uuid)",
            after);
    }
    const std::int64_t limit = std::clamp<std::int64_t>(page.limit, 1, 200);
    select.then("ORDER BY t.log_index, t.id LIMIT " + std::to_string(limit + 1));
    return listed<settlement::JournalEntry>(select.run(tx), page, [](RowReader& reader) {
        return from_record(reader.row<JournalRecord>());
    });
}

std::vector<CurrencySums> sum_accounts(Tx& tx) {
    const auto rows = run_statement(
        tx, "sum_accounts",
        "SELECT currency, sum(balance)::text, sum(posted)::text, sum(accounts)::bigint FROM ("
        " SELECT currency, sum(balance_micro) AS balance, 0 AS posted, count(*) AS accounts"
        "  FROM account_balance GROUP BY currency"
        " UNION ALL SELECT p.currency, 0, sum(p.amount), 0 FROM journal AS j,"
        "  unnest(j.currencies, j.amounts_micro) AS p (currency, amount) GROUP BY p.currency"
        ") AS sums GROUP BY currency ORDER BY currency",
        {});
    std::vector<CurrencySums> out;
    for (const auto& row : rows) {
        RowReader reader(row);
        CurrencySums sums;
        reader("currency", sums.currency);
        reader("balance", sums.balances_micro);
        reader("posted", sums.journal_micro);
        reader("accounts", sums.accounts);
        out.push_back(std::move(sums));
    }
    return out;
}

Money balance_before(Tx& tx, const settlement::AccountKey& account, Time time) {
    const auto rows = run_statement(
        tx, "balance_before",
        "SELECT coalesce(sum(p.amount), 0)::bigint FROM journal AS j,"
        " unnest(j.organisations, j.currencies, j.accounts, j.amounts_micro)"
        " AS p (organisation, currency, account, amount)"
        " WHERE j.organisations @> ARRAY[$1::uuid] AND j.time_s < $4::bigint"
        " AND p.organisation = $1::uuid AND p.currency = $2 AND p.account = $3",
        {to_uuid(account.organisation.bytes), account.currency,
         std::string(settlement::to_string(account.kind)), std::to_string(time.value)});
    return RowReader(rows[0]).value<Money>();
}

}  // namespace suanpan::db
