#include "apps/suanpan/command.hpp"
#include "apps/suanpan/commands.hpp"

#include <cstdint>
#include <vector>

namespace suanpan::cli {
namespace {

struct ProgrammeInput {
    std::string holder;
    std::string currency = "CNY";
    std::string budget;
    std::string from;
    std::string until;
    std::int64_t share_ppm = 0;
    std::int64_t margin_ppm = -1;
    std::string grant_cap;
    std::string organisation_cap;
    std::string month_cap;
    std::vector<std::string> classes;
    std::vector<std::string> hubs;
    std::vector<std::string> providers;
    std::vector<std::string> purposes;
    std::vector<std::string> kinds;
};
struct FundInput {
    std::string id;
    std::string amount;
};
struct GrantInput {
    std::string programme;
    std::string organisation;
    std::string amount;
    std::string expires;
};
struct IdInput {
    std::string id;
};
struct GrantsInput {
    std::string programme;
};
struct RedemptionsInput {
    std::string id;
    std::string from;
    std::string until;
};
struct DescribeInput {
    std::string id;
    std::vector<std::string> kinds;
    std::string group;
    std::string tax_class;
};

void programme_options(CLI::App& app, ProgrammeInput& in) {
    app.add_option("--budget", in.budget, "paid at once, decimal")->required();
    app.add_option("--share-ppm", in.share_ppm, "of the amount, parts per million")->required();
    app.add_option("--until", in.until, "RFC 3339 UTC")->required();
    app.add_option("--from", in.from, "default: now");
    app.add_option("--currency", in.currency)->capture_default_str();
    app.add_option("--holder", in.holder, "operator: for this funder, org_…");
    app.add_option("--index-margin-ppm", in.margin_ppm, "pays up to the class's index and this");
    app.add_option("--cap-grant", in.grant_cap, "at most so much a grant");
    app.add_option("--cap-organisation", in.organisation_cap, "… an organisation");
    app.add_option("--cap-month", in.month_cap, "… an organisation and month");
    app.add_option("--class", in.classes, "compute classes; none: every one")->delimiter(',');
    app.add_option("--hub", in.hubs, "hubs; none: every one")->delimiter(',');
    app.add_option("--provider", in.providers, "org_…; none: every one")->delimiter(',');
    app.add_option("--purpose", in.purposes, "words that orders say; none: any")->delimiter(',');
    app.add_option("--kind", in.kinds, "small_firm, research_institute, university, maker")
        ->delimiter(',');
}

void put_list(Json& body, const char* name, const std::vector<std::string>& values) {
    if (!values.empty()) body[name] = values;
}

Json body_of(const ProgrammeInput& in) {
    Json caps = Json::object();
    put(caps, "grant", in.grant_cap);
    put(caps, "organisation", in.organisation_cap);
    put(caps, "month", in.month_cap);
    Json scope = Json::object();
    put_list(scope, "classes", in.classes);
    put_list(scope, "hubs", in.hubs);
    put_list(scope, "providers", in.providers);
    put_list(scope, "purposes", in.purposes);
    put_list(scope, "kinds", in.kinds);
    Json body{{"currency", in.currency},   {"budget", in.budget}, {"until", in.until},
              {"share_ppm", in.share_ppm}, {"caps", caps},        {"scope", scope}};
    put(body, "from", in.from);
    put(body, "holder", in.holder);
    if (in.margin_ppm >= 0) body["index_margin_ppm"] = in.margin_ppm;
    return body;
}

void add_programmes(CLI::App& group, Session& session) {
    CLI::App& programme = add_group(group, "programme", "Programmes and their budgets");
    add_command<ProgrammeInput>(programme, session, "open", "Funder: open one and pay its budget",
                                programme_options, [](Session& s, const ProgrammeInput& in) {
                                    return s.post("/v1/voucher-programmes", body_of(in));
                                });
    add_command<FundInput>(
        programme, session, "fund", "Funder: more budget",
        [](CLI::App& app, FundInput& in) {
            app.add_option("id", in.id, "vpr_…")->required();
            app.add_option("--amount", in.amount, "decimal")->required();
        },
        [](Session& s, const FundInput& in) {
            return s.post("/v1/voucher-programmes/" + in.id + ":fund", {{"amount", in.amount}});
        });
    add_command<IdInput>(
        programme, session, "close", "Funder: take back what is left once it is over",
        [](CLI::App& app, IdInput& in) { app.add_option("id", in.id, "vpr_…")->required(); },
        [](Session& s, const IdInput& in) {
            return s.post("/v1/voucher-programmes/" + in.id + ":close", Json::object());
        });
    add_command(programme, session, "list", "Those you pay for or have a grant of", [](Session& s) {
        return s.list("/v1/voucher-programmes", {{"id", "/id"},
                                                 {"budget", "/budget"},
                                                 {"ungranted", "/ungranted"},
                                                 {"reserved", "/reserved"},
                                                 {"redeemed", "/redeemed"},
                                                 {"until", "/until"}});
    });
}

void add_grants(CLI::App& group, Session& session) {
    add_command<GrantInput>(
        group, session, "grant", "Funder: give an organisation a voucher",
        [](CLI::App& app, GrantInput& in) {
            app.add_option("--programme", in.programme, "vpr_…")->required();
            app.add_option("--organisation", in.organisation, "org_…")->required();
            app.add_option("--amount", in.amount, "decimal")->required();
            app.add_option("--expires", in.expires, "RFC 3339 UTC")->required();
        },
        [](Session& s, const GrantInput& in) {
            return s.post("/v1/voucher-grants", {{"programme", in.programme},
                                                 {"organisation", in.organisation},
                                                 {"amount", in.amount},
                                                 {"expires", in.expires}});
        });
    add_command<IdInput>(
        group, session, "revoke", "Funder: take back what nobody reserves",
        [](CLI::App& app, IdInput& in) { app.add_option("id", in.id, "grt_…")->required(); },
        [](Session& s, const IdInput& in) {
            return s.post("/v1/voucher-grants/" + in.id + ":revoke", Json::object());
        });
    add_command<GrantsInput>(
        group, session, "grants", "Those you have or made",
        [](CLI::App& app, GrantsInput& in) {
            app.add_option("--programme", in.programme, "vpr_…");
        },
        [](Session& s, const GrantsInput& in) {
            return s.list(client::with_query("/v1/voucher-grants", {{"programme", in.programme}}),
                          {{"id", "/id"},
                           {"organisation", "/organisation"},
                           {"amount", "/amount"},
                           {"left", "/left"},
                           {"reserved", "/reserved"},
                           {"redeemed", "/redeemed"},
                           {"expires", "/expires"}});
        });
}

}  // namespace

void add_vouchers(CLI::App& root, Session& session) {
    CLI::App& group = add_group(root, "voucher", "Compute vouchers");
    add_programmes(group, session);
    add_grants(group, session);
    add_command<RedemptionsInput>(
        group, session, "redemptions", "Funder: what was paid, down to its readings",
        [](CLI::App& app, RedemptionsInput& in) {
            app.add_option("id", in.id, "vpr_…")->required();
            app.add_option("--from", in.from, "windows that end after this");
            app.add_option("--until", in.until, "and at or before this");
        },
        [](Session& s, const RedemptionsInput& in) {
            return s.get(client::with_query("/v1/voucher-programmes/" + in.id + "/redemptions",
                                            {{"from", in.from}, {"until", in.until}}));
        });
    add_command<DescribeInput>(
        group, session, "describe", "Operator: what programmes ask about an organisation",
        [](CLI::App& app, DescribeInput& in) {
            app.add_option("id", in.id, "org_…")->required();
            app.add_option("--kind", in.kinds, "small_firm, research_institute, university, maker")
                ->delimiter(',');
            app.add_option("--group", in.group, "organisations of one group are related");
            app.add_option("--tax-class", in.tax_class, "which rules of tax it falls under");
        },
        [](Session& s, const DescribeInput& in) {
            Json body = Json::object();
            put_list(body, "kinds", in.kinds);
            put(body, "group", in.group);
            put(body, "tax_class", in.tax_class);
            return s.post("/v1/organisations/" + in.id + ":describe", body);
        });
}

}  // namespace suanpan::cli
