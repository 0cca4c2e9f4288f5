// Money in and out by the word of two persons, or of a payment provider.

#include "base/decimal.hpp"
#include "replayed.hpp"
#include "small_market.hpp"

#include <gtest/gtest.h>

namespace suanpan::core {
namespace {

using settlement::AccountKind;
using settlement::ApprovalState;

const OrganisationId kBoss = SmallMarket::organisation(1);
const OrganisationId kBuyer = SmallMarket::organisation(4);
const SigningKeyId kKey = numbered<SigningKeyId>(1);

std::string refusal(const CommandOutcome& outcome) {
    return outcome.refusal ? outcome.refusal->code() : "none";
}

SigningKey payer() {
    Seed seed{};
    seed.fill(50);
    return SigningKey(seed);
}

class Cash : public testing::Test {
 protected:
    CommandOutcome ask(std::int64_t micro, const UserId& by = kFirstPerson) {
        return day.run(kBoss, RequestCash{{kBuyer, kCurrency, Money(micro), "00", {}}, by});
    }
    CommandOutcome approve(const CommandOutcome& asked, const UserId& by = kSecondPerson) {
        const settlement::Approval& approval = asked.cash.value().approval;
        return day.run(kBoss, ApproveCash{approval.id, approval.content, by});
    }
    CommandOutcome ask_back(const CashRow& original, ReversalReason reason) {
        CashMove move = original.move;
        move.amount = Money(-move.amount.value);
        move.reverses = Reversal{original.journal, reason};
        return day.run(kBoss, RequestCash{move, kFirstPerson});
    }
    static TakePayment payment(const std::string& id, std::int64_t micro) {
        const settlement::PaymentNotice notice{kKey, id, kBuyer, kCurrency, Money(micro)};
        return TakePayment{settlement::sign_payment(notice, payer()), notice};
    }
    [[nodiscard]] std::string available() const {
        return to_string(day.balance(4, AccountKind::kAvailable));
    }
    void expect_replay() const { expect_the_same_from_log_and_rows(day); }

    SmallMarket day;
};

}  // namespace

TEST_F(Cash, MovesWhenAnotherPersonApproves) {
    const auto asked = ask(5'000'000);
    EXPECT_EQ(refusal(asked), "none");
    EXPECT_EQ(available(), "1000.000000");
    EXPECT_EQ(asked.cash->approval.requested_by, to_string(kFirstPerson));
    const auto approved = approve(asked);
    EXPECT_EQ(refusal(approved), "none");
    EXPECT_EQ(available(), "1005.000000");
    EXPECT_EQ(approved.cash->approval.decided_by, to_string(kSecondPerson));
    EXPECT_FALSE(approved.cash->journal.is_nil());
    // Both entries name their person, and the second the first.
    const std::string& request = day.log[day.log.size() - 2];
    const std::string& word = day.log.back();
    EXPECT_NE(request.find(to_string(kFirstPerson)), std::string::npos);
    EXPECT_NE(word.find(to_string(kSecondPerson)), std::string::npos);
    EXPECT_NE(word.find(to_string(asked.cash->approval.id)), std::string::npos);
    expect_replay();
}

TEST_F(Cash, EachRefusalHasItsCode) {
    const auto asked = ask(5'000'000);
    EXPECT_EQ(refusal(approve(asked, kFirstPerson)), "same_person");
    EXPECT_EQ(refusal(approve(asked, numbered<UserId>(9))), "unknown_person");
    settlement::Approval other = asked.cash->approval;
    other.content.fill(1);
    EXPECT_EQ(refusal(day.run(kBoss, ApproveCash{other.id, other.content, kSecondPerson})),
              "approval_differs");
    EXPECT_EQ(refusal(day.run(kBuyer, ApproveCash{other.id, other.content, kSecondPerson})),
              "not_allowed");
    EXPECT_EQ(refusal(approve(asked)), "none");
    EXPECT_EQ(refusal(approve(asked)), "approval_closed");
    EXPECT_EQ(refusal(ask(0)), "bad_amount");
    EXPECT_EQ(refusal(ask(-2'000'000'000)), "insufficient_funds");
    EXPECT_EQ(refusal(ask(1, numbered<UserId>(9))), "unknown_person");
    EXPECT_EQ(refusal(ask(9'223'372'036'854'775'807)), "overflow");
    const RequestCash unknown{{numbered<OrganisationId>(9), kCurrency, Money(1), "", {}},
                              kFirstPerson};
    EXPECT_EQ(refusal(day.run(kBoss, unknown)), "unknown_organisation");
    const RequestCash own{{kBuyer, kCurrency, Money(1), "", {}}, kFirstPerson};
    EXPECT_EQ(refusal(day.run(kBuyer, own)), "not_allowed");
    const ApproveCash nothing{numbered<ApprovalId>(3), {}, kSecondPerson};
    EXPECT_EQ(refusal(day.run(kBoss, nothing)), "unknown_approval");
    // Nobody could approve any more, and nobody register who could.
    EXPECT_EQ(refusal(day.run(kBoss, RemoveUser{kSecondPerson})), "last_persons");
    const UserId heir = numbered<UserId>(35);
    EXPECT_EQ(refusal(day.run(kBoss, RegisterUser{heir, kBoss, kSecondPerson})), "none");
    EXPECT_EQ(refusal(day.run(kBoss, RemoveUser{kSecondPerson})), "none");
    EXPECT_EQ(refusal(day.run(kBoss, RemoveUser{heir})), "last_persons");
    EXPECT_EQ(refusal(approve(ask(1), heir)), "none");
    EXPECT_EQ(refusal(approve(ask(1))), "user_removed");
    EXPECT_EQ(refusal(day.run(kBoss, RemoveUser{kSecondPerson})), "user_removed");
    EXPECT_EQ(refusal(day.run(kBoss, RegisterUser{kSecondPerson, kBoss})), "user_exists");
    EXPECT_EQ(refusal(day.run(kBuyer, RegisterUser{numbered<UserId>(8), kBoss})), "not_allowed");
    expect_replay();
}

// One person could register another, hold its key too, and be both.
TEST_F(Cash, IsNotApprovedByWhomTheSamePersonRegistered) {
    const UserId third = numbered<UserId>(31);
    const UserId fourth = numbered<UserId>(32);
    const UserId fifth = numbered<UserId>(33);
    EXPECT_EQ(refusal(day.run(kBoss, RegisterUser{third, kBoss, {}})), "person_needed");
    EXPECT_EQ(refusal(day.run(kBoss, RegisterUser{third, kBoss, numbered<UserId>(9)})),
              "unknown_person");
    EXPECT_EQ(refusal(day.run(kBoss, RegisterUser{third, kBoss, kFirstPerson})), "none");
    EXPECT_EQ(refusal(day.run(kBoss, RegisterUser{fourth, kBoss, third})), "none");
    EXPECT_EQ(refusal(day.run(kBoss, RegisterUser{fifth, kBoss, kFirstPerson})), "none");
    EXPECT_EQ(refusal(approve(ask(1), third)), "not_independent");
    EXPECT_EQ(refusal(approve(ask(1), fourth)), "not_independent");
    EXPECT_EQ(refusal(approve(ask(1, fourth), fifth)), "not_independent");
    EXPECT_EQ(refusal(approve(ask(1, fourth), kFirstPerson)), "not_independent");
    EXPECT_EQ(refusal(approve(ask(1, fourth), kSecondPerson)), "none");
    // Nor is a buyer's money moved by one person of the operator in two coats.
    const UserId clerk = numbered<UserId>(34);
    day.run(kBoss, RegisterUser{clerk, kBuyer, kSecondPerson});
    const auto asked = day.run(kBuyer, RequestCash{{kBuyer, kCurrency, Money(-1), "", {}}, clerk});
    EXPECT_EQ(refusal(approve(asked, kSecondPerson)), "not_independent");
    EXPECT_EQ(refusal(approve(asked, kFirstPerson)), "none");
    expect_replay();
}

TEST_F(Cash, RequestsOfAnOrganisationThatWaitAreBounded) {
    const UserId clerk = numbered<UserId>(4);
    day.run(kBuyer, RegisterUser{clerk, kBuyer, {}});
    const RequestCash little{{kBuyer, kCurrency, Money(-1), "", {}}, clerk};
    CommandOutcome first;
    for (std::int64_t i = 0; i < kMaxWaitingRequests; ++i) {
        const auto asked = day.run(kBuyer, little);
        ASSERT_EQ(refusal(asked), "none");
        if (i == 0) first = asked;
    }
    EXPECT_EQ(refusal(day.run(kBuyer, little)), "too_many");
    EXPECT_EQ(refusal(day.run(kBuyer, RejectCash{first.cash->approval.id, clerk})), "none");
    EXPECT_EQ(refusal(day.run(kBuyer, little)), "none");
    EXPECT_EQ(refusal(day.run(kBuyer, little)), "too_many");
    expect_replay();
}

TEST_F(Cash, IsRejectedOrExpires) {
    const auto first = ask(5'000'000);
    const ApprovalId id = first.cash->approval.id;
    // By who asked, too.
    const auto rejected = day.run(kBoss, RejectCash{id, kFirstPerson});
    EXPECT_EQ(rejected.cash->approval.state, ApprovalState::kRejected);
    EXPECT_EQ(refusal(approve(first)), "unknown_approval");
    const auto second = ask(7'000'000);
    day.now = Time(day.now.value + kApprovalTime.value - 1);
    expect_replay();
    day.now = Time(day.now.value + 1);
    EXPECT_EQ(refusal(approve(second)), "unknown_approval");
    EXPECT_EQ(available(), "1000.000000");
    EXPECT_FALSE(day.market.next_due());
    expect_replay();
}

TEST_F(Cash, ABuyerAsksForItsOwnMoney) {
    const UserId clerk = numbered<UserId>(4);
    day.run(kBuyer, RegisterUser{clerk, kBuyer});
    const auto asked =
        day.run(kBuyer, RequestCash{{kBuyer, kCurrency, Money(-400'000'000), "", {}}, clerk});
    EXPECT_EQ(refusal(asked), "none");
    const settlement::Approval& approval = asked.cash->approval;
    EXPECT_EQ(refusal(day.run(kBuyer, ApproveCash{approval.id, approval.content, clerk})),
              "not_allowed");
    EXPECT_EQ(refusal(approve(asked)), "none");
    EXPECT_EQ(available(), "600.000000");
    // It was there when it was asked for, and is not any more.
    const auto more = ask(-600'000'000);
    day.move_cash(kBuyer, -500'000'000);
    EXPECT_EQ(refusal(approve(more)), "insufficient_funds");
    expect_replay();
}

TEST_F(Cash, IsTakenBackOnceAndNamesTheOriginal) {
    const auto paid = day.move_cash(kBuyer, 5'000'000);
    day.take_changes_each_time = false;
    const auto back = approve(ask_back(*paid.cash, ReversalReason::kDuplicate));
    EXPECT_EQ(refusal(back), "none");
    EXPECT_EQ(available(), "1000.000000");
    const Rows changes = day.market.take_changes();
    ASSERT_EQ(changes.journal.size(), 1U);
    EXPECT_EQ(changes.journal[0].reason, "reversal");
    EXPECT_EQ(changes.journal[0].reverses, paid.cash->journal);
    EXPECT_EQ(refusal(ask_back(*paid.cash, ReversalReason::kDuplicate)), "already_reversed");
    EXPECT_EQ(refusal(ask_back(*back.cash, ReversalReason::kOther)), "is_reversal");
    CashRow wrong = *day.move_cash(kBuyer, 3'000'000).cash;
    wrong.move.amount = Money(2'000'000);
    EXPECT_EQ(refusal(ask_back(wrong, ReversalReason::kWrongAmount)), "reversal_differs");
    wrong.journal = numbered<JournalId>(7);
    EXPECT_EQ(refusal(ask_back(wrong, ReversalReason::kOther)), "unknown_journal_entry");
    expect_replay();
}

TEST_F(Cash, APaymentProvidersWordIsEnoughOnce) {
    EXPECT_EQ(refusal(day.run(kBoss, payment("p-1", 5'000'000))), "unknown_payment_key");
    EXPECT_EQ(refusal(day.run(kBuyer, RegisterPaymentKey{kKey, kBuyer, payer().public_key()})),
              "not_allowed");
    EXPECT_EQ(refusal(day.trust_key(kKey, kBoss, payer().public_key())), "none");
    EXPECT_EQ(refusal(day.trust_key(kKey, kBoss, payer().public_key())), "payment_key_exists");
    EXPECT_EQ(refusal(day.run(kBuyer, payment("p-1", 5'000'000))), "unknown_payment_key");
    const auto paid = day.run(kBoss, payment("p-1", 5'000'000));
    EXPECT_EQ(refusal(paid), "none");
    EXPECT_EQ(available(), "1005.000000");
    EXPECT_EQ(refusal(day.run(kBoss, payment("p-1", 5'000'000))), "payment_exists");
    EXPECT_EQ(refusal(approve(ask_back(*paid.cash, ReversalReason::kReturned))), "none");
    // Taken back, it is still the same payment.
    EXPECT_EQ(refusal(day.run(kBoss, payment("p-1", 5'000'000))), "payment_exists");
    // Sent again after the provider changed its key, it was taken twice.
    const SigningKeyId next = numbered<SigningKeyId>(2);
    day.trust_key(next, kBoss, payer().public_key());
    const settlement::PaymentNotice again{next, "p-1", kBuyer, kCurrency, Money(5'000'000)};
    EXPECT_EQ(refusal(day.run(kBoss, TakePayment{settlement::sign_payment(again, payer()), again})),
              "payment_exists");
    EXPECT_EQ(refusal(day.run(kBoss, RevokePaymentKey{kKey})), "none");
    EXPECT_EQ(refusal(day.run(kBoss, RevokePaymentKey{kKey})), "payment_key_revoked");
    EXPECT_EQ(refusal(day.run(kBoss, payment("p-2", 1))), "payment_key_revoked");
    expect_replay();
}

TEST_F(Cash, AForgedPaymentIsFoundByTheReplay) {
    day.trust_key(kKey, kBoss, SigningKey(meter_seed(2)).public_key());
    day.run(kBoss, payment("p-1", 5'000'000));
    Replay replay;
    Result<void> followed;
    for (const std::string& entry : day.log) {
        followed = replay.next(entry);
        if (!followed) break;
    }
    ASSERT_FALSE(followed);
    EXPECT_EQ(followed.error().code(), "bad_signature");
}

TEST_F(Cash, ABondIsGivenAndReleased) {
    const MoveBond bond{kBuyer, kCurrency, Money(300'000'000)};
    const MoveBond release{kBuyer, kCurrency, Money(-200'000'000)};
    EXPECT_EQ(refusal(day.run(SmallMarket::organisation(5), bond)), "not_allowed");
    EXPECT_EQ(refusal(day.run(kBuyer, bond)), "none");
    EXPECT_EQ(available(), "700.000000");
    EXPECT_EQ(to_string(day.balance(4, AccountKind::kBond)), "300.000000");
    EXPECT_EQ(refusal(day.run(kBuyer, release)), "not_allowed");
    EXPECT_EQ(refusal(day.run(kBoss, release)), "none");
    EXPECT_EQ(refusal(day.run(kBoss, release)), "insufficient_funds");
    EXPECT_EQ(refusal(day.run(kBuyer, MoveBond{kBuyer, kCurrency, Money(0)})), "bad_amount");
    EXPECT_EQ(to_string(day.balance(4, AccountKind::kBond)), "100.000000");
    expect_replay();
}

}  // namespace suanpan::core
