#include "support/child_process.hpp"

#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string>

namespace suanpan::support {
namespace {

using std::chrono::seconds;

ChildProcess::Options shell(const TempDir& folder, const std::string& script) {
    ChildProcess::Options options;
    options.program = "/bin/sh";
    options.arguments = {"-c", script};
    options.environment = {{"GREETING", "hello"}};
    options.output = folder.path() / "log";
    return options;
}

TEST(ChildProcess, GivesExitStatusAndOutput) {
    const TempDir folder;
    ChildProcess child(shell(folder, "echo \"$GREETING\"; echo there >&2; exit 7"));
    EXPECT_EQ(child.wait(seconds(10)), 7);
    EXPECT_EQ(child.output(), "hello\nthere\n");
    EXPECT_FALSE(child.running());
}

TEST(ChildProcess, TellsSignalFromExit) {
    const TempDir folder;
    ChildProcess child(shell(folder, "echo ready; exec sleep 60"));
    ASSERT_TRUE(child.wait_for_output("ready", seconds(10)));
    EXPECT_TRUE(child.running());
    child.send_signal(SIGTERM);
    EXPECT_EQ(child.wait(seconds(10)), 128 + SIGTERM);
}

TEST(ChildProcess, DestructionKills) {
    const TempDir folder;
    pid_t pid = 0;
    {
        const ChildProcess child(shell(folder, "exec sleep 60"));
        pid = child.pid();
        EXPECT_EQ(kill(pid, 0), 0);
    }
    EXPECT_EQ(kill(pid, 0), -1);
}

TEST(ChildProcess, MissingProgramAndMissingOutputAreSeen) {
    const TempDir folder;
    ChildProcess::Options options = shell(folder, "");
    options.program = folder.path() / "absent";
    ChildProcess child(options);
    EXPECT_FALSE(child.wait_for_output("anything", seconds(10)));
    EXPECT_EQ(child.wait(seconds(10)), 127);
}

TEST(FreePort, IsAPortForUsers) {
    EXPECT_GE(free_port(), 1024);
}

}  // namespace
}  // namespace suanpan::support
