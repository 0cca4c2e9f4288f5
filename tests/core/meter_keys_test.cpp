// A meter's keys over time, as the market takes readings under them.

#include "any_meter.hpp"
#include "delivery.hpp"
#include "replayed.hpp"

#include <gtest/gtest.h>

namespace suanpan::core {
namespace {

using settlement::MeterRole;

constexpr std::int64_t kMinute = 60;

// Two lots from hour 1 to 3, handed over, and a meter of the seller's that has sent nothing yet.
class RotatedMeter : public testing::Test {
 protected:
    RotatedMeter() {
        day.run(kSeller, meter.registration(kSeller));
        lease = trade(day, 2, 1, 3).id;
        hand_over(day, lease);
    }
    // The next five minutes, told at once.
    CommandOutcome send() {
        const Time start(SmallMarket::hours(1, 3).start.value + 5 * kMinute * sent_++);
        const Window window{start, Time(start.value + 5 * kMinute)};
        day.now = std::max(day.now, window.end);
        return day.run(kSeller, meter.reading(lease, {window, 2 * 5 * kMinute * 1'000'000}));
    }
    std::string rotate(std::uint8_t key, std::int64_t overlap,
                       const OrganisationId& actor = kSeller) {
        const PublicKey to = test_key(key).public_key();
        return refusal(day.run(actor, RotateMeter{meter.id(), to, Duration(overlap)}));
    }
    std::string revoke_key(std::uint8_t key, const OrganisationId& actor = kSeller) {
        const PublicKey old = test_key(key).public_key();
        return refusal(day.run(actor, RevokeMeterKey{meter.id(), old}));
    }

    SmallMarket day;
    AnyMeter meter{20, MeterRole::kProvider};
    LeaseId lease;

 private:
    std::int64_t sent_ = 0;
};

TEST_F(RotatedMeter, BothKeysSignWithinTheOverlapAndTheNewOneAfterIt) {
    EXPECT_EQ(refusal(send()), "none");
    meter.sign_with(21);
    EXPECT_EQ(refusal(send()), "bad_signature") << "before its start";
    EXPECT_EQ(rotate(21, 20 * kMinute), "none");
    EXPECT_EQ(refusal(send()), "none");
    meter.sign_with(20);
    EXPECT_EQ(refusal(send()), "none") << "what was under way";
    meter.sign_with(22);
    EXPECT_EQ(refusal(send()), "bad_signature");
    meter.sign_with(20);
    day.now = Time(day.now.value + 20 * kMinute);
    EXPECT_EQ(refusal(send()), "superseded_key");
    meter.sign_with(21);
    EXPECT_EQ(refusal(send()), "none");
    expect_the_same_from_log_and_rows(day);
}

TEST_F(RotatedMeter, TheChainGoesOnUnderTheNewKey) {
    send();
    rotate(21, 0);
    meter.sign_with(21);
    const auto outcome = send();
    ASSERT_EQ(outcome.readings.size(), 1U);
    EXPECT_EQ(outcome.readings[0].verdict, settlement::Verdict::kAccepted);
}

TEST_F(RotatedMeter, OneKeyIsRevokedBeforeItsOverlapIsOver) {
    rotate(21, 9'000);
    EXPECT_EQ(refusal(send()), "none");
    EXPECT_EQ(revoke_key(21), "key_in_force");
    EXPECT_EQ(revoke_key(22), "unknown_key");
    EXPECT_EQ(revoke_key(20, kBuyer), "unknown_meter");
    EXPECT_EQ(revoke_key(20), "none");
    EXPECT_EQ(refusal(send()), "revoked_key");
    EXPECT_EQ(revoke_key(20), "revoked_key");
    meter.sign_with(21);
    EXPECT_EQ(refusal(send()), "none");
    expect_the_same_from_log_and_rows(day);
}

TEST_F(RotatedMeter, IsChangedByItsOwnerAndOnlyWhileItIsGood) {
    EXPECT_EQ(rotate(21, 0, kBuyer), "unknown_meter");
    EXPECT_EQ(rotate(21, -1), "bad_overlap");
    EXPECT_EQ(rotate(20, 0), "key_reused");
    EXPECT_EQ(rotate(21, 60, kBoss), "none") << "the operator acts for everybody";
    EXPECT_EQ(refusal(day.run(kSeller, RevokeMeter{meter.id()})), "none");
    EXPECT_EQ(rotate(22, 0), "revoked_meter");
    EXPECT_EQ(revoke_key(20), "revoked_meter");
    EXPECT_EQ(refusal(send()), "revoked_meter");
    expect_the_same_from_log_and_rows(day);
}

// The log named another key than the one that signed, and the replay took its word.
TEST_F(RotatedMeter, AReplayChecksTheKeyThatTheEntryNames) {
    rotate(21, 3'600);
    send();
    meter.sign_with(21);
    send();
    const std::string named = to_base64(as_chars(test_key(21).public_key()));
    const std::string other = to_base64(as_chars(test_key(22).public_key()));
    std::string& entry = day.log.back();
    const std::size_t at = entry.find(named);
    ASSERT_NE(at, std::string::npos);
    entry.replace(at, other.size(), other);
    Replay replay;
    for (std::size_t i = 0; i + 1 < day.log.size(); ++i)
        ASSERT_TRUE(replay.next(day.log[i]));
    EXPECT_EQ(replay.next(entry).error().code(), "bad_signature");
}

TEST_F(RotatedMeter, TheRoleOfTheOperatorIsTheOperators) {
    const AnyMeter probe(30, MeterRole::kOperator);
    EXPECT_EQ(refusal(day.run(kSeller, probe.registration(kSeller))), "wrong_role");
    EXPECT_EQ(refusal(day.run(kBoss, probe.registration(kBoss, {numbered<PoolId>(2)}))), "none");
}

}  // namespace
}  // namespace suanpan::core
