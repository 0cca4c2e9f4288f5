#pragma once

// suanpan-audit verify: every entry of the log against its signed root.

#include "apps/suanpan-audit/command.hpp"

namespace suanpan::audit {

Runner declare_verify(CLI::App& app);

}  // namespace suanpan::audit
