#pragma once

// suanpan-audit verify: every entry of the log against its signed root.

#include "apps/suanpan-audit/command.hpp"

namespace suanpan::audit {

Runner declare_verify(CLI::App& app);

/// Shared with the commands that read all entries.
void declare_threads(CLI::App& app, unsigned& threads);
unsigned threads_for(const LogSource& source, unsigned wanted);

}  // namespace suanpan::audit
