#include "settlement/discount.hpp"

#include "support/seed.hpp"
#include "tests/settlement/random_contracts.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <set>

namespace suanpan::settlement {
namespace {

const OrganisationId kProvider = test_organisation(1);
const OrganisationId kBuyer = test_organisation(2);

AgreementId agreement_id(std::uint8_t n) {
    AgreementId id;
    id.bytes[15] = n;
    return id;
}

DiscountAgreement fixed(std::uint8_t n, std::int64_t ppm) {
    DiscountAgreement out;
    out.id = agreement_id(n);
    out.index = LogIndex(n);
    out.provider = kProvider;
    out.buyer = kBuyer;
    out.currency = "CNY";
    out.tiers = {{Money(0), Ppm(ppm)}};
    out.from = Time(100);
    return out;
}

SaleFacts sale() {
    return SaleFacts{kProvider, kBuyer, "AI-FP16", "CNY", Firmness::kFirm, BillingMode::kReserved,
                     Time(100)};
}

TEST(Discount, AppliesByPartiesClassFirmnessBillingAndValidity) {
    DiscountAgreement agreement = fixed(1, 50'000);
    agreement.classes = {"AI-FP16", "HPC-FP64"};
    agreement.firmness = Firmness::kFirm;
    agreement.billing = BillingMode::kReserved;
    agreement.until = Time(200);
    EXPECT_TRUE(applies(agreement, sale()));
    const auto other = [&](auto change) {
        SaleFacts facts = sale();
        change(facts);
        return applies(agreement, facts);
    };
    EXPECT_FALSE(other([](SaleFacts& f) { f.provider = kBuyer; }));
    EXPECT_FALSE(other([](SaleFacts& f) { f.buyer = kProvider; }));
    EXPECT_FALSE(other([](SaleFacts& f) { f.currency = "EUR"; }));
    EXPECT_FALSE(other([](SaleFacts& f) { f.compute_class = "AI-INT8"; }));
    EXPECT_FALSE(other([](SaleFacts& f) { f.firmness = Firmness::kPreemptible; }));
    EXPECT_FALSE(other([](SaleFacts& f) { f.billing = BillingMode::kMetered; }));
    EXPECT_FALSE(other([](SaleFacts& f) { f.traded_at = Time(99); }));
    EXPECT_TRUE(other([](SaleFacts& f) { f.traded_at = Time(199); }));
    EXPECT_FALSE(other([](SaleFacts& f) { f.traded_at = Time(200); }));
    agreement = fixed(1, 50'000);
    EXPECT_TRUE(other([](SaleFacts& f) {
        f.firmness = Firmness::kPreemptible;
        f.billing = BillingMode::kMetered;
        f.compute_class = "QPU-SHOT";
        f.traded_at = Time(1'000'000);
    }));
}

TEST(Discount, TiersCountFromTheVolumeBefore) {
    DiscountAgreement agreement = fixed(1, 0);
    agreement.tiers = {{Money(100), Ppm(10'000)}, {Money(1'000), Ppm(30'000)}};
    EXPECT_EQ(discount_at(agreement, Money(0)), Ppm(0));
    EXPECT_EQ(discount_at(agreement, Money(99)), Ppm(0));
    EXPECT_EQ(discount_at(agreement, Money(100)), Ppm(10'000));
    EXPECT_EQ(discount_at(agreement, Money(999)), Ppm(10'000));
    EXPECT_EQ(discount_at(agreement, Money(1'000)), Ppm(30'000));
}

TEST(Discount, TheLargestThenTheOldestInAnyOrder) {
    std::vector<DiscountAgreement> agreements{fixed(3, 50'000), fixed(2, 50'000), fixed(1, 40'000),
                                              fixed(4, 60'000)};
    agreements[3].firmness = Firmness::kPreemptible;
    std::mt19937_64 random(support::test_seed());
    for (int round = 0; round < 20; ++round) {
        std::shuffle(agreements.begin(), agreements.end(), random);
        EXPECT_EQ(choose_discount(agreements, sale(), Month(0), {}),
                  (AppliedDiscount{agreement_id(2), Ppm(50'000)}));
    }
    EXPECT_EQ(choose_discount({}, sale(), Month(0), {}), AppliedDiscount{});
    EXPECT_EQ(choose_discount({fixed(1, 0)}, sale(), Month(0), {}), AppliedDiscount{});
}

TEST(Discount, RefusesBadAgreements) {
    const auto code = [](auto change) {
        DiscountAgreement agreement = fixed(1, 50'000);
        change(agreement);
        const auto checked = check_agreement(agreement);
        return checked ? std::string("ok") : checked.error().code();
    };
    using A = DiscountAgreement;
    EXPECT_EQ(code([](A&) {}), "ok");
    EXPECT_EQ(code([](A& a) { a.buyer = a.provider; }), "bad_agreement");
    EXPECT_EQ(code([](A& a) { a.currency.clear(); }), "bad_agreement");
    EXPECT_EQ(code([](A& a) { a.classes = {"B", "A"}; }), "bad_agreement");
    EXPECT_EQ(code([](A& a) { a.classes = {"A", "A"}; }), "bad_agreement");
    EXPECT_EQ(code([](A& a) { a.until = a.from; }), "bad_agreement");
    EXPECT_EQ(code([](A& a) { a.tiers.clear(); }), "bad_tiers");
    EXPECT_EQ(code([](A& a) { a.tiers.front().from = Money(-1); }), "bad_tiers");
    EXPECT_EQ(code([](A& a) { a.tiers.push_back(a.tiers.front()); }), "bad_tiers");
    EXPECT_EQ(code([](A& a) { a.tiers.front().discount = Ppm(kPpm); }), "ok");
    EXPECT_EQ(code([](A& a) { a.tiers.front().discount = Ppm(kPpm + 1); }), "bad_discount");
    EXPECT_EQ(code([](A& a) { a.tiers.front().discount = Ppm(-1); }), "bad_discount");
}

TEST(Discount, VolumesOverflowWithoutAChange) {
    MonthlyVolumes volumes;
    volumes.restore(agreement_id(1), Month(1), Money(std::numeric_limits<std::int64_t>::max()));
    EXPECT_EQ(volumes.add(agreement_id(1), Month(1), Money(1)).error().code(), "overflow");
    EXPECT_EQ(volumes.at(agreement_id(1), Month(1)),
              Money(std::numeric_limits<std::int64_t>::max()));
    EXPECT_TRUE(volumes.add(agreement_id(1), Month(2), Money(1)).has_value());
    EXPECT_EQ(volumes.all().size(), 2U);
}

TEST(Discount, JsonGoesThereAndBack) {
    DiscountAgreement agreement = fixed(7, 50'000);
    const std::string plain = to_json(agreement);
    EXPECT_TRUE(is_canonical_json(plain));
    EXPECT_EQ(*parse_agreement(plain), agreement);
    agreement.classes = {"AI-FP16", "HPC-FP64"};
    agreement.firmness = Firmness::kPreemptible;
    agreement.billing = BillingMode::kMetered;
    agreement.tiers.push_back({Money(5'000'000), Ppm(70'000)});
    agreement.until = Time(86'400);
    const std::string full = to_json(agreement);
    EXPECT_TRUE(is_canonical_json(full));
    EXPECT_EQ(*parse_agreement(full), agreement);
}

TEST(Discount, JsonFaultsAreNamedAtTheirPlaces) {
    std::string text = to_json(fixed(7, 50'000));
    text.replace(text.find("\"50000\""), 7, "\"x\"");
    const auto parsed = parse_agreement(text);
    ASSERT_FALSE(parsed.has_value());
    EXPECT_EQ(parsed.error().code(), "bad_agreement");
    ASSERT_EQ(parsed.error().faults().size(), 1U);
    EXPECT_EQ(parsed.error().faults()[0].pointer, "/tiers/0/discount_ppm");
    EXPECT_EQ(parse_agreement("{").error().code(), "bad_json");
    text = to_json(fixed(7, 1'000'001));
    EXPECT_EQ(parse_agreement(text).error().code(), "bad_discount");
}

struct PastWindow {
    RunOrder order;
    Month month;
    SaleFacts facts;
    Money amount;
};

// Every question is answered from the list of all windows before.
AppliedDiscount slow_discount(const std::vector<DiscountAgreement>& agreements,
                              const std::vector<PastWindow>& all, const PastWindow& now) {
    AppliedDiscount best;
    LogIndex best_index(0);
    for (const DiscountAgreement& agreement : agreements) {
        if (!applies(agreement, now.facts)) continue;
        Int128 volume = 0;
        for (const PastWindow& past : all) {
            if (past.order < now.order && past.month == now.month && applies(agreement, past.facts))
                volume += past.amount.value;
        }
        Ppm discount(0);
        for (const VolumeTier& tier : agreement.tiers) {
            if (tier.from.value <= volume) discount = std::max(discount, tier.discount);
        }
        const bool better =
            discount > best.discount ||
            (discount == best.discount && discount.value > 0 && agreement.index < best_index);
        if (!better) continue;
        best = AppliedDiscount{agreement.id, discount};
        best_index = agreement.index;
    }
    return best;
}

TEST(DiscountRandom, RunsCountLikeTheSlowModel) {
    RandomContracts random(support::test_seed());
    int given = 0;
    for (int round = 0; round < 60; ++round) {
        std::vector<DiscountAgreement> agreements;
        for (std::uint8_t n = 0; n < 6; ++n) {
            DiscountAgreement agreement = fixed(static_cast<std::uint8_t>(n + 1), 0);
            std::int64_t from = random.below(200);
            std::int64_t ppm = 0;
            agreement.tiers.clear();
            for (std::int64_t tier = random.below(4) + 1; tier > 0; --tier) {
                ppm += random.below(50'000);
                agreement.tiers.push_back({Money(from), Ppm(ppm)});
                from += 1 + random.below(500);
            }
            if (random.one_in(2)) agreement.firmness = Firmness(random.below(2));
            if (random.one_in(2)) agreement.billing = BillingMode(random.below(2));
            if (random.one_in(3)) agreement.classes = {"AI-FP16"};
            if (random.one_in(3)) agreement.until = Time(150);
            ASSERT_TRUE(check_agreement(agreement).has_value());
            agreements.push_back(agreement);
        }
        std::vector<PastWindow> windows;
        for (int i = 0; i < 80; ++i) {
            SaleFacts facts = sale();
            facts.firmness = Firmness(random.below(2));
            facts.billing = BillingMode(random.below(2));
            if (random.one_in(3)) facts.compute_class = "HPC-FP64";
            facts.traded_at = Time(80 + random.below(100));
            LeaseId lease;
            lease.bytes[15] = static_cast<std::uint8_t>(i);
            const Time end(random.below(90) * 86'400 + 3600);
            windows.push_back({RunOrder{end, lease}, month_of(Time(end.value - 3600)), facts,
                               Money(random.below(100))});
        }
        std::ranges::sort(windows, {}, &PastWindow::order);
        MonthlyVolumes volumes;
        for (const PastWindow& window : windows) {
            std::shuffle(agreements.begin(), agreements.end(), random.engine());
            const auto chosen = choose_discount(agreements, window.facts, window.month, volumes);
            ASSERT_EQ(chosen, slow_discount(agreements, windows, window));
            ASSERT_TRUE(count_volume(agreements, window.facts, window.month, window.amount, volumes)
                            .has_value());
            given += chosen.agreement ? 1 : 0;
        }
    }
    EXPECT_GT(given, 0);
}

}  // namespace
}  // namespace suanpan::settlement
