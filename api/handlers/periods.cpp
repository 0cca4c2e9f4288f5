// Closed periods and invoices.

#include "db/queries/periods.hpp"

#include "api/handlers/handlers.hpp"
#include "api/handlers/input.hpp"
#include "api/json/cash.hpp"
#include "api/problem.hpp"
#include "base/decimal.hpp"
#include "base/time.hpp"

namespace suanpan::api {

namespace {

constexpr std::int64_t kMostInvoices = 200;

Json balance_json(const core::PeriodBalanceRow& row) {
    Json out{{"organisation", to_string(row.organisation)},
             {"period", settlement::to_string(row.month)},
             {"balances", to_json(row.balances)}};
    if (row.index) out["log_index"] = row.index->value;
    return out;
}

Json invoice_json(const core::InvoiceRow& row) {
    const settlement::Invoice& invoice = row.invoice;
    Json out{{"number", settlement::to_string(row.number)},
             {"organisation", to_string(invoice.organisation)},
             {"period", settlement::to_string(invoice.period)},
             {"currency", invoice.currency},
             {"net", to_string(invoice.net)},
             {"tax", to_string(invoice.tax)},
             {"total", to_string(Money(invoice.net.value + invoice.tax.value))},
             {"issued", to_string(row.issued)},
             {"log_index", row.index.value}};
    if (!invoice.project.is_nil()) out["project"] = to_string(invoice.project);
    if (invoice.corrects) out["corrects"] = settlement::to_string(*invoice.corrects);
    return out;
}

Result<settlement::Month> path_period(const Call& call) {
    auto month = settlement::parse_month(call.parameters.front());
    if (!month) return fail(not_found());
    return month;
}

Result<std::string> parse_number(std::string_view text) {
    const auto number = settlement::parse_invoice_number(text);
    if (!number) return fail(number.error());
    return std::string(text);
}

}  // namespace

// Asks for the closing; once another person has approved it, a further step of it: a large market
// takes several calls, until the answer says `closed`.
Result<Write> close_period(Call& call) {
    const auto month = path_period(call);
    if (!month) return fail(month.error());
    Faults faults;
    Fields(call.body, faults).finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    Write write;
    write.for_ever = true;
    write.command = core::ClosePeriod{*month, call.caller.user};
    write.respond = [](const core::CommandOutcome& outcome) {
        if (outcome.request) {
            return stored(to_json(*outcome.request), 201, to_string(outcome.request->approval.id));
        }
        const core::PeriodRow& period = outcome.period.value();
        return stored(to_json(period), 200, settlement::to_string(period.month));
    };
    return write;
}

Result<Response> list_periods(Call& call) {
    db::Listed<core::PeriodRow> listed;
    listed.rows = call.context.database.read("list_periods", db::list_periods);
    const bool all = call.caller.is_operator();
    return list_response(
        listed,
        [all](const core::PeriodRow& period) {
            Json out = to_json(period);
            if (!all) out.erase("total");
            return out;
        },
        [](const core::PeriodRow& period) { return settlement::to_string(period.month); });
}

Result<Response> list_period_balances(Call& call) {
    const auto month = path_period(call);
    if (!month) return fail(month.error());
    Faults faults;
    Fields query(call.query, faults);
    const auto organisation = read_organisation_filter(call, query);
    query.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    if (!organisation) return fail(organisation.error());
    const auto owner = *organisation;
    db::Listed<core::PeriodBalanceRow> listed;
    listed.rows = call.context.database.read("list_period_balances", [&](db::Tx& tx) {
        return db::list_period_balances(tx, *month, owner);
    });
    return list_response(listed, balance_json, [](const core::PeriodBalanceRow& row) {
        return to_string(row.organisation);
    });
}

Result<Response> list_invoices(Call& call) {
    Faults faults;
    Fields query(call.query, faults);
    db::InvoiceFilter filter;
    if (const auto limit = query.find("limit", parse_count)) {
        filter.limit = *limit;
        if (*limit < 1 || *limit > kMostInvoices)
            query.fault("limit", "out_of_range", "limit is 1 to 200");
    }
    filter.after = query.find("after", parse_number).value_or("");
    filter.month = query.find("period", settlement::parse_month);
    const auto organisation = read_organisation_filter(call, query);
    query.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    if (!organisation) return fail(organisation.error());
    filter.organisation = *organisation;
    db::Listed<core::InvoiceRow> listed;
    listed.rows = call.context.database.read(
        "list_invoices", [&](db::Tx& tx) { return db::list_invoices(tx, filter); });
    listed.has_more = std::ssize(listed.rows) > filter.limit;
    if (listed.has_more) listed.rows.pop_back();
    return list_response(listed, invoice_json, [](const core::InvoiceRow& row) {
        return settlement::to_string(row.number);
    });
}

Result<Response> get_invoice(Call& call) {
    const auto number = settlement::parse_invoice_number(call.parameters.front());
    if (!number) return fail(not_found());
    const auto row = call.context.database.read(
        "find_invoice", [&](db::Tx& tx) { return db::find_invoice(tx, *number); });
    const auto& caller = call.caller;
    if (!row || (!caller.is_operator() && row->invoice.organisation != caller.organisation))
        return fail(not_found());
    return json_response(invoice_json(*row));
}

}  // namespace suanpan::api
