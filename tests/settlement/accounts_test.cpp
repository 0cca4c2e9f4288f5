#include "settlement/accounts.hpp"

#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <map>
#include <random>

namespace suanpan::settlement {
namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

OrganisationId organisation(std::uint8_t n) {
    OrganisationId id;
    id.bytes[15] = n;
    return id;
}

AccountKey account(std::uint8_t n, AccountKind kind, std::string currency = "CNY") {
    return AccountKey{organisation(n), std::move(currency), kind};
}

Posting posting(const AccountKey& key, std::int64_t amount) {
    return Posting{key, Money(amount)};
}

std::string code(const Result<void>& result) {
    return result ? "ok" : result.error().code();
}

const AccountKey kCash = account(0, AccountKind::kCash);
const AccountKey kAvailable = account(1, AccountKind::kAvailable);
const AccountKey kHeld = account(1, AccountKind::kHeld);

TEST(Accounts, NamesRoundTrip) {
    for (int i = 0; i <= static_cast<int>(AccountKind::kReserved); ++i) {
        const auto kind = static_cast<AccountKind>(i);
        const auto back = parse_account_kind(to_string(kind));
        ASSERT_TRUE(back.has_value());
        EXPECT_EQ(*back, kind);
    }
    EXPECT_FALSE(parse_account_kind("Available").has_value());
}

TEST(Accounts, DepositHoldAndRelease) {
    Accounts accounts;
    ASSERT_EQ(code(accounts.post({posting(kCash, -100), posting(kAvailable, 100)})), "ok");
    ASSERT_EQ(code(accounts.post({posting(kAvailable, -60), posting(kHeld, 60)})), "ok");
    EXPECT_EQ(accounts.balance(kAvailable), Money(40));
    EXPECT_EQ(accounts.balance(kHeld), Money(60));
    EXPECT_EQ(accounts.balance(kCash), Money(-100));
    EXPECT_EQ(accounts.balance(account(9, AccountKind::kFees)), Money(0));
    EXPECT_TRUE(accounts.total("CNY") == 0);
}

TEST(Accounts, RefusesAndChangesNothing) {
    Accounts accounts;
    ASSERT_EQ(code(accounts.post({posting(kCash, -100), posting(kAvailable, 100)})), "ok");
    const std::string before = accounts.digest_lines();
    EXPECT_EQ(code(accounts.post({})), "empty_entry");
    EXPECT_EQ(code(accounts.post({posting(kCash, 0), posting(kAvailable, 0)})), "empty_entry");
    EXPECT_EQ(code(accounts.post({posting(kCash, -1)})), "unbalanced");
    EXPECT_EQ(code(accounts.post(
                  {posting(kCash, -1), posting(account(1, AccountKind::kAvailable, "USD"), 1)})),
              "unbalanced");
    EXPECT_EQ(code(accounts.post({posting(kAvailable, -101), posting(kHeld, 101)})),
              "insufficient_funds");
    // The first two would do; the third sinks all.
    EXPECT_EQ(code(accounts.post({posting(kAvailable, -50), posting(kHeld, 60),
                                  posting(account(2, AccountKind::kBond), -10)})),
              "insufficient_funds");
    EXPECT_EQ(accounts.digest_lines(), before);
}

TEST(Accounts, PrecedenceOfRefusals) {
    Accounts accounts;
    // Unbalanced and short; too large and short.
    EXPECT_EQ(code(accounts.post({posting(kAvailable, -5)})), "unbalanced");
    accounts.restore(kHeld, Money(kMost));
    EXPECT_EQ(code(accounts.post({posting(kAvailable, -5), posting(kHeld, 5)})), "overflow");
    EXPECT_EQ(accounts.balance(kHeld), Money(kMost));
}

TEST(Accounts, OnlyTheNetOfAnEntryCounts) {
    Accounts accounts;
    EXPECT_EQ(
        code(accounts.post({posting(kAvailable, -7), posting(kCash, -3), posting(kAvailable, 10)})),
        "ok");
    EXPECT_EQ(accounts.balance(kAvailable), Money(3));
    // Sums beyond 64 bits on the way are no fault when the result fits.
    EXPECT_EQ(code(accounts.post({posting(kAvailable, kMost), posting(kAvailable, kMost),
                                  posting(kAvailable, -kMost), posting(kAvailable, -kMost),
                                  posting(kCash, -1), posting(kAvailable, 1)})),
              "ok");
    EXPECT_EQ(accounts.balance(kAvailable), Money(4));
}

TEST(Accounts, OnlyReceivableAndCashMayBeNegative) {
    for (int i = 0; i <= static_cast<int>(AccountKind::kReserved); ++i) {
        const auto kind = static_cast<AccountKind>(i);
        Accounts accounts;
        const bool allowed = kind == AccountKind::kReceivable || kind == AccountKind::kCash;
        EXPECT_EQ(code(accounts.post({posting(account(1, kind), -1),
                                      posting(account(2, AccountKind::kAvailable), 1)})),
                  allowed ? "ok" : "insufficient_funds")
            << to_string(kind);
    }
}

TEST(Accounts, DigestIsSortedAndSkipsZero) {
    Accounts accounts;
    ASSERT_EQ(code(accounts.post({posting(kHeld, 1'500'000), posting(kCash, -1'500'000)})), "ok");
    ASSERT_EQ(code(accounts.post({posting(kHeld, -500'000), posting(kAvailable, 500'000)})), "ok");
    ASSERT_EQ(code(accounts.post({posting(kAvailable, -500'000), posting(kCash, 500'000)})), "ok");
    EXPECT_EQ(accounts.digest_lines(), to_string(organisation(0)) + " CNY cash -1.000000\n" +
                                           to_string(organisation(1)) + " CNY held 1.000000\n");
}

TEST(Accounts, AppendPostingSkipsZero) {
    std::vector<Posting> postings;
    append_posting(postings, kCash, Money(0));
    append_posting(postings, kCash, Money(-2));
    EXPECT_EQ(postings, std::vector<Posting>{posting(kCash, -2)});
}

// Against a plain map and the rules as they are written down.
TEST(Accounts, RandomEntriesKeepTheInvariants) {
    std::mt19937_64 random(support::test_seed());
    const auto below = [&](std::uint64_t n) { return random() % n; };
    Accounts accounts;
    std::map<AccountKey, std::int64_t> model;
    int accepted = 0;
    int refused = 0;
    for (int round = 0; round < 20'000; ++round) {
        std::vector<Posting> postings;
        std::map<std::string, std::int64_t> rest;
        for (std::uint64_t i = 0; i < 1 + below(5); ++i) {
            const auto key =
                account(static_cast<std::uint8_t>(below(3)), static_cast<AccountKind>(below(11)),
                        below(2) == 0 ? "CNY" : "EUR");
            const auto amount = static_cast<std::int64_t>(below(2001)) - 1000;
            append_posting(postings, key, Money(amount));
            rest[key.currency] += amount;
        }
        if (below(10) != 0) {
            for (const auto& [currency, sum] : rest) {
                append_posting(postings, account(0, AccountKind::kCash, currency), Money(-sum));
            }
        }
        std::map<AccountKey, std::int64_t> after = model;
        std::map<std::string, std::int64_t> sums;
        for (const Posting& p : postings) {
            after[p.account] += p.amount.value;
            sums[p.account.currency] += p.amount.value;
        }
        bool good = !postings.empty();
        for (const auto& [currency, sum] : sums)
            good = good && sum == 0;
        for (const auto& [key, balance] : after) {
            good = good && (balance >= 0 || key.kind == AccountKind::kReceivable ||
                            key.kind == AccountKind::kCash);
        }
        ASSERT_EQ(accounts.post(postings).has_value(), good);
        if (good) model = after;
        ++(good ? accepted : refused);
        for (const auto& [key, balance] : model)
            ASSERT_EQ(accounts.balance(key).value, balance);
        ASSERT_TRUE(accounts.total("CNY") == 0 && accounts.total("EUR") == 0);
    }
    EXPECT_GT(accepted, 1000);
    EXPECT_GT(refused, 1000);
    Accounts restored;
    const AccountKey* last = nullptr;
    accounts.for_each([&](const AccountKey& key, Money balance) {
        EXPECT_TRUE(last == nullptr || *last < key);
        last = &key;
        restored.restore(key, balance);
    });
    EXPECT_EQ(restored.digest_lines(), accounts.digest_lines());
}

}  // namespace
}  // namespace suanpan::settlement
