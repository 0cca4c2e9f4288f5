#include "settlement/waterfall.hpp"

#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <numeric>
#include <random>

namespace suanpan::settlement {
namespace {

constexpr std::int64_t kHourUs = 3'600'000'000;

OrganisationId organisation(std::uint8_t n) {
    OrganisationId id;
    id.bytes[15] = n;
    return id;
}

std::vector<OwnerShare> owners(std::initializer_list<std::int64_t> shares) {
    std::vector<OwnerShare> out;
    for (const std::int64_t share : shares) {
        out.push_back(OwnerShare{organisation(static_cast<std::uint8_t>(out.size())), Ppm(share)});
    }
    return out;
}

ContractTerms terms_of(std::int64_t price, std::int64_t lots, std::int64_t seconds) {
    ContractTerms terms;
    terms.price = Price(price);
    terms.lots = Lots(lots);
    terms.window = Window{Time(0), Time(seconds)};
    return terms;
}

TEST(Waterfall, WorkedExample) {
    // 8 lots at 5.00 for an hour, 7.5 lot·h delivered: S = 37.50; credit 10 %: 3.75; discount 4 %
    // of 33.75: 1.35; A = 32.40; voucher 50 % but 10.00 left.
    ContractTerms terms = terms_of(5'000'000, 8, 3600);
    terms.fees.buyer_fee = Ppm(20'000);              // 2 % of 32.40 = 0.648
    terms.fees.buyer_flat = Price(10'000);           // 0.01 × 7.5 = 0.075
    terms.fees.provider_fee = Ppm(30'000);           // 0.972
    terms.fees.provider_flat = Price(20'000);        // 0.15
    terms.fees.buyer_tax = Ppm(60'000);              // 6 % of 33.123 = 1.98738
    terms.fees.provider_withholding = Ppm(100'000);  // 3.24
    WindowInput input;
    input.window = terms.window;
    input.final_lot_us = 15 * kHourUs / 2;
    input.credit = Ppm(100'000);
    input.discount = Ppm(40'000);
    input.voucher_share = Ppm(500'000);
    input.voucher_left = Money(10'000'000);
    const auto line = waterfall(terms, input, owners({600'000, 400'000}));
    ASSERT_TRUE(line.has_value()) << line.error().detail();
    EXPECT_EQ(line->sale, Money(37'500'000));
    EXPECT_EQ(line->credit, Money(3'750'000));
    EXPECT_EQ(line->discount, Money(1'350'000));
    EXPECT_EQ(line->amount, Money(32'400'000));
    EXPECT_EQ(line->voucher, Money(10'000'000));
    EXPECT_EQ(line->buyer_fee, Money(723'000));
    EXPECT_EQ(line->provider_fee, Money(1'122'000));
    EXPECT_EQ(line->buyer_tax, Money(1'987'380));
    EXPECT_EQ(line->withheld, Money(3'240'000));
    EXPECT_EQ(line->buyer_pays, Money(25'110'380));
    EXPECT_EQ(line->provider_gets, Money(28'038'000));
    EXPECT_EQ(line->owners, (std::vector{Money(16'822'800), Money(11'215'200)}));
}

TEST(Waterfall, PriceForComputeTakesTheRate) {
    ContractTerms terms = terms_of(12'345, 3, 7200);
    terms.price_unit = Unit::kCu;
    terms.rate = Rate(312'500);  // 312.5 CU a lot
    WindowInput input{Window{Time(0), Time(3600)}, 3 * kHourUs, Ppm(0), Ppm(0), Ppm(0), Money(0)};
    const auto line = waterfall(terms, input, owners({1'000'000}));
    ASSERT_TRUE(line.has_value());
    // 0.012345 × 312.5 × 3 = 11.5734375
    EXPECT_EQ(line->sale, Money(11'573'437));
    EXPECT_EQ(line->owners.front(), line->sale);
}

TEST(Waterfall, LeftOverUnitsGoInTheOrderOfTheShares) {
    ContractTerms terms = terms_of(11, 1, 3600);
    WindowInput input{terms.window, kHourUs, Ppm(0), Ppm(0), Ppm(0), Money(0)};
    const auto line = waterfall(terms, input, owners({333'334, 333'333, 333'333}));
    ASSERT_TRUE(line.has_value());
    // Floors of 3.66…: 3, 3, 3; two are left over.
    EXPECT_EQ(line->owners, (std::vector{Money(4), Money(4), Money(3)}));
}

TEST(Waterfall, ProvidersFeeAndTaxNeverExceedTheAmount) {
    ContractTerms terms = terms_of(1'000, 1, 3600);
    terms.fees.provider_flat = Price(5'000);
    terms.fees.provider_withholding = Ppm(1'000'000);
    WindowInput input{terms.window, kHourUs, Ppm(0), Ppm(0), Ppm(0), Money(0)};
    auto line = waterfall(terms, input, owners({1'000'000}));
    ASSERT_TRUE(line.has_value());
    EXPECT_EQ(line->provider_fee, Money(1'000));
    EXPECT_EQ(line->withheld, Money(0));
    EXPECT_EQ(line->provider_gets, Money(0));
    // A full credit leaves nothing to take fees from on the provider's side.
    input.credit = Ppm(1'000'000);
    line = waterfall(terms, input, owners({1'000'000}));
    ASSERT_TRUE(line.has_value());
    EXPECT_EQ(line->amount, Money(0));
    EXPECT_EQ(line->provider_fee, Money(0));
    EXPECT_EQ(line->buyer_pays, Money(0));
}

TEST(Waterfall, RefusesBadTerms) {
    const ContractTerms good = terms_of(1'000'000, 2, 3600);
    const WindowInput input{good.window, kHourUs, Ppm(0), Ppm(0), Ppm(0), Money(0)};
    const auto code = [](const ContractTerms& terms, const WindowInput& in,
                         const std::vector<OwnerShare>& who) {
        const auto line = waterfall(terms, in, who);
        return line ? std::string("ok") : line.error().code();
    };
    EXPECT_EQ(code(good, input, owners({1'000'000})), "ok");
    EXPECT_EQ(code(good, input, {}), "bad_shares");
    EXPECT_EQ(code(good, input, owners({500'000, 499'999})), "bad_shares");
    EXPECT_EQ(code(good, input, owners({1'000'001, -1})), "bad_shares");
    EXPECT_EQ(code(good, input, owners({0, 1'000'000})), "bad_shares");
    ContractTerms terms = good;
    terms.fees.buyer_fee = Ppm(1'000'001);
    EXPECT_EQ(code(terms, input, owners({1'000'000})), "bad_fees");
    terms = good;
    terms.fees.provider_flat = Price(-1);
    EXPECT_EQ(code(terms, input, owners({1'000'000})), "bad_fees");
    WindowInput in = input;
    in.credit = Ppm(-1);
    EXPECT_EQ(code(good, in, owners({1'000'000})), "bad_credit");
    in = input;
    in.final_lot_us = 2 * kHourUs + 1;
    EXPECT_EQ(code(good, in, owners({1'000'000})), "bad_lot_time");
    in = input;
    in.voucher_left = Money(-1);
    EXPECT_EQ(code(good, in, owners({1'000'000})), "bad_voucher");
    in = input;
    in.window.end = in.window.start;
    EXPECT_EQ(code(good, in, owners({1'000'000})), "bad_terms");
}

TEST(Waterfall, OverflowIsAnErrorNeverAWrap) {
    constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
    ContractTerms terms = terms_of(kMost, 1'000'000, 3600);
    terms.price_unit = Unit::kCu;
    terms.rate = Rate(kMost);
    WindowInput input{terms.window, 1'000'000 * kHourUs, Ppm(0), Ppm(0), Ppm(0), Money(0)};
    const auto line = waterfall(terms, input, owners({1'000'000}));
    ASSERT_FALSE(line.has_value());
    EXPECT_EQ(line.error().code(), "overflow");
    const auto hold = lease_hold(terms);
    ASSERT_FALSE(hold.has_value());
    EXPECT_EQ(hold.error().code(), "overflow");
    // The largest sale that fits, and the first that does not.
    terms = terms_of(kMost, 1, 3600);
    input.final_lot_us = kHourUs;
    EXPECT_EQ(waterfall(terms, input, owners({1'000'000}))->sale, Money(kMost));
    terms.fees.buyer_fee = Ppm(1);
    EXPECT_EQ(waterfall(terms, input, owners({1'000'000})).error().code(), "overflow");
}

TEST(WorstCase, IsExactUntilItIsRounded) {
    // 1/3 micro-unit of sale + 1 % fee + 0.01 flat an hour for 20 minutes, + 10 % tax.
    FeeTerms fees;
    fees.buyer_fee = Ppm(10'000);
    fees.buyer_flat = Price(1);
    fees.buyer_tax = Ppm(100'000);
    const auto amount = worst_case(ExactAmount{1, 3}, fees, Lots(1), Duration(1200));
    ASSERT_TRUE(amount.has_value());
    // (1/3 × 1.01 + 1/3) × 1.1 = 0.737
    EXPECT_TRUE(amount->numerator * 1000 == amount->denominator * 737);
}

// Fractions as they stand, without any reduction: inputs are kept small enough for 128 bits.
Int128 slow_hold(const ContractTerms& terms, std::int64_t seconds) {
    const Int128 rate = terms.price_unit == Unit::kCu ? terms.rate.value : 1'000;
    const Int128 milli_hour = Int128{3600} * 1000;
    const Int128 sale = Int128{terms.price.value} * terms.lots.value * seconds * rate;
    const Int128 flat = Int128{terms.fees.buyer_flat.value} * terms.lots.value * seconds * 1000;
    const Int128 with_fee = sale * (1'000'000 + terms.fees.buyer_fee.value) + flat * 1'000'000;
    return with_fee * (1'000'000 + terms.fees.buyer_tax.value) / 1'000'000 /
           (milli_hour * 1'000'000);
}

struct SlowLine {
    Int128 sale, credit, discount, amount, voucher, buyer_fee, provider_fee, tax, withheld;
};

SlowLine slow_waterfall(const ContractTerms& terms, const WindowInput& in) {
    const Int128 ppm = 1'000'000;
    const Int128 rate = terms.price_unit == Unit::kCu ? terms.rate.value : 1'000;
    const Int128 hour = Int128{3600} * ppm;
    const FeeTerms& fees = terms.fees;
    SlowLine out{};
    out.sale = Int128{terms.price.value} * in.final_lot_us * rate / (hour * 1000);
    out.credit = out.sale * in.credit.value / ppm;
    out.discount = (out.sale - out.credit) * in.discount.value / ppm;
    out.amount = out.sale - out.credit - out.discount;
    out.voucher =
        std::min(Int128{in.voucher_left.value}, out.amount * in.voucher_share.value / ppm);
    const auto fee = [&](Ppm share, Price flat) {
        return (out.amount * share.value * 3600 + Int128{flat.value} * in.final_lot_us) / hour;
    };
    out.buyer_fee = fee(fees.buyer_fee, fees.buyer_flat);
    out.provider_fee = std::min(out.amount, fee(fees.provider_fee, fees.provider_flat));
    out.tax = (out.amount + out.buyer_fee) * fees.buyer_tax.value / ppm;
    out.withheld =
        std::min(out.amount - out.provider_fee, out.amount * fees.provider_withholding.value / ppm);
    return out;
}

class RandomWaterfall {
 public:
    explicit RandomWaterfall(std::uint64_t seed) : random_(seed) {}

    std::int64_t below(std::int64_t n) {
        return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(n));
    }
    // Often one of the ends.
    Ppm ppm() {
        const std::int64_t kind = below(4);
        return Ppm(kind == 0 ? 0 : kind == 1 ? 1'000'000 : below(1'000'001));
    }
    ContractTerms terms() {
        ContractTerms out;
        out.price = Price(below(3) == 0 ? below(10) : below(100'000'000));
        out.price_unit = below(2) == 0 ? Unit::kLot : Unit::kCu;
        out.rate = Rate(1 + below(1'000'000));
        out.lots = Lots(1 + below(200));
        out.window.start = Time(below(100'000));
        out.window.end = Time(out.window.start.value + 1 + below(30'000));
        out.fees = FeeTerms{ppm(), ppm(), Price(below(1'000)), Price(below(1'000)), ppm(), ppm()};
        return out;
    }
    WindowInput input(const ContractTerms& terms, const Window& window) {
        const std::int64_t most = terms.lots.value * window.length().value * 1'000'000;
        const std::int64_t used = below(3) == 0 ? most : below(most + 1);
        return WindowInput{window, used, ppm(), ppm(), ppm(), Money(below(1'000'000'000))};
    }
    std::vector<OwnerShare> owners() {
        std::vector<OwnerShare> out;
        std::int64_t rest = kPpm;
        while (rest > 0 && out.size() < 6) {
            const std::int64_t share = out.size() == 5 ? rest : 1 + below(rest);
            out.push_back(
                OwnerShare{organisation(static_cast<std::uint8_t>(out.size())), Ppm(share)});
            rest -= share;
        }
        return out;
    }

 private:
    std::mt19937_64 random_;
};

void expect_like_model(const WaterfallLine& line, const SlowLine& slow) {
    EXPECT_TRUE(line.sale.value == slow.sale && line.credit.value == slow.credit);
    EXPECT_TRUE(line.discount.value == slow.discount && line.amount.value == slow.amount);
    EXPECT_TRUE(line.voucher.value == slow.voucher && line.buyer_fee.value == slow.buyer_fee);
    EXPECT_TRUE(line.provider_fee.value == slow.provider_fee);
    EXPECT_TRUE(line.buyer_tax.value == slow.tax && line.withheld.value == slow.withheld);
}

// Every part is not negative, parts sum to the whole, and owners get each unit once.
void expect_sound(const WaterfallLine& line, const std::vector<OwnerShare>& owners) {
    for (const Money part :
         {line.sale, line.credit, line.discount, line.amount, line.voucher, line.buyer_fee,
          line.provider_fee, line.buyer_tax, line.withheld, line.buyer_pays, line.provider_gets}) {
        EXPECT_GE(part.value, 0);
    }
    EXPECT_EQ(line.sale.value, line.credit.value + line.discount.value + line.amount.value);
    // What the buyer and the programme pay is what provider, operator and tax office get.
    EXPECT_EQ(line.buyer_pays.value + line.voucher.value,
              line.provider_gets.value + line.provider_fee.value + line.withheld.value +
                  line.buyer_fee.value + line.buyer_tax.value);
    std::int64_t sum = 0;
    ASSERT_EQ(line.owners.size(), owners.size());
    for (std::size_t i = 0; i < owners.size(); ++i) {
        const Int128 exact = Int128{line.provider_gets.value} * owners[i].share.value;
        EXPECT_TRUE(line.owners[i].value >= exact / kPpm &&
                    line.owners[i].value <= exact / kPpm + 1);
        sum += line.owners[i].value;
    }
    EXPECT_EQ(sum, line.provider_gets.value);
}

TEST(Waterfall, RandomLeasesAgreeWithTheModelAndStayWithinTheirHold) {
    RandomWaterfall random(support::test_seed());
    int charged_in_full = 0;
    for (int round = 0; round < 3'000; ++round) {
        const ContractTerms terms = random.terms();
        const auto owners = random.owners();
        const auto hold = lease_hold(terms);
        ASSERT_TRUE(hold.has_value());
        ASSERT_TRUE(hold->value == slow_hold(terms, terms.window.length().value));
        std::int64_t shares = 0;
        for (Time at = terms.window.start; at < terms.window.end;) {
            const Time end = std::min(Time((at.value / 3600 + 1) * 3600), terms.window.end);
            const WindowInput input = random.input(terms, Window{at, end});
            const auto line = waterfall(terms, input, owners);
            ASSERT_TRUE(line.has_value());
            expect_like_model(*line, slow_waterfall(terms, input));
            expect_sound(*line, owners);
            const std::int64_t share = hold_until(terms, end)->value - hold_until(terms, at)->value;
            ASSERT_GE(share, line->buyer_pays.value + line->voucher.value);
            charged_in_full += share - line->buyer_pays.value - line->voucher.value <= 2 ? 1 : 0;
            shares += share;
            at = end;
        }
        ASSERT_EQ(shares, hold->value);
        if (testing::Test::HasFailure()) break;
    }
    EXPECT_GT(charged_in_full, 0);
}

}  // namespace
}  // namespace suanpan::settlement
