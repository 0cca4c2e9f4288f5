#pragma once

#include "services/settlement/statement.hpp"

#include <optional>

namespace suanpan::services {

// A row a settlement line. Cells that `viewer` may not know are empty: a buyer sees what it pays, a
// provider what it gets, an owner of the pool its share. Without a viewer nothing is.
std::unique_ptr<StatementWriter> make_statement_csv(std::optional<OrganisationId> viewer);

}  // namespace suanpan::services
