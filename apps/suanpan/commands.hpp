#pragma once

// The commands, by group. Each adds its sub-commands; the one that is named on the command line
// leaves itself in Session::command.

#include "apps/suanpan/session.hpp"

namespace CLI {  // NOLINT(readability-identifier-naming): the library's
class App;
}

namespace suanpan::cli {

void add_organisations(CLI::App& root, Session& session);
void add_catalogue(CLI::App& root, Session& session);
void add_markets(CLI::App& root, Session& session);
void add_market_control(CLI::App& markets, Session& session);
void add_control(CLI::App& root, Session& session);
void add_capacity(CLI::App& root, Session& session);
void add_orders(CLI::App& root, Session& session);
void add_trades(CLI::App& root, Session& session);
void add_leases(CLI::App& root, Session& session);
void add_accounts(CLI::App& root, Session& session);
void add_agreements(CLI::App& root, Session& session);
void add_vouchers(CLI::App& root, Session& session);
void add_disputes(CLI::App& root, Session& session);
void add_titles(CLI::App& root, Session& session);
void add_settlement(CLI::App& root, Session& session);
void add_operation(CLI::App& root, Session& session);
void add_ledger(CLI::App& root, Session& session);
void add_users(CLI::App& root, Session& session);
void add_periods(CLI::App& root, Session& session);
void add_requests(CLI::App& root, Session& session);
void add_signing_keys(CLI::App& root, Session& session);
void add_projects(CLI::App& root, Session& session);
void add_migration(CLI::App& root, Session& session);

// Parses and runs; the program's exit status.
int run(int argc, const char* const* argv);

}  // namespace suanpan::cli
