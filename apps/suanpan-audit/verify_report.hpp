#pragma once

// What a verification tells an accountant.

#include "apps/suanpan-audit/command.hpp"
#include "apps/suanpan-audit/entry_signatures.hpp"
#include "apps/suanpan-audit/log_statements.hpp"
#include "apps/suanpan-audit/log_verifier.hpp"
#include "apps/suanpan-audit/money_totals.hpp"

namespace suanpan::audit {

void describe_entries(Report& report, const VerifySummary& summary, bool tree_only);
void describe_signatures(Report& report, const EntrySignatures& signatures);
void describe_statements(Report& report, const LogStatements& statements);
void describe_money(Report& report, const MoneyTotals& money);

}  // namespace suanpan::audit
