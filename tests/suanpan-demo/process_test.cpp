#include "apps/suanpan-demo/process.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <thread>

namespace suanpan::demo {
namespace {

Command shell(const std::string& script, bool talk = true) {
    Command command;
    command.arguments = {"/bin/sh", "-c", script};
    command.talk = talk;
    return command;
}

TEST(Process, TalksByLines) {
    Process process(shell("while read -r line; do echo \"<$line>\"; done"));
    process.write_line("one");
    EXPECT_EQ(process.read_line(), "<one>");
    process.write_line("two three");
    EXPECT_EQ(process.read_line(), "<two three>");
}

TEST(Process, SaysWhenTheOtherSideHasEnded) {
    Process process(shell("exit 3"));
    EXPECT_THROW((void)process.read_line(), std::runtime_error);
    EXPECT_EQ(process.wait(), 3);
}

TEST(Process, GivesOutputStatusAndEnvironment) {
    Command command = shell("echo \"$SUANPAN_TEST_WORD\"; exit 4");
    command.environment = {{"SUANPAN_TEST_WORD", "abacus"}};
    const Finished done = run_program(command);
    EXPECT_EQ(done.status, 4);
    EXPECT_EQ(done.output, "abacus\n");
    EXPECT_EQ(run_program(shell("kill -9 $$")).status, 128 + SIGKILL);
}

TEST(Process, EndsWithItsOwnerEvenIfItIgnoresTheSignal) {
    pid_t id = 0;
    {
        Process process(shell("trap '' TERM; echo ready; while :; do sleep 0.1; done"));
        EXPECT_EQ(process.read_line(), "ready");
        id = process.id();
        EXPECT_EQ(::kill(id, 0), 0);
        process.stop(SIGTERM, 200);
    }
    EXPECT_EQ(::kill(id, 0), -1);
}

// The parent is killed outright: its child must not go on alone.
TEST(Process, DiesWithAParentThatIsKilled) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    const pid_t parent = ::fork();
    if (parent == 0) {
        const Process child(shell("exec sleep 60", false));  // or the shell may die alone
        const pid_t id = child.id();
        if (::write(ends[1], &id, sizeof(id)) == sizeof(id)) ::kill(::getpid(), SIGKILL);
        ::_exit(1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(parent, &status, 0), parent);
    EXPECT_TRUE(WIFSIGNALED(status));
    pid_t child = 0;
    ASSERT_EQ(::read(ends[0], &child, sizeof(child)), static_cast<ssize_t>(sizeof(child)));
    // Somebody else reaps it, so it may stay a zombie for a moment: what counts is that it does
    // not run.
    bool gone = false;
    for (int i = 0; i < 100 && !gone; ++i) {
        std::ifstream stat("/proc/" + std::to_string(child) + "/stat");
        const std::string text{std::istreambuf_iterator<char>(stat), {}};
        gone = text.empty() || text.find(") Z ") != std::string::npos;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    EXPECT_TRUE(gone);
    for (const int end : ends)
        ::close(end);
}

}  // namespace
}  // namespace suanpan::demo
