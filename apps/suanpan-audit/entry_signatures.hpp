#pragma once

// The signatures inside entries (ledger "Audit", verify): each accepted batch of readings is under
// the key of its meter, which one earlier entry registered and none revoked, and so is each payment
// under a payment provider's. A meter is registered
// once and its key never changes, as the market has it (core/registry.cpp).

#include "apps/suanpan-audit/entry_hook.hpp"
#include "base/crypto.hpp"
#include "base/ids.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <vector>

namespace suanpan::audit {

/// For one run over one log.
class EntrySignatures {
 public:
    /// They refer to this object. Faults: `bad_entry`, `meter_exists`, `unknown_meter`,
    /// `revoked_meter`, `unknown_payment_key`, `bad_signature`.
    std::vector<EntryHook> hooks();

    [[nodiscard]] std::uint64_t batches() const { return batches_; }
    [[nodiscard]] std::size_t meters() const { return keys_.size(); }

    /// What it remembers, for a later run that goes on from here.
    [[nodiscard]] Json state() const;
    /// Error `bad_state`.
    Result<void> restore(const Json& state);

 private:
    Result<OrderedStep> note_key(const EntryView& entry);
    Result<OrderedStep> check_readings(const EntryView& entry);

    Result<OrderedStep> check_payment(const EntryView& entry);

    std::map<MeterId, PublicKey> keys_;
    std::map<SigningKeyId, PublicKey> payment_keys_;
    std::set<MeterId> revoked_;
    std::uint64_t batches_ = 0;
};

}  // namespace suanpan::audit
