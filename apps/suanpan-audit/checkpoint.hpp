#pragma once

// suanpan-audit checkpoint: signatures, and consistency with every checkpoint seen before.
// suanpan-audit compare: whether two auditors were shown the same log.

#include "apps/suanpan-audit/command.hpp"
#include "apps/suanpan-audit/state_file.hpp"

#include <cstddef>
#include <span>

namespace suanpan::audit {

Runner declare_checkpoint(CLI::App& app);
Runner declare_compare(CLI::App& app);

struct Contradiction {
    Fault fault;
    std::string before;  // the checkpoint, of those seen, that does not fit; empty when none is
                         // to blame
};

/// That `now` continues each checkpoint of `seen`. Gives how many it was held against. Codes:
/// `two_roots`, `went_back`, `inconsistent`, those of missing or malformed tiles.
tl::expected<std::size_t, Contradiction> check_history(
    LogSource& source, const ledger::Checkpoint& now,
    std::span<const ledger::SignedCheckpoint> seen);

}  // namespace suanpan::audit
