#pragma once

// Commands about persons and money; see commands.hpp. `by` is the person who acts, on the word of
// the operator, whose API keys name their persons.

#include "core/account_rows.hpp"
#include "settlement/month.hpp"
#include "settlement/payment.hpp"

#include <string>

namespace suanpan::core {

// By the organisation or the operator. `by` may be nil for an organisation's first two persons.
struct RegisterUser {
    UserId id;
    OrganisationId organisation;
    UserId by{};
};
struct RemoveUser {
    UserId id;
};
// Asked for by a person of the operator: whoever holds the key can say that money came in. It is
// trusted once another person approves it.
struct RegisterPaymentKey {
    SigningKeyId id;
    OrganisationId organisation;
    PublicKey key{};
    UserId by{};
};
struct RevokePaymentKey {
    SigningKeyId id;
};
// Asked for by a person of the operator, a withdrawal also by one of its own organisation; another
// person of the operator approves it within kApprovalTime.
struct RequestCash {
    CashMove move;
    UserId by;
};
// `content` is what the second person saw: content_of() of the move.
struct ApproveCash {
    ApprovalId id;
    Hash content{};
    UserId by;
};
struct RejectCash {
    ApprovalId id;
    UserId by;
};
// A deposit by the word of a payment provider. The signature was checked before; the audit checks
// it again.
struct TakePayment {
    std::string envelope;  // canonical JSON of the DSSE envelope
    settlement::PaymentNotice notice;
};
// From `available` to `bond` by its organisation; with an amount below zero back, by the operator.
struct MoveBond {
    OrganisationId organisation;
    std::string currency;
    Money amount;
};

// Asked for by a person of the operator. The approval of another one takes down the balances and
// writes the first kSettleStep of them into the log; from then on each of these, by the operator,
// writes as many more, until the period is closed.
struct ClosePeriod {
    settlement::Month month;
    UserId by{};
};

// The word of another person of the operator on a payment key or on a month that is to be closed.
// `content` is what that person saw: content_of() the act.
struct ApproveRequest {
    ApprovalId id;
    Hash content{};
    UserId by;
};
struct RejectRequest {
    ApprovalId id;
    UserId by;
};

inline constexpr Duration kApprovalTime{7 * 86'400};
inline constexpr std::int64_t kMaxPersons = 1'000;       // of an organisation, for ever
inline constexpr std::int64_t kMaxWaitingRequests = 64;  // of an organisation for its own money

}  // namespace suanpan::core
