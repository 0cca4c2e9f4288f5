#include "services/exports/invoice_html.hpp"

#include <gtest/gtest.h>

#include <string>

namespace suanpan::services {
namespace {

core::InvoiceRow row(const char* number, std::int64_t net, std::int64_t tax) {
    core::InvoiceRow out;
    out.number = *settlement::parse_invoice_number(number);
    out.invoice.organisation.bytes[0] = 1;
    out.invoice.period = *settlement::parse_month("2026-11");
    out.invoice.currency = "CNY";
    out.invoice.net = Money(net);
    out.invoice.tax = Money(tax);
    out.issued = Time(1'764'547'200);
    out.index = LogIndex(64);
    return out;
}

}  // namespace

TEST(InvoiceHtml, SaysWhoOwesWhatAndWhatWasGivenBack) {
    InvoicePage page{
        row("INV-2026-000001", 1'193'920'000, 60'000), "Exchange <1>", "Buyer & Co", "", {}};
    page.credit_notes.push_back(row("CN-2026-000001", 10'000'000, 0));
    page.credit_notes[0].invoice.corrects = page.row.number;
    const std::string html = invoice_html(page);
    for (const char* text :
         {"<title>Invoice INV-2026-000001</title>", "Exchange &lt;1&gt;", "Buyer &amp; Co",
          "2026-11", "<td>1,193.920000</td>", "<td>0.060000</td>", "<td>1,193.980000</td>",
          "CN-2026-000001", "entry 64", "To pay"})
        EXPECT_NE(html.find(text), std::string::npos) << text << "\n" << html;
    EXPECT_EQ(html.find("src="), std::string::npos);
    EXPECT_EQ(html.find("href="), std::string::npos);
}

TEST(InvoiceHtml, ACreditNoteNamesItsInvoice) {
    InvoicePage page{row("CN-2026-000001", 10'000'000, 0), "", "", "training", {}};
    page.row.invoice.corrects = settlement::InvoiceNumber{"INV-2026", 1};
    page.row.invoice.project.bytes[0] = 7;
    const std::string html = invoice_html(page);
    for (const char* text : {"<h1>Credit note</h1>", "INV-2026-000001", "Given back", "training",
                             "<td>10.000000</td>"})
        EXPECT_NE(html.find(text), std::string::npos) << text << "\n" << html;
}

}  // namespace suanpan::services
