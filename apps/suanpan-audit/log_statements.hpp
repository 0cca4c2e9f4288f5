#pragma once

// What the log says of itself (ledger "Publishing"): how its key was changed, and which lost log it
// follows. Each statement's signatures must hold, every new key must follow from the one before it,
// and the chain must reach a key that the auditor trusts.

#include "apps/suanpan-audit/entry_hook.hpp"
#include "ledger/note.hpp"
#include "ledger/succession.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace suanpan::audit {

/// For one run over one log.
class LogStatements {
 public:
    struct Rotated {
        std::uint64_t index = 0;
        ledger::Rotation rotation;
    };

    /// Refers to this object. Faults: those of ledger::read_log_statement, `foreign_rotation` (not
    /// of the key in force), `foreign_succession` (not the first entry, or to another log).
    EntryHook hook(std::string origin);
    /// After the last entry: the log changed its key, but neither from nor to one that is trusted.
    /// Error `foreign_rotation`.
    [[nodiscard]] Result<void> reaches(const std::vector<ledger::VerifierKey>& trusted) const;

    [[nodiscard]] const std::vector<Rotated>& rotations() const { return rotations_; }
    [[nodiscard]] const std::optional<ledger::OpenedSuccession>& succession() const {
        return succession_;
    }

    /// The statements themselves, verbatim.
    [[nodiscard]] Json state() const;
    Result<void> restore(const Json& state);  // error `bad_state`

 private:
    Result<LateCheck> take(std::uint64_t index, const std::string& entry);

    std::string origin_;
    std::vector<Rotated> rotations_;
    std::optional<ledger::OpenedSuccession> succession_;
    std::vector<std::pair<std::uint64_t, std::string>> entries_;
};

}  // namespace suanpan::audit
