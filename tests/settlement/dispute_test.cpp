#include "settlement/dispute.hpp"

#include "base/check.hpp"
#include "support/seed.hpp"
#include "tests/settlement/random_contracts.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace suanpan::settlement {
namespace {

constexpr std::int64_t kDay = 86'400;
const Time kFinal(1'000'000);

FinalWindow window(std::int64_t lot_us, std::int64_t disputed_us = 0) {
    FinalWindow out;
    out.lease.bytes[15] = 1;
    out.window = Window{Time(0), Time(3600)};
    out.lot_us = lot_us;
    out.disputed_us = disputed_us;
    return out;
}

Time days(std::int64_t n) {
    return Time(kFinal.value + n * kDay);
}

template <typename T>
std::string code(const Result<T>& result) {
    return result ? "ok" : result.error().code();
}

Result<Dispute> open(DisputeParty by, std::int64_t lot_us, Time now = days(1),
                     DisputeReason reason = DisputeReason::kMissing) {
    return open_dispute(DisputeId{}, window(1'000'000'000), kFinal, Lots(1),
                        DisputeClaim{by, reason, lot_us}, now, DisputeRules{});
}

TEST(Dispute, OpensWithinSevenDaysForALotTimeThatIsNotFinal) {
    using enum DisputeParty;
    EXPECT_EQ(code(open(kBuyer, 0)), "ok");
    EXPECT_EQ(code(open(kBuyer, 999'999'999)), "ok");
    EXPECT_EQ(code(open(kBuyer, -1)), "bad_claim");
    EXPECT_EQ(code(open(kBuyer, 1'000'000'000)), "bad_claim");
    EXPECT_EQ(code(open(kProvider, 1'000'000'000)), "bad_claim");
    EXPECT_EQ(code(open(kProvider, 3'600'000'000)), "ok");
    EXPECT_EQ(code(open(kProvider, 3'600'000'001)), "bad_claim");
    EXPECT_EQ(code(open(kBuyer, 0, days(1), DisputeReason::kMismatch)), "bad_claim");
    EXPECT_EQ(code(open(kBuyer, 0, Time(days(7).value - 1))), "ok");
    EXPECT_EQ(code(open(kBuyer, 0, days(7))), "dispute_too_late");
    EXPECT_EQ(open(kBuyer, 0)->state, DisputeState::kOpened);
    EXPECT_EQ(open(kProvider, 2'000'000'000)->state, DisputeState::kEvidence);
    EXPECT_EQ(open(kProvider, 2'000'000'000)->frozen_us(), 1'000'000'000);
    EXPECT_EQ(open(kBuyer, 400'000'000)->frozen_us(), 600'000'000);
}

TEST(Dispute, AMismatchThatTheProviderDoesNotClaimIsReleasedAfterSevenDays) {
    Dispute dispute = open_mismatch(DisputeId{}, window(500, 300), kFinal, DisputeRules{});
    EXPECT_EQ(dispute.least_us(), 500);
    EXPECT_EQ(dispute.most_us(), 800);
    EXPECT_EQ(dispute.deadline(), days(7));
    EXPECT_FALSE(lapse_dispute(dispute, Time(days(7).value - 1)));
    EXPECT_EQ(code(claim_dispute(dispute, days(7))), "dispute_closed");
    EXPECT_TRUE(lapse_dispute(dispute, days(9)));
    EXPECT_EQ(dispute.state, DisputeState::kLapsed);
    EXPECT_EQ(dispute.result_us, 500);
    EXPECT_EQ(dispute.ended_at, days(7));
    EXPECT_EQ(dispute.frozen_us(), 0);
    EXPECT_FALSE(lapse_dispute(dispute, days(10)));
    EXPECT_THROW(open_mismatch(DisputeId{}, window(500), kFinal, DisputeRules{}), BugError);
}

TEST(Dispute, AClaimThatNobodyRulesIsReleasedAfterThirtyDays) {
    Dispute dispute = open_mismatch(DisputeId{}, window(500, 300), kFinal, DisputeRules{});
    EXPECT_EQ(code(rule_dispute(dispute, 600, days(1))), "not_claimed");
    EXPECT_EQ(code(claim_dispute(dispute, days(6))), "ok");
    EXPECT_EQ(dispute.deadline(), days(30));
    EXPECT_FALSE(lapse_dispute(dispute, Time(days(30).value - 1)));
    EXPECT_TRUE(lapse_dispute(dispute, days(30)));
    EXPECT_EQ(dispute.result_us, 500);
}

TEST(Dispute, AnArbiterRulesBetweenTheTwo) {
    Dispute dispute = open_mismatch(DisputeId{}, window(500, 300), kFinal, DisputeRules{});
    ASSERT_EQ(code(claim_dispute(dispute, days(1))), "ok");
    EXPECT_EQ(code(rule_dispute(dispute, 499, days(2))), "outside_dispute");
    EXPECT_EQ(code(rule_dispute(dispute, 801, days(2))), "outside_dispute");
    EXPECT_EQ(code(rule_dispute(dispute, 640, days(2))), "ok");
    EXPECT_EQ(dispute.state, DisputeState::kRuled);
    EXPECT_EQ(dispute.result_us, 640);
    EXPECT_EQ(dispute.deadline(), std::nullopt);
    EXPECT_EQ(code(rule_dispute(dispute, 640, days(2))), "dispute_closed");
    EXPECT_EQ(code(add_evidence(dispute, LogIndex(1), days(2))), "dispute_closed");
    EXPECT_EQ(code(offer(dispute, DisputeParty::kBuyer, 640, days(2))), "dispute_closed");
}

TEST(Dispute, TheSameOfferOfBothEndsIt) {
    Dispute dispute = open_mismatch(DisputeId{}, window(500, 300), kFinal, DisputeRules{});
    EXPECT_EQ(code(offer(dispute, DisputeParty::kBuyer, 499, days(1))), "outside_dispute");
    EXPECT_EQ(code(offer(dispute, DisputeParty::kBuyer, 600, days(1))), "ok");
    EXPECT_EQ(dispute.state, DisputeState::kOpened);
    EXPECT_EQ(code(offer(dispute, DisputeParty::kProvider, 700, days(2))), "ok");
    EXPECT_EQ(dispute.state, DisputeState::kEvidence);
    EXPECT_EQ(code(offer(dispute, DisputeParty::kProvider, 600, days(3))), "ok");
    EXPECT_EQ(dispute.state, DisputeState::kAgreed);
    EXPECT_EQ(dispute.result_us, 600);
    EXPECT_EQ(dispute.ended_at, days(3));
}

TEST(Dispute, EvidenceIsASetOfEntries) {
    Dispute dispute = open_mismatch(DisputeId{}, window(500, 300), kFinal, DisputeRules{});
    for (const std::int64_t index : {7, 3, 7, 5})
        EXPECT_EQ(code(add_evidence(dispute, LogIndex(index), days(1))), "ok");
    EXPECT_EQ(dispute.evidence, (std::vector{LogIndex(3), LogIndex(5), LogIndex(7)}));
    for (std::int64_t index = 100; dispute.evidence.size() < kMaxEvidence; ++index)
        ASSERT_EQ(code(add_evidence(dispute, LogIndex(index), days(1))), "ok");
    EXPECT_EQ(code(add_evidence(dispute, LogIndex(99), days(1))), "too_much_evidence");
}

TEST(Dispute, WordsGoThereAndBack) {
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(*parse_dispute_state(to_string(DisputeState(i))), DisputeState(i));
        EXPECT_EQ(*parse_dispute_reason(to_string(DisputeReason(i))), DisputeReason(i));
    }
    EXPECT_EQ(*parse_dispute_party("buyer"), DisputeParty::kBuyer);
    EXPECT_EQ(parse_dispute_state("settled").error().code(), "unknown_word");
}

// Whatever is done to a dispute, it ends once, by its last deadline, within what was in dispute;
// and when nobody decides, for the buyer.
TEST(DisputeRandom, EveryLifeEndsOnceWithinTheDifference) {
    RandomContracts random(support::test_seed());
    std::map<std::string, int> seen;
    for (int round = 0; round < 3'000; ++round) {
        const bool mismatch = random.one_in(3);
        const auto by = random.one_in(2) ? DisputeParty::kBuyer : DisputeParty::kProvider;
        const Time opened = mismatch ? kFinal : Time(kFinal.value + random.below(7 * kDay));
        const std::int64_t claim = by == DisputeParty::kBuyer
                                       ? random.below(1'000'000'000)
                                       : 1'000'000'001 + random.below(2'600'000'000);
        Dispute dispute = mismatch ? open_mismatch(DisputeId{}, window(1'000'000'000, 1'000),
                                                   kFinal, DisputeRules{})
                                   : *open(by, claim, opened);
        const std::int64_t least = dispute.least_us();
        const std::int64_t most = dispute.most_us();
        bool claimed = dispute.state == DisputeState::kEvidence;
        Time now = opened;
        std::map<DisputeParty, std::int64_t> offers;
        while (dispute.is_open()) {
            ASSERT_EQ(dispute.frozen_us(), most - least);
            now.value += random.below(4 * kDay);
            const Time deadline(opened.value + (claimed ? 30 : 7) * kDay);
            ASSERT_EQ(dispute.deadline(), deadline);
            if (lapse_dispute(dispute, now)) {
                ASSERT_LE(deadline, now);
                ASSERT_EQ(dispute.result_us, least);
                break;
            }
            ASSERT_LT(now, deadline);
            const std::int64_t lot_us = least + random.below(3) * ((most - least) / 2);
            const auto party = random.one_in(2) ? DisputeParty::kBuyer : DisputeParty::kProvider;
            switch (random.below(4)) {
                case 0:
                    claimed = claim_dispute(dispute, now).has_value();
                    ASSERT_TRUE(claimed);
                    break;
                case 1: ASSERT_EQ(rule_dispute(dispute, lot_us, now).has_value(), claimed); break;
                case 2:
                    ASSERT_TRUE(offer(dispute, party, lot_us, now).has_value());
                    claimed = claimed || party == DisputeParty::kProvider;
                    offers[party] = lot_us;
                    ASSERT_EQ(!dispute.is_open(),
                              offers.size() == 2 &&
                                  offers[DisputeParty::kBuyer] == offers[DisputeParty::kProvider]);
                    break;
                default: ASSERT_TRUE(add_evidence(dispute, LogIndex(now.value), now).has_value());
            }
        }
        ASSERT_TRUE(dispute.result_us && dispute.ended_at);
        ASSERT_TRUE(least <= *dispute.result_us && *dispute.result_us <= most);
        ASSERT_LE(*dispute.ended_at, Time(opened.value + 30 * kDay));
        ASSERT_FALSE(lapse_dispute(dispute, Time(now.value + 100 * kDay)));
        ++seen[std::string(to_string(dispute.state))];
    }
    for (const char* state : {"agreed", "ruled", "lapsed"})
        EXPECT_GT(seen[state], 0) << state;
}

}  // namespace
}  // namespace suanpan::settlement
