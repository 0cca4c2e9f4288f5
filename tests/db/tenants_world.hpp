#pragma once

// A little of everything, of two deals that have nothing to do with each other, written straight
// into the tables: a row needs only the columns that say whose it is.
//
//   buyer – seller    lease lse1, of pool1, which seller and owner own; dispute dsp1 of its first
//                     hour; paid in part by programme vpr1 of funder and sponsor
//   other – third     the same again: lse2, pool2, dsp2, vpr2
//   oper              the operator; judge: an arbiter

#include "db/reader.hpp"
#include "support/test_database.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace suanpan::db {

// By names of at most 6 letters; a name in an id comes back out of it.
OrganisationId organisation_of(std::string_view name);
std::string uuid_of(std::string_view name);
// Of an uuid that uuid_of() made; any other text comes back as it is.
std::string name_of(std::string_view uuid);

// REQUIRES a migrated, empty database.
void fill(const support::TestDatabase& database);

// What one table shows to whom, by the names of the rows.
struct Sight {
    std::string table;
    std::string label;                        // the column that names a row
    std::map<std::string, std::string> seen;  // by viewer; who is not here sees nothing
};
const std::vector<Sight>& sights();
// All that are in fill(), and "nobody".
const std::vector<std::string>& viewers();
Reader reader_of(Pool& pool, const std::string& viewer);

}  // namespace suanpan::db
