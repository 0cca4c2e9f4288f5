#include "apps/suanpan/command.hpp"
#include "apps/suanpan/commands.hpp"

namespace suanpan::cli {
namespace {

struct ClockInput {
    std::string now;
};

}  // namespace

void add_operation(CLI::App& root, Session& session) {
    add_command(root, session, "digest", "Memory against database, sums of accounts (operator)",
                [](Session& s) { return s.get("/v1/admin/digest"); });
    add_command(root, session, "alive", "Whether the server answers at all",
                [](Session& s) { return s.get("/healthz"); });
    add_command(root, session, "ready", "Whether the server takes commands",
                [](Session& s) { return s.get("/readyz"); });
    CLI::App& sandbox = add_group(root, "sandbox", "Only with suanpand --sandbox");
    add_command<ClockInput>(
        sandbox, session, "clock", "Move the clock forward",
        [](CLI::App& app, ClockInput& in) {
            app.add_option("now", in.now, "RFC 3339 UTC")->required();
        },
        [](Session& s, const ClockInput& in) {
            return s.post("/v1/sandbox/clock", {{"now", in.now}});
        });
}

}  // namespace suanpan::cli
