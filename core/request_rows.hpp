#pragma once

// What the operator does by two persons beside moving money, as rows; see rows.hpp.

#include "base/crypto.hpp"
#include "base/ids.hpp"
#include "base/units.hpp"
#include "settlement/approval.hpp"
#include "settlement/month.hpp"

#include <string_view>
#include <variant>

namespace suanpan::core {

// A payment provider's key: whoever holds it can say that money came in.
struct TrustKey {
    SigningKeyId id;
    OrganisationId organisation;
    PublicKey key{};
    friend bool operator==(const TrustKey&, const TrustKey&) = default;
};

struct CloseMonth {
    settlement::Month month;
    friend bool operator==(const CloseMonth&, const CloseMonth&) = default;
};

using OperatorAct = std::variant<TrustKey, CloseMonth>;
// `register_payment_key`, `close_period`.
std::string_view action_of(const OperatorAct& act);
// What a second person's word is for.
Hash content_of(const OperatorAct& act);

struct OperatorRequestRow {
    OperatorAct act;
    settlement::Approval approval;  // its persons are users' ids
    LogIndex index;
    friend bool operator==(const OperatorRequestRow&, const OperatorRequestRow&) = default;
};

}  // namespace suanpan::core
