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
    add_command(group, session, "list", "All runs",
                [](Session& s) { return s.list("/v1/settlement-runs", {}); });
    add_command<IdInput>(
        group, session, "show", "One run",
        [](CLI::App& app, IdInput& in) {
            app.add_option("id", in.id, "run_…")->required();
            app.add_flag("--lines", in.lines, "each of its lines");
        },
        [](Session& s, const IdInput& in) {
            if (in.lines) return s.list("/v1/settlement-runs/" + in.id + "/lines", {});
            return s.get("/v1/settlement-runs/" + in.id);
        });
}

}  // namespace suanpan::cli
