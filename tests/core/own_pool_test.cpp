// A buyer that owns a part of the pool which it buys from stands on both sides of its disputes, and
// has no more of a say on either for that (metering-settlement "Disputes").

#include "disputed.hpp"
#include "replayed.hpp"

#include <gtest/gtest.h>

#include <array>

namespace suanpan::core {
namespace {

using settlement::DisputeParty;
using settlement::DisputeState;

constexpr std::int64_t kFull = 2 * kHourUs;
constexpr std::int64_t kHalf = kHourUs;

// Two lots for an hour of a pool that the seller and the buyer own half and half; the meters of the
// two do not agree.
class OwnPool {
 public:
    OwnPool() {
        const PoolId pool = numbered<PoolId>(2);
        const auto proposed = day.run(
            kSeller,
            ProposeTitle{pool, kStart, {{kSeller, Ppm(kPpm / 2)}, {kBuyer, Ppm(kPpm / 2)}}});
        EXPECT_EQ(refusal(day.run(kBuyer, ConfirmTitle{pool, proposed.index})), "none");
        register_buyer_meter(day);
        const LeaseRow lease = trade(day, 2, 1, 2);
        hand_over(day, lease.id);
        const Window window = SmallMarket::hours(1, 2);
        day.now = window.end;
        day.run(kSeller, day.reading(2, lease.id, 0, window, kFull));
        const auto outcome = day.run(kBuyer, meter.reading(lease.id, 0, window, kHalf));
        dispute = outcome.dispute.value().dispute.id;
    }
    CommandOutcome offer(const OrganisationId& who, DisputeParty by, std::int64_t lot_us) {
        return day.run(who, OfferSettlement{dispute, by, {lot_us, Ppm(0)}});
    }
    std::string name(const OrganisationId& who, std::int64_t entry) {
        return refusal(day.run(who, AddEvidence{dispute, LogIndex(entry)}));
    }

    SmallMarket day;
    BuyerMeter meter;
    DisputeId dispute;
};

// What it names counts on the buyer's side alone: it uses up nothing of the other owners' room.
TEST(OwnPool, ABuyersEvidenceIsTheBuyersThoughItOwnsAPart) {
    OwnPool own;
    for (std::int64_t i = 0; i < 300; ++i)
        own.day.run(kBoss, Tick{});
    for (std::int64_t entry = 0; entry < settlement::kMaxEvidence; ++entry)
        ASSERT_EQ(own.name(kBuyer, entry), "none");
    EXPECT_EQ(own.name(kBuyer, 256), "too_much_evidence");
    EXPECT_EQ(own.name(kBuyer, 255), "none") << "is named already";
    EXPECT_EQ(own.name(kSeller, 256), "none");
    EXPECT_EQ(own.name(kBoss, 257), "none");
    const auto disputes = own.day.market.state().disputes;
    EXPECT_EQ(disputes.at(0).dispute.named, (std::array<std::int64_t, 3>{1, 256, 1}));
    expect_the_same_from_log_and_rows(own.day);
}

TEST(OwnPool, ABuyerAgreesOnEachSideByAWordOfItsOwn) {
    OwnPool own;
    ASSERT_EQ(refusal(own.offer(kBuyer, DisputeParty::kBuyer, kHalf)), "none");
    const auto seller = own.offer(kSeller, DisputeParty::kProvider, kHalf);
    ASSERT_EQ(refusal(seller), "none");
    EXPECT_TRUE(seller.dispute.value().dispute.is_open()) << "the buyer has not said it as owner";
    const auto owner = own.offer(kBuyer, DisputeParty::kProvider, kHalf);
    ASSERT_EQ(refusal(owner), "none");
    EXPECT_EQ(owner.dispute.value().dispute.state, DisputeState::kAgreed);
    expect_the_same_from_log_and_rows(own.day);
}

// The seller's word for the other side.
TEST(OwnPool, AnOwnerThatDoesNotBuySpeaksForItsSideOnly) {
    OwnPool own;
    EXPECT_EQ(refusal(own.offer(kSeller, DisputeParty::kBuyer, kHalf)), "not_allowed");
    EXPECT_EQ(refusal(own.offer(kPartner, DisputeParty::kProvider, kHalf)), "dispute_not_found");
    EXPECT_EQ(refusal(own.day.run(kBuyer, ClaimDispute{own.dispute})), "none");
}

}  // namespace
}  // namespace suanpan::core
