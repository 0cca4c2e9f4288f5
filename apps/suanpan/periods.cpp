#include "apps/suanpan/command.hpp"
#include "apps/suanpan/commands.hpp"

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
};

// A large market closes in several steps.
Result<void> close_period(Session& session, const PeriodInput& in) {
    const auto server = session.api();
    if (!server) return fail(server.error());
    for (;;) {
        const auto step = (*server)->post("/v1/periods/" + in.period + ":close", Json::object());
        if (!step) return fail(step.error());
        if (!step->value("closed", false)) continue;
        session.show(*step);
        return {};
    }
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
        },
        [](Session& s, const InvoicesInput& in) { return s.get("/v1/invoices/" + in.number); });
}

}  // namespace

void add_periods(CLI::App& root, Session& session) {
    CLI::App& group = add_group(root, "period", "Closed months");
    const auto period = [](CLI::App& app, PeriodInput& in) {
        app.add_option("period", in.period, "a UTC month, 2026-11")->required();
    };
    add_command<PeriodInput>(group, session, "close", "Close a month (operator)", period,
                             close_period);
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
