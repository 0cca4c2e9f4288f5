// How suanpand starts on a database that holds a log already.

#include "tests/integration/api_world.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <fstream>

namespace suanpan::test {
namespace {

support::ChildProcess::Options server_options(const ApiServer& server,
                                              const std::filesystem::path& data,
                                              const std::filesystem::path& dir) {
    support::ChildProcess::Options options;
    options.program = support::program_path("suanpand");
    options.arguments = {
        "--sandbox", "--listen",   "127.0.0.1:0", "--port-file", (dir / "port").string(),
        "--data",    data.string()};
    options.environment = {{"SUANPAN_DATABASE", server.database().conninfo()}};
    options.output = dir / "log";
    return options;
}

std::string wait_for_port(support::ChildProcess& server, const std::filesystem::path& dir) {
    for (int i = 0; i < 400 && server.running() && !std::filesystem::exists(dir / "port"); ++i)
        server.wait(std::chrono::milliseconds(50));
    std::string port;
    std::ifstream(dir / "port") >> port;
    return port;
}

// A restart without --sandbox-start once began at real time, and everything had expired.
TEST(Restart, ASandboxGoesOnWhereItsLogEnds) {
    ApiServer first;
    Caller op = first.operator_caller();
    expect(op.post("/v1/sandbox/clock", {{"now", "2026-01-02T03:04:05Z"}}), 200);
    make_party(op, "Later", {"buyer"});  // an entry at that time
    ASSERT_EQ(first.stop(), 0);

    const support::TempDir dir;
    support::ChildProcess second(server_options(first, first.data(), dir.path()));
    const std::string port = wait_for_port(second, dir.path());
    ASSERT_FALSE(port.empty()) << second.output();
    std::string key;
    std::ifstream(first.data() / "operator.key") >> key;
    Caller again("http://127.0.0.1:" + port, key);
    EXPECT_EQ(expect(again.get("/v1/sandbox/clock"), 200)["now"], "2026-01-02T03:04:05Z");
}

TEST(Restart, TheBookStandsAsItStood) {
    ApiServer first;
    World world(first);
    Caller seller = first.caller(world.provider.key);
    expect(seller.post("/v1/orders", world.sell(8, "5.000000")), 201);
    const Json cheaper = expect(seller.post("/v1/orders", world.sell(4, "4.000000")), 201);
    Caller buyer = first.caller(world.buyer.key);
    expect(buyer.post("/v1/orders", World::buy(1, "4.500000")), 201);
    const char* target = "/v1/books?market=AI-FP16/CNY";
    const Json book = expect(buyer.get(target), 200);
    EXPECT_EQ(book["sells"].size(), 2U);
    ASSERT_EQ(first.stop(), 0);

    const support::TempDir dir;
    support::ChildProcess second(server_options(first, first.data(), dir.path()));
    const std::string url = "http://127.0.0.1:" + wait_for_port(second, dir.path());
    EXPECT_EQ(expect(Caller(url, world.buyer.key).get(target), 200), book) << second.output();
    expect(Caller(url, world.provider.key)
               .post("/v1/orders/" + cheaper["id"].get<std::string>() + ":cancel", Json::object()),
           200);
    EXPECT_EQ(expect(Caller(url, world.buyer.key).get(target), 200)["sells"].size(), 1U);
}

TEST(Restart, APublishedLogKeepsItsKeyAndItsName) {
    ApiServer first;
    ASSERT_EQ(first.stop(), 0);  // publishes what was committed

    const support::TempDir dir;
    const auto foreign = dir.path() / "foreign";
    support::ChildProcess elsewhere(server_options(first, foreign, dir.path()));
    EXPECT_EQ(elsewhere.wait(std::chrono::seconds(20)), 1);
    EXPECT_NE(elsewhere.output().find("use the data folder of this log"), std::string::npos)
        << elsewhere.output();
    EXPECT_FALSE(std::filesystem::exists(foreign / "log.key"));

    auto renamed_options = server_options(first, first.data(), dir.path());
    renamed_options.arguments.insert(renamed_options.arguments.end(), {"--origin", "other/log"});
    support::ChildProcess renamed(renamed_options);
    EXPECT_EQ(renamed.wait(std::chrono::seconds(20)), 1);
    EXPECT_NE(renamed.output().find("use the data folder and the origin of this log"),
              std::string::npos)
        << renamed.output();
}

TEST(Restart, AWaitingServerSaysSoAndEndsOnASignal) {
    ApiServer first;
    const support::TempDir dir;
    support::ChildProcess second(server_options(first, first.data(), dir.path()));
    const auto waits = [&second] {
        return second.output().find("another server leads this database") != std::string::npos;
    };
    for (int i = 0; i < 200 && second.running() && !waits(); ++i)
        second.wait(std::chrono::milliseconds(50));
    ASSERT_TRUE(waits()) << second.output();
    second.send_signal(SIGTERM);
    EXPECT_EQ(second.wait(std::chrono::seconds(5)), 0) << second.output();
}

}  // namespace
}  // namespace suanpan::test
