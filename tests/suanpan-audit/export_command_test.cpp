// The journals are read again here, strictly and apart from what wrote them.

#include "base/checked.hpp"
#include "base/decimal.hpp"
#include "tests/suanpan-audit/audit_command.hpp"
#include "tests/suanpan-audit/market_day.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

namespace suanpan::audit {
namespace {

namespace fs = std::filesystem;

std::string exported(const TestLog& log, const std::string& format) {
    const fs::path file = log.folder() / ("journal." + format);
    const Outcome outcome =
        audit(on(log, "export", {"--format", format, "--out", file.string(), "--json"}));
    EXPECT_EQ(outcome.status, kHolds) << outcome.out << outcome.err;
    return read_local_file(file, 10'000'000);
}

std::vector<std::string> lines_of(const std::string& text) {
    std::istringstream in(text);
    std::vector<std::string> out;
    for (std::string line; std::getline(in, line);)
        out.push_back(line);
    return out;
}

std::vector<std::string> words_of(const std::string& line) {
    std::istringstream in(line);
    std::vector<std::string> out;
    for (std::string word; in >> word;)
        out.push_back(word);
    return out;
}

std::int64_t micro(const std::string& text) {
    const auto money = parse_money(text);
    EXPECT_TRUE(money) << text;
    EXPECT_EQ(text.size() - text.find('.'), 7U) << text << " has not six decimals";
    return money ? money->value : 0;
}

using Balances = std::map<std::string, std::int64_t>;  // by "<account> <currency>"

struct Journal {
    int transactions = 0;
    int assertions = 0;
    Balances balances;
};

// Postings are indented lines "<account> <amount> <currency> [= <amount> <currency>]" below the
// line of their transaction. Each transaction must sum to zero, each assertion be the sum so far.
Journal read_hledger(const std::string& text) {
    Journal out;
    std::map<std::string, std::int64_t> open;
    const auto close = [&] {
        for (const auto& [currency, sum] : open)
            EXPECT_EQ(sum, 0) << currency;
        open.clear();
    };
    for (const std::string& line : lines_of(text)) {
        const auto words = words_of(line);
        if (words.empty()) close();
        if (words.empty() || line.starts_with(';') || line.starts_with("commodity") ||
            line.starts_with("account ") || line.starts_with("decimal-mark"))
            continue;
        if (!line.starts_with(' ')) {
            EXPECT_TRUE(line.starts_with("2027-01-15 ")) << line;
            ++out.transactions;
            continue;
        }
        const std::string account = words.at(0) + " " + words.at(2);
        open[words.at(2)] += micro(words.at(1));
        out.balances[account] += micro(words.at(1));
        if (words.size() == 3) continue;
        EXPECT_EQ(words.at(3), "=");
        EXPECT_EQ(out.balances[account], micro(words.at(4))) << line;
        ++out.assertions;
    }
    close();
    return out;
}

Journal read_beancount(const std::string& text) {
    Journal out;
    std::set<std::string> opened;
    std::int64_t sum = 0;
    for (const std::string& line : lines_of(text)) {
        const auto words = words_of(line);
        if (words.empty()) {
            EXPECT_EQ(sum, 0);
            continue;
        }
        if (words.size() > 2 && words[1] == "open") {
            EXPECT_TRUE(opened.insert(words[2]).second) << line;
        } else if (words.size() > 2 && words[1] == "*") {
            ++out.transactions;
        } else if (words.size() > 2 && words[1] == "balance") {
            EXPECT_EQ(words[0], "2027-01-16");
            EXPECT_EQ(words[4] + words[5], "~0") << line;
            EXPECT_EQ(out.balances[words[2] + " " + words.at(6)], micro(words[3])) << line;
            ++out.assertions;
        } else if (line.starts_with("  ") && !words[0].ends_with(":")) {
            EXPECT_TRUE(opened.contains(words[0])) << line;
            sum += micro(words.at(1));
            out.balances[words[0] + " " + words.at(2)] += micro(words.at(1));
        }
    }
    EXPECT_EQ(sum, 0);
    return out;
}

Journal read_csv(const std::string& text) {
    Journal out;
    std::map<std::string, std::int64_t> sums;  // by journal entry
    auto lines = lines_of(text);
    EXPECT_EQ(lines.at(0), "entry,time,journal,reason,organisation,currency,account,amount\r");
    for (std::size_t i = 1; i < lines.size(); ++i) {
        EXPECT_TRUE(lines[i].ends_with('\r'));
        lines[i].pop_back();
        std::ranges::replace(lines[i], ',', ' ');
        const auto words = words_of(lines[i]);
        EXPECT_EQ(words.size(), 8U) << lines[i];
        sums[words.at(2)] += micro(words.at(7));
        out.balances[words.at(4) + ":" + words.at(6) + " " + words.at(5)] += micro(words.at(7));
    }
    for (const auto& [id, sum] : sums)
        EXPECT_EQ(sum, 0) << id;
    out.transactions = static_cast<int>(sums.size());
    return out;
}

std::vector<std::int64_t> amounts(const Balances& balances, int sign) {
    std::vector<std::int64_t> out;
    for (const auto& [account, balance] : balances) {
        if (balance != 0) out.push_back(sign * balance);
    }
    std::ranges::sort(out);
    return out;
}

TEST(ExportCommand, JournalsBalanceAndAssertEveryAccount) {
    const TestLog log(market_day(3).entries);
    const Journal hledger = read_hledger(exported(log, "hledger"));
    const Journal beancount = read_beancount(exported(log, "beancount"));
    const Journal csv = read_csv(exported(log, "csv"));
    EXPECT_EQ(csv.transactions, 8);
    EXPECT_EQ(hledger.transactions, csv.transactions + 1);  // the assertions
    EXPECT_EQ(beancount.transactions, csv.transactions);
    EXPECT_EQ(hledger.assertions, static_cast<int>(hledger.balances.size()));
    EXPECT_EQ(beancount.assertions, hledger.assertions);
    EXPECT_GT(hledger.assertions, 4);
    EXPECT_EQ(amounts(hledger.balances, 1), amounts(csv.balances, -1));
    EXPECT_EQ(amounts(beancount.balances, 1), amounts(csv.balances, -1));
}

TEST(ExportCommand, BooksFromTheOperatorsSide) {
    const TestLog log(market_day(3).entries);
    const Journal journal = read_hledger(exported(log, "hledger"));
    std::map<std::string, std::int64_t> by_group;
    for (const auto& [account, balance] : journal.balances)
        by_group[account.substr(0, account.find(':'))] += balance;
    EXPECT_EQ(by_group.at("Assets"), 749'999'999);
    EXPECT_EQ(by_group.at("Income"), -1'350'000);
    EXPECT_EQ(by_group.at("Liabilities"), -748'649'999);
}

TEST(ExportCommand, WritesNothingOfALogThatDoesNotHold) {
    const MarketDay day = market_day();
    const std::size_t index = day.find("settlement", "lines");
    const TestLog log(day.altered(index, R"("sale":"15.)", R"("sale":"16.)"));
    const fs::path file = log.folder() / "journal";
    const Outcome outcome = audit(on(log, "export", {"--out", file.string()}));
    EXPECT_EQ(outcome.status, kDoesNotHold);
    EXPECT_NE(outcome.out.find("waterfall step 1"), std::string::npos) << outcome.out;
    EXPECT_FALSE(fs::exists(file));
    EXPECT_FALSE(fs::exists(file.string() + ".part"));
    EXPECT_EQ(audit(on(log, "export", {"--out", file.string(), "--format", "odf"})).status,
              kNotAudited);
    EXPECT_EQ(audit(on(log, "export", {"--out", "/nonexistent/journal"})).status, kNotAudited);
}

}  // namespace
}  // namespace suanpan::audit
