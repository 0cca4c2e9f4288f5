// Two servers on one database: one leads, the other waits; when the leader dies, the other takes
// over.

#include "db/migrate.hpp"
#include "support/test_database.hpp"
#include "tests/integration/api_world.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace suanpan::test {
namespace {

TEST(TakeOver, AWaitingServerLeadsWhenTheLeaderIsKilled) {
    ApiServer first;
    World world(first);
    const Json before = expect(world.op.get("/v1/admin/digest"), 200);

    const support::TempDir dir;
    support::ChildProcess::Options options;
    options.program = support::program_path("suanpand");
    const auto port_file = dir.path() / "port";
    options.arguments = {"--sandbox",        "--sandbox-start", std::string(ApiServer::kStart),
                         "--listen",         "127.0.0.1:0",     "--port-file",
                         port_file.string(), "--data",          first.data().string(),
                         "--log-level",      "warning"};
    options.environment = {{"SUANPAN_DATABASE", first.database().conninfo()}};
    options.output = dir.path() / "log";
    support::ChildProcess second(options);
    EXPECT_FALSE(second.wait(std::chrono::milliseconds(1'500))) << second.output();
    EXPECT_FALSE(std::filesystem::exists(port_file)) << "two servers lead";

    first.kill();
    for (int i = 0; i < 400 && !std::filesystem::exists(port_file); ++i)
        second.wait(std::chrono::milliseconds(50));
    std::string port;
    std::ifstream(port_file) >> port;
    ASSERT_FALSE(port.empty()) << second.output();
    std::string key;
    std::ifstream(first.data() / "operator.key") >> key;
    Caller op("http://127.0.0.1:" + port, key);
    const Json after = expect(op.get("/v1/admin/digest"), 200);
    EXPECT_EQ(after["memory"], before["memory"]);
    EXPECT_EQ(after["equal"], true);
}

// Each would have set the other's published checkpoint back.
TEST(TakeOver, OneServerAtATimeWorksInADataFolder) {
    const ApiServer first;
    const support::TestDatabase other;
    ASSERT_TRUE(db::migrate(other.conninfo()));
    const support::TempDir dir;
    support::ChildProcess::Options options;
    options.program = support::program_path("suanpand");
    const auto port_file = dir.path() / "port";
    options.arguments = {"--sandbox",        "--listen", "127.0.0.1:0",        "--port-file",
                         port_file.string(), "--data",   first.data().string()};
    options.environment = {{"SUANPAN_DATABASE", other.conninfo()}};
    options.output = dir.path() / "log";
    support::ChildProcess second(options);
    EXPECT_FALSE(second.wait(std::chrono::milliseconds(1'500))) << second.output();
    EXPECT_FALSE(std::filesystem::exists(port_file)) << "two servers work in one folder";
    EXPECT_NE(second.output().find("waiting for it to end"), std::string::npos);
}

}  // namespace
}  // namespace suanpan::test
