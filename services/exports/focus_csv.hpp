#pragma once

// FOCUS 1.2, the FinOps Open Cost and Usage Specification (https://focus.finops.org), as CSV. A
// cost report, so of what is paid:
//
//   a buyer's line      Usage       ContractedCost the exact product, BilledCost S − D
//                       Credit      − C, for a service level that was missed
//                       Credit      − V, paid by a voucher programme
//                       Adjustment  the exchange's fee
//                       Tax
//   a provider's line   Adjustment  the exchange's fee
//                       Tax         what is withheld
//
// Rows of zero are left out, but for Usage. The buyer's BilledCosts of a line sum to what it pays.
// A correction is in the billing period of its posting, the month, and keeps the charge period of
// its window; its quantity is empty, its costs are what was posted.

#include "base/checked.hpp"
#include "base/result.hpp"
#include "db/queries/billing.hpp"
#include "settlement/books/text_sink.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace suanpan::services {

class FocusCsv {
 public:
    // `operator_name`: who runs the exchange and sends the invoices. With a viewer, rows that it is
    // billed for; without, all.
    FocusCsv(std::string operator_name, std::optional<OrganisationId> viewer)
        : operator_name_(std::move(operator_name)), viewer_(viewer) {}
    static void begin(settlement::TextSink& out);
    void line(const db::BilledLease& lease, const db::BilledLine& line,
              settlement::TextSink& out) const;

 private:
    std::string operator_name_;
    std::optional<OrganisationId> viewer_;
};

// Lot-hours, or CU-hours for a price per CU·h, in 10⁻¹² and rounded half up: exact for whole
// minutes that divide by three, and for all that has no more decimals. Error `overflow`.
Result<Int128> pricing_quantity_pico(const settlement::ContractTerms& terms, std::int64_t lot_us);
// Plain decimals, no more of them than needed.
std::string decimal_text(Int128 value, int scale);

}  // namespace suanpan::services
