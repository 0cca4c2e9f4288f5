#pragma once

// Discount agreements between two organisations.

#include "db/pool.hpp"
#include "settlement/discount.hpp"

#include <vector>

namespace suanpan::db {

// Those that the organisation gives or gets, by id.
std::vector<settlement::DiscountAgreement> list_agreements(Tx& tx,
                                                           const OrganisationId& organisation);

}  // namespace suanpan::db
