// The waterfall against exact fractions: whole leases with discounts, credits, vouchers, metered
// use and several owners.

#include "settlement/waterfall.hpp"
#include "support/seed.hpp"
#include "tests/settlement/random_contracts.hpp"
#include "tests/settlement/rational_waterfall.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

namespace suanpan::settlement {
namespace {

constexpr std::int64_t kHourUs = 3'600'000'000;

void expect_same(const WaterfallLine& line, const RationalLine& model) {
    EXPECT_EQ(line.sale.value, model.sale);
    EXPECT_EQ(line.credit.value, model.credit);
    EXPECT_EQ(line.discount.value, model.discount);
    EXPECT_EQ(line.amount.value, model.amount);
    EXPECT_EQ(line.voucher.value, model.voucher);
    EXPECT_EQ(line.buyer_fee.value, model.buyer_fee);
    EXPECT_EQ(line.provider_fee.value, model.provider_fee);
    EXPECT_EQ(line.buyer_tax.value, model.buyer_tax);
    EXPECT_EQ(line.withheld.value, model.withheld);
    EXPECT_EQ(line.buyer_pays.value, model.buyer_pays);
    EXPECT_EQ(line.provider_gets.value, model.provider_gets);
    ASSERT_EQ(line.owners.size(), model.owners.size());
    for (std::size_t i = 0; i < line.owners.size(); ++i)
        EXPECT_EQ(line.owners[i].value, model.owners[i]);
}

void expect_sound(const WaterfallLine& line) {
    Int128 split = 0;
    for (const Money owner : line.owners) {
        EXPECT_GE(owner.value, 0);
        split += owner.value;
    }
    for (const Money part :
         {line.sale, line.credit, line.discount, line.amount, line.voucher, line.buyer_fee,
          line.provider_fee, line.buyer_tax, line.withheld, line.buyer_pays, line.provider_gets}) {
        EXPECT_GE(part.value, 0);
    }
    EXPECT_TRUE(split == line.provider_gets.value);
    EXPECT_EQ(line.sale.value, line.credit.value + line.discount.value + line.amount.value);
    EXPECT_EQ(line.buyer_pays.value + line.voucher.value,
              line.provider_gets.value + line.provider_fee.value + line.withheld.value +
                  line.buyer_fee.value + line.buyer_tax.value);
}

TEST(WaterfallRational, WholeLeasesOfAnyMixAgreeWithFractionsAndStayWithinTheirHolds) {
    RandomContracts random(support::test_seed());
    std::map<std::string, int> seen;
    for (int round = 0; round < 1'500 && !testing::Test::HasFailure(); ++round) {
        const ContractTerms terms = random.terms();
        const auto owners = random.owners();
        const VoucherTerms voucher = random.voucher(terms);
        const auto sale = exact_amount(terms.price, terms.price_unit, terms.lots, terms.rate,
                                       terms.window.length());
        const Money most =
            *voucher_limit(*sale, terms.price, terms.price_unit, terms.rate, voucher);
        const Rational whole_us =
            Rational(terms.lots.value) * terms.window.length().value * 1'000'000;
        EXPECT_EQ(most.value,
                  round_down(rational_voucher(terms, exact_sale_of(terms, whole_us), voucher)));
        // What the grant still had, at the most.
        const Money reserved = random.one_in(2) ? most : Money(random.below(most.value + 1));
        std::int64_t hold = lease_hold(terms)->value - reserved.value;
        std::int64_t left = reserved.value;
        for (const Window& window : RandomContracts::windows(terms.window)) {
            WindowInput input = random.input(terms, window);
            input.voucher_share = voucher.share;
            input.voucher_cap = voucher.price_cap;
            input.voucher_left = Money(reserved_until(reserved, terms, window.end)->value -
                                       reserved_until(reserved, terms, window.start)->value);
            const auto plain = waterfall(terms, input, owners);
            ASSERT_TRUE(plain.has_value()) << plain.error().detail();
            expect_same(*plain, rational_waterfall(terms, input, owners));
            input.buyer_held =
                Money(hold_until(terms, window.end)->value -
                      hold_until(terms, window.start)->value - input.voucher_left.value);
            const auto line = waterfall(terms, input, owners);
            ASSERT_TRUE(line.has_value()) << line.error().detail();
            expect_sound(*line);
            ASSERT_LE(line->buyer_pays, *input.buyer_held);
            ASSERT_LE(line->voucher, input.voucher_left);
            ASSERT_LE(line->voucher.value, plain->voucher.value + 4) << "rounding only";
            EXPECT_EQ(line->provider_gets, plain->provider_gets);
            if (line->amount.value == 0) EXPECT_EQ(line->provider_gets.value, 0);
            seen["rounded for the buyer"] += line->voucher == plain->voucher ? 0 : 1;
            seen["voucher"] += line->voucher.value > 0 ? 1 : 0;
            seen["voucher used up"] += line->voucher == input.voucher_left ? 1 : 0;
            hold -= input.buyer_held->value;
            left -= input.voucher_left.value;
        }
        EXPECT_EQ(hold, 0);
        EXPECT_EQ(left, 0);
    }
    for (const char* word : {"rounded for the buyer", "voucher", "voucher used up"})
        EXPECT_GT(seen[word], 0) << word;
}

TEST(WaterfallRational, NothingDeliveredCostsAndPaysNothing) {
    RandomContracts random(support::test_seed());
    for (int round = 0; round < 200; ++round) {
        const ContractTerms terms = random.terms();
        WindowInput input = random.input(terms, RandomContracts::windows(terms.window).front());
        input.final_lot_us = 0;
        if (input.metered) input.metered->busy_us = 0;
        const auto line = waterfall(terms, input, random.owners());
        ASSERT_TRUE(line.has_value());
        EXPECT_EQ(line->sale.value + line->buyer_pays.value + line->provider_gets.value, 0);
    }
}

TEST(WaterfallRational, TheOrderOfTheOwnersMovesAtMostTheLeftOverUnits) {
    RandomContracts random(support::test_seed());
    for (int round = 0; round < 500; ++round) {
        const ContractTerms terms = random.terms();
        const WindowInput input =
            random.input(terms, RandomContracts::windows(terms.window).front());
        auto owners = random.owners();
        const auto before = waterfall(terms, input, owners);
        std::map<OrganisationId, std::int64_t> parts;
        for (std::size_t i = 0; i < owners.size(); ++i)
            parts[owners[i].owner] = before->owners[i].value;
        std::shuffle(owners.begin(), owners.end(), random.engine());
        auto after = waterfall(terms, input, owners);
        for (std::size_t i = 0; i < owners.size(); ++i)
            EXPECT_LE(std::abs(parts[owners[i].owner] - after->owners[i].value), 1);
        after->owners = before->owners;
        EXPECT_EQ(*after, *before);
    }
}

TEST(WaterfallRational, MoreLotTimeNeverCostsLess) {
    RandomContracts random(support::test_seed());
    for (int round = 0; round < 500; ++round) {
        const ContractTerms terms = random.terms();
        WindowInput input = random.input(terms, RandomContracts::windows(terms.window).front());
        const auto owners = random.owners();
        const auto more = waterfall(terms, input, owners);
        input.final_lot_us = random.below(input.final_lot_us + 1);
        if (input.metered)
            input.metered->busy_us = std::min(input.metered->busy_us, input.final_lot_us);
        const auto less = waterfall(terms, input, owners);
        EXPECT_LE(less->sale, more->sale);
        EXPECT_LE(less->buyer_pays, more->buyer_pays);
    }
}

ContractTerms four_lots_at_five() {
    ContractTerms terms;
    terms.price = Price(5'000'000);
    terms.rate = Rate(100'000);
    terms.lots = Lots(4);
    terms.window = Window{Time(0), Time(3600)};
    return terms;
}

TEST(Waterfall, MeteredContractsPayBusyTimeAndAtLeastTheMinimumOfWhatWasDelivered) {
    ContractTerms terms = four_lots_at_five();
    terms.fees.buyer_flat = Price(10'000);
    const std::vector<OwnerShare> owners{{test_organisation(1), Ppm(kPpm)}};
    WindowInput input{terms.window, 2 * kHourUs, {}, {}, {}, {}, MeteredUse{kHourUs, Ppm(250'000)}};
    auto line = waterfall(terms, input, owners);
    EXPECT_EQ(line->sale, Money(5'000'000));
    EXPECT_EQ(line->buyer_fee, Money(20'000)) << "flat fees are by final lot-time";
    input.metered->minimum_share = Ppm(750'000);
    line = waterfall(terms, input, owners);
    EXPECT_EQ(line->sale, Money(7'500'000));
    input.metered->busy_us = 2 * kHourUs + 1;
    EXPECT_EQ(waterfall(terms, input, owners).error().code(), "bad_lot_time");
    input.metered = MeteredUse{0, Ppm(kPpm + 1)};
    EXPECT_EQ(waterfall(terms, input, owners).error().code(), "bad_lot_time");
}

TEST(Waterfall, NoVoucherPaysThePartOfAPriceAboveTheCap) {
    const ContractTerms terms = four_lots_at_five();  // 5.00 per lot·h of 100 CU: 0.05 per CU·h
    const std::vector<OwnerShare> owners{{test_organisation(1), Ppm(kPpm)}};
    WindowInput input{terms.window, 4 * kHourUs, {}, {}, Ppm(500'000), Money(100'000'000)};
    EXPECT_EQ(waterfall(terms, input, owners)->voucher, Money(10'000'000));
    input.voucher_cap = Price(50'000);
    EXPECT_EQ(waterfall(terms, input, owners)->voucher, Money(10'000'000));
    input.voucher_cap = Price(40'000);
    EXPECT_EQ(waterfall(terms, input, owners)->voucher, Money(8'000'000));
    input.voucher_cap = Price(0);
    EXPECT_EQ(waterfall(terms, input, owners)->voucher, Money(0));
    input.voucher_cap = Price(-1);
    EXPECT_EQ(waterfall(terms, input, owners).error().code(), "bad_voucher");
}

TEST(Waterfall, EveryRefusalHasItsCodeInOrderOfPrecedence) {
    ContractTerms terms = four_lots_at_five();
    std::vector<OwnerShare> owners;
    terms.fees.buyer_tax = Ppm(-1);
    WindowInput input{terms.window, -1, Ppm(-1), Ppm(kPpm + 1), Ppm(-1), Money(0)};
    const auto code = [&] { return waterfall(terms, input, owners).error().code(); };
    EXPECT_EQ(code(), "bad_fees");
    terms.fees = FeeTerms{};
    EXPECT_EQ(code(), "bad_shares");
    owners = {{test_organisation(1), Ppm(kPpm)}};
    terms.lots = Lots(0);
    EXPECT_EQ(code(), "bad_terms");
    terms.lots = Lots(4);
    EXPECT_EQ(code(), "bad_credit");
    input.credit = Ppm(0);
    EXPECT_EQ(code(), "bad_discount");
    input.discount = Ppm(0);
    EXPECT_EQ(code(), "bad_voucher");
    input.voucher_share = Ppm(0);
    EXPECT_EQ(code(), "bad_lot_time");
    input.final_lot_us = 4 * kHourUs;
    input.buyer_held = Money(19'999'999);
    EXPECT_EQ(code(), "exceeds_hold");
    input.buyer_held = Money(20'000'000);
    EXPECT_TRUE(waterfall(terms, input, owners).has_value());
}

}  // namespace
}  // namespace suanpan::settlement
