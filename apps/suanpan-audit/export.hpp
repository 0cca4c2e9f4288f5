#pragma once

// suanpan-audit export: the log's postings as journals, once the log was verified and replayed.

#include "apps/suanpan-audit/command.hpp"

namespace suanpan::audit {

Runner declare_export(CLI::App& app);

}  // namespace suanpan::audit
