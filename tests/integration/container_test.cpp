// What the containers of docker-compose.yml do (deploy/container), without an engine that runs
// them.

#include "support/child_process.hpp"
#include "support/temp_dir.hpp"
#include "support/test_database.hpp"
#include "tests/integration/certificate.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>

namespace suanpan::test {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

std::string read(const fs::path& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
}

class Containers : public testing::Test {
 protected:
    Containers() {
        for (const char* folder : {"secrets", "data", "witness", "policy"})
            fs::create_directory(dir_.path() / folder);
        std::ofstream(dir_.path() / "secrets/owner_password") << "not asked for";
        std::ofstream(dir_.path() / "secrets/database_password") << "it's a 'quoted' one";
        fs::copy(certificate_.certificate, dir_.path() / "secrets/tls_certificate");
        std::string server = database_.conninfo();
        const std::string owner = "user=postgres";
        server.replace(server.find(owner), owner.size(), "user=suanpan");
        const std::string bin = support::program_path("suanpan").parent_path().string();
        environment_ = {
            {"PATH", bin + ":" + std::getenv("PATH")},
            {"SUANPAN_SECRETS", (dir_.path() / "secrets").string()},
            {"SUANPAN_OWNER_DATABASE", database_.conninfo()},
            {"SUANPAN_DATABASE", server},
            {"SUANPAN_DATA", (dir_.path() / "data").string()},
            {"SUANPAN_ORIGIN", "containers.example/log"},
            {"SUANPAN_POLICY", (dir_.path() / "policy/policy").string()},
            {"SUANPAN_WITNESS_DATA", (dir_.path() / "witness").string()},
            {"SUANPAN_WITNESS_NAME", "containers.example/witness"},
            {"SUANPAN_WITNESS_LISTEN", "127.0.0.1:" + witness_port_},
            {"SUANPAN_WITNESS_URL", "http://127.0.0.1:" + witness_port_},
            {"SUANPAN_LISTEN", "127.0.0.1:" + port_},
            {"SUANPAN_TLS_CERTIFICATE", certificate_.certificate.string()},
            {"SUANPAN_TLS_KEY", certificate_.key.string()},
            {"SUANPAN_URL", "https://127.0.0.1:" + port_},
            {"SUANPAN_PUBLISH_INTERVAL_MS", "50"},
        };
    }

    std::unique_ptr<support::ChildProcess> start(const std::string& what) {
        support::ChildProcess::Options options;
        options.program = SUANPAN_SOURCE_DIR "/deploy/container";
        options.arguments = {what};
        options.environment = environment_;
        options.output = dir_.path() / (what + ".log");
        return std::make_unique<support::ChildProcess>(options);
    }
    bool run(const std::string& what) {
        const auto process = start(what);
        return process->wait(seconds(60)) == 0;
    }

    support::TempDir dir_;
    support::TestDatabase database_;
    Certificate certificate_ = make_certificate(dir_.path(), "suanpand");
    std::string port_ = std::to_string(support::free_port());
    std::string witness_port_ = std::to_string(support::free_port());
    std::map<std::string, std::string> environment_;
};

}  // namespace

TEST_F(Containers, SetUpOnceThenServeWhatTheWitnessCosigns) {
    ASSERT_TRUE(run("setup")) << read(dir_.path() / "setup.log");
    const std::string policy = read(dir_.path() / "policy/policy");
    EXPECT_NE(policy.find("log containers.example/log+"), std::string::npos) << policy;
    // Again at every `up`: nothing changes.
    ASSERT_TRUE(run("setup")) << read(dir_.path() / "setup.log");
    EXPECT_EQ(read(dir_.path() / "policy/policy"), policy);
    // The server's role owns nothing and makes nothing.
    EXPECT_EQ(database_.query("SELECT rolsuper OR rolcreaterole OR rolcreatedb FROM pg_roles"
                              " WHERE rolname = 'suanpan'"),
              "f");

    const auto witness = start("witness");
    EXPECT_FALSE(run("alive")) << "nothing serves yet";
    const auto server = start("server");
    bool alive = false;
    for (int i = 0; i < 100 && !alive && server->running(); ++i) {
        alive = run("alive");
        if (!alive) server->wait(std::chrono::milliseconds(100));
    }
    ASSERT_TRUE(alive) << read(dir_.path() / "server.log");
    const fs::path checkpoint = dir_.path() / "data/tiles/checkpoint";
    for (int i = 0; i < 200 && !fs::exists(checkpoint); ++i)
        server->wait(std::chrono::milliseconds(100));
    const std::string note = read(checkpoint);
    EXPECT_NE(note.find("\n\u2014 containers.example/witness "), std::string::npos)
        << note << read(dir_.path() / "server.log") << read(dir_.path() / "witness.log");
    server->send_signal(SIGTERM);
    EXPECT_EQ(server->wait(seconds(20)), 0);
    witness->send_signal(SIGTERM);
    EXPECT_EQ(witness->wait(seconds(20)), 0);
}

TEST_F(Containers, RunOtherProgramsAsTheyStand) {
    const support::TempDir dir;
    support::ChildProcess::Options options;
    options.program = SUANPAN_SOURCE_DIR "/deploy/container";
    options.arguments = {"suanpan", "--version"};
    options.environment = environment_;
    options.output = dir.path() / "output";
    support::ChildProcess process(options);
    EXPECT_EQ(process.wait(seconds(20)), 0) << process.output();
}

}  // namespace suanpan::test
