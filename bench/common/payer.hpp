#pragma once

// A payment provider that a market is founded with: whoever trades in it has money by its word.

#include "base/ids.hpp"
#include "core/commands.hpp"
#include "settlement/payment.hpp"

#include <cstdint>
#include <string>

namespace suanpan::bench {

class Payer {
 public:
    // Two persons of the operator trust it. `run` applies a command of the operator and gives the
    // id of the request that it is, if it is one.
    template <typename Run>
    void register_with(const OrganisationId& boss, Run run) const {
        for (const UserId& person : {kFirst, kSecond})
            run(core::RegisterUser{person, boss});
        const core::TrustKey key{kId, boss, key_.public_key()};
        const ApprovalId asked =
            run(core::RegisterPaymentKey{key.id, key.organisation, key.key, kFirst});
        run(core::ApproveRequest{asked, core::content_of(key), kSecond});
    }
    core::TakePayment pay(const OrganisationId& organisation, const std::string& currency,
                          Money amount) {
        const settlement::PaymentNotice notice{kId, "payment-" + std::to_string(++sent_),
                                               organisation, currency, amount};
        return {settlement::sign_payment(notice, key_), notice};
    }

 private:
    static constexpr SigningKeyId kId{{1}};
    static constexpr UserId kFirst{{1}};
    static constexpr UserId kSecond{{2}};

    SigningKey key_{Seed{9}};
    std::int64_t sent_ = 0;
};

}  // namespace suanpan::bench
