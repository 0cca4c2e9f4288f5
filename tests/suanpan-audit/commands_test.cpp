#include "ledger/receipt.hpp"
#include "tests/suanpan-audit/audit_command.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <functional>

namespace suanpan::audit {
namespace {

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

std::string vkey(std::uint8_t number, const std::string& name) {
    Seed seed{};
    seed.fill(number);
    return ledger::to_string(ledger::make_verifier_key(name, ledger::KeyType::kCosignatureV1,
                                                       SigningKey(seed).public_key()));
}

// A line of witness `number` under the log's checkpoint.
std::string cosigned(const TestLog& log, std::uint8_t number, const std::string& name) {
    Seed seed{};
    seed.fill(number);
    return ledger::cosign_line(to_string(log.checkpoint().checkpoint), name, SigningKey(seed),
                               Time(kStart));
}

TEST(PolicyFile, SaysWhichLogAndWhichWitnesses) {
    const TestLog log(10);
    const std::string log_line = "log " + ledger::to_string(log.verifier()) + "\n";
    const std::string witnesses = "witness w1 " + vkey(1, "w1.example") + "\nwitness w2 " +
                                  vkey(2, "w2.example") + "\nwitness w3 " + vkey(3, "w3.example") +
                                  "\n";
    const auto check = [&](const std::string& policy, const std::string& command = "verify") {
        log.write("../policy", policy);
        std::vector<std::string> arguments = {command,    "--json",
                                              "--dir",    log.directory().string(),
                                              "--policy", (log.folder() / "policy").string()};
        if (command == "checkpoint")
            arguments.insert(arguments.end(), {"--state", (log.folder() / "state").string()});
        const Outcome outcome = audit(arguments);
        return outcome.status == kNotAudited ? "not audited" : code_of(outcome);
    };
    const std::string two_of_three = log_line + witnesses + "group g 2 w1 w2 w3\nquorum g\n";
    EXPECT_EQ(check(log_line + "quorum none\n"), "ok");
    EXPECT_EQ(check(two_of_three), "too_few_witnesses");
    log.write("checkpoint", log.checkpoint().note + cosigned(log, 1, "w1.example"));
    EXPECT_EQ(check(two_of_three), "too_few_witnesses");
    EXPECT_EQ(check(two_of_three, "checkpoint"), "too_few_witnesses");
    log.write("checkpoint", log.checkpoint().note + cosigned(log, 1, "w1.example") +
                                cosigned(log, 3, "w3.example"));
    EXPECT_EQ(check(two_of_three), "ok");
    EXPECT_EQ(check(two_of_three, "checkpoint"), "ok");
    EXPECT_EQ(check(log_line + witnesses + "quorum w2\n"), "too_few_witnesses");
    // Of several logs, --key says which one.
    Seed seed{};
    const std::string other = ledger::to_string(ledger::make_verifier_key(
        "other.example/log", ledger::KeyType::kEd25519, SigningKey(seed).public_key()));
    EXPECT_EQ(check("log " + other + "\n" + two_of_three), "not audited");
    EXPECT_EQ(code_of(audit(on(log, "verify", {"--json", "-p", (log.folder() / "policy")}))), "ok");
    EXPECT_EQ(check("log nonsense\nquorum none\n"), "not audited");
    EXPECT_EQ(check("quorum none\n"), "not audited");
}

TEST(PolicyFile, ALogThatChangesItsKeyIsKnownByEither) {
    const TestLog log(10);
    Seed seed{};
    const SigningKey next(seed);
    const std::string next_key = ledger::to_string(ledger::make_verifier_key(
        "market.example/log", ledger::KeyType::kEd25519, next.public_key()));
    log.write("checkpoint",
              log.checkpoint().note + ledger::sign_line(to_string(log.checkpoint().checkpoint),
                                                        "market.example/log", next));
    EXPECT_EQ(code_of(audit(on(log, "verify", {"--json"}))), "ok");
    EXPECT_EQ(code_of(audit({"verify", "--json", "-d", log.directory().string(), "-k", next_key})),
              "ok");
    EXPECT_EQ(code_of(audit(on(log, "verify", {"--json", "-k", next_key}))), "ok");
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
    log.write("../policy", "log " + ledger::to_string(log.verifier()) + "\nwitness w " +
                               vkey(1, "w.example") + "\nquorum w\n");
    const auto by_policy = [&](const ledger::Receipt& with) {
        log.write("../w.tlog-proof", to_string(with));
        return code_of(audit({"receipt", (log.folder() / "w.tlog-proof").string(), "--entry",
                              (log.folder() / "300.json").string(), "--json", "--policy",
                              (log.folder() / "policy").string()}));
    };
    ledger::Receipt witnessed = receipt;
    EXPECT_EQ(by_policy(witnessed), "too_few_witnesses");
    witnessed.checkpoint += cosigned(log, 1, "w.example");
    EXPECT_EQ(by_policy(witnessed), "ok");
    log.flip("../300.tlog-proof", to_string(receipt).size() - 3);
    EXPECT_NE(check("300.tlog-proof", "300.json"), "ok");
}

}  // namespace
}  // namespace suanpan::audit
