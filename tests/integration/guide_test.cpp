// The first ten minutes of docs/api.md, as they stand there, against a fresh server.

#include "support/files.hpp"
#include "tests/integration/api_world.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace suanpan::test {

namespace {

namespace fs = std::filesystem;

std::string read_section(const std::string& title, const std::string& next) {
    const std::string all = support::read_file(SUANPAN_SOURCE_DIR "/docs/api.md");
    const std::size_t begin = all.find("\n## " + title);
    return all.substr(begin, all.find("\n## " + next) - begin);
}

// The shell's blocks, but for the one that starts the server.
std::string read_commands(const std::string& section) {
    constexpr std::string_view kOpen = "\n```sh\n";
    constexpr std::string_view kClose = "\n```\n";
    std::string out;
    for (std::size_t at = section.find(kOpen); at != std::string::npos;
         at = section.find(kOpen, at + 1)) {
        const std::size_t begin = at + kOpen.size();
        const std::string block = section.substr(begin, section.find(kClose, begin) - begin);
        if (block.find("./run serve") == std::string::npos) out += block + "\n";
    }
    return out;
}

void replace(std::string& text, const std::string& what, const std::string& with) {
    const std::size_t at = text.find(what);
    ASSERT_NE(at, std::string::npos) << what;
    text.replace(at, what.size(), with);
}

}  // namespace

TEST(Guide, FirstTenMinutesRunAsTheyStand) {
    ApiServer server;
    Caller op = server.operator_caller();
    move_clock(op, "2026-12-01T00:00:00Z");
    std::string commands = read_commands(read_section("The first ten minutes", "All routes"));
    replace(commands, "http://127.0.0.1:8080", server.url());

    // A folder like a checkout whose server runs.
    const support::TempDir dir;
    fs::create_directories(dir.path() / "build/release");
    fs::create_directories(dir.path() / "var");
    fs::create_directory_symlink(support::program_path("suanpand").parent_path(),
                                 dir.path() / "build/release/bin");
    fs::create_directory_symlink(server.data(), dir.path() / "var/suanpand");
    const fs::path script = dir.path() / "script";
    // A refusal ends it, as does a command that fails.
    std::ofstream(script) << "set -euo pipefail\n"
                             "curl() { command curl --fail-with-body --retry 20 --retry-delay 1 "
                             "\"$@\"; }\n"
                          << commands << "\necho 'all of it ran'\n";
    support::ChildProcess::Options options;
    options.program = "/bin/bash";
    options.arguments = {"-c", "cd '" + dir.path().string() + "' && exec bash ./script"};
    options.output = dir.path() / "output";
    support::ChildProcess shell(options);
    const auto status = shell.wait(std::chrono::seconds(120));
    ASSERT_EQ(status, 0) << shell.output();
    EXPECT_NE(shell.output().find("all of it ran"), std::string::npos) << shell.output();
    EXPECT_NE(shell.output().find("\"buyer_pays\":\"181.800000\""), std::string::npos)
        << shell.output();
    EXPECT_NE(shell.output().find("\"reserved\":\"48.000000\""), std::string::npos)
        << shell.output();
}

}  // namespace suanpan::test
