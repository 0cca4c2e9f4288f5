#pragma once

// The signatures inside entries (ledger "Audit", verify): each accepted batch of readings is under
// a key of its meter: registered or put in by a rotation before, not replaced for longer than the
// rotation's overlap, and not revoked, as the market has it (core/meters.cpp). The same holds of
// rulings and the keys of arbiters (core/disputes.cpp), and of payments and those of their
// providers, from the second person's word for one to its revocation; and of writes that their
// authors signed (signed_writes.hpp).

#include "apps/suanpan-audit/entry_hook.hpp"
#include "apps/suanpan-audit/payment_keys.hpp"
#include "apps/suanpan-audit/signed_writes.hpp"
#include "base/crypto.hpp"
#include "base/ids.hpp"
#include "core/commands.hpp"
#include "core/fields.hpp"
#include "settlement/meter_keys.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace suanpan::audit {

/// For one run over one log.
class EntrySignatures {
 public:
    /// They refer to this object. Faults: `bad_entry`, `meter_exists`, `unknown_meter`,
    /// `revoked_meter`, `key_reused`, `bad_overlap`, `key_in_force`, `superseded_key`,
    /// `key_exists`, `unknown_key`, `revoked_key`, `unknown_payment_key`,
    /// `approval_expired`, `approval_differs`, `same_person`, `bad_signature`; those of
    /// SignedWrites, which also says what `origin` is for.
    std::vector<EntryHook> hooks(std::string origin = {});

    [[nodiscard]] std::uint64_t batches() const { return batches_; }
    // Of them, those of the operator's probes, which bill nothing.
    [[nodiscard]] std::uint64_t probe_batches() const { return probe_batches_; }
    [[nodiscard]] std::size_t meters() const { return keys_.size(); }
    [[nodiscard]] std::uint64_t rulings() const { return rulings_; }
    [[nodiscard]] const SignedWrites& signed_writes() const { return signed_writes_; }

    /// What it remembers, for a later run that goes on from here.
    [[nodiscard]] Json state() const;
    /// Error `bad_state`.
    Result<void> restore(const Json& state);

 private:
    Result<OrderedStep> note_key(const EntryView& entry);
    Result<OrderedStep> note_decision(const EntryView& entry);
    Result<OrderedStep> note_key_change(const core::CommandBody& body, Time time);
    Result<OrderedStep> note_arbiter_key(const core::CommandBody& body);
    Result<OrderedStep> check_readings(const EntryView& entry);
    Result<OrderedStep> check_ruling(const EntryView& entry);
    Result<void> restore_meters(core::Fields& in);
    Result<void> restore_arbiters(core::Fields& in);

    Result<OrderedStep> check_payment(const EntryView& entry);

    std::map<MeterId, settlement::MeterKeys> keys_;
    PaymentKeys payment_keys_;
    SignedWrites signed_writes_;
    std::uint64_t batches_ = 0;
    std::uint64_t probe_batches_ = 0;
    std::map<SigningKeyId, PublicKey> arbiter_keys_;
    std::set<SigningKeyId> revoked_arbiter_keys_;
    std::uint64_t rulings_ = 0;
};

}  // namespace suanpan::audit
