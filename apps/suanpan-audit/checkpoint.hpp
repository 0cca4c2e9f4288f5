#pragma once

// suanpan-audit checkpoint: signatures, and consistency with every checkpoint seen before.

#include "apps/suanpan-audit/command.hpp"
#include "apps/suanpan-audit/state_file.hpp"

#include <cstddef>

namespace suanpan::audit {

Runner declare_checkpoint(CLI::App& app);

/// That `now` continues every checkpoint of `state`. Gives how many it was held against. Codes:
/// `two_roots`, `went_back`, `inconsistent`, those of missing or malformed tiles.
Audited<std::size_t> check_history(LogSource& source, const ledger::Checkpoint& now,
                                   const AuditState& state);

}  // namespace suanpan::audit
