#pragma once

// What the market keeps for closing periods and for invoices; inside of core/ only. The commands
// are in core/periods.cpp.

#include "core/period_rows.hpp"
#include "core/touched.hpp"

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace suanpan::core {

struct Rows;

struct PeriodDesk {
    // Organisation first: an organisation's invoices of a month stand together.
    using SumKey = std::tuple<OrganisationId, settlement::Month, ProjectId, std::string>;
    using Account = std::tuple<OrganisationId, ProjectId, std::string>;
    struct Amounts {
        Money net{0};
        Money tax{0};
        [[nodiscard]] bool is_zero() const { return net.value == 0 && tax.value == 0; }
    };

    std::optional<PeriodRow> last;
    settlement::Periods periods;
    std::map<OrganisationId, PeriodBalanceRow> waiting;  // of the closing under way
    settlement::InvoiceBook invoices;
    std::map<settlement::InvoiceNumber, InvoiceRow> invoice_rows;
    // What credit notes can still give back, by the invoice's number: the newest is the last.
    std::map<Account, std::map<settlement::InvoiceNumber, Amounts>> creditable;
    std::map<SumKey, InvoiceSumRow> sums;
    // What they ask of an organisation in a currency; follows from them and is not stored.
    std::map<std::pair<OrganisationId, std::string>, Int128> uninvoiced;

    bool touched_last = false;
    Touched<OrganisationId> touched_waiting;
    std::vector<PeriodBalanceRow> written;  // of the batch under way
    std::vector<InvoiceRow> issued;         // of the batch under way
    Touched<SumKey> touched_sums;

    // That an organisation may hold so much: all of it may come to be paid, and stand on one
    // invoice with what is not invoiced yet. Error `overflow`.
    [[nodiscard]] Result<void> check_held(const OrganisationId& organisation,
                                          const std::string& currency, Int128 held) const;
    // What a buyer pays for a window, for a project or for none, and the tax in it.
    void add(const OrganisationId& buyer, const ProjectId& project, const std::string& currency,
             Time window_start, Money net, Money tax);
    // An invoice a project and currency of what the organisation bought in the month, or before it
    // and was settled late; credit notes for what corrections gave back beyond that. The entries
    // that will have them begin at `first`.
    [[nodiscard]] std::vector<InvoiceRow> issue(settlement::Month month,
                                                const OrganisationId& organisation, Time now,
                                                LogIndex first);
    // The month has closed: no credit note will name what is too old by now.
    void forget_invoices(settlement::Month closed);
    void mark_changes(Rows& out) const;
    void clear_touched();
    void add_state(Rows& out) const;
    void load(const Rows& rows);

 private:
    using SumsByProject = std::map<std::pair<ProjectId, std::string>, Amounts>;
    struct Issuing;

    void count_uninvoiced(const InvoiceSumRow& sum, int sign);
    SumsByProject take_sums(settlement::Month month, const OrganisationId& organisation);
    void put(Issuing& issuing, std::string_view series, settlement::Invoice invoice);
    // Of the newest invoices first, until it is covered. Gives what no invoice was left for.
    Amounts credit(Issuing& issuing, settlement::Invoice note, Amounts back);
    void keep_creditable(const settlement::InvoiceNumber& number,
                         const settlement::Invoice& invoice);
};

}  // namespace suanpan::core
