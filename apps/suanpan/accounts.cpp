#include "apps/suanpan/command.hpp"
#include "apps/suanpan/commands.hpp"
#include "apps/suanpan/exports.hpp"

namespace suanpan::cli {
namespace {

struct DepositInput {
    std::string organisation;
    std::string currency = "CNY";
    std::string amount;
    std::string reference;
};

// One row a posting: an entry's own members stand beside each of its postings.
Result<void> show_journal(Session& session) {
    if (session.json) return session.list("/v1/journal", {});
    const auto server = session.api();
    if (!server) return fail(server.error());
    const auto entries = (*server)->list("/v1/journal");
    if (!entries) return fail(entries.error());
    Json rows = Json::array();
    for (const Json& entry : *entries) {
        for (const Json& posting : entry.at("postings")) {
            Json row = posting;
            row["time"] = entry.at("time");
            row["reason"] = entry.at("reason");
            rows.push_back(std::move(row));
        }
    }
    session.show(rows, {{"time", "/time"},
                        {"reason", "/reason"},
                        {"account", "/account"},
                        {"amount", "/amount"},
                        {"currency", "/currency"},
                        {"organisation", "/organisation"}});
    return {};
}

}  // namespace

void add_accounts(CLI::App& root, Session& session) {
    CLI::App& group = add_group(root, "account", "Accounts");
    add_command(group, session, "list", "Your balances",
                [](Session& s) { return s.get("/v1/accounts"); });
    add_command<DepositInput>(
        group, session, "deposit", "Book money that came in (operator)",
        [](CLI::App& app, DepositInput& in) {
            app.add_option("organisation", in.organisation, "org_…")->required();
            app.add_option("amount", in.amount, "decimal, e.g. 1000.00")->required();
            app.add_option("--currency", in.currency)->capture_default_str();
            app.add_option("--reference", in.reference, "of the payment")->required();
        },
        [](Session& s, const DepositInput& in) {
            return s.post(
                "/v1/accounts/" + in.organisation + "/deposits",
                {{"currency", in.currency}, {"amount", in.amount}, {"reference", in.reference}});
        });
    add_command(group, session, "journal", "Your postings", show_journal);
    add_exports(root, session);
}

}  // namespace suanpan::cli
