// The journals as the programs read them for which they are written.

#include "support/bookkeeper.hpp"
#include "support/golden.hpp"
#include "support/seed.hpp"
#include "tests/settlement/books.hpp"

#include <gtest/gtest.h>

#include <random>

namespace suanpan::settlement {
namespace {

using Kind = settlement::AccountKind;
using settlement::JournalEntry;

const std::optional<OrganisationId> kSides[] = {std::nullopt, kBuyer, kSeller, kOperator};

TEST(JournalWriter, WritesTheSameBooksAsBefore) {
    const auto day = small_day();
    const auto expect_same = [](const std::string& name, const std::string& now) {
        EXPECT_EQ(now, support::golden(SUANPAN_SOURCE_DIR, "books/" + name, now));
    };
    expect_same("exchange.journal", journal_of("hledger", day, std::nullopt));
    expect_same("buyer.journal", journal_of("hledger", day, kBuyer, 2));
    expect_same("exchange.beancount", journal_of("beancount", day, std::nullopt));
    expect_same("buyer.beancount", journal_of("beancount", day, kBuyer, 2));
}

TEST(JournalWriter, SatisfiesHledger) {
    for (const auto& side : kSides) {
        const std::string text = journal_of("hledger", small_day(), side, 2);
        const auto complaint = support::complaint_of_hledger(text);
        ASSERT_TRUE(complaint) << "install hledger, as ./run test does";
        EXPECT_EQ(*complaint, "") << text;
    }
    std::string wrong = journal_of("hledger", small_day(), kBuyer);
    wrong.replace(wrong.rfind("= 79.900001"), 11, "= 79.900002");
    EXPECT_NE(*support::complaint_of_hledger(wrong), "") << "assertions are not checked";
}

TEST(JournalWriter, SatisfiesBeancount) {
    for (const auto& side : kSides) {
        const std::string text = journal_of("beancount", small_day(), side, 2);
        const auto complaint = support::complaint_of_beancount(text);
        ASSERT_TRUE(complaint) << "install beancount, as ./run test does";
        EXPECT_EQ(*complaint, "") << text;
    }
    std::string wrong = journal_of("beancount", small_day(), kBuyer);
    wrong.replace(wrong.rfind("79.900001"), 9, "79.900002");
    EXPECT_NE(*support::complaint_of_beancount(wrong), "") << "assertions are not checked";
}

// Entries between any accounts in three currencies that sum to zero in each.
std::vector<JournalEntry> random_journal(std::mt19937_64& random) {
    const auto below = [&random](std::uint64_t n) { return random() % n; };
    const OrganisationId all[] = {kOperator, kBuyer, kSeller};
    const std::string currencies[] = {"CNY", "EUR", "USD"};
    const std::string reasons[] = {"deposit", "order", "settlement", "time", "withdrawal"};
    std::vector<JournalEntry> out;
    for (std::uint8_t i = 0; i < 60; ++i) {
        std::map<settlement::AccountKey, std::int64_t> moves;
        for (std::uint64_t pairs = 1 + below(3); pairs > 0; --pairs) {
            const std::string& currency = currencies[below(3)];
            const auto amount = static_cast<std::int64_t>(below(1'000'000'000'000));
            const auto any = [&] {
                return settlement::AccountKey{all[below(3)], currency,
                                              static_cast<Kind>(below(11))};
            };
            moves[any()] += amount;
            moves[any()] -= amount;
        }
        JournalEntry made = entry(i, reasons[below(5)], {});
        for (const auto& [account, amount] : moves)
            append_posting(made.postings, account, Money(amount));
        if (!made.postings.empty()) out.push_back(std::move(made));
    }
    return out;
}

TEST(JournalWriter, BalancesWhateverHappened) {
    std::mt19937_64 random(support::test_seed());
    for (int round = 0; round < 2; ++round) {
        const auto entries = random_journal(random);
        for (const auto& side : kSides) {
            const std::size_t begin = random() % entries.size();
            const auto hledger =
                support::complaint_of_hledger(journal_of("hledger", entries, side, begin));
            const auto beancount =
                support::complaint_of_beancount(journal_of("beancount", entries, side, begin));
            ASSERT_TRUE(hledger && beancount)
                << "install hledger and beancount, as ./run test does";
            EXPECT_EQ(*hledger, "");
            EXPECT_EQ(*beancount, "");
        }
    }
}

TEST(JournalWriter, KeepsOthersOutOfAnOrganisationsBooks) {
    for (const char* format : {"hledger", "beancount", "csv"}) {
        const std::string text = journal_of(format, small_day(), kSeller);
        EXPECT_EQ(text.find(to_string(kBuyer).substr(4)), std::string::npos) << text;
        EXPECT_EQ(text.find("20.200000"), std::string::npos) << text;
    }
    TextOf out;
    EXPECT_EQ(make_journal_writer("odf", {}, out).error().code(), "unknown_word");
}

}  // namespace
}  // namespace suanpan::settlement
