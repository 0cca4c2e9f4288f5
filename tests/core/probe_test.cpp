// The operator's probe: evidence, and the end of an attested rate that it does not find.

#include "guaranteed.hpp"
#include "replayed.hpp"

#include <gtest/gtest.h>

namespace suanpan::core {
namespace {

const AttestationId kAttested = numbered<AttestationId>(1);

// 200 CU attested where the model says 100; the lease was made under that rate.
class ProbedLease : public testing::Test {
 protected:
    ProbedLease() {
        attest(1, 200'000);
        day.run(kBoss, probe.registration(kBoss, {numbered<PoolId>(2)}));
        lease = trade(day, 2, 1, 3).id;
        hand_over(day, lease);
    }
    void attest(std::uint8_t number, std::int64_t rate_mcu) {
        const auto made =
            day.run(kSeller, Attest{numbered<AttestationId>(number), numbered<PoolId>(2), "AI-FP16",
                                    Rate(rate_mcu), "bench 1.0", Time(kStart.value + 900'000)});
        ASSERT_FALSE(made.refusal);
    }
    // Five minutes in which two lots were busy at this rate.
    CommandOutcome measure(std::int64_t rate_mcu) {
        const Window window = GuaranteedLease::slice(1, sent_++);
        day.now = std::max(day.now, window.end);
        return day.run(
            kBoss,
            probe.reading(lease, {window, 2 * kSliceS * 1'000'000, {}, rate_mcu * 2 * kSliceS}));
    }
    [[nodiscard]] ClassRate rate() const {
        for (const PoolRow& pool : day.market.state().pools) {
            if (pool.rules.id == numbered<PoolId>(2)) return pool.rates.at("AI-FP16");
        }
        return {};
    }

    SmallMarket day;
    AnyMeter probe{22, settlement::MeterRole::kOperator};
    LeaseId lease;

 private:
    std::int64_t sent_ = 0;
};

TEST_F(ProbedLease, NinetyFivePercentOfTheAttestedRateAreEnough) {
    EXPECT_EQ(refusal(measure(190'000)), "none");
    EXPECT_EQ(rate(), (ClassRate{Rate(200'000), true}));
}

TEST_F(ProbedLease, LessRevokesTheAttestationAndCancelsItsSells) {
    day.run(kSeller, day.sell(2, 1, "9", SmallMarket::hours(4, 5)));
    ASSERT_EQ(day.market.state().orders.size(), 1U);
    const auto found = measure(189'999);
    EXPECT_EQ(refusal(found), "none");
    ASSERT_GE(found.entries.size(), 2U);
    EXPECT_EQ(found.entries[1].kind, "attestation");
    EXPECT_NE(found.entries[1].bytes.find("revoked_by_probe"), std::string::npos);
    EXPECT_EQ(rate(), (ClassRate{Rate(100'000), false})) << "the model's";
    EXPECT_TRUE(day.market.state().orders.empty());
    EXPECT_EQ(refusal(day.run(kBoss, RevokeAttestation{kAttested})), "unknown_attestation");
    EXPECT_EQ(refusal(measure(1'000)), "none") << "nothing is attested any more";
    expect_the_same_from_log_and_rows(day);
}

TEST_F(ProbedLease, TheAttestationBeforeComesBack) {
    attest(2, 300'000);
    measure(210'000);
    EXPECT_EQ(rate(), (ClassRate{Rate(200'000), true}));
    expect_the_same_from_log_and_rows(day);
}

TEST_F(ProbedLease, OthersMetersRevokeNothing) {
    AnyMeter seller(20, settlement::MeterRole::kProvider);
    day.run(kSeller, seller.registration(kSeller));
    const Window window = GuaranteedLease::slice(1, 0);
    day.now = window.end;
    day.run(kSeller, seller.reading(lease, {window, 2 * kSliceS * 1'000'000, {}, 1}));
    EXPECT_EQ(rate(), (ClassRate{Rate(200'000), true}));
}

TEST_F(ProbedLease, IsBoundToItsPools) {
    AnyMeter other(23, settlement::MeterRole::kOperator);
    day.run(kBoss, other.registration(kBoss, {numbered<PoolId>(3)}));
    const Window window = GuaranteedLease::slice(1, 0);
    day.now = window.end;
    EXPECT_EQ(refusal(day.run(kBoss, other.reading(lease, {window, 1'000'000}))), "foreign_lease");
}

}  // namespace
}  // namespace suanpan::core
