#pragma once

// Writes that their authors signed (core/signed_write.hpp): each under a key of the entry's actor
// that the log registers before and has not revoked, for this log and this day, saying what the
// entry does, and carried out once.

#include "apps/suanpan-audit/entry_hook.hpp"
#include "base/crypto.hpp"
#include "base/ids.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "core/commands.hpp"
#include "core/signed_write.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace suanpan::audit {

/// For one run over one log.
class SignedWrites {
 public:
    /// They refer to this object. Faults: `bad_entry`, `unverifiable_author`, `key_exists`,
    /// `unknown_key`, `revoked_key`, `foreign_signature` (of another log than `origin`, unless that
    /// is empty), `signature_early`, `signature_expired`, `signature_reused`, `bad_signature`,
    /// `signed_otherwise`. Of what the market refused only the last two, where it is under a key
    /// of its actor.
    std::vector<EntryHook> hooks(std::string origin = {});

    [[nodiscard]] std::uint64_t writes() const { return writes_; }
    [[nodiscard]] std::size_t keys() const { return keys_.size(); }

    /// What it remembers, for a later run that goes on from here.
    [[nodiscard]] Json state() const;
    /// Error `bad_state`.
    Result<void> restore(const Json& state);

 private:
    struct Key {
        OrganisationId organisation;
        PublicKey key{};
        bool revoked = false;
    };
    struct Signed;  // what an entry says
    Result<OrderedStep> note_key(const EntryView& entry);
    Result<OrderedStep> check_write(const EntryView& entry);
    Result<LateCheck> check(const std::shared_ptr<const Signed>& entry);
    Result<void> use_up(const core::SignedWrite& write, Time now);

    std::string origin_;
    std::map<SigningKeyId, Key> keys_;
    using Used = std::pair<Time, core::SignedDigest>;
    std::set<Used> used_;  // that may still be good
    std::uint64_t writes_ = 0;
};

}  // namespace suanpan::audit
