#pragma once

// suanpan-audit verify: every entry of the log against its signed root.

#include "apps/suanpan-audit/command.hpp"
#include "apps/suanpan-audit/log_verifier.hpp"

#include <vector>

namespace suanpan::audit {

Runner declare_verify(CLI::App& app);

/// The checks of what is inside entries, made fresh for one run over the log.
std::vector<EntryHook> entry_hooks();

}  // namespace suanpan::audit
