#include "services/exports/invoice_html.hpp"

#include "services/exports/html.hpp"
#include "services/exports/statement_style.hpp"

namespace suanpan::services {
namespace {

std::string amounts_row(std::string_view what, Money amount, bool sum = false) {
    return std::string(sum ? "<tr class=\"sum\">" : "<tr>") + "<td>" + std::string(what) + "</td>" +
           money_cell(amount) + "</tr>\n";
}

Money total_of(const settlement::Invoice& invoice) {
    return Money(invoice.net.value + invoice.tax.value);  // it was issued, so it fits
}

std::string heading(const InvoicePage& page, std::string_view title) {
    const settlement::Invoice& invoice = page.row.invoice;
    std::string text = "<header>\n<p class=\"issuer\">" + html_text(page.operator_name) +
                       "</p>\n<h1>" + std::string(title) + "</h1>\n<dl>\n";
    text += html_entry("Number", settlement::to_string(page.row.number));
    text += html_entry("Issued", minute(page.row.issued) + " UTC");
    text += html_entry("Period", settlement::to_string(invoice.period));
    text += html_entry("To",
                       page.name.empty() ? to_string(invoice.organisation) : html_text(page.name));
    text += html_entry("Account", to_string(invoice.organisation));
    if (!invoice.project.is_nil())
        text +=
            html_entry("Project", html_text(page.project_name) + " " + to_string(invoice.project));
    if (invoice.corrects)
        text += html_entry("Corrects invoice", settlement::to_string(*invoice.corrects));
    text += html_entry("In the log", "entry " + std::to_string(page.row.index.value));
    return text + "</dl>\n</header>\n";
}

std::string amounts(const settlement::Invoice& invoice) {
    return "<table class=\"totals\">\n<thead><tr><th>" +
           std::string(invoice.corrects ? "Given back" : "To pay") + "</th><th>" +
           html_text(invoice.currency) + "</th></tr></thead>\n<tbody>\n" +
           amounts_row("Net", invoice.net) + amounts_row("Tax", invoice.tax) +
           amounts_row("Total", total_of(invoice), true) + "</tbody>\n</table>\n";
}

std::string credit_notes(const std::vector<core::InvoiceRow>& notes) {
    if (notes.empty()) return {};
    std::string text =
        "<h2>Credit notes</h2>\n<table>\n<thead><tr><th>Number</th><th>Issued</th><th>Net</th>"
        "<th>Tax</th><th>Total</th></tr></thead>\n<tbody>\n";
    for (const core::InvoiceRow& note : notes) {
        text += "<tr><td>" + settlement::to_string(note.number) + "</td><td>" +
                minute(note.issued) + "</td>" + money_cell(note.invoice.net) +
                money_cell(note.invoice.tax) + money_cell(total_of(note.invoice)) + "</tr>\n";
    }
    return text + "</tbody>\n</table>\n";
}

}  // namespace

std::string invoice_html(const InvoicePage& page) {
    const std::string_view title = page.row.invoice.corrects ? "Credit note" : "Invoice";
    return std::string(kStatementHead) + "<title>" + std::string(title) + " " +
           settlement::to_string(page.row.number) + "</title>\n</head>\n<body>\n" +
           heading(page, title) + amounts(page.row.invoice) + credit_notes(page.credit_notes) +
           "</body>\n</html>\n";
}

}  // namespace suanpan::services
