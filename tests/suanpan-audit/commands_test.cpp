#include "apps/suanpan-audit/checkpoint.hpp"
#include "apps/suanpan-audit/command.hpp"
#include "apps/suanpan-audit/receipt.hpp"
#include "apps/suanpan-audit/verify.hpp"
#include "ledger/receipt.hpp"
#include "tests/suanpan-audit/log_fixture.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <array>
#include <functional>

namespace suanpan::audit {
namespace {

struct Outcome {
    int status;
    std::string out;
    std::string err;
};

Outcome audit(std::vector<std::string> arguments) {
    constexpr std::array kCommands = {Command{"checkpoint", "", declare_checkpoint},
                                      Command{"verify", "", declare_verify},
                                      Command{"receipt", "", declare_receipt}};
    arguments.insert(arguments.begin(), "suanpan-audit");
    std::vector<const char*> argv;
    for (const std::string& argument : arguments)
        argv.push_back(argument.c_str());
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    Outcome outcome;
    outcome.status = run(static_cast<int>(argv.size()), argv.data(), kCommands);
    outcome.out = testing::internal::GetCapturedStdout();
    outcome.err = testing::internal::GetCapturedStderr();
    return outcome;
}

std::vector<std::string> on(const TestLog& log, const std::string& command,
                            std::vector<std::string> more = {}) {
    std::vector<std::string> out = {command, "--dir", log.directory().string(), "--key",
                                    ledger::to_string(log.verifier())};
    out.insert(out.end(), more.begin(), more.end());
    return out;
}

// The code of the fault that --json tells, or "ok".
std::string code_of(const Outcome& outcome) {
    const auto json = parse_json(outcome.out);
    if (!json) return "no JSON: " + outcome.out + outcome.err;
    if (json->at("ok") == true) return outcome.status == kHolds ? "ok" : "wrong status";
    if (outcome.status != kDoesNotHold) return "wrong status";
    return json->at("fault").at("code").get<std::string>();
}

TEST(VerifyCommand, HoldsForAWholeLogAndSaysSo) {
    const TestLog log(1234);
    const Outcome outcome = audit(on(log, "verify"));
    EXPECT_EQ(outcome.status, kHolds) << outcome.out << outcome.err;
    EXPECT_NE(outcome.out.find("1,234"), std::string::npos) << outcome.out;
    EXPECT_NE(outcome.out.find("\nOK: "), std::string::npos);
    EXPECT_EQ(outcome.err, "");
    const Outcome json = audit(on(log, "verify", {"--json"}));
    EXPECT_EQ(code_of(json), "ok");
    EXPECT_EQ(parse_json(json.out)->at("kinds").at("order"), "247");
    EXPECT_EQ(parse_json(json.out)->at("size"), "1234");
}

TEST(VerifyCommand, TellsPlaceAndReasonOfAFault) {
    const TestLog log(1234);
    log.flip("tile/entries/002", log.offset_in_bundle(600) + 5);
    const Outcome outcome = audit(on(log, "verify"));
    EXPECT_EQ(outcome.status, kDoesNotHold);
    EXPECT_NE(outcome.out.find("NOT OK: entry_altered"), std::string::npos) << outcome.out;
    EXPECT_NE(outcome.out.find("entry 600"), std::string::npos) << outcome.out;
    EXPECT_NE(outcome.out.find("tile/entries/002"), std::string::npos) << outcome.out;
    const auto json = parse_json(audit(on(log, "verify", {"--json"})).out);
    EXPECT_EQ(json->at("fault").at("index"), "600");
    EXPECT_EQ(json->at("fault").at("place"), "tile/entries/002");
}

TEST(VerifyCommand, AnyFlippedByteOfTheCheckpointIsFound) {
    const TestLog log(10);
    for (std::size_t byte = 0; byte < log.checkpoint().note.size(); ++byte) {
        log.flip("checkpoint", byte);
        const Outcome outcome = audit(on(log, "verify", {"--json"}));
        EXPECT_EQ(outcome.status, kDoesNotHold) << byte;
        EXPECT_EQ(parse_json(outcome.out)->at("fault").at("place"), "checkpoint");
        log.flip("checkpoint", byte);
    }
    log.remove("checkpoint");
    EXPECT_EQ(code_of(audit(on(log, "verify", {"--json"}))), "missing_checkpoint");
}

TEST(VerifyCommand, AnotherKeyDoesNotVouch) {
    const TestLog log(10);
    const SigningKey other(Seed{});
    const std::string key = ledger::to_string(ledger::make_verifier_key(
        "market.example/log", ledger::KeyType::kEd25519, other.public_key()));
    EXPECT_EQ(code_of(audit({"verify", "--json", "--dir", log.directory().string(), "--key", key})),
              "unsigned_note");
}

TEST(VerifyCommand, TakesTheKeyFromAFile) {
    const TestLog log(10);
    log.write("../key", ledger::to_string(log.verifier()) + "\n");
    EXPECT_EQ(code_of(audit({"verify", "--json", "-d", log.directory().string(), "--key-file",
                             (log.folder() / "key").string()})),
              "ok");
}

TEST(VerifyCommand, WitnessPolicyIsKept) {
    const TestLog log(10);
    const SigningKey witness(Seed{});
    const std::string key = ledger::to_string(ledger::make_verifier_key(
        "w.example", ledger::KeyType::kCosignatureV1, witness.public_key()));
    const std::vector<std::string> policy = {"--json", "-w", key, "--witnesses-needed", "1"};
    EXPECT_EQ(code_of(audit(on(log, "verify", policy))), "too_few_witnesses");
    log.write("checkpoint",
              log.checkpoint().note + ledger::cosign_line(to_string(log.checkpoint().checkpoint),
                                                          "w.example", witness, Time(kStart)));
    EXPECT_EQ(code_of(audit(on(log, "verify", policy))), "ok");
    EXPECT_EQ(audit(on(log, "verify", {"--witnesses-needed", "1"})).status, kNotAudited);
}

TEST(AuditCommand, WrongUseIsStatusTwoWithAReason) {
    const TestLog log(10);
    const std::string key = ledger::to_string(log.verifier());
    const std::string dir = log.directory().string();
    using Arguments = std::vector<std::string>;
    for (const Arguments& arguments :
         {Arguments{}, Arguments{"nonsense"}, Arguments{"verify"},
          Arguments{"verify", "--dir", dir}, Arguments{"verify", "--key", key},
          Arguments{"verify", "--dir", dir, "--key", key + "x"},
          Arguments{"verify", "--dir", dir + "/none", "--key", key},
          Arguments{"verify", "--dir", dir, "--url", "http://x", "--key", key},
          Arguments{"verify", "--url", "nonsense", "--key", key},
          Arguments{"verify", "--url", "http://127.0.0.1:1/log", "--key", key},
          Arguments{"verify", "--dir", dir, "--key-file", dir + "/none"},
          Arguments{"receipt", dir + "/none", "--entry", dir + "/none", "--key", key}}) {
        const Outcome outcome = audit(arguments);
        EXPECT_EQ(outcome.status, kNotAudited) << testing::PrintToString(arguments);
        EXPECT_NE(outcome.err, "") << testing::PrintToString(arguments);
    }
    EXPECT_EQ(audit({"--help"}).status, kHolds);
    EXPECT_EQ(audit({"verify", "--help"}).status, kHolds);
}

class CheckpointCommand : public testing::Test {
 protected:
    std::string check(TestLog& log) {
        return code_of(audit(on(log, "checkpoint", {"--json", "--state", state(log)})));
    }
    static std::string state(const TestLog& log) {
        return (log.folder() / "audit" / "state.json").string();
    }
    // The same folder and state, now with the log of other entries.
    static void become(TestLog& log, const std::vector<std::string>& entries) {
        log.write_tiles(entries);
        log.write("checkpoint", log.sign(entries).note);
    }
};

TEST_F(CheckpointCommand, FollowsAGrowingLog) {
    TestLog log(1);
    for (const std::uint64_t size : {1UL, 1UL, 2UL, 64UL, 200UL, 256UL, 300UL, 300UL, 1500UL}) {
        become(log, test_entries(size));
        EXPECT_EQ(check(log), "ok") << size;
    }
    const Outcome outcome = audit(on(log, "checkpoint", {"--state", state(log)}));
    EXPECT_EQ(outcome.status, kHolds);
    EXPECT_NE(outcome.out.find("continues all 7 checkpoints"), std::string::npos) << outcome.out;
}

TEST_F(CheckpointCommand, CatchesARewrittenLogAndKeepsTheEvidence) {
    for (const std::uint64_t before : {64UL, 100UL, 256UL, 300UL}) {
        TestLog log(before);
        ASSERT_EQ(check(log), "ok");
        auto rewritten = test_entries(600);
        rewritten[10] = test_entry(10, "admin");
        become(log, rewritten);
        EXPECT_EQ(check(log), "inconsistent") << before;
        // Showing the old log again does not make it forget.
        become(log, test_entries(600));
        EXPECT_EQ(check(log), "inconsistent");
        const auto kept = parse_json(read_local_file(state(log), 1'000'000));
        EXPECT_EQ(kept->at("checkpoints").size(), 1U);
        EXPECT_EQ(kept->at("evidence"), Json::array({log.sign(rewritten).note}));
    }
}

TEST_F(CheckpointCommand, CatchesTwoRootsOfOneSize) {
    TestLog log(300);
    ASSERT_EQ(check(log), "ok");
    auto other = test_entries(300);
    other[299] = test_entry(299, "admin");
    become(log, other);
    EXPECT_EQ(check(log), "two_roots");
}

TEST_F(CheckpointCommand, CatchesALogThatShrank) {
    TestLog log(300);
    ASSERT_EQ(check(log), "ok");
    become(log, test_entries(200));
    EXPECT_EQ(check(log), "went_back");
}

TEST_F(CheckpointCommand, DamagedTilesDoNotAccuseTheLog) {
    for (const std::uint64_t before : {100UL, 128UL, 256UL}) {
        TestLog log(before);
        ASSERT_EQ(check(log), "ok");
        become(log, test_entries(600));
        log.flip(before < 256 ? "tile/0/000" : "tile/1/000.p/2", 0);
        EXPECT_EQ(check(log), "tile_altered");
        log.flip(before < 256 ? "tile/0/000" : "tile/1/000.p/2", 0);
        EXPECT_EQ(check(log), "ok");
        log.remove("tile/0/002.p/88");
        become(log, test_entries(600));
        EXPECT_EQ(check(log), "ok");
    }
}

TEST_F(CheckpointCommand, RefusesAForeignOrForgedStateFile) {
    TestLog log(10);
    ASSERT_EQ(check(log), "ok");
    const std::string good = read_local_file(state(log), 1'000'000);
    const auto status = [&](const std::string& text) {
        std::ofstream(state(log)) << text;
        return audit(on(log, "checkpoint", {"--state", state(log)})).status;
    };
    EXPECT_EQ(status(good), kHolds);
    EXPECT_EQ(status("{}"), kNotAudited);
    EXPECT_EQ(status(""), kNotAudited);
    std::string forged = good;
    forged.replace(forged.find("\\n10\\n"), 6, "\\n11\\n");
    EXPECT_EQ(status(forged), kNotAudited);
    std::string foreign = good;
    foreign.replace(foreign.find("\"market"), 7, "\"bazaar");
    EXPECT_EQ(status(foreign), kNotAudited);
}

TEST(ReceiptCommand, ChecksOneEntryOffline) {
    const TestLog log(700);
    DirectorySource source(log.directory());
    ledger::TileHashReader hashes(
        700, [&](const ledger::TileId& tile) { return source.read_tile(tile); });
    const ledger::Receipt receipt{300, ledger::prove_inclusion(300, 700, std::ref(hashes)).value(),
                                  log.checkpoint().note, ""};
    log.write("../300.tlog-proof", to_string(receipt));
    log.write("../300.json", log.entries()[300] + "\n");
    log.write("../301.json", log.entries()[301]);
    const auto check = [&](const std::string& proof, const std::string& entry) {
        return code_of(audit({"receipt", (log.folder() / proof).string(), "--entry",
                              (log.folder() / entry).string(), "--json", "--key",
                              ledger::to_string(log.verifier())}));
    };
    EXPECT_EQ(check("300.tlog-proof", "300.json"), "ok");
    EXPECT_EQ(check("300.tlog-proof", "301.json"), "root_mismatch");
    EXPECT_EQ(check("300.json", "300.json"), "bad_receipt");
    log.flip("../300.tlog-proof", to_string(receipt).size() - 3);
    EXPECT_NE(check("300.tlog-proof", "300.json"), "ok");
}

}  // namespace
}  // namespace suanpan::audit
