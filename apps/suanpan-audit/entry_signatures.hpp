#pragma once

// The signatures inside entries (ledger "Audit", verify): each accepted batch of readings is under
// the key of its meter, which one earlier entry registered and none revoked. A meter is registered
// once and its key never changes, as the market has it (core/registry.cpp). The same holds of
// rulings and the keys of arbiters (core/disputes.cpp), and of payments and those of their
// providers.

#include "apps/suanpan-audit/entry_hook.hpp"
#include "base/crypto.hpp"
#include "base/ids.hpp"
#include "core/commands.hpp"
#include "core/fields.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <vector>

namespace suanpan::audit {

/// For one run over one log.
class EntrySignatures {
 public:
    /// They refer to this object. Faults: `bad_entry`, `meter_exists`, `unknown_meter`,
    /// `revoked_meter`, `key_exists`, `unknown_key`, `revoked_key`, `unknown_payment_key`,
    /// `bad_signature`.
    std::vector<EntryHook> hooks();

    [[nodiscard]] std::uint64_t batches() const { return batches_; }
    [[nodiscard]] std::size_t meters() const { return keys_.size(); }
    [[nodiscard]] std::uint64_t rulings() const { return rulings_; }

    /// What it remembers, for a later run that goes on from here.
    [[nodiscard]] Json state() const;
    /// Error `bad_state`.
    Result<void> restore(const Json& state);

 private:
    Result<OrderedStep> note_key(const EntryView& entry);
    Result<OrderedStep> note_arbiter_key(const core::CommandBody& body);
    Result<OrderedStep> check_readings(const EntryView& entry);
    Result<OrderedStep> check_ruling(const EntryView& entry);
    Result<void> restore_arbiters(core::Fields& in);

    Result<OrderedStep> check_payment(const EntryView& entry);

    std::map<MeterId, PublicKey> keys_;
    std::map<SigningKeyId, PublicKey> payment_keys_;
    std::set<MeterId> revoked_;
    std::uint64_t batches_ = 0;
    std::map<SigningKeyId, PublicKey> arbiter_keys_;
    std::set<SigningKeyId> revoked_arbiter_keys_;
    std::uint64_t rulings_ = 0;
};

}  // namespace suanpan::audit
