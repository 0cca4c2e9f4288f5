#pragma once

// What the market keeps for closing periods and for invoices; inside of core/ only. The commands
// are in core/periods.cpp.

#include "core/period_rows.hpp"
#include "core/touched.hpp"

#include <map>
#include <optional>
#include <string>
#include <tuple>

namespace suanpan::core {

struct Rows;

struct PeriodDesk {
    // Organisation first: an organisation's invoices of a month stand together.
    using SumKey = std::tuple<OrganisationId, settlement::Month, ProjectId, std::string>;

    std::optional<PeriodRow> last;
    settlement::Periods periods;
    std::map<OrganisationId, PeriodBalanceRow> waiting;  // of the closing under way
    settlement::InvoiceBook invoices;
    std::map<settlement::InvoiceNumber, InvoiceRow> invoice_rows;
    std::map<SumKey, InvoiceSumRow> sums;

    bool touched_last = false;
    Touched<OrganisationId> touched_waiting;
    std::vector<PeriodBalanceRow> written;  // of the batch under way
    std::vector<InvoiceRow> issued;         // of the batch under way
    Touched<SumKey> touched_sums;

    // What a buyer pays for a window, for a project or for none, and the tax in it.
    void add(const OrganisationId& buyer, const ProjectId& project, const std::string& currency,
             Time window_start, Money net, Money tax);
    // An invoice a project and currency of what the organisation bought in the month, or before it
    // and was settled late; the entries that will have them begin at `first`.
    [[nodiscard]] std::vector<InvoiceRow> issue(settlement::Month month,
                                                const OrganisationId& organisation, Time now,
                                                LogIndex first);
    void mark_changes(Rows& out) const;
    void clear_touched();
    void add_state(Rows& out) const;
    void load(const Rows& rows);

 private:
    // For the newest invoice of the project that had so much; `note` becomes what is issued.
    Result<settlement::InvoiceNumber> credit(settlement::Invoice& note, settlement::Month month);
};

}  // namespace suanpan::core
