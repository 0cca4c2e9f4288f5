#pragma once

// The file by which an interrupted verification goes on, and a finished one when the log has grown.

#include "apps/suanpan-audit/entry_signatures.hpp"
#include "apps/suanpan-audit/log_statements.hpp"
#include "apps/suanpan-audit/log_verifier.hpp"
#include "apps/suanpan-audit/money_totals.hpp"

#include <filesystem>
#include <string>

namespace suanpan::audit {

/// All that one run knows of the entries it has read.
struct VerifyProgress {
    VerifyPosition position;
    EntrySignatures signatures;
    MoneyTotals money;
    LogStatements statements;
};

/// `origin` and `tree_only` are kept with it: another run's file is not taken up.
void save_progress(const std::filesystem::path& path, const std::string& origin, bool tree_only,
                   const std::string& checkpoint_note, const VerifyPosition& position,
                   const VerifyProgress& known);

/// False when there is no such file. Throws AuditError for one that is malformed or of another run.
/// REQUIRES that `out.statements` has its hook already.
bool load_progress(const std::filesystem::path& path, const std::string& origin, bool tree_only,
                   VerifyProgress& out);

}  // namespace suanpan::audit
