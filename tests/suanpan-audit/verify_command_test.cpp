// What `verify` tells of a market's log, and how it goes on where it stopped.

#include "apps/suanpan-audit/gzip.hpp"
#include "apps/suanpan-audit/text.hpp"
#include "apps/suanpan-audit/verify_state.hpp"
#include "ledger/succession.hpp"
#include "tests/suanpan-audit/audit_command.hpp"
#include "tests/suanpan-audit/market_day.hpp"
#include "tests/suanpan-audit/zip.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace suanpan::audit {
namespace {

Json verify(const TestLog& log, std::vector<std::string> more = {}) {
    more.emplace_back("--json");
    const Outcome outcome = audit(on(log, "verify", std::move(more)));
    auto json = parse_json(outcome.out);
    if (!json) return {{"no json", outcome.out + outcome.err}};
    json->erase("effort");
    return std::move(*json);
}

TEST(VerifyMarket, SumsUpTheMoneyByAccount) {
    const TestLog log(market_day(3).entries);
    const Json json = verify(log);
    ASSERT_EQ(json.value("ok", false), true) << json.dump(1);
    EXPECT_EQ(json.at("signed_batches"), "3");
    const Json& money = json.at("money").at("CNY");
    EXPECT_EQ(money.at("deposited"), "1000.000000");
    EXPECT_EQ(money.at("withdrawn"), "250.000001");
    EXPECT_EQ(money.at("lines"), "3");
    EXPECT_EQ(money.at("settled").at("sale"), "45.000009");
    EXPECT_EQ(money.at("settled").at("buyer_pays"), "48.177009");
    EXPECT_EQ(money.at("accounts").at("cash"), "-749.999999");
    EXPECT_EQ(money.at("accounts").at("fees"), "1.350000");
    EXPECT_EQ(money.at("accounts").at("tax"), "2.727000");
    EXPECT_EQ(money.at("accounts").at("organisations"), "745.922999");
    const std::string text = audit(on(log, "verify")).out;
    EXPECT_NE(text.find("Cash CNY    in 1000.000000 by 1 deposit, out 250.000001 by 1 withdrawal"),
              std::string::npos)
        << text;
    EXPECT_NE(text.find("fees 1.350000, tax 2.727000"), std::string::npos) << text;
    EXPECT_NE(text.find("MiB of memory"), std::string::npos) << text;
}

TEST(VerifyMarket, ALineThatDoesNotAddUpIsFound) {
    const MarketDay day = market_day();
    const std::size_t index = day.find("settlement", "lines");
    for (const auto& [from, to] :
         {std::pair{R"("amount":"15.000003")", R"("amount":"15.000004")"},
          std::pair{R"("buyer_pays":"16.)", R"("buyer_pays":"15.)"},
          std::pair{R"("provider_gets":"14.)", R"("provider_gets":"13.)"},
          std::pair{R"("credit":"0.000000")", R"("credit":"-0.000001")"},
          std::pair{R"("owners":[{"amount":"14.)", R"("owners":[{"amount":"13.)"}}) {
        const Json json = verify(TestLog(day.altered(index, from, to)));
        EXPECT_EQ(json.at("fault").at("code"), "line_does_not_add_up") << json.dump(1);
        EXPECT_EQ(json.at("fault").at("index"), std::to_string(index));
    }
    EXPECT_EQ(verify(TestLog(day.altered(index, R"("sale":"15.)", R"("sale":"x5.)")))
                  .at("fault")
                  .at("code"),
              "bad_entry");
}

TEST(VerifyMarket, TreeAloneSaysNothingOfTheContents) {
    const MarketDay day = market_day();
    const TestLog log(
        day.altered(day.find("settlement", "lines"), R"("sale":"15.)", R"("sale":"x5.)"));
    const Json json = verify(log, {"--tree"});
    EXPECT_EQ(json.value("ok", false), true);
    EXPECT_EQ(json.at("mode"), "tree");
    EXPECT_FALSE(json.contains("money"));
}

TEST(VerifyMarket, GoesOnFromItsStateWithTheSameVerdict) {
    const MarketDay day = market_day(90);
    ASSERT_GT(day.entries.size(), 512U);
    const std::vector<std::string> half(day.entries.begin(), day.entries.begin() + 300);
    TestLog log(day.entries);
    const std::string state = (log.folder() / "verify.state").string();
    const auto become = [&](const std::vector<std::string>& entries) {
        log.write_tiles(entries);
        log.write("checkpoint", log.sign(entries).note);
    };
    become(half);
    EXPECT_EQ(verify(log, {"--state", state}), verify(log));
    EXPECT_EQ(parse_json(read_local_file(state, 1'000'000))->at("size"), "256");
    become(day.entries);
    const Json whole = verify(log);
    ASSERT_EQ(whole.value("ok", false), true) << whole.dump(1);
    EXPECT_EQ(verify(log, {"--state", state}), whole);
    EXPECT_EQ(verify(log, {"--state", state}), whole);
    EXPECT_NE(audit(on(log, "verify", {"--state", state})).out.find("Resumed"), std::string::npos);
    // Keys of meters are remembered, so forged readings behind the position are found.
    auto forged = day.entries;
    become(half);
    ASSERT_EQ(verify(log, {"--state", state + "2"}).value("ok", false), true);
    for (std::size_t i = 512; i < forged.size(); ++i) {
        if (Json::parse(forged[i]).at("kind") == "readings") {
            const std::size_t at = forged[i].find(R"("sig":")") + 10;
            forged[i][at] = forged[i][at] == 'A' ? 'B' : 'A';
            break;
        }
    }
    become(forged);
    EXPECT_EQ(verify(log, {"--state", state + "2"}).at("fault"), verify(log).at("fault"));
    EXPECT_EQ(verify(log).at("fault").at("code"), "bad_signature");
}

TEST(VerifyMarket, RefusesAStateOfAnotherRun) {
    const TestLog log(600);
    const std::string state = (log.folder() / "verify.state").string();
    ASSERT_EQ(verify(log, {"--state", state}).value("ok", false), true);
    const std::string good = read_local_file(state, 1'000'000);
    const auto status = [&](std::vector<std::string> more = {}) {
        more.insert(more.end(), {"--state", state});
        return audit(on(log, "verify", std::move(more))).status;
    };
    EXPECT_EQ(status(), kHolds);
    EXPECT_EQ(status({"--tree"}), kNotAudited);
    for (const auto& [from, to] :
         {std::pair{"market.example/log\"", "bazaar.example/log\""},
          std::pair{"\"512\"", "\"511\""}, std::pair{"\"512\"", "\"256\""},
          std::pair{"\"v\": \"1\"", "\"v\": \"2\""}, std::pair{"\"tiles\"", "\"tails\""},
          std::pair{"\"batches\"", "\"botches\""}}) {
        std::string text = good;
        ASSERT_NE(text.find(from), std::string::npos) << from;
        text.replace(text.find(from), std::string(from).size(), to);
        std::ofstream(state) << text;
        EXPECT_EQ(status(), kNotAudited) << from;
    }
    std::ofstream(state) << "nonsense";
    EXPECT_EQ(status(), kNotAudited);
    std::ofstream(state) << good;
    EXPECT_EQ(status(), kHolds);
    const TestLog smaller(300);
    EXPECT_EQ(verify(smaller, {"--state", state}).at("fault").at("code"), "went_back");
}

SigningKey key_of(std::uint8_t number) {
    Seed seed{};
    seed.fill(number);
    return SigningKey(seed);
}

ledger::VerifierKey verifier_of(std::uint8_t number, const std::string& name) {
    return ledger::make_verifier_key(name, ledger::KeyType::kEd25519, key_of(number).public_key());
}

// The log's key is that of seed 8 (TestLog).
std::string rotation(std::uint8_t from, std::uint8_t to, std::int64_t time) {
    const std::string name = "market.example/log";
    const std::string note = ledger::sign_rotation(
        {verifier_of(from, name), verifier_of(to, name), Time(time)}, key_of(from), key_of(to));
    return ledger::rotation_entry(note, Time(time), std::string(32, '7'));
}

Json verify_with_statements(const std::vector<std::string>& statements) {
    auto entries = test_entries(300);
    for (const std::string& statement : statements)
        entries.push_back(statement);
    return verify(TestLog(entries));
}

TEST(LogKeys, AChainOfRotationsIsFollowed) {
    const Json json =
        verify_with_statements({rotation(6, 7, kStart + 1'000), rotation(7, 8, kStart + 2'000)});
    ASSERT_EQ(json.value("ok", false), true) << json.dump(1);
    EXPECT_EQ(json.at("rotations").size(), 2U);
    EXPECT_EQ(json.at("rotations").at(1).at("index"), "301");
    EXPECT_EQ(json.at("rotations").at(1).at("new"),
              ledger::to_string(verifier_of(8, "market.example/log")));
    // The old key finds the new one.
    EXPECT_EQ(verify_with_statements({rotation(8, 9, kStart + 1'000)}).value("ok", false), true);
}

TEST(LogKeys, ABrokenChainIsAFault) {
    EXPECT_EQ(
        verify_with_statements({rotation(6, 8, kStart + 1'000), rotation(7, 9, kStart + 2'000)})
            .at("fault")
            .at("index"),
        "301");
    // To a key that nobody here trusts, from one that nobody here trusts.
    EXPECT_EQ(verify_with_statements({rotation(5, 6, kStart + 1'000)}).at("fault").at("code"),
              "foreign_rotation");
    std::string forged = rotation(7, 8, kStart + 1'000);
    const std::size_t at = forged.rfind("=\\n") - 6;
    forged[at] = forged[at] == 'A' ? 'B' : 'A';
    EXPECT_EQ(verify_with_statements({forged}).at("fault").at("index"), "300");
}

TEST(LogKeys, ASuccessorBeginsWithWhatItFollows) {
    const TestLog old(test_entries(40));
    const std::string name = "market.example/log";
    ledger::Succession succession{verifier_of(8, "old.example/log"), verifier_of(8, name), 40,
                                  old.checkpoint().checkpoint.root, Time(kStart)};
    const std::string last = ledger::sign_checkpoint(
        ledger::Checkpoint{"old.example/log", 40, succession.root, ""}, key_of(8));
    const SigningKey key = key_of(8);
    const std::string entry = ledger::succession_entry(
        ledger::sign_succession(succession, &key, key), last, Time(kStart), std::string(32, '7'));
    auto entries = test_entries(10);
    entries.insert(entries.begin(), entry);
    const Json json = verify(TestLog(entries));
    ASSERT_EQ(json.value("ok", false), true) << json.dump(1);
    EXPECT_EQ(json.at("follows").at("size"), "40");
    std::swap(entries[0], entries[1]);
    EXPECT_EQ(verify(TestLog(entries)).at("fault").at("code"), "foreign_succession");
}

TEST(Gzip, UnpacksWithinItsBound) {
    for (const std::size_t size : {0UL, 1UL, 65'535UL, 65'536UL, 300'000UL}) {
        const std::string text(size, 'x');
        EXPECT_EQ(unzip(zip(text), 300'000).value(), text);
    }
    EXPECT_EQ(unzip(zip(std::string(300'001, 'x')), 300'000).error().code(), "too_large");
    const std::string good = zip("a bundle of entries");
    for (std::size_t cut = 0; cut < good.size(); ++cut)
        EXPECT_FALSE(unzip(good.substr(0, cut), 1'000)) << cut;
    EXPECT_EQ(unzip(good + "x", 1'000).error().code(), "bad_gzip");
    EXPECT_EQ(unzip("no gzip", 1'000).error().code(), "bad_gzip");
}

TEST(Words, ProgressShowsShareRateAndTimeLeft) {
    EXPECT_EQ(progress_line("Checking", 250, 1'000, 250, 500),
              "Checking [#####---------------]  25 % (250 of 1,000), 500/s, 1.5 s left");
    EXPECT_EQ(progress_line("Checking", 900, 1'000, 100, 1'000),
              "Checking [##################--]  90 % (900 of 1,000), 100/s, 1.0 s left");
    EXPECT_EQ(progress_line("Checking", 0, 1'000, 0, 0),
              "Checking [--------------------]   0 % (0 of 1,000)");
    EXPECT_EQ(span_text(850), "850 ms");
    EXPECT_EQ(span_text(125'000), "2 min 5 s");
    EXPECT_EQ(span_text(12'000'000), "3 h 20 min");
}

}  // namespace
}  // namespace suanpan::audit
