// Disputes in the market: what they hold, how they end, and what their end posts
// (metering-settlement "Accepting", "Accounts", "Disputes").

#include "core/replay.hpp"
#include "disputed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace suanpan::core {
namespace {

using settlement::AccountKind;
using settlement::DisputeParty;
using settlement::DisputeReason;
using settlement::DisputeState;

constexpr std::int64_t kFull = 2 * kHourUs;
constexpr std::int64_t kHalf = kHourUs;

std::int64_t entries_of(const SmallMarket& day, std::string_view kind) {
    const std::string member = "\"kind\":\"" + std::string(kind) + "\"";
    return std::ranges::count_if(
        day.log, [&](const std::string& entry) { return entry.find(member) != std::string::npos; });
}

// From the log alone, and from the rows.
void expect_the_same_again(const SmallMarket& day) {
    Replay replay;
    for (std::string entry : day.log) {
        put_salt(entry, "0123456789abcdef0123456789abcdef");
        const auto done = replay.next(entry);
        ASSERT_TRUE(done) << done.error().detail();
    }
    const Rows state = day.market.state();
    EXPECT_EQ(digest(replay.market().state()), digest(state));
    Market loaded;
    loaded.load(state);
    EXPECT_EQ(digest(loaded.state()), digest(state));
    EXPECT_TRUE(day.market.total(kCurrency) == 0);
}

TEST(Dispute, OfAMismatchOpensByItselfAndHoldsTheDifference) {
    DisputedHour hour(kFull, kHalf);
    ASSERT_FALSE(hour.dispute.is_nil());
    const auto lines = settle(hour.day);
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(lines[0].lot_us, kHalf);
    EXPECT_EQ(to_string(lines[0].line.sale), "10.000000");
    EXPECT_EQ(hour.balance(4, AccountKind::kHeld), "10.100000");
    EXPECT_EQ(hour.balance(4, AccountKind::kAvailable), "979.800000");
    EXPECT_EQ(hour.balance(2, AccountKind::kPending), "9.800000");
    EXPECT_EQ(entries_of(hour.day, "dispute"), 1);
    expect_the_same_again(hour.day);
}

TEST(Dispute, ThatNobodyClaimsLapsesToTheBuyer) {
    DisputedHour hour(kFull, kHalf);
    settle(hour.day);
    hour.pass_days(7);
    EXPECT_EQ(hour.balance(4, AccountKind::kHeld), "0.000000");
    EXPECT_EQ(hour.balance(4, AccountKind::kAvailable), "989.900000");
    EXPECT_EQ(entries_of(hour.day, "correction"), 0);
    EXPECT_EQ(refusal(hour.day.run(kSeller, ClaimDispute{hour.dispute})), "dispute_not_found");
    EXPECT_TRUE(hour.day.market.state().leases.empty());
    expect_the_same_again(hour.day);
}

TEST(Dispute, ThatIsClaimedAndNotRuledLapsesLater) {
    DisputedHour hour(kFull, kHalf);
    settle(hour.day);
    ASSERT_EQ(refusal(hour.day.run(kSeller, ClaimDispute{hour.dispute})), "none");
    hour.pass_days(29);
    EXPECT_EQ(hour.balance(4, AccountKind::kHeld), "10.100000");
    EXPECT_EQ(hour.day.market.state().leases.size(), 1U);
    expect_the_same_again(hour.day);
    hour.pass_days(1);
    EXPECT_EQ(hour.balance(4, AccountKind::kHeld), "0.000000");
    EXPECT_TRUE(hour.day.market.state().disputes.empty());
    expect_the_same_again(hour.day);
}

// The operator could settle any dispute as the agreement of both.
TEST(Dispute, NobodySpeaksForASideButItself) {
    DisputedHour hour(kFull, kHalf);
    const settlement::Delivered half{kHalf, Ppm(0)};
    for (const auto side : {settlement::DisputeParty::kBuyer, settlement::DisputeParty::kProvider})
        EXPECT_EQ(refusal(hour.day.run(kBoss, OfferSettlement{hour.dispute, side, half})),
                  "not_allowed");
    EXPECT_EQ(refusal(hour.day.run(kBoss, ClaimDispute{hour.dispute})), "not_allowed");
    EXPECT_EQ(refusal(hour.day.run(kBoss, AddEvidence{hour.dispute, LogIndex(1)})), "none");
    expect_the_same_again(hour.day);
}

// One owner could give back what the others had earned.
TEST(Dispute, OfAPoolOfSeveralOwnersIsNotTheProvidersToGiveAway) {
    constexpr auto kByBuyer = settlement::DisputeParty::kBuyer;
    constexpr auto kByProvider = settlement::DisputeParty::kProvider;
    DisputedHour hour(kFull, kFull, true);
    settle(hour.day);
    ASSERT_EQ(refusal(hour.open(kByBuyer, kHalf)), "none");
    ASSERT_EQ(refusal(hour.offer(kByBuyer, kHalf)), "none");
    const auto offered = hour.offer(kByProvider, kHalf);
    ASSERT_EQ(refusal(offered), "none");
    EXPECT_TRUE(offered.dispute->dispute.is_open()) << "its partner has not agreed";
    expect_the_same_again(hour.day);
    hour.pass_days(29);
    EXPECT_EQ(hour.day.market.state().disputes.size(), 1U) << "the offer is an answer";
    EXPECT_EQ(refusal(hour.day.run(SmallMarket::organisation(5),
                                   OfferSettlement{hour.dispute, kByProvider, {kHalf, Ppm(0)}})),
              "dispute_not_found");
    const auto agreed =
        hour.day.run(kPartner, OfferSettlement{hour.dispute, kByProvider, {kHalf, Ppm(0)}});
    ASSERT_EQ(refusal(agreed), "none");
    EXPECT_EQ(agreed.dispute->dispute.state, DisputeState::kAgreed);
    EXPECT_EQ(hour.balance(4, AccountKind::kAvailable), "989.900000");
    expect_the_same_again(hour.day);
}

// Each dispute of such a pool needed an arbiter, though nobody said a word against it.
TEST(Dispute, ThatNoOwnerAnswersLapsesToTheBuyer) {
    DisputedHour hour(kFull, kFull, true);
    settle(hour.day);
    ASSERT_EQ(refusal(hour.open(DisputeParty::kBuyer, kHalf)), "none");
    EXPECT_EQ(hour.day.market.state().disputes.at(0).owners, (std::vector{kSeller, kPartner}));
    hour.pass_days(7);
    EXPECT_TRUE(hour.day.market.state().disputes.empty());
    EXPECT_EQ(hour.balance(4, AccountKind::kAvailable), "989.900000");
    expect_the_same_again(hour.day);
}

// An owner whose provider has no stake in it any more could not say that too little was counted.
TEST(Dispute, IsOpenedByAnyOwnerToo) {
    const settlement::DisputeClaim claim{settlement::DisputeParty::kProvider,
                                         settlement::DisputeReason::kWrongMeter,
                                         {kFull, Ppm(0)}};
    DisputedHour hour(kHalf, kHalf, true);
    const OpenDispute opening{hour.lease.id, hour.window.start, claim};
    EXPECT_EQ(refusal(hour.day.run(SmallMarket::organisation(5), opening)), "lease_not_found");
    ASSERT_EQ(refusal(hour.day.run(kPartner, opening)), "none");
    EXPECT_EQ(refusal(hour.day.run(kSeller, opening)), "dispute_exists");
    expect_the_same_again(hour.day);
}

// The provider's silence gave the buyer what was the other owners' too.
TEST(Dispute, OfAMismatchIsClaimedByAnyOwner) {
    DisputedHour hour(kFull, kHalf, true);
    settle(hour.day);
    EXPECT_EQ(refusal(hour.day.run(kPartner, AddEvidence{hour.dispute, LogIndex(1)})), "none");
    ASSERT_EQ(refusal(hour.day.run(kPartner, ClaimDispute{hour.dispute})), "none");
    hour.pass_days(8);
    ASSERT_EQ(refusal(hour.rule(kFull)), "none");
    EXPECT_EQ(hour.balance(3, AccountKind::kPending), "4.900000") << "of the ruling";
    EXPECT_EQ(hour.balance(4, AccountKind::kHeld), "0.000000");
    expect_the_same_again(hour.day);
}

TEST(Dispute, OneSidesEvidenceLeavesTheOthersRoom) {
    DisputedHour hour(kFull, kHalf);
    for (std::int64_t i = 0; i < 260; ++i)
        hour.day.run(kBoss, Tick{});
    const auto name = [&](const OrganisationId& who, std::int64_t entry) {
        return refusal(hour.day.run(who, AddEvidence{hour.dispute, LogIndex(entry)}));
    };
    for (std::int64_t entry = 0; entry < settlement::kMaxEvidence; ++entry)
        ASSERT_EQ(name(kBuyer, entry), "none");
    EXPECT_EQ(name(kBuyer, 257), "too_much_evidence");
    EXPECT_EQ(name(kSeller, 257), "none");
    EXPECT_EQ(name(kBoss, 258), "none");
    const auto named = hour.day.market.state().disputes.at(0).dispute.named;
    EXPECT_EQ(named, (std::array<std::int64_t, 3>{1, 256, 1}));
    expect_the_same_again(hour.day);
}

TEST(Dispute, ThatConcernsTheArbiterIsRuledByAnother) {
    DisputedHour hour(kFull, kHalf);
    hour.day.run(kSeller, ClaimDispute{hour.dispute});
    EXPECT_EQ(refusal(hour.rule(kFull)), "none");
    DisputedHour shared(kFull, kHalf, true);
    for (const OrganisationId& member : {kArbiter, kPartner})
        shared.day.run(kBoss, DescribeOrganisation{member, {}, "one group"});
    shared.day.run(kSeller, ClaimDispute{shared.dispute});
    EXPECT_EQ(refusal(shared.rule(kFull)), "not_impartial");
    expect_the_same_again(shared.day);
}

TEST(Dispute, RuledForTheProviderPostsTheRest) {
    DisputedHour hour(kFull, kHalf);
    const auto first = settle(hour.day);
    hour.day.run(kSeller, ClaimDispute{hour.dispute});
    hour.day.take_changes_each_time = false;
    const auto ruled = hour.rule(kFull);
    ASSERT_EQ(refusal(ruled), "none");
    EXPECT_EQ(ruled.dispute->dispute.state, DisputeState::kRuled);
    EXPECT_EQ(ruled.dispute->arbiter, kArbiter);
    const Rows changes = hour.day.market.take_changes();
    ASSERT_EQ(changes.lines.size(), 1U);
    const SettlementLineRow& line = changes.lines[0];
    EXPECT_EQ(line.dispute, hour.dispute);
    EXPECT_EQ(line.corrects, first[0].index);
    EXPECT_EQ(line.run, first[0].run);
    EXPECT_EQ(line.lot_us, kHalf);
    EXPECT_EQ(to_string(line.line.buyer_pays), "10.100000");
    ASSERT_EQ(changes.journal.size(), 1U);
    EXPECT_EQ(changes.journal[0].reason, "correction");
    EXPECT_EQ(hour.balance(4, AccountKind::kHeld), "0.000000");
    EXPECT_EQ(hour.balance(4, AccountKind::kAvailable), "979.800000");
    EXPECT_EQ(hour.balance(2, AccountKind::kPending), "19.600000");
    EXPECT_EQ(hour.balance(1, AccountKind::kFees), "0.600000");
    expect_the_same_again(hour.day);
}

TEST(Dispute, EndsWhenBothOfferTheSame) {
    DisputedHour hour(kFull, kHalf);
    settle(hour.day);
    EXPECT_EQ(refusal(hour.offer(DisputeParty::kBuyer, kHalf + kHalf / 2)), "none");
    EXPECT_EQ(refusal(hour.offer(DisputeParty::kProvider, kFull)), "none");
    const auto last = hour.offer(DisputeParty::kProvider, kHalf + kHalf / 2);
    ASSERT_EQ(refusal(last), "none");
    EXPECT_EQ(last.dispute->dispute.state, DisputeState::kAgreed);
    EXPECT_EQ(hour.balance(4, AccountKind::kAvailable), "984.850000");
    EXPECT_EQ(hour.balance(4, AccountKind::kHeld), "0.000000");
    EXPECT_EQ(hour.balance(2, AccountKind::kPending), "14.700000");
    expect_the_same_again(hour.day);
}

TEST(Dispute, ThatEndsBeforeItsWindowIsSettledNeedsNoCorrection) {
    DisputedHour hour(kFull, kHalf);
    hour.day.run(kSeller, ClaimDispute{hour.dispute});
    ASSERT_EQ(refusal(hour.rule(kFull)), "none");
    const auto lines = settle(hour.day);
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(lines[0].lot_us, kFull);
    EXPECT_EQ(to_string(lines[0].line.sale), "20.000000");
    EXPECT_EQ(entries_of(hour.day, "correction"), 0);
    EXPECT_EQ(hour.balance(4, AccountKind::kHeld), "0.000000");
    expect_the_same_again(hour.day);
}

TEST(Dispute, OfTheBuyerFreezesProceedsOfASettledWindow) {
    DisputedHour hour;
    settle(hour.day);
    EXPECT_EQ(hour.balance(2, AccountKind::kPending), "19.600000");
    ASSERT_EQ(refusal(hour.open(DisputeParty::kBuyer, kHalf)), "none");
    ASSERT_EQ(refusal(hour.day.run(kSeller, ClaimDispute{hour.dispute})), "none");
    hour.pass_days(8);
    EXPECT_EQ(hour.balance(2, AccountKind::kPending), "9.800000");
    EXPECT_EQ(hour.balance(2, AccountKind::kAvailable), "9.800000");
    expect_the_same_again(hour.day);
    ASSERT_EQ(refusal(hour.rule(kHalf + kHalf / 2)), "none");
    EXPECT_EQ(hour.balance(4, AccountKind::kAvailable), "984.850000");
    EXPECT_EQ(hour.balance(2, AccountKind::kPending), "4.900000");
    hour.pass_days(1);
    EXPECT_EQ(hour.balance(2, AccountKind::kPending), "0.000000");
    EXPECT_EQ(hour.balance(2, AccountKind::kAvailable), "14.700000");
    EXPECT_EQ(hour.balance(2, AccountKind::kReceivable), "0.000000");
    EXPECT_TRUE(hour.day.market.state().leases.empty());
    expect_the_same_again(hour.day);
}

TEST(Dispute, OfTheBuyerBeforeTheRunFreezesWhatTheRunPays) {
    DisputedHour hour;
    ASSERT_EQ(refusal(hour.open(DisputeParty::kBuyer, 0)), "none");
    ASSERT_EQ(refusal(hour.day.run(kSeller, ClaimDispute{hour.dispute})), "none");
    settle(hour.day);
    hour.pass_days(8);
    EXPECT_EQ(hour.balance(2, AccountKind::kPending), "19.600000");
    expect_the_same_again(hour.day);
    hour.pass_days(22);  // nobody ruled: it is as it was final
    EXPECT_EQ(hour.balance(2, AccountKind::kPending), "0.000000");
    EXPECT_EQ(hour.balance(2, AccountKind::kAvailable), "19.600000");
    EXPECT_EQ(hour.balance(4, AccountKind::kAvailable), "979.800000");
    EXPECT_EQ(hour.balance(1, AccountKind::kFees), "0.600000");
    expect_the_same_again(hour.day);
}

TEST(Dispute, OfBothSidesEndInAnyOrder) {
    DisputedHour hour(kFull, kHalf);
    const DisputeId mismatch = hour.dispute;
    settle(hour.day);
    ASSERT_EQ(refusal(hour.open(DisputeParty::kBuyer, 0)), "none");
    hour.day.run(kSeller, ClaimDispute{hour.dispute});
    hour.day.run(kSeller, ClaimDispute{mismatch});
    ASSERT_EQ(refusal(hour.rule(kHalf / 2)), "none");
    ASSERT_EQ(refusal(hour.day.run(kArbiter, ruling(mismatch, {kFull, Ppm(0)}))), "none");
    // Half an hour less, one hour more.
    EXPECT_EQ(hour.balance(4, AccountKind::kAvailable), "984.850000");
    EXPECT_EQ(hour.balance(4, AccountKind::kHeld), "0.000000");
    EXPECT_EQ(hour.balance(2, AccountKind::kPending), "14.700000");
    expect_the_same_again(hour.day);
}

TEST(Dispute, KeepsTheProceedsOfItsLease) {
    DisputedHour hour(kFull, kFull);
    hour.day.now = SmallMarket::hours(2, 3).start;
    settle(hour.day);
    ASSERT_EQ(refusal(hour.open(DisputeParty::kBuyer, 0)), "none");
    const Rows state = hour.day.market.state();
    ASSERT_EQ(state.pending.size(), 1U);
    EXPECT_EQ(state.pending[0].dispute, hour.dispute);
    EXPECT_EQ(state.pending[0].lease, hour.lease.id);
}

TEST(Dispute, MayBeRefused) {
    DisputedHour hour;
    const auto open_at = [&](Time start, const OrganisationId& actor) {
        settlement::DisputeClaim claim;
        claim.delivered = {kHalf, Ppm(0)};
        return refusal(hour.day.run(actor, OpenDispute{hour.lease.id, start, claim}));
    };
    EXPECT_EQ(open_at(hour.window.start, SmallMarket::organisation(5)), "lease_not_found");
    EXPECT_EQ(open_at(hour.window.end, kBuyer), "window_not_found");
    EXPECT_EQ(refusal(hour.open(DisputeParty::kBuyer, kFull)), "bad_claim");
    EXPECT_EQ(refusal(hour.open(DisputeParty::kProvider, 3 * kFull)), "bad_claim");
    settle(hour.day);
    EXPECT_EQ(refusal(hour.open(DisputeParty::kProvider, kHalf)), "bad_claim");
    EXPECT_EQ(refusal(hour.open(DisputeParty::kBuyer, kHalf)), "none");
    EXPECT_EQ(refusal(hour.open(DisputeParty::kBuyer, kHalf)), "dispute_exists");
    const OrganisationId stranger = SmallMarket::organisation(5);
    EXPECT_EQ(refusal(hour.day.run(stranger, ClaimDispute{hour.dispute})), "dispute_not_found");
    EXPECT_EQ(refusal(hour.day.run(kBuyer, ClaimDispute{hour.dispute})), "not_allowed");
    EXPECT_EQ(refusal(hour.day.run(stranger, AddEvidence{hour.dispute, LogIndex(1)})),
              "dispute_not_found");
    EXPECT_EQ(refusal(hour.day.run(kBuyer, AddEvidence{hour.dispute, LogIndex(100'000)})),
              "unknown_entry");
    EXPECT_EQ(refusal(hour.day.run(kBuyer, AddEvidence{hour.dispute, LogIndex(1)})), "none");
    EXPECT_EQ(refusal(hour.day.run(
                  kBuyer, OfferSettlement{hour.dispute, DisputeParty::kProvider, {kHalf, Ppm(0)}})),
              "not_allowed");
    EXPECT_EQ(refusal(hour.offer(DisputeParty::kBuyer, kFull + 1)), "outside_dispute");
    EXPECT_EQ(refusal(hour.rule(kHalf)), "not_claimed");
    hour.pass_days(7);
    EXPECT_EQ(refusal(hour.offer(DisputeParty::kBuyer, kFull)), "dispute_not_found");
    EXPECT_EQ(open_at(hour.window.start, kBuyer), "lease_not_found");
}

TEST(Dispute, IsClosedOnceItHasEnded) {
    DisputedHour hour(kFull, kHalf);
    hour.offer(DisputeParty::kBuyer, kFull);
    hour.offer(DisputeParty::kProvider, kFull);
    EXPECT_EQ(refusal(hour.offer(DisputeParty::kBuyer, kHalf)), "dispute_closed");
    EXPECT_EQ(refusal(hour.rule(kHalf)), "dispute_closed");
    EXPECT_EQ(refusal(hour.open(DisputeParty::kProvider, kFull)), "dispute_exists");
}

TEST(Dispute, OfAProviderComesBeforeTheRun) {
    DisputedHour hour(kHalf, kHalf);
    settle(hour.day);
    EXPECT_EQ(refusal(hour.open(DisputeParty::kProvider, kFull)), "nothing_held");
    DisputedHour late(kHalf, kHalf);
    late.day.now = Time(late.day.now.value + 7 * kDay);
    EXPECT_EQ(refusal(late.open(DisputeParty::kProvider, kFull)), "dispute_too_late");
    DisputedHour in_time(kHalf, kHalf);
    EXPECT_EQ(refusal(in_time.open(DisputeParty::kProvider, kFull)), "none");
    settle(in_time.day);
    EXPECT_EQ(in_time.balance(4, AccountKind::kHeld), "10.100000");
    expect_the_same_again(in_time.day);
}

TEST(Dispute, IsRuledByAnArbiterAlone) {
    DisputedHour hour(kFull, kHalf);
    hour.day.run(kSeller, ClaimDispute{hour.dispute});
    SmallMarket& day = hour.day;
    RuleDispute unknown = ruling(hour.dispute, {kFull, Ppm(0)});
    unknown.ruling.key = numbered<SigningKeyId>(9);
    EXPECT_EQ(refusal(day.run(kArbiter, unknown)), "unknown_key");
    EXPECT_EQ(refusal(day.run(kSeller, ruling(hour.dispute, {kFull, Ppm(0)}))), "not_allowed");
    EXPECT_EQ(refusal(day.run(kArbiter, ruling(numbered<DisputeId>(9), {kFull, Ppm(0)}))),
              "dispute_not_found");
    day.run(kBoss, DescribeOrganisation{kArbiter, {}, "group"});
    day.run(kBoss, DescribeOrganisation{kSeller, {}, "group"});
    EXPECT_EQ(refusal(hour.rule(kFull)), "not_impartial");
    day.run(kBoss, DescribeOrganisation{kSeller, {}, ""});
    day.run(kBoss, KillSwitch{kArbiter});
    EXPECT_EQ(refusal(hour.rule(kFull)), "organisation_suspended");
    day.run(kBoss, Reinstate{kArbiter});
    EXPECT_EQ(refusal(hour.rule(kFull + 1)), "outside_dispute");
    day.run(kArbiter, RevokeArbiterKey{kArbiterKey});
    EXPECT_EQ(refusal(hour.rule(kFull)), "revoked_key");
}

TEST(Dispute, KeysAreRegisteredByTheOperator) {
    DisputedHour hour;
    SmallMarket& day = hour.day;
    const PublicKey key = seeded_key(8).public_key();
    const auto id = numbered<SigningKeyId>(8);
    EXPECT_EQ(refusal(day.run(kArbiter, RegisterArbiterKey{id, kArbiter, key})), "not_allowed");
    EXPECT_EQ(refusal(day.run(kBoss, RegisterArbiterKey{id, kSeller, key})), "role_missing");
    EXPECT_EQ(refusal(day.run(kBoss, RegisterArbiterKey{kArbiterKey, kArbiter, key})),
              "key_exists");
    EXPECT_EQ(refusal(day.run(kSeller, RevokeArbiterKey{kArbiterKey})), "unknown_key");
    EXPECT_EQ(refusal(day.run(kBoss, RevokeArbiterKey{kArbiterKey})), "none");
    EXPECT_EQ(refusal(day.run(kBoss, RevokeArbiterKey{kArbiterKey})), "revoked_key");
}

TEST(Dispute, TimesAreScheduleData) {
    SmallMarket day;
    SetSchedule schedule = small_schedule();
    schedule.dispute_claim = Duration(0);
    EXPECT_EQ(refusal(day.run(kBoss, schedule)), "bad_schedule");
    schedule.dispute_claim = Duration(kDay);
    schedule.dispute_rule = Duration(2 * kDay);
    EXPECT_EQ(refusal(day.run(kBoss, schedule)), "none");
    expect_the_same_again(day);
}

TEST(Dispute, ARulingThatItsArbiterDidNotSignFailsTheReplay) {
    DisputedHour hour(kFull, kHalf);
    hour.day.run(kSeller, ClaimDispute{hour.dispute});
    hour.day.run(kArbiter, ruling(hour.dispute, {kFull, Ppm(0)}, 9));
    Replay replay;
    Result<void> done;
    for (std::string entry : hour.day.log) {
        put_salt(entry, "0123456789abcdef0123456789abcdef");
        done = replay.next(entry);
        if (!done) break;
    }
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code(), "bad_signature");
}

}  // namespace
}  // namespace suanpan::core
