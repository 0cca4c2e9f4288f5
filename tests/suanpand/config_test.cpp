#include "apps/suanpand/config.hpp"

#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace suanpan::suanpand {
namespace {

const char* no_environment(const char*) {
    return nullptr;
}

std::vector<std::string> fault_names(const Error& error) {
    std::vector<std::string> out;
    for (const Fault& fault : error.faults())
        out.push_back(fault.pointer);
    return out;
}

}  // namespace

TEST(Config, FlagsGoOverTheEnvironmentAndThatOverTheFile) {
    const support::TempDir dir;
    const auto file = dir.path() / "suanpand.toml";
    std::ofstream(file) << "[server]\nlisten = \"127.0.0.1:1\"\nworkers = 3\nio_threads = 2\n"
                           "[database]\nconninfo = \"host=file\"\n";
    const auto environment = [](const char* name) -> const char* {
        if (std::string_view(name) == "SUANPAN_LISTEN") return "127.0.0.1:2";
        if (std::string_view(name) == "SUANPAN_WORKERS") return "4";
        return nullptr;
    };
    const auto config = load_config(file, environment, {{"server.listen", "[::1]:3"}});
    ASSERT_TRUE(config) << describe(config.error());
    EXPECT_EQ(config->address, "::1");
    EXPECT_EQ(config->port, 3);
    EXPECT_EQ(config->workers, 4);
    EXPECT_EQ(config->io_threads, 2);
    EXPECT_EQ(config->database, "host=file");
}

TEST(Config, NamesEveryFaultAtOnce) {
    const auto config = load_config(std::nullopt, no_environment,
                                    {{"server.listen", "here"},
                                     {"server.workers", "0"},
                                     {"server.log_level", "loud"},
                                     {"log.origin", "https://log"},
                                     {"sandbox.start", "soon"}});
    ASSERT_FALSE(config);
    const std::vector<std::string> wanted = {
        "server.listen", "server.log_level", "server.workers",   "log.origin",
        "sandbox.start", "sandbox.start",    "database.conninfo"};
    EXPECT_EQ(fault_names(config.error()), wanted);
}

// A fault in a file once dropped all its settings: a database that was there was said to be
// missing.
TEST(Config, AFaultInTheFileHidesNoOtherFaultAndInventsNone) {
    const support::TempDir dir;
    const auto file = dir.path() / "suanpand.toml";
    std::ofstream(file) << "[server]\nlisen = \"x\"\nworkers = 0\n[database]\nconninfo = \"h\"\n";
    auto config = load_config(file, no_environment, {});
    ASSERT_FALSE(config);
    EXPECT_EQ(fault_names(config.error()),
              (std::vector<std::string>{"server.lisen", "server.workers"}));

    std::ofstream(file) << "[database]\nconninfo = 1.5\n";
    config = load_config(file, no_environment, {});
    ASSERT_FALSE(config);
    EXPECT_EQ(fault_names(config.error()), std::vector<std::string>{"database.conninfo"});

    std::ofstream(file) << "[database\n";
    config = load_config(file, no_environment, {{"server.workers", "0"}});
    ASSERT_FALSE(config);
    EXPECT_EQ(fault_names(config.error()),
              (std::vector<std::string>{file.string(), "server.workers"}));
}

TEST(Config, ListensOnLoopbackAddressesOnly) {
    for (const char* listen : {"0.0.0.0:80", "localhost:80", "192.0.2.1:80", ":80"}) {
        const auto config = load_config(std::nullopt, no_environment,
                                        {{"server.listen", listen}, {"database.conninfo", "h"}});
        ASSERT_FALSE(config) << listen;
        EXPECT_EQ(fault_names(config.error()), std::vector<std::string>{"server.listen"});
    }
}

TEST(Config, RefusesSettingsItDoesNotKnow) {
    const support::TempDir dir;
    const auto file = dir.path() / "suanpand.toml";
    std::ofstream(file) << "top = 1\n[server]\nlisten_on = \"x\"\nworkers = 1.5\n";
    const auto settings = read_settings(file);
    ASSERT_FALSE(settings);
    const std::vector<std::string> wanted = {"server.listen_on", "server.workers", "top"};
    EXPECT_EQ(fault_names(settings.error()), wanted);
    std::ofstream(file) << "[server\n";
    EXPECT_FALSE(read_settings(file));
    EXPECT_FALSE(read_settings(dir.path() / "none.toml"));
}

TEST(Config, TheExampleHoldsEverySetting) {
    const auto file =
        std::filesystem::path(SUANPAN_SOURCE_DIR) / "deploy" / "suanpand.example.toml";
    const auto settings = read_settings(file);
    ASSERT_TRUE(settings) << describe(settings.error());
    ASSERT_TRUE(load_config(file, no_environment, {}));
    std::ifstream in(file);
    const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    for (const auto& [name, info] : setting_table()) {
        const auto key = name.substr(name.find('.') + 1);
        EXPECT_NE(text.find("\n" + std::string(key) + " = "),
                  text.find("\n# " + std::string(key) + " = "))
            << name;
        EXPECT_NE(text.find(info.environment), std::string::npos) << name;
    }
}

}  // namespace suanpan::suanpand
