#pragma once

#include "services/settlement/statement.hpp"

#include <memory>
#include <optional>

namespace suanpan::api {

// Lines as `viewer` may see them; all of them without one.
std::unique_ptr<services::StatementWriter> make_statement_json(
    std::optional<OrganisationId> viewer);

}  // namespace suanpan::api
