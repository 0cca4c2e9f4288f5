#include "apps/suanpan-audit/durable_file.hpp"
#include "apps/suanpan-audit/fault.hpp"
#include "apps/suanpan-audit/state_file.hpp"
#include "tests/suanpan-audit/audit_command.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace suanpan::audit {
namespace {

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
        EXPECT_EQ(kept->at("evidence"),
                  Json::array({{{"code", "inconsistent"},
                                {"before", log.sign(test_entries(before)).note},
                                {"after", log.sign(rewritten).note}}}));
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
    const auto kept = parse_json(read_local_file(state(log), 1'000'000));
    EXPECT_EQ(kept->at("evidence").at(0).at("code"), "went_back");
    // It may have been a mirror that was out of date: the log is no liar once it has caught up.
    become(log, test_entries(400));
    EXPECT_EQ(check(log), "ok");
}

// A mirror that was often out of date filled the list, and a fork found then was not kept.
TEST_F(CheckpointCommand, KeepsAForkAmongAnyNumberOfShrinks) {
    const TestLog log(1);
    const Evidence fork{"two_roots", "one", "two"};
    AuditState state;
    for (int i = 0; i < 300; ++i) {
        if (i == 200) state.evidence.push_back(fork);
        state.evidence.push_back({"went_back", "before", std::to_string(i)});
    }
    ledger::Policy policy;
    policy.logs.push_back({log.verifier(), {}});
    const auto path = log.folder() / "state.json";
    save_state(path, log.verifier().name, state);
    std::vector<Evidence> kept = load_state(path, policy).evidence;
    ASSERT_EQ(kept.size(), 1 + kMaxShrinks);
    EXPECT_EQ(kept.front(), fork);
    EXPECT_EQ(kept.back(), (Evidence{"went_back", "before", "299"}));
    state.evidence.assign(kMaxEvidence + 1, fork);
    state.evidence.front().before = "first";
    save_state(path, log.verifier().name, state);
    kept = load_state(path, policy).evidence;
    ASSERT_EQ(kept.size(), kMaxEvidence);
    EXPECT_EQ(kept.front().before, "first");
}

TEST_F(CheckpointCommand, AStateThatCouldNotBeReadAgainIsNotWritten) {
    const TestLog log(1);
    const auto path = log.folder() / "state";
    write_state(path, "0123456789", 10);
    EXPECT_THROW(write_state(path, "0123456789x", 10), AuditError);
    EXPECT_EQ(read_local_file(path, 10), "0123456789");
}

// It advised to move the state away, which is the memory that convicts a log.
TEST_F(CheckpointCommand, NamesTheKeyThatAChangedLogStillNeeds) {
    TestLog log(10);
    ASSERT_EQ(check(log), "ok");
    const Seed seed{3};
    const SigningKey next(seed);
    const auto verifier = ledger::make_verifier_key(log.verifier().name, ledger::KeyType::kEd25519,
                                                    next.public_key());
    log.write("checkpoint", ledger::sign_checkpoint(log.checkpoint().checkpoint, next));
    const Outcome outcome = audit({"checkpoint", "--dir", log.directory().string(), "--key",
                                   ledger::to_string(verifier), "--state", state(log)});
    EXPECT_EQ(outcome.status, kNotAudited);
    const std::string old = ledger::to_string(log.verifier());
    const std::size_t end = old.find('+', old.find('+') + 1);  // of name and id
    EXPECT_NE(outcome.err.find(old.substr(0, end)), std::string::npos) << outcome.err;
    EXPECT_NE(outcome.err.find("give both"), std::string::npos) << outcome.err;
    EXPECT_EQ(outcome.err.find("move it away"), std::string::npos) << outcome.err;
}

TEST_F(CheckpointCommand, SaysTheVerdictAndShowsBothNotes) {
    TestLog log(300);
    ASSERT_EQ(check(log), "ok");
    auto other = test_entries(300);
    other[0] = test_entry(0, "admin");
    become(log, other);
    const Outcome outcome = audit(on(log, "checkpoint", {"--state", state(log)}));
    EXPECT_NE(outcome.out.find("Verdict     FORK"), std::string::npos) << outcome.out;
    const auto json =
        parse_json(audit(on(log, "checkpoint", {"--state", state(log), "--json"})).out);
    EXPECT_EQ(json->at("verdict"), "fork");
    EXPECT_EQ(json->at("evidence").at("before"), log.sign(test_entries(300)).note);
    EXPECT_EQ(json->at("evidence").at("after"), log.sign(other).note);
    become(log, test_entries(100));
    EXPECT_EQ(parse_json(audit(on(log, "checkpoint", {"--state", state(log), "--json"})).out)
                  ->at("verdict"),
              "shrink");
}

// One dishonest log that shows two histories to two auditors, each of them sound in itself.
class TwoAuditors : public testing::Test {
 protected:
    static std::vector<std::string> other_entries(std::uint64_t count) {
        auto entries = test_entries(count);
        if (count > 120) entries[120] = test_entry(120, "admin");
        return entries;
    }
    // Each auditor looks at the log, as it is shown to him, at these sizes.
    void look(const std::vector<std::uint64_t>& mine, const std::vector<std::uint64_t>& theirs) {
        for (const std::uint64_t size : mine)
            look(one_, test_entries(size), "a.json");
        for (const std::uint64_t size : theirs)
            look(two_, other_entries(size), "b.json");
    }
    void look(TestLog& log, const std::vector<std::string>& entries, const std::string& state) {
        log.write_tiles(entries);
        log.write("checkpoint", log.sign(entries).note);
        ASSERT_EQ(code_of(audit(on(log, "checkpoint", {"--json", "--state", file(state)}))), "ok");
    }
    std::string compare(std::vector<std::string> more = {}) {
        std::vector<std::string> arguments = {"compare",      file("a.json"),
                                              file("b.json"), "--json",
                                              "--key",        ledger::to_string(one_.verifier())};
        arguments.insert(arguments.end(), more.begin(), more.end());
        const Outcome outcome = audit(arguments);
        return outcome.status == kNotAudited ? "not audited" : code_of(outcome);
    }
    [[nodiscard]] std::string file(const std::string& name) const {
        return (one_.folder() / name).string();
    }

    TestLog one_{1};
    TestLog two_{1};
};

TEST_F(TwoAuditors, FindOutFromTwoRootsOfOneSize) {
    look({150, 300}, {200, 300, 400});
    EXPECT_EQ(compare({"--evidence", file("evidence.json")}), "two_roots");
    const auto evidence = parse_json(read_local_file(file("evidence.json"), 100'000));
    EXPECT_EQ(evidence->at("before"), one_.sign(test_entries(300)).note);
    EXPECT_EQ(evidence->at("after"), two_.sign(other_entries(300)).note);
}

TEST_F(TwoAuditors, FindOutFromTheTilesOfEither) {
    look({150, 400}, {200, 350});
    EXPECT_EQ(compare(), "not audited");
    EXPECT_EQ(compare({"--dir", one_.directory().string()}), "inconsistent");
    // The second's log has not reached what the first saw of it.
    EXPECT_EQ(compare({"--dir", two_.directory().string()}), "inconsistent");
    EXPECT_EQ(code_of(audit(on(one_, "checkpoint",
                               {"--json", "--state", file("a.json"), "--with", file("b.json")}))),
              "inconsistent");
}

TEST_F(TwoAuditors, FindNothingWhereTheHistoriesAreOne) {
    look({150, 300}, {});
    for (const std::uint64_t size : {100UL, 300UL, 350UL})
        look(two_, test_entries(size), "b.json");
    EXPECT_EQ(compare(), "ok");
    EXPECT_EQ(compare({"--dir", two_.directory().string()}), "ok");
    // The first one's copy is behind what the second saw.
    EXPECT_EQ(compare({"--dir", one_.directory().string()}), "went_back");
    EXPECT_EQ(compare({"--dir", file("none")}), "not audited");
}

TEST_F(TwoAuditors, SeeTheForkOnlyOnceItIsThere) {
    look({50, 100}, {50, 100});
    EXPECT_EQ(compare(), "ok");
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

}  // namespace
}  // namespace suanpan::audit
