// Who owns a pool: an owner proposes it, the others confirm or refuse.

#include "apps/suanpan/command.hpp"
#include "apps/suanpan/commands.hpp"
#include "apps/suanpan/owners.hpp"
#include "base/decimal.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace suanpan::cli {
namespace {

struct ProposeInput {
    std::string pool;
    std::vector<std::string> owners;
    std::string from;
};
struct AnswerInput {
    std::string pool;
    std::string title;
};
struct ListInput {
    std::string pool;
    std::string state;
    std::string organisation;
    bool waiting = false;
};

Result<void> propose(Session& session, const ProposeInput& in) {
    auto owners = owners_of(in.owners);
    if (!owners) return fail(owners.error());
    Json body{{"owners", std::move(*owners)}};
    put(body, "from", in.from);
    return session.post("/v1/pools/" + in.pool + "/titles", body);
}

Result<void> answer(Session& session, const AnswerInput& in, const std::string& word) {
    return session.post("/v1/pools/" + in.pool + "/titles/" + in.title + ":" + word,
                        Json::object());
}

void answer_options(CLI::App& app, AnswerInput& in) {
    app.add_option("pool", in.pool, "pol_…")->required();
    app.add_option("title", in.title, "its log_index, as list shows it")->required();
}

using Owner = std::pair<std::string, std::int64_t>;  // organisation, share

// Whom the title gives or takes; a share of zero has who owned a part before.
std::vector<Owner> concerned(const Json& title) {
    std::vector<Owner> out;
    const auto add = [&out](const Json& organisation, std::int64_t share_ppm) {
        const auto id = organisation.get<std::string>();
        if (std::ranges::find(out, id, &Owner::first) == out.end()) out.emplace_back(id, share_ppm);
    };
    for (const Json& owner : title.at("owners"))
        add(owner.at("organisation"), owner.at("share_ppm").get<std::int64_t>());
    for (const Json& word : title.at("confirmations"))
        add(word.at("organisation"), 0);
    if (title.contains("missing")) {
        for (const Json& owner : title.at("missing"))
            add(owner, 0);
    }
    return out;
}

Json confirmed_at(const Json& title, const std::string& organisation) {
    for (const Json& word : title.at("confirmations")) {
        if (word.at("organisation") == organisation) return word.at("at");
    }
    return "";
}

Json rows_of(const Json& titles) {
    Json rows = Json::array();
    for (const Json& title : titles) {
        for (const auto& [organisation, share_ppm] : concerned(title)) {
            rows.push_back({{"pool", title.at("pool")},
                            {"title", title.at("log_index")},
                            {"from", title.at("from")},
                            {"state", title.at("state")},
                            {"organisation", organisation},
                            {"share_ppm", share_ppm},
                            {"confirmed", confirmed_at(title, organisation)}});
        }
    }
    return rows;
}

Result<void> list(Session& session, const ListInput& in) {
    const std::string path = in.pool.empty() ? "/v1/titles" : "/v1/pools/" + in.pool + "/titles";
    const std::string target = client::with_query(path, {{"state", in.state},
                                                         {"organisation", in.organisation},
                                                         {"waiting", in.waiting ? "true" : ""}});
    if (session.json) return session.list(target, {});
    const auto server = session.api();
    if (!server) return fail(server.error());
    const auto titles = (*server)->list(target);
    if (!titles) return fail(titles.error());
    session.show(rows_of(*titles), {{"pool", "/pool"},
                                    {"title", "/title"},
                                    {"from", "/from"},
                                    {"state", "/state"},
                                    {"organisation", "/organisation"},
                                    {"share_ppm", "/share_ppm"},
                                    {"confirmed", "/confirmed"}});
    return {};
}

}  // namespace

Result<Json> owners_of(const std::vector<std::string>& texts) {
    Json out = Json::array();
    for (const std::string& text : texts) {
        const std::size_t equals = text.find('=');
        const auto share =
            parse_integer(equals == std::string::npos ? "" : text.substr(equals + 1));
        if (!share) return fail("bad_owner", "'" + text + "' is not ORGANISATION=PPM");
        out.push_back({{"organisation", text.substr(0, equals)}, {"share_ppm", *share}});
    }
    return out;
}

void add_titles(CLI::App& root, Session& session) {
    CLI::App& group = add_group(root, "title", "Who owns a pool, confirmed by each owner");
    add_command<ProposeInput>(
        group, session, "propose", "An owner: say who shall own a pool; the others confirm",
        [](CLI::App& app, ProposeInput& in) {
            app.add_option("pool", in.pool, "pol_…")->required();
            app.add_option("--owner", in.owners, "org_…=PPM; the shares sum to 1000000")
                ->required();
            app.add_option("--from", in.from, "RFC 3339 UTC; default in a day");
        },
        propose);
    add_command<AnswerInput>(
        group, session, "confirm", "An owner, old or new: agree to it", answer_options,
        [](Session& s, const AnswerInput& in) { return answer(s, in, "confirm"); });
    add_command<AnswerInput>(
        group, session, "refuse", "Refuse it, or take back what you proposed", answer_options,
        [](Session& s, const AnswerInput& in) { return answer(s, in, "refuse"); });
    add_command<ListInput>(
        group, session, "list", "Those that concern you, or a pool's",
        [](CLI::App& app, ListInput& in) {
            CLI::Option* pool = app.add_option("--pool", in.pool, "pol_…");
            app.add_option("--state", in.state, "proposed, confirmed, refused, replaced, past");
            app.add_flag("--waiting", in.waiting, "only those that wait for your word")
                ->excludes(pool);
            app.add_option("--organisation", in.organisation, "operator: of whom, org_…")
                ->excludes(pool);
        },
        list);
}

}  // namespace suanpan::cli
