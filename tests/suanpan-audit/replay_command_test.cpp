#include "apps/suanpan-audit/lines_check.hpp"
#include "support/temp_dir.hpp"
#include "tests/suanpan-audit/audit_command.hpp"
#include "tests/suanpan-audit/market_day.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace suanpan::audit {
namespace {

Json replay(const TestLog& log, std::vector<std::string> more = {}) {
    more.emplace_back("--json");
    const Outcome outcome = audit(on(log, "replay", std::move(more)));
    const auto json = parse_json(outcome.out);
    return json ? *json : Json{{"no json", outcome.out + outcome.err}};
}

TEST(ReplayCommand, RebuildsTheMarketAndItsMoney) {
    const MarketDay day = market_day(3);
    const TestLog log(day.entries);
    const Json json = replay(log);
    EXPECT_EQ(json.value("ok", false), true) << json.dump(1);
    EXPECT_EQ(json.at("state_digest"), to_hex(as_chars(day.digest)));
    EXPECT_EQ(json.at("sums").at("CNY").at("cash"), "-749.999999");
    // Three lines of floor(3 x 5.000001) = 15.000003: 1 % and 2 % fees, 6 % tax on the buyer's.
    EXPECT_EQ(json.at("sums").at("CNY").at("fees"), "1.350000");
    EXPECT_EQ(json.at("sums").at("CNY").at("tax"), "2.727000");
    EXPECT_EQ(json.at("sums").at("CNY").at("pending"), "44.100009");
    const Outcome text = audit(on(log, "replay"));
    EXPECT_EQ(text.status, kHolds) << text.out << text.err;
    EXPECT_NE(text.out.find("together zero"), std::string::npos) << text.out;
}

TEST(ReplayCommand, GivesTheSameWithAnyNumberOfThreads) {
    const TestLog log(market_day(60).entries);
    Json one = replay(log, {"--threads", "1"});
    Json four = replay(log, {"--threads", "4"});
    one.erase("effort");
    four.erase("effort");
    EXPECT_EQ(one, four);
    EXPECT_EQ(one.value("ok", false), true) << one.dump(1);
}

struct Lie {
    const char* kind;
    const char* member;
    const char* from;
    const char* to;
    const char* path;
    const char* rule;
};

// The operator alters one figure and signs the log that has it.
TEST(ReplayCommand, NamesEntryRulePathAndBothValues) {
    const MarketDay day = market_day();
    const std::vector<Lie> lies = {
        {"trade", "price", R"("price":"5.000001")", R"("price":"5.000002")", "/body/price",
         "market §5 step 3"},
        {"trade", "lots", R"("lots":"3")", R"("lots":"2")", "/body/lots", "market §5 (how many"},
        {"lease", "hold", R"("hold":"16.)", R"("hold":"17.)", "/body/hold", "market §1"},
        {"lease", "fees", R"("buyer_ppm":"10000")", R"("buyer_ppm":"0")", "/body/fees/buyer_ppm",
         "market §7"},
        {"settlement", "lines", R"("sale":"15.000003")", R"("sale":"15.000004")",
         "/body/lines/0/sale", "waterfall step 1"},
        {"settlement", "lines", R"("buyer_fee":"0.150000")", R"("buyer_fee":"0.150001")",
         "/body/lines/0/buyer_fee", "waterfall step 6"},
        {"settlement", "lines", R"("credit":"0.000000")", R"("credit":"0.000001")",
         "/body/lines/0/credit", "waterfall step 2"},
        {"settlement", "lines", R"("provider_gets":"14.)", R"("provider_gets":"15.)",
         "/body/lines/0/provider_gets", "waterfall step 8"},
        {"settlement", "closed", R"("windows":"1")", R"("windows":"2")", "/body/totals/CNY/windows",
         "closing totals"},
        {"refused", "amount", R"("code":"insufficient_funds")", R"("code":"not_allowed")", "/code",
         "Accounts"}};
    for (const Lie& lie : lies) {
        const std::size_t index = day.find(lie.kind, lie.member);
        const TestLog log(day.altered(index, lie.from, lie.to));
        const Json json = replay(log);
        ASSERT_TRUE(json.contains("difference")) << json.dump(1);
        EXPECT_EQ(json.at("fault").at("code"), "replay_differs");
        EXPECT_EQ(json.at("fault").at("index"), std::to_string(index));
        const Json& difference = json.at("difference");
        EXPECT_EQ(difference.at("index"), std::to_string(index));
        EXPECT_EQ(difference.at("path"), lie.path);
        EXPECT_NE(difference.at("rule").get<std::string>().find(lie.rule), std::string::npos)
            << difference.dump(1);
        EXPECT_NE(difference.at("rules_give"), difference.at("log_has"));
    }
}

TEST(ReplayCommand, SeveralFalseFiguresOfALineAreToldByTheFirstStep) {
    const MarketDay day = market_day();
    const std::size_t index = day.find("settlement", "lines");
    MarketDay lied;
    lied.entries = day.altered(index, R"("amount":"15.000003")", R"("amount":"14.000003")");
    lied.entries = lied.altered(index, R"("credit":"0.000000")", R"("credit":"1.000000")");
    const Json json = replay(TestLog(lied.entries));
    EXPECT_EQ(json.at("difference").at("path"), "/body/lines/0/credit");
    EXPECT_EQ(json.at("difference").at("rules_give"), R"("0.000000")");
    EXPECT_EQ(json.at("difference").at("log_has"), R"("1.000000")");
}

TEST(ReplayCommand, NamesWhatWasDroppedOrAdded) {
    const MarketDay day = market_day();
    const std::size_t trade = day.find("trade", "price");
    auto dropped = day.entries;
    dropped.erase(dropped.begin() + static_cast<std::ptrdiff_t>(trade));
    Json json = replay(TestLog(dropped));
    EXPECT_EQ(json.at("difference").at("path"), "/kind");
    EXPECT_EQ(json.at("difference").at("kind"), "trade");
    auto added = day.entries;
    added.insert(added.begin() + static_cast<std::ptrdiff_t>(trade) + 2, day.entries[trade]);
    json = replay(TestLog(added));
    EXPECT_EQ(json.at("difference").at("rules_give"), "nothing");
    EXPECT_EQ(json.at("difference").at("index"), std::to_string(trade + 2));
}

// A checkpoint may be cut between a command's entries, and such a log was called false.
TEST(ReplayCommand, ALogMayEndWithinACommand) {
    const MarketDay day = market_day();
    const std::size_t trade = day.find("trade", "price");
    auto cut = day.entries;
    cut.resize(trade + 1);
    const TestLog one(cut);
    const Json json = replay(one);
    EXPECT_EQ(json.value("ok", false), true) << json.dump(1);
    EXPECT_EQ(json.value("unfinished", ""), "1");
    const Outcome text = audit(on(one, "replay"));
    EXPECT_EQ(text.status, kHolds);
    EXPECT_NE(text.out.find("the last one continues beyond this checkpoint (1 entry)"),
              std::string::npos)
        << text.out;
    cut.resize(trade);
    const TestLog two(cut);
    EXPECT_EQ(replay(two).value("unfinished", ""), "2");
    EXPECT_EQ(replay(TestLog(day.entries)).value("unfinished", ""), "0");
    const std::string file = (two.folder() / "out.journal").string();
    const auto exported = parse_json(audit(on(two, "export", {"--json", "-o", file})).out);
    EXPECT_EQ(exported->value("unfinished", ""), "2");
}

TEST(ReplayCommand, ChecksTheMetersSignatures) {
    const MarketDay day = market_day();
    const std::size_t index = day.find("readings", "envelope");
    const std::string& entry = day.entries[index];
    const std::size_t at = entry.find(R"("sig":")") + 10;
    MarketDay forged = day;
    forged.entries[index][at] = entry[at] == 'A' ? 'B' : 'A';
    EXPECT_EQ(replay(TestLog(forged.entries)).at("fault").at("code"), "bad_signature");
}

TEST(ReplayCommand, WritesEveryBalance) {
    const TestLog log(market_day().entries);
    const std::string file = (log.folder() / "balances.csv").string();
    EXPECT_EQ(replay(log, {"--balances", file}).value("ok", false), true);
    const std::string text = read_local_file(file, 100'000);
    EXPECT_TRUE(text.starts_with("organisation,currency,account,balance\n")) << text;
    EXPECT_NE(text.find(",CNY,fees,0.45"), std::string::npos) << text;
}

TEST(ReplayCommand, CountsWhatProjectsSpentAndWhatTheOperatorMeasured) {
    const TestLog log(project_day().entries);
    const Json json = replay(log);
    EXPECT_EQ(json.value("ok", false), true) << json.dump(1);
    EXPECT_EQ(json.at("projects").at("known"), "1");
    EXPECT_EQ(json.at("projects").at("beyond_budget"), "0");
    EXPECT_EQ(json.at("probe_batches"), "1");
    const Outcome text = audit(on(log, "replay"));
    EXPECT_NE(text.out.find("have spent recomputed"), std::string::npos) << text.out;
    EXPECT_NE(text.out.find("1 batches of the operator's own meters"), std::string::npos)
        << text.out;
    EXPECT_EQ(replay(TestLog(market_day().entries)).at("probe_batches"), "0");
}

// The operator lets a project spend more than its organisation had allowed, and signs that.
TEST(ReplayCommand, ABudgetThatWasRaisedAfterwardsIsFound) {
    const MarketDay day = project_day();
    const std::size_t index = day.find("organisation", "limit");
    const Json json =
        replay(TestLog(day.altered(index, R"("limit":"20.000000")", R"("limit":"10.000000")")));
    EXPECT_EQ(json.at("fault").at("code"), "replay_differs") << json.dump(1);
    EXPECT_NE(json.at("difference").at("rules_give").get<std::string>().find("over_budget"),
              std::string::npos)
        << json.dump(1);
}

TEST(SpendingCheck, WhatIsNotTheSumOfItsLinesIsFound) {
    core::Rows changes;
    core::LeaseRow lease;
    lease.id.bytes[0] = 1;
    lease.project.bytes[0] = 2;
    lease.closed = true;
    changes.leases.push_back(lease);
    core::SettlementLineRow line;
    line.lease = lease.id;
    line.currency = "CNY";
    line.line.buyer_pays = Money(7);
    changes.lines.push_back(line);
    SpendingCheck check;
    check.see(changes);
    core::Rows state;
    EXPECT_EQ(check.result(state).error().code, "wrong_project");
    state.project_budgets.push_back({lease.project, "CNY", Money(5), Money(0), Money(7)});
    EXPECT_TRUE(check.result(state));
    EXPECT_EQ(beyond_budget(state), 1U);
    state.project_budgets[0].spent = Money(6);
    EXPECT_EQ(check.result(state).error().code, "wrong_project");
}

}  // namespace
}  // namespace suanpan::audit
