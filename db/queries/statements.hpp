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

// An answer that is not the answer to one command. Takes the place of one that is no longer kept;
// any other under the same key throws pqxx::unique_violation, so that of two servers at work on one
// request only one carries it out. REQUIRES Mode::kWrite.
void insert_response(Tx& tx, const IdempotencyRow& response);

// Stores `claim` unless its (organisation, route, key) is stored already and still kept; gives the
// stored body hash, so a claim that is another one's shows by a different hash. REQUIRES
// Mode::kWrite.
Hash claim_response(Tx& tx, const IdempotencyRow& claim);

}  // namespace suanpan::db
