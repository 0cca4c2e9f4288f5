#include "services/exports/statement_html.hpp"

#include "base/check.hpp"
#include "base/decimal.hpp"
#include "services/exports/html.hpp"
#include "services/exports/statement_style.hpp"

#include <utility>
#include <vector>

namespace suanpan::services {
namespace {

struct MoneyColumn {
    std::string_view title;
    Money settlement::WaterfallLine::* part;
};
using Columns = std::vector<MoneyColumn>;
using Line = settlement::WaterfallLine;

// What the organisation may see of a lease, by what it is in it.
Columns columns_for(bool buyer, bool provider) {
    Columns out;
    if (!buyer && !provider) return out;
    out = {{"Sale", &Line::sale}, {"Credit", &Line::credit}, {"Discount", &Line::discount}};
    if (buyer) {
        out.insert(out.end(), {{"Voucher", &Line::voucher},
                               {"Fee", &Line::buyer_fee},
                               {"Tax", &Line::buyer_tax},
                               {"To pay", &Line::buyer_pays}});
    }
    if (provider) {
        out.insert(out.end(), {{"Fee", &Line::provider_fee},
                               {"Withheld", &Line::withheld},
                               {"Proceeds", &Line::provider_gets}});
    }
    return out;
}

std::string name_or_id(const std::string& name, const OrganisationId& id) {
    return name.empty() ? to_string(id) : html_text(name);
}

void add_to(Money& sum, Money amount) {
    const auto added = add(sum, amount);
    CHECK(added);
    sum = *added;
}

// The table of one lease while its lines come.
struct Section {
    LeaseId lease;
    bool buyer = false;   // is told the lines' invoices
    std::string invoice;  // of the last line; empty: not yet
    bool owner = false;   // has a column for its share
    Columns columns;
    std::vector<Money> sums;
    Money share;
    Int128 lot_us = 0;
};

// What the window missed of what is guaranteed.
std::string missed(const std::vector<settlement::MissedGuarantee>& guarantees) {
    std::string out;
    for (const settlement::MissedGuarantee& each : guarantees) {
        out += " <i>" + std::string(settlement::to_string(each.quantity)) + " " +
               std::to_string(each.value) + "</i>";
    }
    return out;
}

class StatementHtml final : public StatementWriter {
 public:
    void begin(const StatementHeading& heading, settlement::TextSink& out) override {
        organisation_ = heading.asked.organisation;
        const std::string period =
            minute(heading.asked.from) + " to " + minute(heading.asked.until) + " UTC";
        std::string text = std::string(kStatementHead) + "<title>Statement " + period +
                           "</title>\n</head>\n<body>\n<header>\n<p class=\"issuer\">" +
                           html_text(heading.operator_name) + "</p>\n<h1>Statement</h1>\n<dl>\n";
        text += html_entry("Organisation", name_or_id(heading.name, organisation_));
        text += html_entry("Account", to_string(organisation_));
        if (heading.asked.project) {
            text += html_entry("Project", html_text(heading.project_name) + " " +
                                              to_string(*heading.asked.project));
        }
        text += html_entry("Period", period);
        text += html_entry("As of", "entry " + std::to_string(heading.point.size.value) +
                                        " of the log, " + minute(heading.point.last_time) + " UTC");
        text += "</dl>\n<p class=\"screen\"><a href=\"#totals\">Totals</a></p>\n</header>\n";
        text += accounts(heading);
        out.write(text);
    }

    void line(const db::BilledLease& lease, const db::BilledLine& line,
              settlement::TextSink& out) override {
        std::string text;
        if (!section_ || section_->lease != lease.id) text = end_section() + open_section(lease);
        Section& section = *section_;
        const core::SettlementLineRow& row = line.row;
        section.lot_us += row.lot_us;
        text += invoice_row(line, section);
        text += "<tr><td>" + minute(row.window.start) + "</td><td>" + minute(row.window.end) +
                (line.correction ? " <i>correction</i>" : "") +
                (section.columns.empty() ? "" : missed(row.missed)) + "</td><td>" +
                grouped(lot_hours_text(row.lot_us)) + "</td>";
        for (std::size_t i = 0; i < section.columns.size(); ++i) {
            const Money amount = row.line.*section.columns[i].part;
            add_to(section.sums[i], amount);
            text += money_cell(amount);
        }
        if (section.owner) text += share_cell(row, section);
        out.write(text + "</tr>\n");
    }

    void finish(const TotalsByCurrency& totals, settlement::TextSink& out) override {
        std::string text = end_section() + "<h2 id=\"totals\">Totals</h2>\n";
        if (totals.empty()) text += "<p>Nothing was settled in this period.</p>\n";
        for (const auto& [currency, sums] : totals)
            text += totals_table(currency, sums);
        out.write(text + "</body>\n</html>\n");
    }

 private:
    static std::string accounts(const StatementHeading& heading) {
        if (heading.accounts.empty()) return {};
        std::string text =
            "<h2>Accounts</h2>\n<table>\n<thead><tr><th>Account</th><th>Movement</th>"
            "<th>Amount</th></tr></thead>\n";
        for (const auto& [name, period] : heading.accounts) {
            text += "<tbody>\n<tr class=\"sum\"><td>" + html_text(name.second) + ", " +
                    html_text(name.first) + "</td><td>opening</td>" + money_cell(period.opening) +
                    "</tr>\n";
            for (const auto& [reason, amount] : period.movements)
                text += "<tr><td></td><td>" + html_text(reason) + "</td>" + money_cell(amount) +
                        "</tr>\n";
            text += "<tr class=\"sum\"><td></td><td>closing</td>" + money_cell(period.closing) +
                    "</tr>\n</tbody>\n";
        }
        return text + "</table>\n";
    }

    std::string open_section(const db::BilledLease& lease) {
        Section section;
        section.lease = lease.id;
        const bool buyer = lease.buyer == organisation_;
        const bool provider = lease.provider == organisation_;
        section.buyer = buyer;
        section.owner = !buyer;
        section.columns = columns_for(buyer, provider);
        section.sums.resize(section.columns.size());
        std::string text = "<section>\n<h2>" + html_text(lease.market.compute_class) + " lease " +
                           to_string(lease.id) + "</h2>\n<p>" +
                           std::to_string(lease.terms.lots.value) + " lots of " +
                           html_text(lease.model) + ", " + html_text(lease.hub) + ", provider " +
                           name_or_id(lease.provider_name, lease.provider);
        if (buyer || provider) {
            text += ", buyer " + name_or_id(lease.buyer_name, lease.buyer) + "; " +
                    grouped(to_string(lease.terms.price)) + " " + html_text(lease.market.currency) +
                    " per " + (lease.terms.price_unit == Unit::kLot ? "lot-hour" : "CU-hour");
            const std::string& project =
                buyer ? lease.buyer_project_name : lease.provider_project_name;
            if (!project.empty()) text += ", project " + html_text(project);
        }
        text += "; " + minute(lease.terms.window.start) + " to " + minute(lease.terms.window.end) +
                "</p>\n<table>\n<thead><tr><th>From</th>"
                "<th>Until</th><th>Lot-hours</th>";
        for (const MoneyColumn& column : section.columns)
            text += "<th>" + std::string(column.title) + "</th>";
        if (section.owner) text += "<th>Own share</th>";
        section_ = std::move(section);
        return text + "</tr></thead>\n<tbody>\n";
    }

    // Where the invoice is another than the line's before.
    static std::string invoice_row(const db::BilledLine& line, Section& section) {
        if (!section.buyer || line.invoice == section.invoice) return {};
        section.invoice = line.invoice;
        const std::string what =
            line.invoice.empty() ? "Not invoiced yet" : "Invoice " + html_text(line.invoice);
        return "<tr><td colspan=\"" + std::to_string(section.columns.size() + 3) + "\">" + what +
               "</td></tr>\n";
    }

    std::string share_cell(const core::SettlementLineRow& row, Section& section) const {
        Money share;
        for (std::size_t i = 0; i < row.owners.size(); ++i) {
            if (row.owners[i] == organisation_) add_to(share, row.line.owners.at(i));
        }
        add_to(section.share, share);
        return money_cell(share);
    }

    std::string end_section() {
        if (!section_) return {};
        const Section section = std::move(*section_);
        section_.reset();
        std::string text = "<tr class=\"sum\"><td>Lease</td><td></td><td>" +
                           grouped(lot_hours_text(section.lot_us)) + "</td>";
        for (const Money sum : section.sums)
            text += money_cell(sum);
        if (section.owner) text += money_cell(section.share);
        return text + "</tr>\n</tbody>\n</table>\n</section>\n";
    }

    static std::string totals_table(const std::string& currency, const StatementTotals& sums) {
        std::string text = "<table class=\"totals\">\n<thead><tr><th>" + html_text(currency) +
                           "</th><th>" + std::to_string(sums.lines) + " lines, " +
                           grouped(lot_hours_text(sums.lot_us)) + " lot-hours</th></tr></thead>\n";
        const auto row = [&text](std::string_view what, Money amount, bool sum = false) {
            if (amount.value == 0 && !sum) return;
            text += std::string(sum ? "<tr class=\"sum\">" : "<tr>") + "<td>" + std::string(what) +
                    "</td>" + money_cell(amount) + "</tr>\n";
        };
        const bool sold = sums.sold.value != 0 || sums.received.value != 0;
        text += "<tbody>\n";
        row("Bought, after credits and discounts", sums.bought);
        row("Service level credits in it", sums.bought_credits);
        row("Discounts in it", sums.bought_discounts);
        row("Paid by vouchers", sums.vouchers);
        row("Fees", sums.buyer_fees);
        row("Tax", sums.buyer_tax);
        row("Paid", sums.paid, !sold || sums.bought.value != 0);
        row("Sold, after credits and discounts", sums.sold);
        row("Service level credits granted in it", sums.sold_credits);
        row("Discounts granted in it", sums.sold_discounts);
        row("Fees on sales", sums.provider_fees);
        row("Tax withheld", sums.withheld);
        row("Received", sums.received, sold);
        return text + "</tbody>\n</table>\n";
    }

    OrganisationId organisation_;
    std::optional<Section> section_;
};

}  // namespace

std::unique_ptr<StatementWriter> make_statement_html() {
    return std::make_unique<StatementHtml>();
}

}  // namespace suanpan::services
