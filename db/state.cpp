#include "db/state.hpp"

#include "db/sql.hpp"
#include "db/table_trading.hpp"

namespace suanpan::db {
namespace {

template <typename R>
std::vector<R> load(Tx& tx, std::string_view condition, std::string_view order) {
    Select select = select_from<R>("load_" + std::string(Table<R>::kName));
    if (!condition.empty()) select.where(condition);
    return read_all<R>(select.then("ORDER BY " + std::string(order)).run(tx));
}

}  // namespace

core::HeadRow load_head(Tx& tx) {
    const auto rows = run_statement(
        tx, "load_log_head", "SELECT next_index, last_time_s, next_sequence FROM log_head", {});
    if (rows.size() != 1) throw BadRow("the log's coordinator row is missing");
    RowReader reader(rows[0]);
    core::HeadRow head;
    reader("next_index", head.size);
    reader("last_time_s", head.last_time);
    reader("next_sequence", head.next_sequence);
    return head;
}

std::int64_t load_epoch(Tx& tx) {
    const auto rows = run_statement(tx, "load_epoch", "SELECT epoch FROM log_head", {});
    if (rows.size() != 1) throw BadRow("the log's coordinator row is missing");
    return RowReader(rows[0]).value<std::int64_t>();
}

core::Rows load_state(Tx& tx) {
    core::Rows rows;
    rows.head = load_head(tx);
    rows.organisations = load<core::OrganisationRow>(tx, "", "t.id");
    rows.meters = load<core::MeterRow>(tx, "", "t.id");
    rows.markets = load<core::MarketRow>(tx, "", "t.market");
    rows.schedules = load<core::ScheduleRow>(tx, "", "t.version");
    rows.models = load<core::ModelRow>(tx, "", "t.id");
    rows.sites = load<core::SiteRow>(tx, "", "t.id");
    rows.pools = load<core::PoolRow>(tx, "", "t.id");
    for (const TitleRecord& record : load<TitleRecord>(tx, "", "t.pool, t.from_s, t.log_index"))
        rows.titles.push_back(from_record(record));
    rows.attestations = load<core::AttestationRow>(tx, "NOT t.ended", "t.id");
    rows.blocks = load<core::BlockRow>(tx, "", "t.log_index");
    rows.orders = load<core::OrderRow>(tx, "t.state IN ('open', 'partially_filled')", "t.sequence");
    rows.leases = load<core::LeaseRow>(tx, "NOT t.closed", "t.id");
    rows.windows =
        load<core::FinalWindowRow>(tx, "t.settled_by IS NULL", "t.final_at, t.lease, t.start_s");
    rows.runs = load<core::RunRow>(tx, "t.to_index = (SELECT max(to_index) FROM settlement_run)",
                                   "t.log_index, t.id");
    rows.pending = load<core::PendingRow>(tx, "NOT t.released", "t.log_index, t.journal_id");
    rows.balances = load<core::BalanceRow>(tx, "", "t.organisation, t.currency, t.account");
    return rows;
}

}  // namespace suanpan::db
