// Closed periods and invoices.

#include "db/queries/periods.hpp"

#include "api/accept.hpp"
#include "api/handlers/handlers.hpp"
#include "api/handlers/input.hpp"
#include "api/json/cash.hpp"
#include "api/problem.hpp"
#include "base/decimal.hpp"
#include "base/time.hpp"
#include "db/queries/billing.hpp"
#include "db/queries/projects.hpp"
#include "services/exports/invoice_html.hpp"

#include <array>

namespace suanpan::api {

namespace {

constexpr std::int64_t kMostInvoices = 200;

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
    const bool all = call.caller.is_operator();
    const auto sums = all ? db::PeriodSums::kWith : db::PeriodSums::kWithout;
    listed.rows =
        call.read("list_periods", [sums](db::Tx& tx) { return db::list_periods(tx, sums); });
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
    listed.rows = call.read("list_period_balances", [&](db::Tx& tx) {
        return db::list_period_balances(tx, *month, owner);
    });
    return list_response(
        listed, [](const core::PeriodBalanceRow& row) { return to_json(row); },
        [](const core::PeriodBalanceRow& row) { return to_string(row.organisation); });
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
    const auto listed = db::cut(
        call.read("list_invoices", [&](db::Tx& tx) { return db::list_invoices(tx, filter); }),
        filter.limit);
    return list_response(
        listed, [](const core::InvoiceRow& row) { return to_json(row); },
        [](const core::InvoiceRow& row) { return settlement::to_string(row.number); });
}

namespace {

constexpr std::array<std::string_view, 2> kInvoiceTypes = {"application/json", "text/html"};

Result<std::string_view> parse_invoice_format(std::string_view text) {
    for (const std::string_view type : kInvoiceTypes) {
        if (type.substr(type.find('/') + 1) == text) return type;
    }
    return fail("unknown_word", "an invoice is json or html");
}

// `format=` says more than an Accept header, which browsers send by themselves.
Result<std::string_view> invoice_type(Call& call) {
    Faults faults;
    Fields query(call.query, faults);
    const auto format = query.find("format", parse_invoice_format);
    query.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    if (format) return *format;
    const auto accept = call.request.find_header("accept");
    const auto chosen = choose_media_type(accept.value_or(""), kInvoiceTypes);
    if (chosen) return *chosen;
    return fail("not_acceptable", "an invoice is application/json or text/html; see 'format='");
}

services::InvoicePage read_page_of(db::Tx& tx, const core::InvoiceRow& row) {
    const settlement::Invoice& invoice = row.invoice;
    services::InvoicePage page{row, {}, {}, {}, {}};
    page.operator_name = db::find_organisation_name(tx, db::find_operator(tx));
    page.name = db::find_organisation_name(tx, invoice.organisation);
    if (const auto project = db::find_project(tx, invoice.project))
        page.project_name = project->project.name;
    page.credit_notes = db::list_credit_notes(tx, row.number);
    return page;
}

}  // namespace

Result<Response> get_invoice(Call& call) {
    const auto type = invoice_type(call);
    if (!type) return fail(type.error());
    const auto number = settlement::parse_invoice_number(call.parameters.front());
    if (!number) return fail(not_found());
    const auto row =
        call.read("find_invoice", [&](db::Tx& tx) { return db::find_invoice(tx, *number); });
    const auto& caller = call.caller;
    if (!row || (!caller.is_operator() && row->invoice.organisation != caller.organisation))
        return fail(not_found());
    if (*type != "text/html") return json_response(to_json(*row));
    const auto page =
        call.read("read_invoice_page", [&](db::Tx& tx) { return read_page_of(tx, *row); });
    Response response;
    response.content_type = "text/html; charset=utf-8";
    response.body = services::invoice_html(page);
    return response;
}

}  // namespace suanpan::api
