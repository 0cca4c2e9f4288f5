#pragma once

#include "support/program_run.hpp"
#include "tests/integration/api_server.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace suanpan::test {

using support::ProgramRun;

// Runs it to its end; throws when that takes too long. Its output's file is chosen here.
ProgramRun run_in_time(const support::ChildProcess::Options& options);
// Runs one of our programs to its end.
ProgramRun run_program(const std::string& name, const std::vector<std::string>& arguments,
                       const std::map<std::string, std::string>& environment = {});

// suanpan-audit over a folder of tiles, with the log's key of the server's data folder.
ProgramRun audit(const std::string& command, const std::filesystem::path& tiles,
                 const std::string& log_key);

// Waits until the published checkpoint covers the whole log; gives its size.
std::int64_t wait_published(Caller& op);
std::string log_key(Caller& anyone);

// What the server has published verifies, and replays to the server's state.
void expect_audited(const ApiServer& server);

}  // namespace suanpan::test
