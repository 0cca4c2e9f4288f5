#pragma once

// An organisation's statement over a period: what its accounts held before and after, what moved
// them, and the settlement lines it is a party to, lease by lease.

#include "db/queries/billing.hpp"
#include "db/reader.hpp"
#include "services/exports/text_source.hpp"
#include "settlement/books/text_sink.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace suanpan::services {

struct AccountPeriod {
    Money opening;
    Money closing;
    std::map<std::string, Money> movements;  // by reason; opening + these = closing
};

struct StatementRequest {
    OrganisationId organisation;
    // Only leases of its orders for this project, and no accounts: those are the organisation's.
    std::optional<ProjectId> project;
    Time from;  // windows that end in (from, until]; accounts by journal time in [from, until)
    Time until;
};

struct StatementHeading {
    StatementRequest asked;
    std::string name;
    std::string operator_name;
    std::string project_name;  // of the project asked for
    db::LogPoint point;        // what was posted after this is not in it
    std::map<std::pair<std::string, std::string>, AccountPeriod> accounts;  // (currency, account)
};

// What the lines come to for the organisation, in one currency.
struct StatementTotals {
    std::int64_t lines = 0;
    Int128 lot_us = 0;
    Money bought;  // amounts of the leases it bought (A), after credits and discounts
    Money bought_credits;
    Money bought_discounts;
    Money vouchers;
    Money buyer_fees;
    Money buyer_tax;
    Money paid;  // bought − vouchers + buyer_fees + buyer_tax
    Money sold;  // amounts of the leases it sold
    Money sold_credits;
    Money sold_discounts;
    Money provider_fees;
    Money withheld;
    Money received;  // its own share as owner
};
using TotalsByCurrency = std::map<std::string, StatementTotals>;

void add_line(TotalsByCurrency& totals, const OrganisationId& organisation,
              const db::BilledLease& lease, const db::BilledLine& line);
// Lot-hours in 10⁻⁶, rounded down; for a person to read, the exact figure is `lot_us`.
std::string lot_hours_text(Int128 lot_us);

// A form of a statement. Called in this order: begin, line… lease by lease, finish.
class StatementWriter {
 public:
    virtual ~StatementWriter() = default;
    virtual void begin(const StatementHeading& heading, settlement::TextSink& out) = 0;
    virtual void line(const db::BilledLease& lease, const db::BilledLine& line,
                      settlement::TextSink& out) = 0;
    virtual void finish(const TotalsByCurrency& totals, settlement::TextSink& out) = 0;
};

StatementHeading read_statement_heading(const db::Reader& database,
                                        const StatementRequest& request);
// What `database` reads from must outlive the text.
std::unique_ptr<TextSource> statement_text(const db::Reader& database, StatementHeading heading,
                                           std::unique_ptr<StatementWriter> writer);

}  // namespace suanpan::services
