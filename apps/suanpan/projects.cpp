// Projects of an organisation and their budgets.

#include "apps/suanpan/command.hpp"
#include "apps/suanpan/commands.hpp"

namespace suanpan::cli {
namespace {

struct IdInput {
    std::string id;
};
struct OpenInput {
    std::string name;
    std::string organisation;
};
struct RenameInput {
    std::string id;
    std::string name;
};
struct ListInput {
    std::string organisation;
    bool open = false;
};
struct BudgetInput {
    std::string id;
    std::string currency;
    std::string amount;
    bool remove = false;
};

std::string path_of(const std::string& id, const std::string& action = {}) {
    return "/v1/projects/" + id + (action.empty() ? "" : ":" + action);
}

// One row a project and currency.
Result<void> list(Session& session, const ListInput& in) {
    const std::string target = client::with_query(
        "/v1/projects", {{"organisation", in.organisation}, {"closed", in.open ? "false" : ""}});
    if (session.json) return session.list(target, {});
    const auto server = session.api();
    if (!server) return fail(server.error());
    const auto projects = (*server)->list(target);
    if (!projects) return fail(projects.error());
    Json rows = Json::array();
    for (const Json& project : *projects) {
        Json row{{"id", project.at("id")},
                 {"name", project.at("name")},
                 {"closed", project.at("closed")}};
        if (project.at("budgets").empty()) rows.push_back(row);
        for (const Json& budget : project.at("budgets")) {
            row["budget"] = budget;
            rows.push_back(row);
        }
    }
    session.show(rows, {{"id", "/id"},
                        {"name", "/name"},
                        {"closed", "/closed"},
                        {"currency", "/budget/currency"},
                        {"budget", "/budget/limit"},
                        {"held", "/budget/held"},
                        {"spent", "/budget/spent"},
                        {"left", "/budget/left"}});
    return {};
}

void id_option(CLI::App& app, std::string& id) {
    app.add_option("id", id, "prj_…")->required();
}

void add_changes(CLI::App& group, Session& session) {
    add_command<OpenInput>(
        group, session, "open", "A new one, that orders can be for",
        [](CLI::App& app, OpenInput& in) {
            app.add_option("name", in.name, "unique among yours, 1 to 64 characters")->required();
            app.add_option("--organisation", in.organisation, "operator: whose");
        },
        [](Session& s, const OpenInput& in) {
            Json body{{"name", in.name}};
            put(body, "organisation", in.organisation);
            return s.post("/v1/projects", body);
        });
    add_command<RenameInput>(
        group, session, "rename", "Another name for it",
        [](CLI::App& app, RenameInput& in) {
            id_option(app, in.id);
            app.add_option("name", in.name, "unique among yours, 1 to 64 characters")->required();
        },
        [](Session& s, const RenameInput& in) {
            return s.post(path_of(in.id, "rename"), {{"name", in.name}});
        });
    add_command<BudgetInput>(
        group, session, "budget", "The most that its orders may hold and spend",
        [](CLI::App& app, BudgetInput& in) {
            id_option(app, in.id);
            app.add_option("--currency", in.currency, "CNY")->required();
            auto* amount = app.add_option("--amount", in.amount, "5000.00");
            auto* remove = app.add_flag("--remove", in.remove, "no limit any more");
            amount->excludes(remove);
        },
        [](Session& s, const BudgetInput& in) -> Result<void> {
            if (in.remove == !in.amount.empty())
                return fail("bad_usage", "either --amount or --remove is needed");
            Json body{{"currency", in.currency}};
            put(body, "amount", in.amount);
            return s.post(path_of(in.id, "set-budget"), body);
        });
    add_command<IdInput>(
        group, session, "close", "No more orders for it; not to be undone",
        [](CLI::App& app, IdInput& in) { id_option(app, in.id); },
        [](Session& s, const IdInput& in) {
            return s.post(path_of(in.id, "close"), Json::object());
        });
}

}  // namespace

void add_projects(CLI::App& root, Session& session) {
    CLI::App& group = add_group(root, "project", "Projects, which orders can be for");
    add_changes(group, session);
    add_command<ListInput>(
        group, session, "list", "Yours, with what their budgets have left",
        [](CLI::App& app, ListInput& in) {
            app.add_option("--organisation", in.organisation, "operator: whose; default: all");
            app.add_flag("--open", in.open, "only those that are not closed");
        },
        list);
    add_command<IdInput>(
        group, session, "show", "One", [](CLI::App& app, IdInput& in) { id_option(app, in.id); },
        [](Session& s, const IdInput& in) { return s.get(path_of(in.id)); });
}

}  // namespace suanpan::cli
