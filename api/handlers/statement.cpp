// Statements and exports: what is read by people, spreadsheets and bookkeeping programs.

#include "services/settlement/statement.hpp"

#include "api/accept.hpp"
#include "api/handlers/handlers.hpp"
#include "api/handlers/input.hpp"
#include "api/json/statement.hpp"
#include "api/streamed.hpp"
#include "base/time.hpp"
#include "db/queries/projects.hpp"
#include "services/clock.hpp"
#include "services/exports/exports.hpp"
#include "services/exports/statement_csv.hpp"
#include "services/exports/statement_html.hpp"

#include <algorithm>
#include <array>

namespace suanpan::api {

namespace {

constexpr std::array<std::string_view, 3> kStatementTypes = {"application/json", "text/csv",
                                                             "text/html"};

Result<std::string_view> parse_format(std::string_view text) {
    for (const std::string_view type : kStatementTypes) {
        if (type.substr(type.find('/') + 1) == text) return type;
    }
    return fail("unknown_word", "a statement is json, csv or html");
}

// `format=` says more than an Accept header, which browsers send by themselves.
Result<std::string_view> statement_type(const Call& call,
                                        const std::optional<std::string_view>& format) {
    if (format) return *format;
    const auto accept = call.request.find_header("accept");
    const auto chosen = choose_media_type(accept.value_or(""), kStatementTypes);
    if (chosen) return *chosen;
    return fail("not_acceptable",
                "a statement is application/json, text/csv or text/html; see 'format='");
}

struct Period {
    Time from;
    Time until;
};

// By default up to now, this second included (the last second of year 9999 is not).
Period read_period(const Call& call, Fields& query, bool needs_from) {
    const auto from = needs_from ? query.need("from", parse_time) : query.find("from", parse_time);
    const Time now = call.context.clock.now();
    const Time until =
        query.find("to", parse_time).value_or(std::min(Time(now.value + 1), kLastTime));
    const Period period{from.value_or(Time(0)), until};
    if (from && period.from >= until)
        query.fault("to", "contradiction", "'to' must come after 'from'");
    return period;
}

std::unique_ptr<services::StatementWriter> statement_writer(
    std::string_view type, const std::optional<OrganisationId>& viewer) {
    if (type == "text/csv") return services::make_statement_csv(viewer);
    if (type == "text/html") return services::make_statement_html();
    return make_statement_json(viewer);
}

// A project is its organisation's own business.
Result<void> check_project(const Call& call, const OrganisationId& organisation,
                           const std::optional<ProjectId>& project) {
    if (!project) return {};
    const auto found = call.read("find_project",
                                 [&project](db::Tx& tx) { return db::find_project(tx, *project); });
    if (found && found->project.organisation == organisation) return {};
    return fail(not_found());
}

struct Exported {
    services::ExportRequest request;
    std::string period;  // for the file's name
};

Result<Exported> read_export(Call& call, bool of_project) {
    Faults faults;
    Fields query(call.query, faults);
    const Period period = read_period(call, query, false);
    Exported out;
    out.request.from = period.from;
    out.request.until = period.until;
    if (of_project) out.request.project = query.find("project", parse_id<ProjectId>);
    const auto organisation = read_organisation_filter(call, query);
    query.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    if (!organisation) return fail(organisation.error());
    out.request.organisation = *organisation;
    if (out.request.project && !out.request.organisation) {
        query.fault("project", "contradiction", "a project is one organisation's: name it");
        return fail(invalid_request(std::move(faults)));
    }
    if (out.request.organisation) {
        const auto known = check_project(call, *out.request.organisation, out.request.project);
        if (!known) return fail(known.error());
    }
    out.period = to_string(period.from).substr(0, 10) + "-" + to_string(period.until).substr(0, 10);
    return out;
}

Result<Response> export_journal(Call& call, std::string_view format, std::string_view extension) {
    const auto asked = read_export(call, false);
    if (!asked) return fail(asked.error());
    auto text = services::journal_text(call.reader(), format, asked->request);
    if (!text) return fail(text.error());
    return streamed_response(call, std::move(*text), "text/plain; charset=utf-8",
                             asked->period + "." + std::string(extension));
}

}  // namespace

Result<Response> get_statement(Call& call) {
    Faults faults;
    Fields query(call.query, faults);
    const Period period = read_period(call, query, true);
    const auto format = query.find("format", parse_format);
    const auto project = query.find("project", parse_id<ProjectId>);
    const auto organisation = read_organisation_filter(call, query);
    query.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    if (!organisation) return fail(organisation.error());
    const auto type = statement_type(call, format);
    if (!type) return fail(type.error());
    const services::StatementRequest request{organisation->value_or(call.caller.organisation),
                                             project, period.from, period.until};
    const auto known = check_project(call, request.organisation, project);
    if (!known) return fail(known.error());
    const auto viewer = call.caller.is_operator() ? std::nullopt : *organisation;
    auto heading = services::read_statement_heading(call.reader(), request);
    auto text = services::statement_text(call.reader(), std::move(heading),
                                         statement_writer(*type, viewer));
    const bool file = *type == "text/csv";
    return streamed_response(
        call, std::move(text),
        std::string(*type) + (*type == "application/json" ? "" : "; charset=utf-8"),
        file ? "statement-" + to_string(period.from).substr(0, 10) + ".csv" : "");
}

Result<Response> export_focus(Call& call) {
    const auto asked = read_export(call, true);
    if (!asked) return fail(asked.error());
    return streamed_response(call, services::focus_text(call.reader(), asked->request),
                             "text/csv; charset=utf-8", "focus-1.2-" + asked->period + ".csv");
}

Result<Response> export_hledger(Call& call) {
    return export_journal(call, "hledger", "journal");
}

Result<Response> export_beancount(Call& call) {
    return export_journal(call, "beancount", "beancount");
}

Result<Response> export_payouts(Call& call) {
    Faults faults;
    Fields query(call.query, faults);
    const auto organisation = read_organisation_filter(call, query);
    query.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    if (!organisation) return fail(organisation.error());
    return streamed_response(
        call, services::payouts_text(call.reader(), *organisation), "text/csv; charset=utf-8",
        "payouts-" + to_string(call.context.clock.now()).substr(0, 10) + ".csv");
}

}  // namespace suanpan::api
