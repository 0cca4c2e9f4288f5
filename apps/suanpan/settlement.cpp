#include "apps/suanpan/command.hpp"
#include "apps/suanpan/commands.hpp"

#include <cstdint>
#include <optional>

namespace suanpan::cli {
namespace {

struct RunInput {
    std::optional<std::int64_t> from;
    std::optional<std::int64_t> to;
};
struct IdInput {
    std::string id;
    bool lines = false;
    std::string organisation;
};

}  // namespace

void add_settlement(CLI::App& root, Session& session) {
    CLI::App& group = add_group(root, "settle", "Settlement runs");
    add_command<RunInput>(
        group, session, "run", "Settle what became final since the last run (operator)",
        [](CLI::App& app, RunInput& in) {
            app.add_option("--from", in.from, "log index; default: where the last run ended");
            app.add_option("--to", in.to, "log index; default: the log's end");
        },
        [](Session& s, const RunInput& in) {
            Json body = Json::object();
            if (in.from) body["from"] = *in.from;
            if (in.to) body["to"] = *in.to;
            return s.post("/v1/settlement-runs", body);
        });
    add_command(group, session, "list", "All runs", [](Session& s) {
        return s.list("/v1/settlement-runs", {{"id", "/id"},
                                              {"from", "/from"},
                                              {"to", "/to"},
                                              {"leases", "/leases"},
                                              {"closed", "/closed"}});
    });
    add_command<IdInput>(
        group, session, "show", "One run",
        [](CLI::App& app, IdInput& in) {
            app.add_option("id", in.id, "run_…")->required();
            app.add_flag("--lines", in.lines, "each of its lines");
            app.add_option("--organisation", in.organisation, "lines of this one only");
        },
        [](Session& s, const IdInput& in) {
            const std::string run = "/v1/settlement-runs/" + in.id;
            if (!in.lines) return s.get(run);
            return s.get(client::with_query(run + "/lines", {{"organisation", in.organisation}}));
        });
}

}  // namespace suanpan::cli
