#include "apps/suanpan/command.hpp"
#include "apps/suanpan/commands.hpp"

#include <cstdint>

namespace suanpan::cli {
namespace {

struct SiteInput {
    std::string name;
    std::string hub;
};
struct PoolInput {
    std::string site;
    std::string model;
    std::int64_t lots = 0;
    std::string profile = "{}";
};
struct IdInput {
    std::string id;
};

Result<void> add_pool(Session& session, const PoolInput& in) {
    const auto profile = read_json(in.profile);
    if (!profile) return fail(profile.error());
    return session.post(
        "/v1/pools",
        {{"site", in.site}, {"model", in.model}, {"lots", in.lots}, {"profile", *profile}});
}

void add_sites(CLI::App& root, Session& session) {
    CLI::App& group = add_group(root, "site", "Sites");
    add_command<SiteInput>(
        group, session, "add", "Register a site (provider)",
        [](CLI::App& app, SiteInput& in) {
            app.add_option("name", in.name, "its name")->required();
            app.add_option("--hub", in.hub, "e.g. guizhou")->required();
        },
        [](Session& s, const SiteInput& in) {
            return s.post("/v1/sites", {{"name", in.name}, {"hub", in.hub}});
        });
    add_command(group, session, "list", "Your sites", [](Session& s) {
        return s.list("/v1/sites", {{"id", "/id"}, {"name", "/name"}, {"hub", "/hub"}});
    });
}

}  // namespace

void add_capacity(CLI::App& root, Session& session) {
    add_sites(root, session);
    CLI::App& group = add_group(root, "pool", "Pools: lots of one device at one site");
    add_command<PoolInput>(
        group, session, "add", "Register a pool (provider)",
        [](CLI::App& app, PoolInput& in) {
            app.add_option("--site", in.site, "sit_…")->required();
            app.add_option("--model", in.model, "a model of the catalogue")->required();
            app.add_option("--lots", in.lots, "devices")->required();
            app.add_option("--profile", in.profile, "JSON text, or @FILE")->capture_default_str();
        },
        add_pool);
    add_command(group, session, "list", "Your pools", [](Session& s) {
        return s.list("/v1/pools",
                      {{"id", "/id"}, {"site", "/site"}, {"model", "/model"}, {"lots", "/lots"}});
    });
    add_command<IdInput>(
        group, session, "show", "One pool",
        [](CLI::App& app, IdInput& in) { app.add_option("id", in.id, "pol_…")->required(); },
        [](Session& s, const IdInput& in) { return s.get("/v1/pools/" + in.id); });
    add_command<IdInput>(
        group, session, "calendar", "Its free lots over time",
        [](CLI::App& app, IdInput& in) { app.add_option("id", in.id, "pol_…")->required(); },
        [](Session& s, const IdInput& in) { return s.get("/v1/pools/" + in.id + "/calendar"); });
}

}  // namespace suanpan::cli
