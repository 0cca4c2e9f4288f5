#include "tests/integration/ledger_run.hpp"

#include "db/migrate.hpp"

#include <gtest/gtest.h>

namespace suanpan::test {

ProgramRun ledger_command(const ApiServer& server, const std::string& command) {
    return run_program("suanpan", {"--json", "ledger", command},
                       {{"SUANPAN_DATABASE", server.database().conninfo()},
                        {"SUANPAN_DATA", server.data().string()},
                        {"SUANPAN_ORIGIN", kOrigin}});
}

void restore_lost_database(const ApiServer& server) {
    const support::TestDatabase admin;
    admin.execute("DROP DATABASE " + server.database().name() + " WITH (FORCE)");
    admin.execute("CREATE DATABASE " + server.database().name());
    ASSERT_TRUE(db::migrate(server.database().conninfo()));
    const ProgramRun restored = ledger_command(server, "restore");
    ASSERT_EQ(restored.status, 0) << restored.output;
}

}  // namespace suanpan::test
