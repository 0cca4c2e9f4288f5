#pragma once

// The keys of payment providers, as the log puts them in force (core/requests.cpp): one person of
// the operator asks for a key, and it signs nothing before another one's word for it.

#include "base/crypto.hpp"
#include "base/ids.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "base/units.hpp"
#include "core/commands.hpp"
#include "core/fields.hpp"

#include <map>

namespace suanpan::audit {

class PaymentKeys {
 public:
    /// A request is known by the id of the command that asks.
    void ask(const CommandId& command, const core::RegisterPaymentKey& asked, Time time);
    /// Of a request that is for no key nothing follows. Errors: `approval_expired`,
    /// `approval_differs`, `same_person`.
    Result<void> approve(const core::ApproveRequest& approval, Time time);
    void reject(const core::RejectRequest& rejection);
    /// Error `unknown_payment_key`: not in force.
    Result<void> revoke(const SigningKeyId& id);
    /// Error `unknown_payment_key`: never approved, or revoked.
    [[nodiscard]] Result<PublicKey> get(const SigningKeyId& id) const;

    void put_state(Json& out) const;
    /// Error `bad_state`.
    Result<void> restore(core::Fields& in);

 private:
    struct Asked {
        core::TrustKey key;
        UserId by;
        Time at;
    };
    static Json asked_json(const ApprovalId& id, const Asked& asked);

    std::map<ApprovalId, Asked> asked_;
    std::map<SigningKeyId, PublicKey> in_force_;
};

}  // namespace suanpan::audit
