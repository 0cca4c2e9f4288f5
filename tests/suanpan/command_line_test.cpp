#include "apps/suanpan/commands.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <vector>

namespace suanpan::cli {
namespace {

int run_with(std::vector<const char*> words) {
    words.insert(words.begin(), "suanpan");
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const int status = run(static_cast<int>(words.size()), words.data());
    (void)testing::internal::GetCapturedStdout();
    (void)testing::internal::GetCapturedStderr();
    return status;
}

TEST(CommandLine, EveryCommandHasHelp) {
    const std::vector<std::vector<const char*>> commands = {{"migrate"},
                                                            {"org", "create"},
                                                            {"org", "list"},
                                                            {"org", "show"},
                                                            {"key", "create"},
                                                            {"key", "list"},
                                                            {"key", "rotate"},
                                                            {"key", "revoke"},
                                                            {"catalogue", "import"},
                                                            {"catalogue", "list"},
                                                            {"market", "define"},
                                                            {"market", "list"},
                                                            {"schedule", "set"},
                                                            {"schedule", "show"},
                                                            {"site", "add"},
                                                            {"site", "list"},
                                                            {"pool", "add"},
                                                            {"pool", "list"},
                                                            {"pool", "show"},
                                                            {"title", "propose"},
                                                            {"title", "confirm"},
                                                            {"title", "refuse"},
                                                            {"title", "list"},
                                                            {"pool", "attest"},
                                                            {"pool", "block"},
                                                            {"pool", "calendar"},
                                                            {"order", "place"},
                                                            {"order", "preview"},
                                                            {"order", "list"},
                                                            {"order", "show"},
                                                            {"order", "cancel"},
                                                            {"order", "cancel-all"},
                                                            {"order", "replace"},
                                                            {"lease", "release"},
                                                            {"pool", "unblock"},
                                                            {"organisation", "kill"},
                                                            {"organisation", "reinstate"},
                                                            {"market", "halt"},
                                                            {"market", "resume"},
                                                            {"market", "band"},
                                                            {"market", "index"},
                                                            {"call", "open"},
                                                            {"call", "close"},
                                                            {"call", "list"},
                                                            {"limit"},
                                                            {"trade", "list"},
                                                            {"book"},
                                                            {"lease", "list"},
                                                            {"lease", "show"},
                                                            {"lease", "accept"},
                                                            {"lease", "activate"},
                                                            {"meter", "register"},
                                                            {"meter", "list"},
                                                            {"meter", "revoke"},
                                                            {"meter", "readings"},
                                                            {"account", "list"},
                                                            {"account", "deposit"},
                                                            {"account", "journal"},
                                                            {"statement"},
                                                            {"settle", "run"},
                                                            {"settle", "preview"},
                                                            {"settle", "resume"},
                                                            {"settle", "list"},
                                                            {"settle", "show"},
                                                            {"digest"},
                                                            {"ready"},
                                                            {"sandbox", "clock"}};
    for (auto words : commands) {
        const std::string name = words.back();
        words.push_back("--help");
        EXPECT_EQ(run_with(words), 0) << name;
    }
}

TEST(CommandLine, WrongUsageIsTwo) {
    EXPECT_EQ(run_with({}), kBadUsage);
    EXPECT_EQ(run_with({"settle"}), kBadUsage);
    EXPECT_EQ(run_with({"org", "create"}), kBadUsage);
    EXPECT_EQ(run_with({"nonsense"}), kBadUsage);
}

TEST(CommandLine, RefusedIsOneAndUnreachedIsThree) {
    EXPECT_EQ(run_with({"--url", "gopher://x", "org", "list"}), kRefused);
    EXPECT_EQ(run_with({"catalogue", "import", "/nonexistent/file"}), kRefused);
    EXPECT_EQ(run_with({"--key-file", "/nonexistent/key", "org", "list"}), kRefused);
    // Port 1 of the loopback: nobody listens there.
    EXPECT_EQ(run_with({"--url", "http://127.0.0.1:1", "org", "list"}), kUnreachable);
}

// A write that lost its answer once left its caller without the key to repeat it.
TEST(CommandLine, AWriteOfUnknownOutcomeNamesTheKeyThatRepeatsIt) {
    const std::vector<const char*> words = {"suanpan", "--url", "http://127.0.0.1:1", "order",
                                            "cancel",  "ord_x", "--idempotency-key",  "again"};
    testing::internal::CaptureStderr();
    EXPECT_EQ(run(static_cast<int>(words.size()), words.data()), kUnreachable);
    const std::string said = testing::internal::GetCapturedStderr();
    EXPECT_NE(said.find("repeat with --idempotency-key again"), std::string::npos) << said;
}

TEST(CommandLine, LotsAreWholeNumbersBeforeAnythingIsSent) {
    EXPECT_EQ(
        run_with({"--url", "http://127.0.0.1:1", "order", "place", "buy", "--market", "AI-FP16/CNY",
                  "--quantity", "1.5", "--limit", "1", "--from", "a", "--until", "b"}),
        kRefused);
}

}  // namespace
}  // namespace suanpan::cli
