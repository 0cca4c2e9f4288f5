#include "services/settlement/statement.hpp"

#include "base/check.hpp"

namespace suanpan::services {

namespace {

void add_to(Money& total, Money amount) {
    const auto sum = add(total, amount);
    CHECK(sum);
    total = *sum;
}

void add_line(Statement& statement, const db::LineInfo& info) {
    const settlement::WaterfallLine& line = info.row.line;
    StatementTotals& totals = statement.totals[info.row.currency];
    totals.lines += 1;
    totals.lot_us += info.row.lot_us;
    if (info.buyer == statement.organisation) {
        add_to(totals.bought, line.amount);
        add_to(totals.buyer_fees, line.buyer_fee);
        add_to(totals.buyer_tax, line.buyer_tax);
        add_to(totals.paid, line.buyer_pays);
    }
    if (info.provider == statement.organisation) {
        add_to(totals.sold, line.amount);
        add_to(totals.provider_fees, line.provider_fee);
        add_to(totals.withheld, line.withheld);
    }
    for (std::size_t i = 0; i < info.row.owners.size(); ++i) {
        if (info.row.owners[i] == statement.organisation)
            add_to(totals.received, line.owners.at(i));
    }
}

void add_accounts(Statement& statement, const std::vector<db::Movement>& movements) {
    for (const db::Movement& movement : movements) {
        AccountPeriod& period = statement.accounts[{movement.currency, movement.account}];
        add_to(period.opening, movement.before);
        add_to(period.closing, movement.before);
        add_to(period.closing, movement.within);
        if (movement.within.value != 0) period.movements[movement.reason] = movement.within;
    }
}

}  // namespace

Result<Statement> make_statement(db::Pool& database, const OrganisationId& organisation, Time from,
                                 Time until) {
    Statement statement;
    bool too_many = false;
    database.snapshot("statement", [&](db::Tx& tx) {
        statement = Statement{};
        statement.organisation = organisation;
        statement.from = from;
        statement.until = until;
        too_many = false;
        add_accounts(statement, db::list_movements(tx, organisation, from, until));
        db::LineFilter filter;
        filter.party = organisation;
        filter.from = from;
        filter.until = until;
        db::for_each_line(tx, filter, [&](const db::LineInfo& info) {
            add_line(statement, info);
            if (static_cast<std::int64_t>(statement.lines.size()) < kMaxStatementLines) {
                statement.lines.push_back(info);
            } else {
                too_many = true;
            }
        });
    });
    if (too_many) {
        return fail("too_many_lines", "the period has more than " +
                                          std::to_string(kMaxStatementLines) +
                                          " settlement lines: ask for a shorter one");
    }
    return statement;
}

}  // namespace suanpan::services
