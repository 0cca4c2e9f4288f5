// Back-up and restore, each by its one command (deploy/backup, deploy/restore), and what a server
// does that was restored from too old a back-up.

#include "db/migrate.hpp"
#include "support/wait.hpp"
#include "tests/integration/api_world.hpp"
#include "tests/integration/audit_run.hpp"
#include "tests/integration/witness_server.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

namespace suanpan::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* kOrigin = "localhost/suanpan";

ProgramRun run_script(const std::string& name, const std::vector<std::string>& arguments) {
    support::ChildProcess::Options options;
    options.program = SUANPAN_SOURCE_DIR "/deploy/" + name;
    options.arguments = arguments;
    options.environment = {
        {"SUANPAN_BIN", support::program_path("suanpan").parent_path().string()}};
    return run_in_time(options);
}

ProgramRun back_up(const ApiServer& server, const fs::path& to,
                   const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments{
        "--to",     to.string(), "--data",     server.data().string(),
        "--origin", kOrigin,     "--database", server.database().conninfo()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_script("backup", arguments);
}

ProgramRun restore(const ApiServer& server, const fs::path& from,
                   const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments{
        "--from",   from.string(), "--data",     server.data().string(),
        "--origin", kOrigin,       "--database", server.database().conninfo()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_script("restore", arguments);
}

// The machine is gone: the database and the data folder.
void lose(const ApiServer& server) {
    const support::TestDatabase admin;
    admin.execute("DROP DATABASE " + server.database().name() + " WITH (FORCE)");
    admin.execute("CREATE DATABASE " + server.database().name());
    fs::remove_all(server.data());
}

void place(const ApiServer& server, const World& world, int count) {
    Caller seller = server.caller(world.provider.key);
    Caller buyer = server.caller(world.buyer.key);
    for (int i = 0; i < count; ++i) {
        expect(seller.post("/v1/orders", world.sell(1, "5.000000")), 201);
        expect(buyer.post("/v1/orders", World::buy(1, i % 2 == 0 ? "5.000000" : "4.000000")), 201);
    }
}

std::string digest_of(const ApiServer& server) {
    Caller op = server.operator_caller();
    wait_published(op);
    const Json digest = expect(op.get("/v1/admin/digest"), 200);
    EXPECT_EQ(digest["equal"], true) << digest.dump();
    return digest["memory"];
}

// The server answers, but signs nothing beyond what others have seen, and says why.
std::string wait_stopped(const ApiServer& server) {
    Caller nobody = server.caller("");
    Json state;
    const bool stopped = support::wait_until(400, std::chrono::milliseconds(25), [&] {
        state = expect(nobody.get("/v1/ledger"), 200);
        return state["state"] == "stopped";
    });
    return stopped ? state["reason"].get<std::string>() : "it goes on";
}

}  // namespace

// Taken while orders come in, and more of them come before the machine is lost.
TEST(Backup, OfARunningServerIsRestoredWithAllThatWasPublishedSince) {
    ApiServer server;
    const World world(server);
    place(server, world, 20);
    const support::TempDir dir;
    std::atomic<bool> done = false;
    std::jthread traffic([&] {
        Caller buyer = server.caller(world.buyer.key);
        while (!done)
            expect(buyer.post("/v1/orders", World::buy(1, "1.000000")), 201);
    });
    const ProgramRun made = back_up(server, dir.path() / "backup");
    EXPECT_EQ(made.status, 0) << made.output;
    done = true;
    traffic.join();
    // More than one full tile lies between the copies of the log.
    place(server, world, 150);
    const std::string digest = digest_of(server);
    const ProgramRun log = back_up(server, dir.path() / "backup", {"--log-only"});
    ASSERT_EQ(log.status, 0) << log.output;
    ASSERT_EQ(server.stop(), 0);

    lose(server);
    const ProgramRun restored = restore(server, dir.path() / "backup");
    ASSERT_EQ(restored.status, 0) << restored.output;
    server.start();
    EXPECT_EQ(digest_of(server), digest);
    place(server, world, 2);
    expect_audited(server);
}

TEST(Backup, IsReadableByItsOwnerOnlyAndHoldsTheKey) {
    const ApiServer server;
    Caller op = server.operator_caller();
    wait_published(op);
    const support::TempDir dir;
    const ProgramRun made = back_up(server, dir.path() / "backup");
    ASSERT_EQ(made.status, 0) << made.output;
    std::size_t files = 0;
    for (const auto& entry : fs::recursive_directory_iterator(dir.path() / "backup")) {
        if (!entry.is_regular_file()) continue;
        ++files;
        if (entry.path().string().find("/tiles/tile/") != std::string::npos) continue;
        EXPECT_EQ(entry.status().permissions() & (fs::perms::group_all | fs::perms::others_all) &
                      ~fs::perms::group_read & ~fs::perms::others_read,
                  fs::perms::none)
            << entry.path();
    }
    EXPECT_GT(files, 5U);
    const fs::path key = dir.path() / "backup/log/log.key";
    EXPECT_EQ(fs::status(key).permissions(), fs::perms::owner_read | fs::perms::owner_write);
    EXPECT_EQ(fs::status(dir.path() / "backup").permissions(), fs::perms::owner_all);
}

TEST(Backup, IsNeverRestoredOverAnything) {
    ApiServer server;
    Caller op = server.operator_caller();
    wait_published(op);
    const support::TempDir dir;
    const fs::path backup = dir.path() / "backup";
    ASSERT_EQ(back_up(server, backup).status, 0);
    ASSERT_EQ(server.stop(), 0);
    const ProgramRun over_data = restore(server, backup);
    EXPECT_EQ(over_data.status, 1);
    EXPECT_NE(over_data.output.find("is not empty"), std::string::npos) << over_data.output;
    fs::rename(server.data(), dir.path() / "kept");
    const ProgramRun over_database = restore(server, backup);
    EXPECT_EQ(over_database.status, 1);
    EXPECT_NE(over_database.output.find("never restored over another"), std::string::npos)
        << over_database.output;
    EXPECT_FALSE(fs::exists(server.data()));
}

TEST(Backup, ThatIsDamagedIsNotRestored) {
    ApiServer server;
    Caller op = server.operator_caller();
    wait_published(op);
    const support::TempDir dir;
    const fs::path backup = dir.path() / "backup";
    ASSERT_EQ(back_up(server, backup).status, 0);
    ASSERT_EQ(server.stop(), 0);
    lose(server);
    for (const auto& copy : fs::directory_iterator(backup)) {
        if (copy.path().filename().string().starts_with("database-"))
            std::ofstream(copy.path() / "database.dump", std::ios::app) << "x";
    }
    const ProgramRun damaged = restore(server, backup);
    EXPECT_EQ(damaged.status, 1);
    EXPECT_NE(damaged.output.find("is damaged"), std::string::npos) << damaged.output;
}

// The whole back-up is older than what a witness has cosigned: nothing on this machine tells, the
// witness does. The newer copy of the log then brings it forward.
TEST(Backup, ThatIsOlderThanWhatAWitnessSawIsNotSigned) {
    const support::TempDir dir;
    WitnessServer witness("w.example", 51);
    std::ofstream(dir.path() / "policy") << policy_text({&witness}, 1);
    ApiServer server({"--policy", (dir.path() / "policy").string()});
    Caller op = server.operator_caller();
    witness.trust(ledger::parse_verifier_key(log_key(op)).value());
    const World world(server);
    place(server, world, 5);
    wait_published(op);
    const fs::path old = dir.path() / "old";
    ASSERT_EQ(back_up(server, old).status, 0);
    place(server, world, 20);
    const std::string digest = digest_of(server);
    const std::uint64_t seen = witness.state().size;
    const fs::path newer = dir.path() / "newer";
    ASSERT_EQ(back_up(server, newer, {"--log-only"}).status, 0);
    ASSERT_EQ(server.stop(), 0);

    lose(server);
    ASSERT_EQ(restore(server, old).status, 0);
    server.start();
    EXPECT_EQ(wait_stopped(server), "contradicts_quorum");
    Caller nobody = server.caller("");
    EXPECT_EQ(nobody.get("/readyz").status, 503);
    Caller buyer = server.caller(world.buyer.key);
    int status = 201;
    support::wait_until(200, std::chrono::milliseconds(25), [&] {
        status = buyer.post("/v1/orders", World::buy(1, "4.000000")).status;
        return status != 201;
    });
    EXPECT_EQ(status, 503) << "a market that would have to be thrown away takes no orders";
    EXPECT_EQ(witness.state().size, seen) << "nothing new was signed";
    ASSERT_EQ(server.stop(), 0);

    // The old copy of the database with the newer log.
    lose(server);
    for (const auto& copy : fs::directory_iterator(old)) {
        if (copy.path().filename().string().starts_with("database-"))
            fs::copy(copy.path(), newer / copy.path().filename());
    }
    const ProgramRun restored = restore(server, newer);
    ASSERT_EQ(restored.status, 0) << restored.output;
    server.start();
    EXPECT_EQ(digest_of(server), digest);
    place(server, world, 1);
    expect_audited(server);
    EXPECT_GT(witness.state().size, seen);
}

}  // namespace suanpan::test
