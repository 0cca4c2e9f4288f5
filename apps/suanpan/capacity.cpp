#include "apps/suanpan/command.hpp"
#include "apps/suanpan/commands.hpp"
#include "apps/suanpan/owners.hpp"

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
    std::vector<std::string> owners;
    std::string owners_from;
};
struct IdInput {
    std::string id;
};
struct AttestInput {
    std::string pool;
    std::string compute_class;
    std::string rate;
    std::string benchmark;
    std::string expires;
};
struct UnblockInput {
    std::string pool;
    std::string block;
};
struct BlockInput {
    std::string pool;
    std::int64_t lots = 0;
    std::string from;
    std::string until;
};

void add_pool_facts(CLI::App& group, Session& session) {
    add_command<AttestInput>(
        group, session, "attest", "Register a measured rate",
        [](CLI::App& app, AttestInput& in) {
            app.add_option("pool", in.pool, "pol_…")->required();
            app.add_option("--class", in.compute_class, "e.g. AI-FP16")->required();
            app.add_option("--rate", in.rate, "CU of one lot")->required();
            app.add_option("--benchmark", in.benchmark, "name and version")->required();
            app.add_option("--expires", in.expires, "RFC 3339 UTC")->required();
        },
        [](Session& s, const AttestInput& in) {
            return s.post("/v1/pools/" + in.pool + "/attestations", {{"class", in.compute_class},
                                                                     {"rate", in.rate},
                                                                     {"benchmark", in.benchmark},
                                                                     {"expires_at", in.expires}});
        });
    add_command<UnblockInput>(
        group, session, "unblock", "End a block: its lots are free again",
        [](CLI::App& app, UnblockInput& in) {
            app.add_option("pool", in.pool, "pol_…")->required();
            app.add_option("block", in.block, "the log_index that blocking it answered")
                ->required();
        },
        [](Session& s, const UnblockInput& in) {
            return s.post("/v1/pools/" + in.pool + "/blocks/" + in.block + ":unblock",
                          Json::object());
        });
    add_command<BlockInput>(
        group, session, "block", "Take free lots out of the calendar",
        [](CLI::App& app, BlockInput& in) {
            app.add_option("pool", in.pool, "pol_…")->required();
            app.add_option("--lots", in.lots, "how many")->required();
            app.add_option("--from", in.from, "RFC 3339 UTC")->required();
            app.add_option("--until", in.until, "RFC 3339 UTC")->required();
        },
        [](Session& s, const BlockInput& in) {
            return s.post("/v1/pools/" + in.pool + "/blocks",
                          {{"lots", in.lots}, {"window", {{"start", in.from}, {"end", in.until}}}});
        });
}

Result<void> add_pool(Session& session, const PoolInput& in) {
    const auto profile = read_json(in.profile);
    if (!profile) return fail(profile.error());
    Json body{{"site", in.site}, {"model", in.model}, {"lots", in.lots}, {"profile", *profile}};
    if (!in.owners.empty()) {
        auto owners = owners_of(in.owners);
        if (!owners) return fail(owners.error());
        body["owners"] = std::move(*owners);
    }
    put(body, "owners_from", in.owners_from);
    return session.post("/v1/pools", body);
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
            app.add_option("--owner", in.owners,
                           "org_…=PPM, all of which confirm; none: you alone");
            app.add_option("--owners-from", in.owners_from,
                           "RFC 3339 UTC, once all have confirmed; default in a day");
        },
        add_pool);
    add_command(group, session, "list", "Your pools", [](Session& s) {
        return s.list("/v1/pools",
                      {{"id", "/id"}, {"site", "/site"}, {"model", "/model"}, {"lots", "/lots"}});
    });
    add_pool_facts(group, session);
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
