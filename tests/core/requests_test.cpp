// What one person of the operator must not do alone beside moving money: to trust a payment
// provider's key, and to close a month.

#include "base/decimal.hpp"
#include "replayed.hpp"
#include "small_market.hpp"

#include <gtest/gtest.h>

namespace suanpan::core {
namespace {

using settlement::ApprovalState;
using settlement::Month;

const OrganisationId kBoss = SmallMarket::organisation(1);
const OrganisationId kBuyer = SmallMarket::organisation(4);
const SigningKeyId kKey = numbered<SigningKeyId>(1);
const Month kJanuary = *settlement::parse_month("2027-01");  // kStart is in it
const Time kLater(settlement::month_window(kJanuary).end.value + 10 * 86'400);

std::string refusal(const CommandOutcome& outcome) {
    return outcome.refusal ? outcome.refusal->code() : "none";
}

class Requests : public testing::Test {
 protected:
    CommandOutcome ask_key(const UserId& by = kFirstPerson, const SigningKeyId& id = kKey) {
        return day.run(kBoss, RegisterPaymentKey{id, kBoss, payer.public_key(), by});
    }
    CommandOutcome ask_closing(const UserId& by = kFirstPerson) {
        return day.run(kBoss, ClosePeriod{kJanuary, by});
    }
    CommandOutcome approve(const CommandOutcome& asked, const UserId& by = kSecondPerson) {
        const settlement::Approval& approval = asked.request.value().approval;
        return day.run(kBoss, ApproveRequest{approval.id, approval.content, by});
    }
    CommandOutcome reject(const CommandOutcome& asked, const UserId& by = kSecondPerson) {
        return day.run(kBoss, RejectRequest{asked.request.value().approval.id, by});
    }
    CommandOutcome pay(const std::string& id) {
        const settlement::PaymentNotice notice{kKey, id, kBuyer, kCurrency, Money(5'000'000)};
        return day.run(kBoss, TakePayment{settlement::sign_payment(notice, payer), notice});
    }
    void expect_replay() const { expect_the_same_from_log_and_rows(day); }

    SmallMarket day;
    SigningKey payer{Seed{50}};
};

}  // namespace

// One operator's key was enough to register a payment provider's key, and with that to make money.
TEST_F(Requests, APaymentKeyTakesTwoPersons) {
    const auto asked = ask_key();
    ASSERT_EQ(refusal(asked), "none");
    EXPECT_EQ(asked.request->approval.action, "register_payment_key");
    EXPECT_EQ(refusal(pay("p-1")), "unknown_payment_key");
    EXPECT_EQ(refusal(day.run(kBoss, RevokePaymentKey{kKey})), "unknown_payment_key");
    EXPECT_EQ(refusal(approve(asked, kFirstPerson)), "same_person");
    EXPECT_EQ(refusal(pay("p-1")), "unknown_payment_key");
    const auto approved = approve(asked);
    ASSERT_EQ(refusal(approved), "none");
    EXPECT_EQ(approved.request->approval.state, ApprovalState::kApproved);
    EXPECT_EQ(approved.request->approval.decided_by, to_string(kSecondPerson));
    EXPECT_EQ(refusal(pay("p-1")), "none");
    EXPECT_TRUE(day.market.state().operator_requests.empty());
    // Both entries name their person.
    EXPECT_EQ(refusal(approve(asked)), "unknown_approval");
    EXPECT_EQ(refusal(day.run(kBoss, RevokePaymentKey{kKey})), "none");
    EXPECT_EQ(refusal(pay("p-2")), "payment_key_revoked");
    expect_replay();
}

// Whoever has been removed has no say any more, not even by what it asked for before.
TEST_F(Requests, OfARemovedPersonAreNotApproved) {
    const UserId third = numbered<UserId>(30);
    day.run(kBoss, RegisterUser{third, kBoss, kFirstPerson});
    const auto asked = ask_key(third);
    ASSERT_EQ(refusal(asked), "none");
    ASSERT_EQ(refusal(day.run(kBoss, RemoveUser{third})), "none");
    EXPECT_EQ(refusal(approve(asked)), "user_removed");
    EXPECT_EQ(refusal(reject(asked)), "none");
    expect_replay();
}

TEST_F(Requests, AreRefusedLikeMoneysOnes) {
    EXPECT_EQ(refusal(ask_key(UserId{})), "person_needed");
    EXPECT_EQ(refusal(ask_key(numbered<UserId>(9))), "unknown_person");
    EXPECT_EQ(refusal(day.run(kBuyer, RegisterPaymentKey{kKey, kBuyer, payer.public_key(), {}})),
              "not_allowed");
    const auto unknown = numbered<OrganisationId>(9);
    EXPECT_EQ(refusal(day.run(kBoss,
                              RegisterPaymentKey{kKey, unknown, payer.public_key(), kFirstPerson})),
              "unknown_organisation");
    const auto asked = ask_key();
    EXPECT_EQ(refusal(ask_key()), "already_requested");
    settlement::Approval other = asked.request->approval;
    other.content.fill(1);
    EXPECT_EQ(refusal(day.run(kBoss, ApproveRequest{other.id, other.content, kSecondPerson})),
              "approval_differs");
    EXPECT_EQ(refusal(day.run(kBuyer, ApproveRequest{other.id, other.content, kSecondPerson})),
              "not_allowed");
    EXPECT_EQ(refusal(day.run(kBuyer, RejectRequest{other.id, kSecondPerson})), "not_allowed");
    const ApproveRequest nothing{numbered<ApprovalId>(3), {}, kSecondPerson};
    EXPECT_EQ(refusal(day.run(kBoss, nothing)), "unknown_approval");
    // One person could register another, hold its key too, and be both.
    const UserId heir = numbered<UserId>(35);
    ASSERT_EQ(refusal(day.run(kBoss, RegisterUser{heir, kBoss, kFirstPerson})), "none");
    EXPECT_EQ(refusal(approve(asked, heir)), "not_independent");
    EXPECT_EQ(refusal(reject(asked, kFirstPerson)), "none");
    EXPECT_EQ(refusal(approve(asked)), "unknown_approval");
    expect_replay();
}

TEST_F(Requests, ExpireAndAreBounded) {
    const auto asked = ask_key();
    Market loaded;
    loaded.load(day.market.state());
    EXPECT_EQ(loaded.next_due(), day.market.next_due());
    day.take_changes_each_time = false;
    day.now = asked.request->approval.expires_at;
    day.run(kBoss, Tick{});
    const Rows changes = day.market.take_changes();
    ASSERT_EQ(changes.operator_requests.size(), 1U);
    EXPECT_EQ(changes.operator_requests[0].approval.state, ApprovalState::kExpired);
    EXPECT_EQ(refusal(approve(asked)), "unknown_approval");
    for (std::uint8_t i = 0; i < kMaxWaitingRequests; ++i)
        ASSERT_EQ(refusal(ask_key(kFirstPerson, numbered<SigningKeyId>(i))), "none");
    EXPECT_EQ(refusal(ask_key(kFirstPerson, numbered<SigningKeyId>(200))), "too_many");
    expect_replay();
}

// One person could close a month, and with it end what can be corrected in its invoices.
TEST_F(Requests, AMonthIsClosedByTwoPersons) {
    EXPECT_EQ(refusal(ask_closing()), "period_not_over");
    day.now = kLater;
    EXPECT_EQ(refusal(ask_closing(UserId{})), "person_needed");
    const auto asked = ask_closing();
    ASSERT_EQ(refusal(asked), "none");
    EXPECT_FALSE(asked.period);
    EXPECT_EQ(refusal(ask_closing(kSecondPerson)), "already_requested");
    EXPECT_EQ(refusal(reject(asked, kFirstPerson)), "none");
    EXPECT_EQ(refusal(approve(asked)), "unknown_approval");
    const auto again = ask_closing(kSecondPerson);
    EXPECT_EQ(refusal(approve(again, kSecondPerson)), "same_person");
    EXPECT_TRUE(day.market.state().periods.empty());
    const auto approved = approve(again, kFirstPerson);
    ASSERT_EQ(refusal(approved), "none");
    EXPECT_TRUE(approved.period.value().closed);
    EXPECT_EQ(approved.request->approval.state, ApprovalState::kApproved);
    EXPECT_EQ(refusal(ask_closing()), "period_closed");
    expect_replay();
}

}  // namespace suanpan::core
