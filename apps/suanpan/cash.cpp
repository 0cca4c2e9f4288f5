// Money in and out: asked for by one person, approved by another.

#include "apps/suanpan/cash.hpp"

#include "apps/suanpan/command.hpp"

#include <vector>

namespace suanpan::cli {
namespace {

struct CashInput {
    std::string organisation;
    std::string currency = "CNY";
    std::string amount;
    std::string reference;
};
struct IdInput {
    std::string id;
};
struct ApproveInput {
    std::string id;
    std::string content;
};
struct ReverseInput {
    std::string journal;
    std::string reason;
    std::string reference;
};
struct RequestsInput {
    std::string state;
    std::string organisation;
};

const std::vector<Column> kRequestColumns = {{"id", "/id"},
                                             {"action", "/action"},
                                             {"organisation", "/organisation"},
                                             {"amount", "/amount"},
                                             {"currency", "/currency"},
                                             {"state", "/state"},
                                             {"asked by", "/requested_by"},
                                             {"decided by", "/decided_by"},
                                             {"expires", "/expires_at"}};

void cash_options(CLI::App& app, CashInput& in) {
    app.add_option("organisation", in.organisation, "org_…")->required();
    app.add_option("amount", in.amount, "decimal, e.g. 1000.00")->required();
    app.add_option("--currency", in.currency)->capture_default_str();
    app.add_option("--reference", in.reference, "of the payment")->required();
}

void add_requests(CLI::App& group, Session& session) {
    const auto ask = [](const std::string& what) {
        return [what](Session& s, const CashInput& in) {
            return s.post(
                "/v1/accounts/" + in.organisation + "/" + what,
                {{"currency", in.currency}, {"amount", in.amount}, {"reference", in.reference}});
        };
    };
    add_command<CashInput>(group, session, "deposit",
                           "Ask to book money that came in; another person approves (operator)",
                           cash_options, ask("deposits"));
    add_command<CashInput>(group, session, "withdraw",
                           "Ask to pay out; a person of the operator approves", cash_options,
                           ask("withdrawals"));
    add_command<ReverseInput>(
        group, session, "reverse", "Ask to take a deposit, withdrawal or payment back (operator)",
        [](CLI::App& app, ReverseInput& in) {
            app.add_option("journal", in.journal, "jrn_… of its journal entry")->required();
            app.add_option("--reason", in.reason,
                           "duplicate, wrong_amount, wrong_organisation, returned, other")
                ->required();
            app.add_option("--reference", in.reference, "what it is about")->required();
        },
        [](Session& s, const ReverseInput& in) {
            return s.post("/v1/journal/" + in.journal + ":reverse",
                          {{"reason", in.reason}, {"reference", in.reference}});
        });
    add_command<RequestsInput>(
        group, session, "requests", "What was asked for, and what became of it",
        [](CLI::App& app, RequestsInput& in) {
            app.add_option("--state", in.state, "requested, approved, rejected, expired");
            app.add_option("--organisation", in.organisation, "operator: of this one only");
        },
        [](Session& s, const RequestsInput& in) {
            return s.list(
                client::with_query("/v1/cash-requests",
                                   {{"state", in.state}, {"organisation", in.organisation}}),
                kRequestColumns);
        });
}

void add_decisions(CLI::App& group, Session& session) {
    add_command<ApproveInput>(
        group, session, "approve", "Approve what another person asked for (operator)",
        [](CLI::App& app, ApproveInput& in) {
            app.add_option("id", in.id, "apv_…")->required();
            app.add_option("--content", in.content, "refuse anything but this: `content` as shown");
        },
        [](Session& s, const ApproveInput& in) {
            Json body = Json::object();
            put(body, "content", in.content);
            return s.post("/v1/cash-requests/" + in.id + ":approve", body);
        });
    add_command<IdInput>(
        group, session, "reject", "Reject what was asked for",
        [](CLI::App& app, IdInput& in) { app.add_option("id", in.id, "apv_…")->required(); },
        [](Session& s, const IdInput& in) {
            return s.post("/v1/cash-requests/" + in.id + ":reject", Json::object());
        });
}

void add_bond(CLI::App& group, Session& session) {
    for (const std::string what : {"bond", "release-bond"}) {
        const std::string path = what == "bond" ? "/bond" : "/bond:release";
        add_command<CashInput>(
            group, session, what,
            what == "bond" ? "Give a bond out of what is available"
                           : "Release a bond, or a part of it (operator)",
            [](CLI::App& app, CashInput& in) {
                app.add_option("organisation", in.organisation, "org_…")->required();
                app.add_option("amount", in.amount, "decimal")->required();
                app.add_option("--currency", in.currency)->capture_default_str();
            },
            [path](Session& s, const CashInput& in) {
                return s.post("/v1/accounts/" + in.organisation + path,
                              {{"currency", in.currency}, {"amount", in.amount}});
            });
    }
}

}  // namespace

void add_cash(CLI::App& account, Session& session) {
    add_requests(account, session);
    add_decisions(account, session);
    add_bond(account, session);
}

}  // namespace suanpan::cli
