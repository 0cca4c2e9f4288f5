#pragma once

// What a payment provider says of money that came in (metering-settlement "Accounts"): signed with
// a key that the operator has registered, it stands for the word of two persons. The signature
// covers canonical JSON, in a DSSE envelope (base/dsse.hpp).

#include "base/crypto.hpp"
#include "base/ids.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "base/units.hpp"

#include <string>
#include <string_view>

namespace suanpan::settlement {

inline constexpr std::string_view kPaymentPayloadType = "application/vnd.suanpan.payment+json";

struct PaymentNotice {
    SigningKeyId key;  // by which it is signed
    std::string
        payment;  // the provider's own id of it, never used twice: 1 to 64 of A-Z a-z 0-9 . _ -
    OrganisationId organisation;  // whose money it is
    std::string currency;
    Money amount;  // above zero
    friend bool operator==(const PaymentNotice&, const PaymentNotice&) = default;
};

// Canonical JSON; parse_payment() reads it back.
std::string to_json(const PaymentNotice& notice);
// The signed envelope as canonical JSON: what a payment provider sends.
std::string sign_payment(const PaymentNotice& notice, const SigningKey& key);
// Error `bad_payment`: another form, or a member that is not as above.
Result<PaymentNotice> parse_payment(std::string_view json);

}  // namespace suanpan::settlement
