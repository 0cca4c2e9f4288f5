#pragma once

// suanpan-audit receipt: one .tlog-proof file, offline.

#include "apps/suanpan-audit/command.hpp"

namespace suanpan::audit {

Runner declare_receipt(CLI::App& app);

}  // namespace suanpan::audit
