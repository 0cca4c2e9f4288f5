#include "settlement/correction.hpp"

#include "base/check.hpp"
#include "support/seed.hpp"
#include "tests/settlement/random_contracts.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

namespace suanpan::settlement {
namespace {

constexpr std::int64_t kHourUs = 3'600'000'000;
const OrganisationId kBuyer = test_organisation(101);
const OrganisationId kOperator = test_organisation(102);
const OrganisationId kProgramme = test_organisation(103);

AccountKey account(const OrganisationId& who, AccountKind kind) {
    return AccountKey{who, "CNY", kind};
}

ContractTerms two_lots_at_one() {
    ContractTerms terms;
    terms.price = Price(1'000'000);
    terms.lots = Lots(2);
    terms.window = Window{Time(0), Time(3600)};
    terms.fees.buyer_fee = Ppm(20'000);
    terms.fees.provider_fee = Ppm(10'000);
    return terms;
}

WaterfallLine line_of(std::int64_t lot_us, const std::vector<OwnerShare>& owners) {
    WindowInput input;
    input.window = two_lots_at_one().window;
    input.final_lot_us = lot_us;
    return *waterfall(two_lots_at_one(), input, owners);
}

TEST(Correction, DownwardTakesPendingThenBondThenReceivable) {
    const std::vector<OwnerShare> owners{{test_organisation(1), Ppm(kPpm)}};
    const auto change = difference(line_of(2 * kHourUs, owners), line_of(kHourUs, owners));
    ASSERT_TRUE(change.has_value());
    EXPECT_EQ(change->provider_gets, Money(-990'000));
    EXPECT_EQ(change->buyer_pays, Money(-1'020'000));
    const WindowParties parties{
        "CNY", kBuyer,   kOperator,
        {},    Money(0), {{owners[0].owner, Money(400'000), Money(500'000), Money(-7)}}};
    const auto postings = correction_postings(*change, parties);
    ASSERT_TRUE(postings.has_value()) << postings.error().detail();
    const std::vector<Posting> expected{
        {account(kBuyer, AccountKind::kAvailable), Money(1'020'000)},
        {account(kOperator, AccountKind::kFees), Money(-30'000)},
        {account(owners[0].owner, AccountKind::kPending), Money(-400'000)},
        {account(owners[0].owner, AccountKind::kBond), Money(-500'000)},
        {account(owners[0].owner, AccountKind::kReceivable), Money(-90'000)}};
    EXPECT_EQ(*postings, expected);
}

TEST(Correction, UpwardRepaysWhatTheOwnerOwesAndTakesOnlyWhatIsHeld) {
    const std::vector<OwnerShare> owners{{test_organisation(1), Ppm(kPpm)}};
    const auto change = difference(line_of(kHourUs, owners), line_of(2 * kHourUs, owners));
    WindowParties parties{
        "CNY", kBuyer,           kOperator,
        {},    Money(1'020'000), {{owners[0].owner, Money(0), Money(0), Money(-90'000)}}};
    const auto postings = correction_postings(*change, parties);
    ASSERT_TRUE(postings.has_value()) << postings.error().detail();
    const std::vector<Posting> expected{
        {account(kBuyer, AccountKind::kHeld), Money(-1'020'000)},
        {account(kOperator, AccountKind::kFees), Money(30'000)},
        {account(owners[0].owner, AccountKind::kReceivable), Money(90'000)},
        {account(owners[0].owner, AccountKind::kPending), Money(900'000)}};
    EXPECT_EQ(*postings, expected);
    parties.buyer_held = Money(1'019'999);
    EXPECT_EQ(correction_postings(*change, parties).error().code(), "exceeds_hold");
}

TEST(Correction, RefusesWhatIsNoDifferenceOfTwoWaterfalls) {
    const std::vector<OwnerShare> owners{{test_organisation(1), Ppm(kPpm)}};
    auto change = *difference(line_of(2 * kHourUs, owners), line_of(kHourUs, owners));
    WindowParties parties{"CNY", kBuyer, kOperator, {}, Money(0), {}};
    EXPECT_EQ(correction_postings(change, parties).error().code(), "bad_shares");
    parties.owners.push_back({owners[0].owner, Money(0), Money(0), Money(0)});
    EXPECT_TRUE(correction_postings(change, parties).has_value());
    change.owners[0].value += 1;
    EXPECT_EQ(correction_postings(change, parties).error().code(), "unbalanced");
    change.voucher = Money(1);
    EXPECT_EQ(correction_postings(change, parties).error().code(), "bad_voucher");
    WaterfallLine other = line_of(kHourUs, owners);
    other.owners.emplace_back(0);
    EXPECT_EQ(difference(other, line_of(kHourUs, owners)).error().code(), "bad_shares");
}

TEST(Correction, NothingChangedPostsNothing) {
    const std::vector<OwnerShare> owners{{test_organisation(1), Ppm(kPpm)}};
    const auto change = *difference(line_of(kHourUs, owners), line_of(kHourUs, owners));
    EXPECT_TRUE(change.is_zero());
    const WindowParties parties{"CNY", kBuyer,   kOperator,
                                {},    Money(0), {{owners[0].owner, Money(0), Money(0), Money(0)}}};
    EXPECT_TRUE(correction_postings(change, parties)->empty());
}

TEST(Correction, TheLargestLotTimeThatTheRestOfTheHoldPays) {
    const std::vector<OwnerShare> owners{{test_organisation(1), Ppm(kPpm)}};
    RandomContracts random(support::test_seed());
    for (int round = 0; round < 200; ++round) {
        const ContractTerms terms = random.terms();
        const WindowInput input =
            random.input(terms, RandomContracts::windows(terms.window).front());
        const Money full = waterfall(terms, input, owners)->buyer_pays;
        const Money most(random.below(full.value + 10));
        const auto line = waterfall_within(terms, input, owners, most);
        ASSERT_TRUE(line.has_value());
        ASSERT_LE(line->line.buyer_pays, most);
        if (most >= full) EXPECT_EQ(line->line.buyer_pays, full);
        WindowInput cut = input;
        cut.final_lot_us = line->lot_us;
        if (cut.metered) cut.metered->busy_us = std::min(cut.metered->busy_us, line->lot_us);
        cut.buyer_held = most;
        ASSERT_EQ(*waterfall(terms, cut, owners), line->line) << "of the lot-time that it says";
        ASSERT_EQ(paid_lot_us(cut), line->paid_us);
    }
    // At 1.02 for a lot·h, 1.53 pays one and a half.
    WindowInput input;
    input.window = two_lots_at_one().window;
    input.final_lot_us = 2 * kHourUs;
    const auto line = waterfall_within(two_lots_at_one(), input, owners, Money(1'530'000));
    EXPECT_EQ(line->line.sale, Money(1'500'000));
    EXPECT_EQ(line->lot_us / 1'000'000, kHourUs * 3 / 2 / 1'000'000);
    EXPECT_EQ(line->paid_us, line->lot_us);
}

TEST(Correction, TakingBackAndRepayingAtTheEnds) {
    constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
    const OwnerBalances owner{test_organisation(1), Money(3), Money(4), Money(-5)};
    EXPECT_EQ(take_back(Money(0), owner), (TakenBack{Money(0), Money(0), Money(0)}));
    EXPECT_EQ(take_back(Money(3), owner), (TakenBack{Money(3), Money(0), Money(0)}));
    EXPECT_EQ(take_back(Money(7), owner), (TakenBack{Money(3), Money(4), Money(0)}));
    EXPECT_EQ(take_back(Money(9), owner), (TakenBack{Money(3), Money(4), Money(2)}));
    EXPECT_THROW(take_back(Money(-1), owner), BugError);
    EXPECT_EQ(split_proceeds(Money(9), Money(0)), (ProceedsSplit{Money(0), Money(9)}));
    EXPECT_EQ(split_proceeds(Money(9), Money(-4)), (ProceedsSplit{Money(4), Money(5)}));
    EXPECT_EQ(split_proceeds(Money(kMost), Money(-kMost - 1)),
              (ProceedsSplit{Money(kMost), Money(0)}));
}

// A window is settled, then corrected again and again: at every step all accounts are those of the
// waterfall of the last lot-time, whatever the owners had drawn before.
class CorrectedWindow {
 public:
    explicit CorrectedWindow(RandomContracts& random) : random_(random) {
        terms_ = random.terms();
        owners_ = random.owners();
        input_ = random.input(terms_, RandomContracts::windows(terms_.window).front());
        const VoucherTerms voucher = random.voucher(terms_);
        input_.voucher_share = voucher.share;
        input_.voucher_cap = voucher.price_cap;
        input_.voucher_left = Money(random.below(1'000'000'000));
        const Window window = input_.window;
        const std::int64_t most = terms_.lots.value * window.length().value * 1'000'000;
        full_ = input_;
        full_.final_lot_us = most;
        full_.credit = Ppm(0);
        if (full_.metered) full_.metered->busy_us = most;
        hold_ = waterfall(terms_, full_, owners_)->buyer_pays;
        set(kBuyer, AccountKind::kHeld, hold_.value);
        set(kProgramme, AccountKind::kReserved, input_.voucher_left.value);
        set(kOperator, AccountKind::kCash, -hold_.value - input_.voucher_left.value);
        for (const OwnerShare& owner : owners_) {
            const std::int64_t bond = random.below(1'000);
            set(owner.owner, AccountKind::kBond, bond);
            set(kOperator, AccountKind::kCash, balance(kOperator, AccountKind::kCash).value - bond);
        }
        line_.owners.resize(owners_.size());
    }

    void correct() {
        WindowInput next = input_;
        next.final_lot_us = random_.below(full_.final_lot_us + 1);
        next.credit = random_.ppm();
        if (next.metered) next.metered->busy_us = random_.below(next.final_lot_us + 1);
        const auto after = waterfall(terms_, next, owners_);
        ASSERT_TRUE(after.has_value());
        // What the buyer held for the window and did not pay yet; refunds are not held again.
        if (after->buyer_pays.value - line_.buyer_pays.value >
                balance(kBuyer, AccountKind::kHeld).value ||
            after->voucher.value - line_.voucher.value >
                balance(kProgramme, AccountKind::kReserved).value) {
            return;
        }
        const auto change = difference(line_, *after);
        ASSERT_TRUE(change.has_value());
        const auto postings = correction_postings(*change, parties());
        ASSERT_TRUE(postings.has_value()) << postings.error().detail();
        if (!postings->empty()) {
            const auto posted = accounts_.post(*postings);
            ASSERT_TRUE(posted.has_value()) << posted.error().code();
        }
        line_ = *after;
        check();
    }

    void draw() {
        for (const OwnerShare& owner : owners_) {
            const Money pending = balance(owner.owner, AccountKind::kPending);
            const Money drawn(random_.below(pending.value + 1));
            if (drawn.value == 0) continue;
            ASSERT_TRUE(
                accounts_
                    .post({{account(owner.owner, AccountKind::kPending), Money(-drawn.value)},
                           {account(owner.owner, AccountKind::kAvailable), drawn}})
                    .has_value());
        }
    }

 private:
    void set(const OrganisationId& who, AccountKind kind, std::int64_t amount) {
        accounts_.restore(account(who, kind), Money(amount));
    }
    [[nodiscard]] Money balance(const OrganisationId& who, AccountKind kind) const {
        return accounts_.balance(account(who, kind));
    }
    [[nodiscard]] WindowParties parties() const {
        WindowParties out{"CNY", kBuyer, kOperator, kProgramme, balance(kBuyer, AccountKind::kHeld),
                          {}};
        for (const OwnerShare& owner : owners_) {
            out.owners.push_back({owner.owner, balance(owner.owner, AccountKind::kPending),
                                  balance(owner.owner, AccountKind::kBond),
                                  balance(owner.owner, AccountKind::kReceivable)});
        }
        return out;
    }
    void check() const {
        ASSERT_TRUE(accounts_.total("CNY") == 0);
        ASSERT_EQ(balance(kBuyer, AccountKind::kHeld).value +
                      balance(kBuyer, AccountKind::kAvailable).value,
                  hold_.value - line_.buyer_pays.value);
        ASSERT_EQ(balance(kOperator, AccountKind::kFees).value,
                  line_.buyer_fee.value + line_.provider_fee.value);
        ASSERT_EQ(balance(kOperator, AccountKind::kTax).value,
                  line_.buyer_tax.value + line_.withheld.value);
    }

    RandomContracts& random_;
    ContractTerms terms_;
    std::vector<OwnerShare> owners_;
    WindowInput input_;
    WindowInput full_;
    Money hold_;
    Accounts accounts_;
    WaterfallLine line_;  // nothing is settled yet
};

TEST(Correction, AnySeriesOfCorrectionsEndsWhereTheLastWaterfallDoes) {
    RandomContracts random(support::test_seed());
    for (int round = 0; round < 300 && !testing::Test::HasFailure(); ++round) {
        CorrectedWindow window(random);
        for (int step = 0; step < 8 && !testing::Test::HasFailure(); ++step) {
            window.correct();
            if (random.one_in(2)) window.draw();
        }
    }
}

}  // namespace
}  // namespace suanpan::settlement
