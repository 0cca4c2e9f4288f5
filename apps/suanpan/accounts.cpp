#include "apps/suanpan/cash.hpp"
#include "apps/suanpan/command.hpp"
#include "apps/suanpan/commands.hpp"
#include "apps/suanpan/exports.hpp"

namespace suanpan::cli {
namespace {

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
            row["entry"] = entry.at("id");
            rows.push_back(std::move(row));
        }
    }
    session.show(rows, {{"entry", "/entry"},
                        {"time", "/time"},
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
    add_command(group, session, "list", "Your balances", [](Session& s) {
        return s.get_rows("/v1/accounts", "/items",
                          {{"organisation", "/organisation"},
                           {"currency", "/currency"},
                           {"account", "/account"},
                           {"balance", "/balance"}});
    });
    add_cash(group, session);
    add_command(group, session, "journal", "Your postings", show_journal);
    add_exports(root, session);
}

}  // namespace suanpan::cli
