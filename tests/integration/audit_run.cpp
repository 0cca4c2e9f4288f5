#include "tests/integration/audit_run.hpp"

#include "tests/integration/api_world.hpp"

#include <unistd.h>

#include <stdexcept>

namespace suanpan::test {

ProgramRun run_program(const std::string& name, const std::vector<std::string>& arguments,
                       const std::map<std::string, std::string>& environment) {
    const support::TempDir dir;
    support::ChildProcess::Options options;
    options.program = support::program_path(name);
    options.arguments = arguments;
    options.environment = environment;
    options.output = dir.path() / "output";
    support::ChildProcess process(options);
    const auto status = process.wait(std::chrono::minutes(2));
    if (!status) throw std::runtime_error(name + " did not end: " + process.output());
    return {*status, process.output()};
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

}  // namespace suanpan::test
