#pragma once

#include "services/settlement/statement.hpp"

namespace suanpan::services {

// One page for screen and A4 paper, with nothing to be loaded: accounts, a section a lease, totals.
// As the statement's organisation sees it.
std::unique_ptr<StatementWriter> make_statement_html();

}  // namespace suanpan::services
