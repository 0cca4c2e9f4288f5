#pragma once

// suanpan-audit replay: the rules of the market and of settlement, run again over the log alone.

#include "apps/suanpan-audit/command.hpp"

namespace suanpan::audit {

Runner declare_replay(CLI::App& app);

}  // namespace suanpan::audit
