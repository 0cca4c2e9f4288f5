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
    [[nodiscard]] core::RegisterPaymentKey registration(const OrganisationId& boss) const {
        return {kId, boss, key_.public_key()};
    }
    core::TakePayment pay(const OrganisationId& organisation, const std::string& currency,
                          Money amount) {
        const settlement::PaymentNotice notice{kId, "payment-" + std::to_string(++sent_),
                                               organisation, currency, amount};
        return {settlement::sign_payment(notice, key_), notice};
    }

 private:
    static constexpr SigningKeyId kId{{1}};

    SigningKey key_{Seed{9}};
    std::int64_t sent_ = 0;
};

}  // namespace suanpan::bench
