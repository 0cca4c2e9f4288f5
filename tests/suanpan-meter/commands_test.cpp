#include "apps/suanpan-meter/commands.hpp"

#include "apps/suanpan-meter/key_files.hpp"
#include "apps/suanpan-meter/spool_folder.hpp"
#include "support/child_process.hpp"
#include "support/temp_dir.hpp"
#include "tests/suanpan-meter/chain_world.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include <fstream>

namespace suanpan::meter {
namespace {

struct Outcome {
    int status;
    std::string out;
    std::string err;
};

Outcome run_with(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "suanpan-meter");
    std::vector<const char*> argv;
    for (const std::string& argument : arguments)
        argv.push_back(argument.c_str());
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const int status = run_command(static_cast<int>(argv.size()), argv.data(), all_commands());
    return {status, testing::internal::GetCapturedStdout(), testing::internal::GetCapturedStderr()};
}

class MeterCommands : public testing::Test {
 protected:
    // A spool with one reading accepted, one refused, one that waits; no server.
    MeterCommands() {
        const auto key = dir_.path() / "meter.key";
        EXPECT_TRUE(make_meter_key(key));
        const auto api_key = dir_.path() / "api.key";
        std::ofstream(api_key) << "sk_test\n";
        ::chmod(api_key.c_str(), 0600);
        std::ofstream(config_) << "[server]\nurl = \"http://127.0.0.1:" << support::free_port()
                               << "\"\napi_key_file = " << api_key << "\n[meter]\nid = \""
                               << to_string(some_meter())
                               << "\"\nrole = \"provider\"\nkey_file = " << key
                               << "\nspool = " << spool_ << "\n[[lease]]\nid = \""
                               << to_string(some_lease()) << "\"\nlots = 1\nsource = \"proc\"\n";
    }

    void measure() {
        SpoolFolder spools(spool_, 1U << 26U);
        ChainSpool& spool = spools.open({some_lease(), some_meter()});
        ReadingMaker maker(some_lease(), some_meter(), {Lots(1), Duration(60)});
        maker.set_active(window_at(0, 7'200));
        for (std::int64_t second = 0; second <= 180; second += 10)
            ASSERT_TRUE(spool.put(maker.add(sample_at(second), kMostInRecord), maker.state()));
        const std::int64_t epoch = maker.state().epoch;
        spool.answer({{{epoch, 0}, "accepted", "", ""},
                      {{epoch, 1}, "refused", "window_final", "too late"}});
    }

    support::TempDir dir_;
    std::string config_ = (dir_.path() / "meter.toml").string();
    std::filesystem::path spool_ = dir_.path() / "spool";
};

TEST_F(MeterCommands, AllHaveHelp) {
    EXPECT_EQ(run_with({"--help"}).status, kDone);
    for (const Command& command : all_commands())
        EXPECT_EQ(run_with({std::string(command.name), "--help"}).status, kDone) << command.name;
    EXPECT_EQ(run_with({}).status, kCannotRun);
    EXPECT_EQ(run_with({"run", "--window", "5"}).status, kCannotRun);
}

TEST_F(MeterCommands, StatusTellsWhatWasSentWaitsAndWasRefused) {
    EXPECT_EQ(run_with({"status", "-c", config_}).status, kCannotRun);
    measure();
    const Outcome shown = run_with({"status", "-c", config_});
    EXPECT_EQ(shown.status, kNotWell);
    EXPECT_NE(shown.out.find("accepted 1, waiting 1, refused 1"), std::string::npos) << shown.out;
    EXPECT_NE(shown.out.find("window_final: too late"), std::string::npos) << shown.out;
    const auto json = parse_json(run_with({"status", "-c", config_, "--json"}).out);
    ASSERT_TRUE(json);
    EXPECT_EQ(json->at("chains").at(0).at("refusals").at(0).at("code"), "window_final");
}

TEST_F(MeterCommands, FlushGivesUpAndKeepsWhatWaits) {
    measure();
    const Outcome flushed = run_with({"flush", "-c", config_, "--for", "1"});
    EXPECT_EQ(flushed.status, kNotWell);
    EXPECT_NE(flushed.out.find("1 still waiting"), std::string::npos) << flushed.out;
    EXPECT_NE(flushed.err.find("unreachable"), std::string::npos) << flushed.err;
    const SpoolFolder other(spool_, 1);
    EXPECT_NE(run_with({"flush", "-c", config_}).err.find("stop it first"), std::string::npos);
}

TEST_F(MeterCommands, KeygenPrintsThePublicKeyAndNeverOverwrites) {
    const std::string file = (dir_.path() / "new.key").string();
    const Outcome made = run_with({"keygen", file});
    EXPECT_EQ(made.status, kDone);
    EXPECT_EQ(made.out, to_base64(as_chars(load_meter_key(file)->public_key())) + "\n");
    EXPECT_EQ(run_with({"keygen", file}).status, kCannotRun);
}

TEST_F(MeterCommands, CheckSaysWhatIsWrong) {
    EXPECT_EQ(run_with({"check"}).status, kDone);
    const Outcome checked = run_with({"check", "-c", config_, "--json"});
    EXPECT_EQ(checked.status, kNotWell);
    const auto json = parse_json(checked.out);
    ASSERT_TRUE(json);
    EXPECT_EQ(json->at("ok"), false);
    EXPECT_NE(checked.out.find("\"server\""), std::string::npos);
}

}  // namespace
}  // namespace suanpan::meter
