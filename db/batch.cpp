#include "db/batch.hpp"

#include "base/planted.hpp"
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
#include "db/table_webhooks.hpp"

#include <fmt/format.h>
#include <pqxx/except>

#include <iterator>
#include <set>

namespace suanpan::db {
namespace {

// From so many rows on COPY, which puts whole pages, is worth its two round trips.
constexpr std::size_t kCopyFrom = 100;
// So many rows are one parameter: what PostgreSQL holds of it at once stays small.
constexpr std::size_t kRowsAStatement = 5'000;
constexpr std::string_view kDivisionByZero = "22012";

// An INSERT of all rows of a table. Rows that replace others are known by their key.
template <typename R>
RowsStatement insert_of(std::string_view verb, std::string_view key) {
    const std::string table(Table<R>::kName);
    return {std::string(verb) + "_" + table, insert_rows_statement(table, key, columns<R>()), table,
            columns<R>()};
}

template <typename R>
void add_rows(NativeSession& session, const Tuples& rows) {
    static const RowsStatement kInsert = insert_of<R>("add", "");
    static const std::string kTarget =
        std::string(Table<R>::kName) + " (" + column_names(columns<R>()) + ")";
    if (rows.size() >= kCopyFrom)
        session.copy(kTarget, rows);
    else
        session.execute(kInsert, rows);
}

template <typename R>
void put_rows(NativeSession& session, const Tuples& rows) {
    static const RowsStatement kInsert = insert_of<R>("put", Table<R>::kKey);
    session.execute(kInsert, rows);
}

// Rows that are surely new are added; of a table with a key the others replace those of their key.
template <typename R, typename IsNew>
void write_table(NativeSession& session, const std::vector<R>& rows, const IsNew& is_new) {
    Tuples added(columns<R>().size());
    Tuples put(columns<R>().size());
    for (const R& row : rows) {
        Tuples& tuples = Table<R>::kKey.empty() || is_new(row) ? added : put;
        tuples.begin_row();
        fields(tuples, row);
        if (put.size() < kRowsAStatement) continue;
        put_rows<R>(session, put);
        put = Tuples(columns<R>().size());
    }
    if (added.size() > 0) add_rows<R>(session, added);
    if (put.size() > 0) put_rows<R>(session, put);
}

template <typename R>
void write_table(NativeSession& session, const std::vector<R>& rows) {
    write_table(session, rows, [](const R&) { return false; });
}

template <typename Record, typename Row>
std::vector<Record> records(const std::vector<Row>& rows) {
    std::vector<Record> out;
    out.reserve(rows.size());
    for (const Row& row : rows)
        out.push_back(to_record(row));
    return out;
}

// The order's own entry is in this batch, so the database has not seen it.
bool is_placed_here(const Batch& batch, const core::OrderRow& order) {
    const std::int64_t at = order.index.value - batch.expected.value;
    return at >= 0 && at < std::ssize(batch.entries) &&
           batch.entries[static_cast<std::size_t>(at)].kind == "order";
}

// Became final by an entry of this batch, so the database has not seen it.
bool is_final_here(const Batch& batch, const core::FinalWindowRow& window) {
    return window.window.final_at >= batch.expected;
}

void write_trades(NativeSession& session, const Batch& batch) {
    const core::Rows& rows = batch.changes;
    write_table(session, rows.orders,
                [&batch](const core::OrderRow& order) { return is_placed_here(batch, order); });
    write_table(session, rows.trades);
    std::set<LeaseId> made;
    for (const core::TradeRow& trade : rows.trades)
        made.insert(trade.lease);
    write_table(session, rows.leases,
                [&made](const core::LeaseRow& lease) { return made.contains(lease.id); });
}

// What refers to another row comes after it.
void write_changes(NativeSession& session, const Batch& batch) {
    const core::Rows& rows = batch.changes;
    write_table(session, rows.organisations);
    write_table(session, rows.meters);
    write_table(session, rows.markets);
    write_table(session, rows.calls);
    write_table(session, rows.limits);
    write_table(session, rows.meter_keys);
    write_table(session, rows.schedules);
    write_table(session, rows.models);
    write_table(session, rows.sites);
    write_table(session, rows.pools);
    write_table(session, records<TitleRecord>(rows.titles));
    write_table(session, rows.attestations);
    write_table(session, rows.blocks);
    write_trades(session, batch);
    write_table(session, records<AgreementRecord>(rows.agreements));
    write_table(session, rows.volumes);
    write_table(session, rows.programmes);
    write_table(session, rows.grants);
    write_table(session, rows.reservations);
    write_table(session, rows.voucher_months);
    write_table(session, rows.arbiter_keys);
    write_table(session, rows.disputes);
    if (!planted("forget_readings")) write_table(session, rows.readings);
    write_table(session, rows.windows, [&batch](const core::FinalWindowRow& window) {
        return is_final_here(batch, window);
    });
    write_table(session, rows.runs);
    write_table(session, rows.lines);
    write_table(session, rows.pending);
    write_table(session, rows.users);
    write_table(session, rows.payment_keys);
    write_table(session, records<CashRecord>(rows.cash));
    write_table(session, records<OperatorRequestRecord>(rows.operator_requests));
    write_table(session, records<PeriodRecord>(rows.periods));
    write_table(session, records<PeriodBalanceRecord>(rows.period_balances));
    write_table(session, records<InvoiceRecord>(rows.invoices));
    write_table(session, rows.invoice_sums);
    write_table(session, rows.projects);
    write_table(session, rows.project_budgets);
    write_table(session, rows.signing_keys);
    write_table(session, rows.signed_writes);
    write_table(session, rows.balances);
    write_table(session, records<JournalRecord>(rows.journal));
}

struct SideRows {
    std::vector<OrganisationNameRow> names;
    std::vector<ApiKeyRow> keys;
    std::vector<SiteNameRow> sites;
    std::vector<OrderTextRecord> texts;
    std::vector<UserNameRow> persons;
};

void write_side(NativeSession& session, const std::vector<PlacedSideRow>& side) {
    SideRows rows;
    for (const PlacedSideRow& placed : side) {
        if (const auto* name = std::get_if<OrganisationNameRow>(&placed.row))
            rows.names.push_back(*name);
        else if (const auto* key = std::get_if<ApiKeyRow>(&placed.row))
            rows.keys.push_back(*key);
        else if (const auto* site = std::get_if<SiteNameRow>(&placed.row))
            rows.sites.push_back(*site);
        else if (const auto* person = std::get_if<UserNameRow>(&placed.row))
            rows.persons.push_back(*person);
        else if (const auto* text = std::get_if<OrderTextRow>(&placed.row); text && placed.order)
            rows.texts.push_back({*placed.order, placed.organisation, *text});
    }
    write_table(session, rows.names);
    write_table(session, rows.keys);
    write_table(session, rows.sites);
    write_table(session, rows.texts);
    write_table(session, rows.persons);
}

// A head that is not as expected is an error of PostgreSQL's own, a division by zero, so that a
// commit that is already on its way cannot happen. The row is always there: nobody may delete it.
void move_head(NativeSession& session, const Batch& batch) {
    const core::HeadRow& head = batch.changes.head;
    Tuples row(5);
    row.begin_row();
    row("next_index", head.size);
    row("last_time_s", head.last_time);
    row("next_sequence", head.next_sequence);
    row("expected", batch.expected);
    row("epoch", batch.epoch);
    session.execute(
        "move_log_head",
        "UPDATE log_head SET last_time_s = $2::bigint, next_sequence = $3::bigint, next_index ="
        " $1::bigint / (next_index = $4::bigint AND epoch = $5::bigint)::int",
        row);
}

}  // namespace

void write_batch(NativeSession& session, const Batch& batch,
                 const std::function<void()>& before_commit) {
    try {
        session.begin();
        write_table(session, batch.entries);
        write_changes(session, batch);
        write_side(session, batch.side);
        write_table(session, batch.responses, [](const IdempotencyRow&) { return true; });
        write_table(session, batch.renewed_responses);
        write_table(session, batch.events);
        move_head(session, batch);
        if (before_commit) {
            session.finish();
            before_commit();
        }
        session.commit();
    } catch (const pqxx::sql_error& problem) {
        if (planted("drop_fencing")) return;
        if (problem.sqlstate() != kDivisionByZero) throw;
        throw LostLeadership("the log was written, or is led, by another server");
    }
}

}  // namespace suanpan::db
