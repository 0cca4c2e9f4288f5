#include "settlement/dispute.hpp"

#include "base/check.hpp"
#include "support/seed.hpp"
#include "tests/settlement/random_contracts.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

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

constexpr Ppm kCredit(100'000);

Delivered lots(std::int64_t lot_us, Ppm credit = kCredit) {
    return Delivered{lot_us, credit};
}

Result<Dispute> open(DisputeParty by, const Delivered& claim, Time now = days(1),
                     DisputeReason reason = DisputeReason::kMissing) {
    return open_dispute(DisputeId{}, window(1'000'000'000), kCredit, kFinal, Lots(1),
                        DisputeClaim{by, reason, claim}, now, DisputeRules{});
}

Dispute mismatch(std::int64_t lot_us, std::int64_t disputed_us, Ppm disputed_credit = Ppm(0)) {
    return open_mismatch(DisputeId{}, window(lot_us, disputed_us), kCredit, disputed_credit, kFinal,
                         DisputeRules{});
}

// The words of the one owner and of the buyer.
Result<void> offered(Dispute& dispute, DisputeParty party, const Delivered& delivered, Time now) {
    const OrganisationId owner = test_organisation(1);
    return offer(dispute, {party, owner, delivered}, {owner}, now);
}

TEST(Dispute, OpensWithinSevenDaysForALotTimeThatIsNotFinal) {
    using enum DisputeParty;
    EXPECT_EQ(code(open(kBuyer, lots(0))), "ok");
    EXPECT_EQ(code(open(kBuyer, lots(999'999'999))), "ok");
    EXPECT_EQ(code(open(kBuyer, lots(-1))), "bad_claim");
    EXPECT_EQ(code(open(kBuyer, lots(1'000'000'000))), "bad_claim");
    EXPECT_EQ(code(open(kProvider, lots(1'000'000'000))), "bad_claim");
    EXPECT_EQ(code(open(kProvider, lots(3'600'000'000))), "ok");
    EXPECT_EQ(code(open(kProvider, lots(3'600'000'001))), "bad_claim");
    EXPECT_EQ(code(open(kBuyer, lots(0), days(1), DisputeReason::kMismatch)), "bad_claim");
    EXPECT_EQ(code(open(kBuyer, lots(0), Time(days(7).value - 1))), "ok");
    EXPECT_EQ(code(open(kBuyer, lots(0), days(7))), "dispute_too_late");
    EXPECT_EQ(open(kBuyer, lots(0))->state, DisputeState::kOpened);
    EXPECT_EQ(open(kProvider, lots(2'000'000'000))->state, DisputeState::kEvidence);
    // The credit of the guarantees can be claimed too, but nothing is given up for it.
    EXPECT_EQ(code(open(kProvider, lots(1'000'000'000, Ppm(0)))), "ok");
    EXPECT_EQ(code(open(kProvider, lots(1'000'000'001, Ppm(0)))), "ok");
    EXPECT_EQ(code(open(kProvider, lots(999'999'999, Ppm(0)))), "bad_claim");
    EXPECT_EQ(code(open(kProvider, lots(1'000'000'000, Ppm(-1)))), "bad_claim");
    EXPECT_EQ(code(open(kBuyer, lots(1'000'000'000, Ppm(kPpm)))), "ok");
    EXPECT_EQ(code(open(kBuyer, lots(1'000'000'000, Ppm(kPpm + 1)))), "bad_claim");
    EXPECT_EQ(code(open(kBuyer, lots(999'999'999, Ppm(0)))), "bad_claim");
}

TEST(Dispute, AMismatchThatTheProviderDoesNotClaimIsReleasedAfterSevenDays) {
    Dispute dispute = mismatch(500, 300);
    EXPECT_EQ(dispute.best_for_buyer(), lots(500));
    EXPECT_EQ(dispute.best_for_provider(), lots(800));
    EXPECT_EQ(dispute.deadline(), days(7));
    EXPECT_FALSE(lapse_dispute(dispute, Time(days(7).value - 1)));
    EXPECT_EQ(code(claim_dispute(dispute, days(7))), "dispute_closed");
    EXPECT_TRUE(lapse_dispute(dispute, days(9)));
    EXPECT_EQ(dispute.state, DisputeState::kLapsed);
    EXPECT_EQ(dispute.result, lots(500));
    EXPECT_EQ(dispute.ended_at, days(7));
    EXPECT_FALSE(lapse_dispute(dispute, days(10)));
    EXPECT_THROW(mismatch(500, 0), BugError);
}

TEST(Dispute, AClaimThatNobodyRulesIsReleasedAfterThirtyDays) {
    Dispute dispute = mismatch(500, 300);
    EXPECT_EQ(code(rule_dispute(dispute, lots(600), days(1))), "not_claimed");
    EXPECT_EQ(code(claim_dispute(dispute, days(6))), "ok");
    EXPECT_EQ(dispute.deadline(), days(30));
    EXPECT_FALSE(lapse_dispute(dispute, Time(days(30).value - 1)));
    EXPECT_TRUE(lapse_dispute(dispute, days(30)));
    EXPECT_EQ(dispute.result, lots(500));
}

TEST(Dispute, AnArbiterRulesBetweenTheTwo) {
    Dispute dispute = mismatch(500, 300);
    ASSERT_EQ(code(claim_dispute(dispute, days(1))), "ok");
    EXPECT_EQ(code(rule_dispute(dispute, lots(499), days(2))), "outside_dispute");
    EXPECT_EQ(code(rule_dispute(dispute, lots(801), days(2))), "outside_dispute");
    EXPECT_EQ(code(rule_dispute(dispute, lots(640), days(2))), "ok");
    EXPECT_EQ(dispute.state, DisputeState::kRuled);
    EXPECT_EQ(dispute.result, lots(640));
    EXPECT_EQ(dispute.deadline(), std::nullopt);
    EXPECT_EQ(code(rule_dispute(dispute, lots(640), days(2))), "dispute_closed");
    EXPECT_EQ(code(add_evidence(dispute, MeterRole::kBuyer, LogIndex(1), days(2))),
              "dispute_closed");
    EXPECT_EQ(code(offered(dispute, DisputeParty::kBuyer, lots(640), days(2))), "dispute_closed");
}

TEST(Dispute, AMismatchOfGaugesIsAboutTheCredit) {
    Dispute dispute = mismatch(500, 0, Ppm(60'000));
    EXPECT_EQ(dispute.best_for_provider(), lots(500, Ppm(40'000)));
    ASSERT_EQ(code(claim_dispute(dispute, days(1))), "ok");
    EXPECT_EQ(code(rule_dispute(dispute, lots(500, Ppm(39'999)), days(2))), "outside_dispute");
    EXPECT_EQ(code(rule_dispute(dispute, lots(500, Ppm(100'001)), days(2))), "outside_dispute");
    EXPECT_EQ(code(rule_dispute(dispute, lots(501, Ppm(50'000)), days(2))), "outside_dispute");
    EXPECT_EQ(code(rule_dispute(dispute, lots(500, Ppm(50'000)), days(2))), "ok");
    EXPECT_EQ(dispute.result, lots(500, Ppm(50'000)));
    EXPECT_THROW(mismatch(500, 0, Ppm(100'001)), BugError);
}

TEST(Dispute, TheSameOfferOfBothEndsIt) {
    Dispute dispute = mismatch(500, 300);
    EXPECT_EQ(code(offered(dispute, DisputeParty::kBuyer, lots(499), days(1))), "outside_dispute");
    EXPECT_EQ(code(offered(dispute, DisputeParty::kBuyer, lots(600), days(1))), "ok");
    EXPECT_EQ(dispute.state, DisputeState::kOpened);
    EXPECT_EQ(code(offered(dispute, DisputeParty::kProvider, lots(700), days(2))), "ok");
    EXPECT_EQ(dispute.state, DisputeState::kEvidence);
    EXPECT_EQ(code(offered(dispute, DisputeParty::kProvider, lots(600), days(3))), "ok");
    EXPECT_EQ(dispute.state, DisputeState::kAgreed);
    EXPECT_EQ(dispute.result, lots(600));
    EXPECT_EQ(dispute.ended_at, days(3));
}

const std::vector kTwoOwners{test_organisation(1), test_organisation(2)};

Result<void> say(Dispute& dispute, DisputeParty party, std::uint8_t who, std::int64_t lot_us) {
    return offer(dispute, {party, test_organisation(who), lots(lot_us)}, kTwoOwners, days(1));
}

// One owner could agree to what took from the others.
TEST(Dispute, OfSeveralOwnersTakesTheWordOfEach) {
    Dispute dispute = mismatch(500, 300);
    ASSERT_EQ(code(say(dispute, DisputeParty::kProvider, 2, 600)), "ok");
    ASSERT_EQ(code(say(dispute, DisputeParty::kProvider, 2, 600)), "ok");
    ASSERT_EQ(code(say(dispute, DisputeParty::kBuyer, 9, 600)), "ok");
    EXPECT_TRUE(dispute.is_open()) << "the first owner has not said it";
    // Who provides and owns nothing may speak, and is not needed.
    ASSERT_EQ(code(say(dispute, DisputeParty::kProvider, 3, 600)), "ok");
    EXPECT_TRUE(dispute.is_open());
    ASSERT_EQ(code(say(dispute, DisputeParty::kProvider, 1, 600)), "ok");
    EXPECT_EQ(dispute.state, DisputeState::kAgreed);
    EXPECT_EQ(dispute.result, lots(600));
}

// Another word of one owner took back what the others had said: so one of them could keep all from
// agreeing without refusing anything.
TEST(Dispute, AnOfferIsItsMakersAlone) {
    using enum DisputeParty;
    Dispute dispute = mismatch(500, 300);
    ASSERT_EQ(code(say(dispute, kProvider, 2, 600)), "ok");
    ASSERT_EQ(code(say(dispute, kProvider, 1, 700)), "ok");
    EXPECT_EQ(dispute.provider_offers,
              (std::vector<OwnerOffer>{{test_organisation(1), lots(700)},
                                       {test_organisation(2), lots(600)}}));
    ASSERT_EQ(code(say(dispute, kBuyer, 9, 600)), "ok");
    EXPECT_TRUE(dispute.is_open()) << "the first owner wants more";
    ASSERT_EQ(code(say(dispute, kBuyer, 9, 700)), "ok");
    EXPECT_TRUE(dispute.is_open()) << "the second has said less";
    ASSERT_EQ(code(say(dispute, kProvider, 1, 600)), "ok");
    EXPECT_TRUE(dispute.is_open()) << "the owners agree, and the buyer offers more";
    ASSERT_EQ(code(say(dispute, kBuyer, 9, 600)), "ok");
    EXPECT_EQ(dispute.state, DisputeState::kAgreed);
    EXPECT_EQ(dispute.result, lots(600));
}

TEST(Dispute, EvidenceIsASetOfEntries) {
    Dispute dispute = mismatch(500, 300);
    for (const std::int64_t index : {7, 3, 7, 5})
        EXPECT_EQ(code(add_evidence(dispute, MeterRole::kBuyer, LogIndex(index), days(1))), "ok");
    EXPECT_EQ(dispute.evidence, (std::vector{LogIndex(3), LogIndex(5), LogIndex(7)}));
    EXPECT_EQ(dispute.named[1], 3);
}

// One side could use up what the other had to name its own with.
TEST(Dispute, EachSideNamesItsOwnNumberOfEntries) {
    Dispute dispute = mismatch(500, 300);
    std::int64_t index = 100;
    for (const auto side : {MeterRole::kBuyer, MeterRole::kProvider, MeterRole::kOperator}) {
        for (std::int64_t i = 0; i < kMaxEvidence; ++i)
            ASSERT_EQ(code(add_evidence(dispute, side, LogIndex(index++), days(1))), "ok");
        EXPECT_EQ(code(add_evidence(dispute, side, LogIndex(99), days(1))), "too_much_evidence");
        EXPECT_EQ(code(add_evidence(dispute, side, LogIndex(100), days(1))), "ok") << "is named";
    }
    EXPECT_EQ(std::ssize(dispute.evidence), 3 * kMaxEvidence);
}

// A buyer's claim that the provider answered was granted in full when no arbiter ruled.
TEST(Dispute, ABuyersClaimThatIsAnsweredAndNotRuledChangesNothing) {
    Dispute silent = *open(DisputeParty::kBuyer, lots(0));
    EXPECT_TRUE(lapse_dispute(silent, days(30)));
    EXPECT_EQ(silent.result, silent.best_for_buyer());
    Dispute answered = *open(DisputeParty::kBuyer, lots(0));
    EXPECT_EQ(code(claim_dispute(answered, days(1))), "ok");
    EXPECT_TRUE(lapse_dispute(answered, days(31)));
    EXPECT_EQ(answered.result, answered.final);
}

TEST(Dispute, WordsGoThereAndBack) {
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(*parse_dispute_state(to_string(DisputeState(i))), DisputeState(i));
        EXPECT_EQ(*parse_dispute_reason(to_string(DisputeReason(i))), DisputeReason(i));
    }
    EXPECT_EQ(*parse_dispute_party("buyer"), DisputeParty::kBuyer);
    EXPECT_EQ(parse_dispute_state("settled").error().code(), "unknown_word");
}

// Against the last words of all, kept apart.
TEST(DisputeRandom, OffersEndItOnceTheLastWordsOfAllAreTheSame) {
    RandomContracts random(support::test_seed());
    int agreed = 0;
    for (int round = 0; round < 500; ++round) {
        std::vector<OrganisationId> owners;
        for (std::int64_t owner = 1 + random.below(4); owner > 0; --owner)
            owners.insert(owners.begin(), test_organisation(static_cast<std::uint8_t>(owner)));
        Dispute dispute = mismatch(500, 300);
        std::map<OrganisationId, std::int64_t> said;
        std::optional<std::int64_t> bought;
        for (int word = 0; word < 12 && dispute.is_open(); ++word) {
            const std::int64_t lot_us = 600 + random.below(2) * 50;
            const bool buyer = random.one_in(4);
            // Also of one who provides and owns nothing.
            const OrganisationId by =
                test_organisation(static_cast<std::uint8_t>(buyer ? 9 : 1 + random.below(5)));
            const auto party = buyer ? DisputeParty::kBuyer : DisputeParty::kProvider;
            ASSERT_EQ(code(offer(dispute, {party, by, lots(lot_us)}, owners, days(1))), "ok");
            if (buyer)
                bought = lot_us;
            else
                said[by] = lot_us;
            const bool all = bought && std::ranges::all_of(owners, [&](const auto& owner) {
                                 const auto found = said.find(owner);
                                 return found != said.end() && found->second == *bought;
                             });
            ASSERT_EQ(dispute.is_open(), !all);
            if (all) ASSERT_EQ(dispute.result, lots(*bought));
            agreed += all ? 1 : 0;
        }
    }
    EXPECT_GT(agreed, 0);
}

// Whatever is done to a dispute, it ends once, by its last deadline, within what was in dispute;
// and when nobody decides, for the buyer where the provider is silent, else as it was final.
TEST(DisputeRandom, EveryLifeEndsOnceWithinTheDifference) {
    RandomContracts random(support::test_seed());
    std::map<std::string, int> seen;
    for (int round = 0; round < 3'000; ++round) {
        const bool by_rule = random.one_in(3);
        const auto by = random.one_in(2) ? DisputeParty::kBuyer : DisputeParty::kProvider;
        const Time opened = by_rule ? kFinal : Time(kFinal.value + random.below(7 * kDay));
        const Delivered claim =
            by == DisputeParty::kBuyer
                ? lots(random.below(1'000'000'000), Ppm(100'000 + random.below(900'001)))
                : lots(1'000'000'001 + random.below(2'600'000'000 - 1), Ppm(random.below(100'001)));
        Dispute dispute = by_rule ? mismatch(1'000'000'000, 1'000) : *open(by, claim, opened);
        const Delivered least = dispute.best_for_buyer();
        const Delivered most = dispute.best_for_provider();
        bool claimed = dispute.state == DisputeState::kEvidence;
        Time now = opened;
        std::map<DisputeParty, Delivered> offers;
        while (dispute.is_open()) {
            now.value += random.below(4 * kDay);
            const Time deadline(opened.value + (claimed ? 30 : 7) * kDay);
            ASSERT_EQ(dispute.deadline(), deadline);
            if (lapse_dispute(dispute, now)) {
                ASSERT_LE(deadline, now);
                ASSERT_EQ(dispute.result, claimed ? dispute.final : least);
                break;
            }
            ASSERT_LT(now, deadline);
            const Delivered middle{
                least.lot_us + random.below(3) * ((most.lot_us - least.lot_us) / 2),
                Ppm(most.credit.value +
                    random.below(2) * (least.credit.value - most.credit.value))};
            const auto party = random.one_in(2) ? DisputeParty::kBuyer : DisputeParty::kProvider;
            switch (random.below(4)) {
                case 0:
                    claimed = claim_dispute(dispute, now).has_value();
                    ASSERT_TRUE(claimed);
                    break;
                case 1: ASSERT_EQ(rule_dispute(dispute, middle, now).has_value(), claimed); break;
                case 2:
                    ASSERT_TRUE(offered(dispute, party, middle, now).has_value());
                    claimed = claimed || party == DisputeParty::kProvider;
                    offers[party] = middle;
                    ASSERT_EQ(!dispute.is_open(),
                              offers.size() == 2 &&
                                  offers[DisputeParty::kBuyer] == offers[DisputeParty::kProvider]);
                    break;
                default:
                    ASSERT_TRUE(add_evidence(dispute, MeterRole::kBuyer, LogIndex(now.value), now)
                                    .has_value());
            }
        }
        ASSERT_TRUE(dispute.result && dispute.ended_at);
        ASSERT_TRUE(least.lot_us <= dispute.result->lot_us &&
                    dispute.result->lot_us <= most.lot_us);
        ASSERT_TRUE(most.credit <= dispute.result->credit &&
                    dispute.result->credit <= least.credit);
        ASSERT_LE(*dispute.ended_at, Time(opened.value + 30 * kDay));
        ASSERT_FALSE(lapse_dispute(dispute, Time(now.value + 100 * kDay)));
        ++seen[std::string(to_string(dispute.state))];
    }
    for (const char* state : {"agreed", "ruled", "lapsed"})
        EXPECT_GT(seen[state], 0) << state;
}

}  // namespace
}  // namespace suanpan::settlement
