#pragma once

// Discount agreements between two organisations.

#include "db/pool.hpp"
#include "db/queries/page.hpp"
#include "settlement/discount.hpp"

namespace suanpan::db {

// Those that the organisation gives or gets, by id.
Listed<settlement::DiscountAgreement> list_agreements(Tx& tx, const OrganisationId& organisation,
                                                      const Page& page);

}  // namespace suanpan::db
