#pragma once

// Leases and settlement lines for the tests of what is made of them, without a database.

#include "services/settlement/statement.hpp"

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace suanpan::services {

class TextOf final : public settlement::TextSink {
 public:
    void write(std::string_view piece) override { text += piece; }
    std::string text;
};

struct Billed {
    db::BilledLease lease;
    std::vector<db::BilledLine> lines;
};

// The same every time: a lease of two lots for two hours, bought by the laboratory, with a missed
// service level in the second hour, a discount, a voucher, fees and tax.
Billed small_lease();
// The first hour alone, all of it delivered, a tenth of it used and paid.
Billed metered_lease();
OrganisationId laboratory();
OrganisationId data_centre();
OrganisationId co_owner();

// Leases between three organisations, their lines made by the waterfall.
std::vector<Billed> random_leases(std::mt19937_64& random, std::size_t count);

StatementHeading heading_of(const OrganisationId& organisation);
// Through a writer, with the totals as the statement has them.
std::string written(StatementWriter& writer, const StatementHeading& heading,
                    const std::vector<Billed>& leases);
TotalsByCurrency totals_of(const OrganisationId& organisation, const std::vector<Billed>& leases);

using CsvRow = std::map<std::string, std::string>;  // by column
// RFC 4180. Every row must have a cell for each column: otherwise std::runtime_error.
std::vector<CsvRow> read_csv(std::string_view text);

}  // namespace suanpan::services
