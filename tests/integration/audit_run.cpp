#include "tests/integration/audit_run.hpp"

#include "tests/integration/api_world.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <stdexcept>

namespace suanpan::test {

ProgramRun run_in_time(const support::ChildProcess::Options& options) {
    ProgramRun run = support::run_to_end(options);
    if (run.status == -1)
        throw std::runtime_error(options.program.string() + " did not end: " + run.output);
    return run;
}

ProgramRun run_program(const std::string& name, const std::vector<std::string>& arguments,
                       const std::map<std::string, std::string>& environment) {
    support::ChildProcess::Options options;
    options.program = support::program_path(name);
    options.arguments = arguments;
    options.environment = environment;
    return run_in_time(options);
}

ProgramRun audit(const std::string& command, const std::filesystem::path& tiles,
                 const std::string& log_key) {
    return run_program("suanpan-audit", {command, "--dir", tiles.string(), "--key", log_key});
}

std::int64_t wait_published(Caller& op) {
    const std::int64_t size =
        std::stoll(expect(op.get("/v1/admin/digest"), 200)["log_size"].dump());
    for (int i = 0; i < 500; ++i) {
        const Answer note = op.get("/v1/ledger/checkpoint");
        const std::size_t line = note.text.find('\n');
        if (note.status == 200 && std::stoll(note.text.substr(line + 1)) >= size) return size;
        usleep(20'000);
    }
    throw std::runtime_error("the log was not published in time");
}

std::string log_key(Caller& anyone) {
    std::string key = anyone.get("/v1/ledger/key").text;
    while (!key.empty() && key.back() == '\n')
        key.pop_back();
    return key;
}

void expect_audited(const ApiServer& server) {
    Caller op = server.operator_caller();
    wait_published(op);
    const std::string key = log_key(op);
    const std::string digest = expect(op.get("/v1/admin/digest"), 200)["memory"];
    const ProgramRun verified = audit("verify", server.data() / "tiles", key);
    EXPECT_EQ(verified.status, 0) << verified.output;
    const ProgramRun replayed = audit("replay", server.data() / "tiles", key);
    EXPECT_EQ(replayed.status, 0) << replayed.output;
    EXPECT_NE(replayed.output.find(digest), std::string::npos) << replayed.output;
}

}  // namespace suanpan::test
