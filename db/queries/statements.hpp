#pragma once

// What a statement needs of the journal in one pass.

#include "base/ids.hpp"
#include "base/units.hpp"
#include "db/pool.hpp"
#include "db/side_rows.hpp"

#include <string>
#include <vector>

namespace suanpan::db {

// The postings of one account for one reason.
struct Movement {
    std::string currency;
    std::string account;
    std::string reason;
    Money before;  // sum of the postings before the period
    Money within;  // and in it
};
// By (currency, account, reason). `until` is not in the period.
std::vector<Movement> list_movements(Tx& tx, const OrganisationId& organisation, Time from,
                                     Time until);

// An answer that is not the answer to one command. REQUIRES Mode::kWrite.
void insert_response(Tx& tx, const IdempotencyRow& response);

}  // namespace suanpan::db
