#include "apps/suanpan/command.hpp"
#include "apps/suanpan/commands.hpp"

namespace suanpan::cli {
namespace {

struct CreateInput {
    std::string name;
    std::vector<std::string> roles;
};
struct IdInput {
    std::string id;
};
struct KeyInput {
    std::string organisation;
    std::vector<std::string> scopes;
    std::string label;
    std::string expires;
    std::string user;
    std::vector<std::string> networks;
    std::string overlap;
    std::string id;
};

void add_keys(CLI::App& root, Session& session) {
    CLI::App& group = add_group(root, "key", "API keys");
    add_command<KeyInput>(
        group, session, "create", "Make a key; it is shown once",
        [](CLI::App& app, KeyInput& in) {
            app.add_option("organisation", in.organisation, "org_…")->required();
            app.add_option("--scope", in.scopes, "provider, buyer, meter, … (at most its roles)")
                ->required()
                ->delimiter(',');
            app.add_option("--label", in.label, "what it is for")->required();
            app.add_option("--expires", in.expires, "RFC 3339 time");
            app.add_option("--user", in.user, "usr_…: the person whose key it is");
            app.add_option("--network", in.networks,
                           "where it is good from, such as 203.0.113.0/24; without one, from where "
                           "yours is")
                ->delimiter(',');
        },
        [](Session& s, const KeyInput& in) {
            Json body = {{"scopes", in.scopes}, {"label", in.label}};
            put(body, "expires_at", in.expires);
            put(body, "user", in.user);
            if (!in.networks.empty()) body["networks"] = in.networks;
            return s.post("/v1/organisations/" + in.organisation + "/api-keys", body);
        });
    const auto organisation = [](CLI::App& app, KeyInput& in) {
        app.add_option("organisation", in.organisation, "org_…")->required();
    };
    add_command<KeyInput>(group, session, "list", "An organisation's keys", organisation,
                          [](Session& s, const KeyInput& in) {
                              return s.list("/v1/organisations/" + in.organisation + "/api-keys",
                                            {{"id", "/id"},
                                             {"label", "/label"},
                                             {"scopes", "/scopes"},
                                             {"expires", "/expires_at"},
                                             {"revoked", "/revoked"}});
                          });
    add_command<KeyInput>(
        group, session, "rotate", "Make a key's successor; it is shown once",
        [organisation](CLI::App& app, KeyInput& in) {
            organisation(app, in);
            app.add_option("key", in.id, "the key's id, as list shows it")->required();
            app.add_option("--overlap", in.overlap,
                           "how long the key before goes on, such as PT1H (default P1D)");
        },
        [](Session& s, const KeyInput& in) {
            Json body = Json::object();
            put(body, "overlap", in.overlap);
            return s.post("/v1/organisations/" + in.organisation + "/api-keys/" + in.id + ":rotate",
                          body);
        });
    add_command<KeyInput>(
        group, session, "revoke", "Revoke a key at once",
        [organisation](CLI::App& app, KeyInput& in) {
            organisation(app, in);
            app.add_option("key", in.id, "the key's id, as list shows it")->required();
        },
        [](Session& s, const KeyInput& in) {
            return s.post("/v1/organisations/" + in.organisation + "/api-keys/" + in.id + ":revoke",
                          Json::object());
        });
}

}  // namespace

void add_organisations(CLI::App& root, Session& session) {
    CLI::App& group = add_group(root, "org", "Organisations");
    add_command<CreateInput>(
        group, session, "create", "Register an organisation (operator)",
        [](CLI::App& app, CreateInput& in) {
            app.add_option("name", in.name, "its name")->required();
            app.add_option("--role", in.roles, "provider, buyer, funder, meter, auditor, …")
                ->required()
                ->delimiter(',');
        },
        [](Session& s, const CreateInput& in) {
            return s.post("/v1/organisations", {{"name", in.name}, {"roles", in.roles}});
        });
    add_command(group, session, "list", "All organisations (operator)", [](Session& s) {
        return s.list("/v1/organisations", {{"id", "/id"}, {"name", "/name"}, {"roles", "/roles"}});
    });
    add_command<IdInput>(
        group, session, "show", "One organisation",
        [](CLI::App& app, IdInput& in) { app.add_option("id", in.id, "org_…")->required(); },
        [](Session& s, const IdInput& in) { return s.get("/v1/organisations/" + in.id); });
    for (const std::string action : {"kill", "reinstate"}) {
        add_command<IdInput>(
            group, session, action,
            action == "kill" ? "Cancel all its orders and let no new ones in"
                             : "Let a killed organisation in again (operator)",
            [](CLI::App& app, IdInput& in) { app.add_option("id", in.id, "org_…")->required(); },
            [action](Session& s, const IdInput& in) {
                return s.post("/v1/organisations/" + in.id + ":" + action, Json::object());
            });
    }
    add_keys(root, session);
}

}  // namespace suanpan::cli
