#include "apps/suanpan/periods.hpp"

#include "apps/suanpan/command.hpp"
#include "apps/suanpan/commands.hpp"
#include "apps/suanpan/download.hpp"

#include <fmt/format.h>

#include <utility>

namespace suanpan::cli {
namespace {

struct PeriodInput {
    std::string period;
    std::string organisation;
};
struct InvoicesInput {
    std::string period;
    std::string organisation;
    std::string number;
    std::string format = "table";
    std::string file;
};

// The request for this month that waits, if there is one.
Result<Json> waiting_request(client::Api& server, const std::string& period) {
    const auto waiting = server.get("/v1/operator-requests?state=requested&limit=200");
    if (!waiting) return fail(waiting.error());
    for (const Json& request : waiting->at("items")) {
        if (request.value("period", "") == period) return request;
    }
    return Json();
}

void show_waiting(Session& session, const Json& request) {
    session.show(request);
    if (session.json) return;
    fmt::print(stderr,
               "The closing of {} waits for another person of the operator, until {}:\n"
               "  suanpan request approve {}\n",
               request.at("period").get<std::string>(), request.at("expires_at").get<std::string>(),
               request.at("id").get<std::string>());
}

// The first person asks, another one approves; this says which of the two is wanted.
Result<void> close_period(Session& session, const PeriodInput& in) {
    const auto server = session.api();
    if (!server) return fail(server.error());
    const auto waiting = waiting_request(**server, in.period);
    if (!waiting) return fail(waiting.error());
    if (!waiting->is_null()) {
        show_waiting(session, *waiting);
        return {};
    }
    const auto step = (*server)->post("/v1/periods/" + in.period + ":close", Json::object());
    if (!step) return fail(step.error());
    if (step->contains("closed")) return finish_closing(session, *step);
    show_waiting(session, *step);
    return {};
}

Result<void> show_invoice(Session& session, const InvoicesInput& in) {
    const std::string target = "/v1/invoices/" + in.number;
    if (in.format == "table" && in.file.empty()) return session.get(target);
    const std::string format = in.format == "table" ? "json" : in.format;
    return download(session, client::with_query(target, {{"format", format}}), in.file);
}

void add_invoices(CLI::App& root, Session& session) {
    CLI::App& group = add_group(root, "invoice", "Invoices, issued when a period closes");
    add_command<InvoicesInput>(
        group, session, "list", "Your invoices",
        [](CLI::App& app, InvoicesInput& in) {
            app.add_option("--period", in.period, "2026-11");
            app.add_option("--organisation", in.organisation, "operator: of this one only");
        },
        [](Session& s, const InvoicesInput& in) {
            return s.list(client::with_query("/v1/invoices", {{"period", in.period},
                                                              {"organisation", in.organisation}}),
                          {{"number", "/number"},
                           {"organisation", "/organisation"},
                           {"project", "/project"},
                           {"period", "/period"},
                           {"net", "/net"},
                           {"tax", "/tax"},
                           {"total", "/total"},
                           {"currency", "/currency"},
                           {"issued", "/issued"}});
        });
    add_command<InvoicesInput>(
        group, session, "show", "One invoice",
        [](CLI::App& app, InvoicesInput& in) {
            app.add_option("number", in.number, "INV-2026-000001")->required();
            app.add_option("--format", in.format, "table, json, or html to print")
                ->check(CLI::IsMember({"table", "json", "html"}))
                ->capture_default_str();
            app.add_option("-o,--output", in.file, "file to write; default: standard output");
        },
        show_invoice);
}

}  // namespace

Result<void> finish_closing(Session& session, const Json& step) {
    const auto server = session.api();
    if (!server) return fail(server.error());
    Json last = step;
    const std::string close = "/v1/periods/" + step.at("period").get<std::string>() + ":close";
    while (!last.value("closed", false)) {
        auto next = (*server)->post(close, Json::object());
        if (!next) return fail(next.error());
        last = std::move(*next);
    }
    session.show(last);
    return {};
}

void add_periods(CLI::App& root, Session& session) {
    CLI::App& group = add_group(root, "period", "Closed months");
    const auto period = [](CLI::App& app, PeriodInput& in) {
        app.add_option("period", in.period, "a UTC month, 2026-11")->required();
    };
    add_command<PeriodInput>(group, session, "close",
                             "Ask to close a month, or see whose approval it waits for (operator)",
                             period, close_period);
    add_command(group, session, "list", "The months that are closed", [](Session& s) {
        return s.get_rows("/v1/periods", "/items",
                          {{"period", "/period"},
                           {"closed", "/closed"},
                           {"organisations", "/organisations"},
                           {"log index", "/log_index"}});
    });
    add_command<PeriodInput>(
        group, session, "balances", "What you had when a month closed",
        [period](CLI::App& app, PeriodInput& in) {
            period(app, in);
            app.add_option("--organisation", in.organisation, "operator: of this one only");
        },
        [](Session& s, const PeriodInput& in) {
            return s.get_rows(client::with_query("/v1/periods/" + in.period + "/balances",
                                                 {{"organisation", in.organisation}}),
                              "/items",
                              {{"organisation", "/organisation"},
                               {"balances", "/balances"},
                               {"log index", "/log_index"}});
        });
    add_invoices(root, session);
}

}  // namespace suanpan::cli
