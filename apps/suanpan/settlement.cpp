#include "apps/suanpan/command.hpp"
#include "apps/suanpan/commands.hpp"
#include "apps/suanpan/run_progress.hpp"

#include <cstdint>
#include <optional>

namespace suanpan::cli {
namespace {

struct RunInput {
    std::optional<std::int64_t> from;
    std::optional<std::int64_t> to;

    [[nodiscard]] std::string query() const {
        const auto text = [](const std::optional<std::int64_t>& index) {
            return index ? std::to_string(*index) : std::string();
        };
        return client::with_query("", {{"from", text(from)}, {"to", text(to)}});
    }
};
void add_range(CLI::App& app, RunInput& in) {
    app.add_option("--from", in.from, "log index; default: where the last run ended");
    app.add_option("--to", in.to, "log index; default: the log's end");
}

Result<void> settle(Session& s, const RunInput& in) {
    Json body = Json::object();
    if (in.from) body["from"] = *in.from;
    if (in.to) body["to"] = *in.to;
    const RunProgress progress(s, in.query());
    return s.post("/v1/settlement-runs", body);
}

Result<void> resume(Session& s) {
    const auto server = s.api();
    if (!server) return fail(server.error());
    const auto last = (*server)->get("/v1/settlement-runs/latest");
    if (!last) return fail(last.error());
    if (last->at("closed").get<bool>()) {
        return fail("nothing_to_resume",
                    "the last run is closed; `suanpan settle run` begins the "
                    "next one");
    }
    return settle(s, {last->at("from").get<std::int64_t>(), last->at("to").get<std::int64_t>()});
}

struct IdInput {
    std::string id = "latest";
    bool lines = false;
    std::string organisation;
};

}  // namespace

void add_settlement(CLI::App& root, Session& session) {
    CLI::App& group = add_group(root, "settle", "Settlement runs");
    add_command<RunInput>(group, session, "run",
                          "Settle what became final since the last run (operator)", add_range,
                          settle);
    add_command<RunInput>(group, session, "preview",
                          "What settling now would come to; posts nothing (operator)", add_range,
                          [](Session& s, const RunInput& in) {
                              return s.get("/v1/settlement-runs:preview" + in.query());
                          });
    add_command(group, session, "resume", "Finish a run that was broken off (operator)", resume);
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
            app.add_option("id", in.id, "run_…, or latest")->capture_default_str();
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
