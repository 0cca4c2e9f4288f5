#include "apps/suanpan/command.hpp"
#include "apps/suanpan/commands.hpp"

namespace suanpan::cli {
namespace {

struct FilterInput {
    std::string state;
    std::string role;
};
struct IdInput {
    std::string id;
};
struct KeyInput {
    std::string id;
    std::string public_key;
};
struct MeterInput {
    std::string role = "provider";
    std::string public_key;
    std::vector<std::string> pools;
};
struct RotationInput {
    std::string id;
    std::string public_key;
    std::string overlap = "P1D";
};

void add_meters(CLI::App& root, Session& session) {
    CLI::App& group = add_group(root, "meter", "Meters");
    add_command<MeterInput>(
        group, session, "register", "Register a meter's public key",
        [](CLI::App& app, MeterInput& in) {
            app.add_option("--role", in.role, "provider, buyer or operator")->capture_default_str();
            app.add_option("--public-key", in.public_key, "Ed25519, base64")->required();
            app.add_option("--pool", in.pools, "pol_…; none: all of yours")->delimiter(',');
        },
        [](Session& s, const MeterInput& in) {
            return s.post("/v1/meters",
                          {{"role", in.role}, {"public_key", in.public_key}, {"pools", in.pools}});
        });
    add_command(group, session, "list", "Your meters", [](Session& s) {
        return s.list("/v1/meters", {{"id", "/id"},
                                     {"role", "/role"},
                                     {"revoked", "/revoked"},
                                     {"public key", "/public_key"}});
    });
    add_command<RotationInput>(
        group, session, "rotate", "Give a meter a new key; the old one is good for a while",
        [](CLI::App& app, RotationInput& in) {
            app.add_option("id", in.id, "mtr_…")->required();
            app.add_option("--public-key", in.public_key, "Ed25519, base64")->required();
            app.add_option("--overlap", in.overlap, "how long both keys are good")
                ->capture_default_str();
        },
        [](Session& s, const RotationInput& in) {
            return s.post("/v1/meters/" + in.id + ":rotate",
                          {{"public_key", in.public_key}, {"overlap", in.overlap}});
        });
    add_command<KeyInput>(
        group, session, "revoke", "Revoke a meter, or one of the keys that it had",
        [](CLI::App& app, KeyInput& in) {
            app.add_option("id", in.id, "mtr_…")->required();
            app.add_option("--public-key", in.public_key,
                           "One that was replaced and is still good; none: the meter");
        },
        [](Session& s, const KeyInput& in) {
            Json body = Json::object();
            if (!in.public_key.empty()) body["public_key"] = in.public_key;
            return s.post("/v1/meters/" + in.id + ":revoke", body);
        });
    add_command<IdInput>(
        group, session, "readings", "Accepted readings of a lease",
        [](CLI::App& app, IdInput& in) { app.add_option("lease", in.id, "lse_…")->required(); },
        [](Session& s, const IdInput& in) {
            return s.list(client::with_query("/v1/readings", {{"lease", in.id}}), {});
        });
}

}  // namespace

void add_leases(CLI::App& root, Session& session) {
    CLI::App& group = add_group(root, "lease", "Leases");
    const auto id = [](CLI::App& app, IdInput& in) {
        app.add_option("id", in.id, "lse_…")->required();
    };
    add_command<FilterInput>(
        group, session, "list", "Your leases",
        [](CLI::App& app, FilterInput& in) {
            app.add_option("--state", in.state, "scheduled, provisioning, active, completed, …");
            app.add_option("--role", in.role, "buyer or provider");
        },
        [](Session& s, const FilterInput& in) {
            return s.list(
                client::with_query("/v1/leases", {{"state", in.state}, {"role", in.role}}),
                {{"id", "/id"},
                 {"market", "/market"},
                 {"lots", "/lots"},
                 {"price", "/price"},
                 {"start", "/window/start"},
                 {"end", "/window/end"},
                 {"state", "/state"}});
        });
    add_command<IdInput>(
        group, session, "show", "One lease", id,
        [](Session& s, const IdInput& in) { return s.get("/v1/leases/" + in.id); });
    for (const std::string action : {"accept", "activate"}) {
        add_command<IdInput>(group, session, action, "Provider: " + action + " hand-over", id,
                             [action](Session& s, const IdInput& in) {
                                 return s.post("/v1/leases/" + in.id + ":" + action,
                                               Json::object());
                             });
    }
    add_command<IdInput>(group, session, "release", "Buyer: give the rest back early", id,
                         [](Session& s, const IdInput& in) {
                             return s.post("/v1/leases/" + in.id + ":release", Json::object());
                         });
    add_meters(root, session);
}

}  // namespace suanpan::cli
