#include "db/queries/figures.hpp"

#include "db/queries/settlements.hpp"
#include "db/sql.hpp"
#include "settlement/accounts.hpp"

namespace suanpan::db {

using settlement::AccountKind;

namespace {

std::map<std::string, std::int64_t> count_by(Tx& tx, std::string_view name,
                                             const std::string& sql) {
    std::map<std::string, std::int64_t> out;
    for (const auto& row : run_statement(tx, name, sql, {})) {
        RowReader reader(row);
        const auto label = reader.value<std::string>();
        out[label] = reader.value<std::int64_t>();
    }
    return out;
}

void load_orders(Tx& tx, MarketFigures& out) {
    const auto rows = run_statement(tx, "figures_orders",
                                    "SELECT market, side, count(*) FROM orders"
                                    " WHERE state IN ('open', 'partially_filled')"
                                    " GROUP BY market, side",
                                    {});
    for (const auto& row : rows) {
        RowReader reader(row);
        auto market = reader.value<std::string>();
        auto side = reader.value<std::string>();
        out.open_orders[{std::move(market), std::move(side)}] = reader.value<std::int64_t>();
    }
}

void load_windows(Tx& tx, MarketFigures& out) {
    const auto rows = run_statement(tx, "figures_windows",
                                    "SELECT count(*), count(*) FILTER (WHERE estimated),"
                                    " min(final_time_s) FROM billing_window"
                                    " WHERE settled_by IS NULL",
                                    {});
    RowReader reader(rows[0]);
    out.waiting_windows = reader.value<std::int64_t>();
    out.waiting_estimated = reader.value<std::int64_t>();
    out.oldest_window = reader.value<std::optional<Time>>();
}

void load_last_run(Tx& tx, MarketFigures& out) {
    const auto run = find_last_run(tx);
    if (!run) return;
    out.run_to = run->to;
    out.run_leases = run->leases;
    out.run_open = !run->closed;
}

void load_accounts(Tx& tx, MarketFigures& out) {
    const auto rows = run_statement(tx, "figures_accounts",
                                    "SELECT currency, sum(balance_micro)::text,"
                                    " count(*) FILTER (WHERE balance_micro < 0"
                                    "  AND account NOT IN ($1, $2))"
                                    " FROM account_balance GROUP BY currency",
                                    {std::string(to_string(AccountKind::kReceivable)),
                                     std::string(to_string(AccountKind::kCash))});
    for (const auto& row : rows) {
        RowReader reader(row);
        auto currency = reader.value<std::string>();
        out.account_sums[std::move(currency)] = reader.value<std::string>();
        out.accounts_below_zero += reader.value<std::int64_t>();
    }
}

}  // namespace

MarketFigures load_market_figures(Tx& tx) {
    MarketFigures out;
    load_orders(tx, out);
    out.open_leases = count_by(tx, "figures_leases",
                               "SELECT state, count(*) FROM lease WHERE NOT closed GROUP BY state");
    out.open_disputes =
        count_by(tx, "figures_disputes",
                 "SELECT state, count(*) FROM dispute WHERE ended_s IS NULL GROUP BY state");
    load_windows(tx, out);
    load_last_run(tx, out);
    const auto requests =
        run_statement(tx, "figures_requests",
                      "SELECT count(*) FROM operator_request WHERE state = 'requested'", {});
    out.waiting_requests = RowReader(requests[0]).value<std::int64_t>();
    load_accounts(tx, out);
    return out;
}

}  // namespace suanpan::db
