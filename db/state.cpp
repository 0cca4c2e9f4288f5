#include "db/state.hpp"

#include "core/signed_write.hpp"
#include "db/native_session.hpp"
#include "db/sql.hpp"
#include "db/table_accounts.hpp"
#include "db/table_agreements.hpp"
#include "db/table_disputes.hpp"
#include "db/table_periods.hpp"
#include "db/table_projects.hpp"
#include "db/table_signing_keys.hpp"
#include "db/table_titles.hpp"
#include "db/table_trading.hpp"

namespace suanpan::db {
namespace {

template <typename R>
std::vector<R> load(Tx& tx, std::string_view condition, std::string_view order) {
    Select select = select_from<R>("load_" + std::string(Table<R>::kName));
    if (!condition.empty()) select.where(condition);
    return read_all<R>(select.then("ORDER BY " + std::string(order)).run(tx));
}

// The same without a text in between: a start reads a million rows.
template <typename R>
std::vector<R> load(NativeSession& session, std::string_view condition, std::string_view order) {
    std::string sql = "SELECT ";
    for (const ColumnInfo& column : columns<R>()) {
        if (&column != &columns<R>().front()) sql += ", ";
        sql.append("t.").append(column.name);
    }
    sql.append(" FROM ").append(Table<R>::kName).append(" AS t");
    if (!condition.empty()) sql.append(" WHERE ").append(condition);
    sql.append(" ORDER BY ").append(order);
    std::vector<R> rows;
    TupleReader reader;
    session.copy_out(sql, [&](std::string_view row) {
        reader.begin_row(row);
        fields(reader, rows.emplace_back());
    });
    return rows;
}

constexpr std::string_view kHead = "SELECT next_index, last_time_s, next_sequence FROM log_head";

template <typename Reader>
core::HeadRow read_head(Reader& reader) {
    core::HeadRow head;
    reader("next_index", head.size);
    reader("last_time_s", head.last_time);
    reader("next_sequence", head.next_sequence);
    return head;
}

core::HeadRow head_of(Tx& tx) {
    const auto rows = run_statement(tx, "load_log_head", std::string(kHead), {});
    if (rows.size() != 1) throw BadRow("the log's coordinator row is missing");
    RowReader reader(rows[0]);
    return read_head(reader);
}

core::HeadRow head_of(NativeSession& session) {
    std::optional<core::HeadRow> head;
    TupleReader reader;
    session.copy_out(std::string(kHead), [&](std::string_view row) {
        reader.begin_row(row);
        head = read_head(reader);
    });
    if (!head) throw BadRow("the log's coordinator row is missing");
    return *head;
}

}  // namespace

core::HeadRow load_head(Tx& tx) {
    return head_of(tx);
}

std::int64_t load_epoch(Tx& tx) {
    const auto rows = run_statement(tx, "load_epoch", "SELECT epoch FROM log_head", {});
    if (rows.size() != 1) throw BadRow("the log's coordinator row is missing");
    return RowReader(rows[0]).value<std::int64_t>();
}

namespace {

// The last period is enough: they close in order.
template <typename Source>
void load_periods(Source& source, core::Rows& rows) {
    for (const PeriodRecord& record :
         load<PeriodRecord>(source, "t.month = (SELECT max(month) FROM period)", "t.month"))
        rows.periods.push_back(from_record(record));
    for (const PeriodBalanceRecord& record :
         load<PeriodBalanceRecord>(source, "t.log_index IS NULL", "t.organisation"))
        rows.period_balances.push_back(from_record(record));
    static const std::string kCredited =
        "t.month > coalesce((SELECT max(month) FROM period WHERE closed), 0) - " +
        std::to_string(core::kCreditedMonths);
    for (InvoiceRecord& record : load<InvoiceRecord>(source, kCredited, "t.number"))
        rows.invoices.push_back(from_record(std::move(record)));
    rows.invoice_sums = load<core::InvoiceSumRow>(source, "t.net_micro <> 0 OR t.tax_micro <> 0",
                                                  "t.organisation, t.month, t.project, t.currency");
}

template <typename Source>
core::Rows load_all(Source& source) {
    core::Rows rows;
    rows.head = head_of(source);
    rows.organisations = load<core::OrganisationRow>(source, "", "t.id");
    rows.meters = load<core::MeterRow>(source, "", "t.id");
    rows.meter_keys = load<core::MeterKeyRow>(source, "", "t.log_index");
    rows.markets = load<core::MarketRow>(source, "", "t.market");
    rows.calls = load<core::CallRow>(source, "t.open", "t.log_index");
    rows.limits = load<core::LimitRow>(source, "", "t.organisation, t.project, t.api_key");
    rows.schedules = load<core::ScheduleRow>(source, "", "t.version");
    rows.models = load<core::ModelRow>(source, "", "t.id");
    rows.sites = load<core::SiteRow>(source, "", "t.id");
    rows.pools = load<core::PoolRow>(source, "", "t.id");
    for (const TitleRecord& record :
         load<TitleRecord>(source, "t.state IN ('proposed', 'confirmed')", "t.pool, t.log_index"))
        rows.titles.push_back(from_record(record));
    rows.attestations = load<core::AttestationRow>(source, "NOT t.ended", "t.id");
    rows.blocks = load<core::BlockRow>(source, "t.ended_at_s IS NULL", "t.log_index");
    rows.orders =
        load<core::OrderRow>(source, "t.state IN ('open', 'partially_filled')", "t.sequence");
    rows.leases = load<core::LeaseRow>(source, "NOT t.closed", "t.id");
    rows.windows = load<core::FinalWindowRow>(
        source, "(t.lease, t.start_s) IN (SELECT lease, start_s FROM changeable_window)",
        "t.final_at, t.lease, t.start_s");
    rows.runs = load<core::RunRow>(
        source, "t.to_index = (SELECT max(to_index) FROM settlement_run)", "t.log_index, t.id");
    for (AgreementRecord& record : load<AgreementRecord>(source, "", "t.id"))
        rows.agreements.push_back(std::move(record.agreement));
    rows.volumes = load<core::VolumeRow>(source, "", "t.agreement, t.month");
    rows.programmes = load<core::ProgrammeRow>(source, "", "t.id");
    rows.grants = load<core::GrantRow>(source, "", "t.id");
    rows.reservations =
        load<core::ReservationRow>(source, "t.amount_micro > 0", "t.grant_id, t.holder");
    rows.voucher_months = load<core::VoucherMonthRow>(source, "t.used_micro > 0",
                                                      "t.programme, t.organisation, t.month");
    rows.arbiter_keys = load<core::ArbiterKeyRow>(source, "", "t.id");
    rows.disputes = load<core::DisputeRow>(
        source, "(t.lease, t.start_s) IN (SELECT lease, start_s FROM changeable_window)", "t.id");
    rows.pending = load<core::PendingRow>(source, "NOT t.released", "t.log_index, t.journal_id");
    rows.users = load<core::UserRow>(source, "", "t.id");
    rows.payment_keys = load<core::PaymentKeyRow>(source, "", "t.id");
    for (CashRecord& record :
         load<CashRecord>(source, "t.state IN ('requested', 'approved')", "t.id"))
        rows.cash.push_back(from_record(std::move(record)));
    for (const OperatorRequestRecord& record :
         load<OperatorRequestRecord>(source, "t.state = 'requested'", "t.id"))
        rows.operator_requests.push_back(from_record(record));
    load_periods(source, rows);
    rows.projects = load<core::ProjectRow>(source, "", "t.id");
    rows.project_budgets = load<core::ProjectBudgetRow>(source, "", "t.project, t.currency");
    rows.signing_keys = load<core::SigningKeyRow>(source, "", "t.id");
    static const std::string kStillGood = "t.at_s >= (SELECT last_time_s FROM log_head) - " +
                                          std::to_string(core::kSignatureGood.value);
    rows.signed_writes = load<core::SignedWriteRow>(source, kStillGood, "t.at_s, t.digest");
    rows.balances = load<core::BalanceRow>(source, "", "t.organisation, t.currency, t.account");
    return rows;
}

}  // namespace

core::Rows load_state(Tx& tx) {
    return load_all(tx);
}

core::Rows load_state(NativeSession& session) {
    session.begin_snapshot();
    core::Rows rows = load_all(session);
    session.commit();
    return rows;
}

}  // namespace suanpan::db
