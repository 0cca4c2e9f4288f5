#pragma once

// The bodies of commands about persons and money in the log; see bodies.hpp. Inside of core/ only.

#include "base/json.hpp"
#include "core/commands.hpp"
#include "core/fields.hpp"

namespace suanpan::core {

Json write(const RegisterUser& body);
Json write(const RemoveUser& body);
Json write(const RegisterPaymentKey& body);
Json write(const RevokePaymentKey& body);
Json write(const RequestCash& body);
Json write(const ApproveCash& body);
Json write(const RejectCash& body);
Json write(const TakePayment& body);
Json write(const MoveBond& body);
Json write(const ClosePeriod& body);
Json write(const ApproveRequest& body);
Json write(const RejectRequest& body);

// `what` was read.
CommandBody read_user(std::string_view what, Fields& in);
CommandBody read_payment_key(std::string_view what, Fields& in);
CommandBody read_transfer(Fields& in);
CommandBody read_close_period(Fields& in);
CommandBody read_approve_request(Fields& in);
CommandBody read_reject_request(Fields& in);

}  // namespace suanpan::core
