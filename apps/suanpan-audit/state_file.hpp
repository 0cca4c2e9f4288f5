#pragma once

// What the auditor remembers of one log: the checkpoints it saw. A log that later denies one of
// them is caught, and the two signed notes together are the proof.

#include "ledger/checkpoint.hpp"
#include "ledger/policy.hpp"

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace suanpan::audit {

inline constexpr std::size_t kMaxSeenCheckpoints = 1'000;
inline constexpr std::size_t kMaxEvidence = 100;  // pairs that are a fork
inline constexpr std::size_t kMaxShrinks = 10;    // pairs that are not

/// Two checkpoints that one honest log does not show, both signed by it.
struct Evidence {
    std::string code;    // `two_roots`, `inconsistent`, `went_back`
    std::string before;  // notes, verbatim
    std::string after;

    friend bool operator==(const Evidence&, const Evidence&) = default;
};

/// The log contradicted itself. `went_back` alone may be a mirror that is out of date.
bool is_fork(std::string_view code);

struct AuditState {
    std::vector<ledger::SignedCheckpoint> seen;  // by size, each size once
    std::vector<Evidence> evidence;              // in order of finding, each once
};

/// Adds it unless its size is there already.
void remember(AuditState& state, const ledger::SignedCheckpoint& checkpoint);

/// Empty when there is no such file. Throws AuditError for a file that is of another log, or whose
/// checkpoints none of the policy's logs signed.
AuditState load_state(const std::filesystem::path& path, const ledger::Policy& policy);

/// Replaces the file in one step. The oldest checkpoints above kMaxSeenCheckpoints go: the later
/// ones were found consistent with them. Of the evidence the first kMaxEvidence forks and the
/// newest kMaxShrinks others stay.
void save_state(const std::filesystem::path& path, const std::string& origin, AuditState state);

/// $XDG_STATE_HOME or ~/.local/state, /suanpan-audit/<origin>-<4 bytes of its hash>.json.
std::filesystem::path default_state_path(const std::string& origin);

}  // namespace suanpan::audit
