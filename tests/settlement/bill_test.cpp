#include "settlement/bill.hpp"

#include "settlement/dispute.hpp"
#include "support/seed.hpp"
#include "tests/settlement/random_contracts.hpp"

#include <gtest/gtest.h>

namespace suanpan::settlement {
namespace {

constexpr std::int64_t kHourUs = 3'600'000'000;

BillTerms ten_lots_at_one() {
    BillTerms out;
    out.contract.price = Price(1'000'000);
    out.contract.lots = Lots(10);
    out.contract.window = Window{Time(0), Time(3600)};
    out.grade = standard_grade();
    return out;
}

BillFacts whole_hour() {
    BillFacts out;
    out.window = Window{Time(0), Time(3600)};
    out.owners = {{test_organisation(1), Ppm(kPpm)}};
    return out;
}

TEST(Bill, CreditsFollowFromWhatWasDelivered) {
    const BillTerms terms = ten_lots_at_one();
    const auto line = [&](std::int64_t lot_us, std::int64_t credit) {
        return *bill_window(terms, whole_hour(), Delivered{lot_us, Ppm(credit)}, std::nullopt);
    };
    EXPECT_EQ(line(10 * kHourUs, 0).credit, Money(0));
    // 99.2 % of the lot-time: 10 % of what it costs.
    EXPECT_EQ(line(992 * kHourUs / 100, 0).credit, Money(992'000));
    EXPECT_EQ(line(10 * kHourUs, 50'000).credit, Money(500'000));
    EXPECT_EQ(line(992 * kHourUs / 100, 50'000).credit, Money(1'488'000));
    EXPECT_EQ(line(9 * kHourUs, 50'000).amount, Money(0)) << "under 95 % all is credited";
}

TEST(Bill, RefusesWhatCannotHaveBeenDelivered) {
    const auto code = [](auto change) {
        BillTerms terms = ten_lots_at_one();
        BillFacts facts = whole_hour();
        Delivered delivered{10 * kHourUs, Ppm(0)};
        change(terms, facts, delivered);
        const auto line = bill_window(terms, facts, delivered, std::nullopt);
        return line ? std::string("ok") : line.error().code();
    };
    EXPECT_EQ(code([](auto&, auto&, auto&) {}), "ok");
    EXPECT_EQ(code([](auto& t, auto&, auto&) { t.contract.lots = Lots(0); }), "bad_terms");
    EXPECT_EQ(code([](auto&, auto& f, auto&) { f.window.end = f.window.start; }), "bad_terms");
    EXPECT_EQ(code([](auto&, auto&, auto& d) { d.lot_us = -1; }), "bad_lot_time");
    EXPECT_EQ(code([](auto&, auto&, auto& d) { d.lot_us += 1; }), "bad_lot_time");
    EXPECT_EQ(code([](auto&, auto&, auto& d) { d.credit = Ppm(kPpm + 1); }), "bad_credit");
    EXPECT_EQ(code([](auto&, auto& f, auto&) { f.discount = Ppm(kPpm + 1); }), "bad_discount");
}

TEST(Bill, ARulingChangesTheLineAndTheCreditThatFollowsFromIt) {
    const BillTerms terms = ten_lots_at_one();
    const BillFacts facts = whole_hour();
    FinalWindow window;
    window.window = facts.window;
    window.lot_us = 98 * kHourUs / 10;
    window.disputed_us = 2 * kHourUs / 10;
    const auto before = bill_window(terms, facts, {window.lot_us, Ppm(0)}, Money(10'000'000));
    ASSERT_TRUE(before.has_value());
    EXPECT_EQ(before->buyer_pays, Money(7'350'000)) << "98 %: a quarter is credited";
    Dispute dispute =
        open_mismatch(DisputeId{}, window, Ppm(0), Ppm(0), Time(3600), DisputeRules{});
    ASSERT_TRUE(claim_dispute(dispute, Time(7200)).has_value());
    ASSERT_TRUE(rule_dispute(dispute, {10 * kHourUs, Ppm(0)}, Time(9000)).has_value());
    const auto after = correct_bill(terms, facts, *before, *dispute.result, Money(2'650'000));
    ASSERT_TRUE(after.has_value());
    EXPECT_EQ(after->line.buyer_pays, Money(10'000'000));
    EXPECT_EQ(after->change.credit, Money(-2'450'000));
    EXPECT_EQ(after->change.buyer_pays, Money(2'650'000));
    // Only a part is still held.
    const auto part = correct_bill(terms, facts, *before, *dispute.result, Money(650'000));
    EXPECT_EQ(part->change.buyer_pays, Money(650'000));
    EXPECT_EQ(correct_bill(terms, facts, *before, *dispute.result, Money(-1)).error().code(),
              "bad_terms");
}

// Whatever is ruled and ruled again, within the window's hold: the differences sum to the last bill
// less the first, and the buyer never pays more than was held.
TEST(BillRandom, CorrectionsSumToTheLastBillWithinTheHold) {
    RandomContracts random(support::test_seed());
    for (int round = 0; round < 500 && !testing::Test::HasFailure(); ++round) {
        BillTerms terms;
        terms.contract = random.terms();
        terms.grade = random.one_in(2) ? standard_grade() : ServiceGrade{"none", {}};
        terms.voucher = random.voucher(terms.contract);
        if (random.one_in(3)) terms.minimum_share = random.ppm();
        BillFacts facts;
        facts.window = RandomContracts::windows(terms.contract.window).front();
        facts.owners = random.owners();
        facts.discount = random.ppm();
        facts.voucher_left = Money(random.below(1'000));
        const std::int64_t most =
            terms.contract.lots.value * facts.window.length().value * 1'000'000;
        facts.busy_us = random.below(most + 1);
        const auto delivered = [&] {
            return Delivered{random.one_in(3) ? most : random.below(most + 1), random.ppm()};
        };
        const auto first = bill_window(terms, facts, delivered(), std::nullopt);
        ASSERT_TRUE(first.has_value()) << first.error().detail();
        const Money hold = hold_until(terms.contract, facts.window.end).value();
        WaterfallLine now = *first;
        Money sum(0);
        for (int step = 0; step < 6; ++step) {
            const Delivered ruled = delivered();
            const Money still_held(hold.value - now.buyer_pays.value);
            const auto next = correct_bill(terms, facts, now, ruled, still_held);
            ASSERT_TRUE(next.has_value()) << next.error().detail();
            EXPECT_LE(next->line.buyer_pays, hold);
            // The hold has room for all that was sold, so the ruling is met in full.
            EXPECT_EQ(next->line, *bill_window(terms, facts, ruled, std::nullopt));
            sum.value += next->change.buyer_pays.value;
            now = next->line;
        }
        EXPECT_EQ(sum.value, now.buyer_pays.value - first->buyer_pays.value);
    }
}

}  // namespace
}  // namespace suanpan::settlement
