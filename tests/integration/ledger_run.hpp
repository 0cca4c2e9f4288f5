#pragma once

#include "tests/integration/api_server.hpp"
#include "tests/integration/audit_run.hpp"

#include <string>

namespace suanpan::test {

// Of the servers of these tests.
inline constexpr const char* kOrigin = "localhost/suanpan";

// `suanpan --json ledger <command>` for this server's log.
ProgramRun ledger_command(const ApiServer& server, const std::string& command);
// The database is lost, and made anew from the log's files. The server must not run.
void restore_lost_database(const ApiServer& server);

}  // namespace suanpan::test
