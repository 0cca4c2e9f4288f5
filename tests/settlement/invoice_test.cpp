#include "settlement/invoice.hpp"

#include "support/seed.hpp"
#include "tests/settlement/random_contracts.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <map>
#include <string>
#include <vector>

namespace suanpan::settlement {
namespace {

Invoice invoice(std::int64_t net, std::int64_t tax, std::uint8_t organisation = 1) {
    return Invoice{
        test_organisation(organisation), {}, Month(682), "CNY", Money(net), Money(tax), {}};
}
Invoice credit(const InvoiceNumber& number, std::int64_t net, std::int64_t tax) {
    Invoice out = invoice(net, tax);
    out.corrects = number;
    return out;
}

TEST(Invoice, NumbersRunFromOneInEachSeries) {
    InvoiceBook book;
    EXPECT_EQ(to_string(*book.issue("INV-2026", invoice(100, 6))), "INV-2026-000001");
    EXPECT_EQ(to_string(*book.issue("INV-2026", invoice(0, 0))), "INV-2026-000002");
    EXPECT_EQ(to_string(*book.issue("INV", invoice(1, 0))), "INV-000001");
    EXPECT_EQ(book.issue("inv", invoice(1, 0)).error().code(), "bad_series");
    EXPECT_EQ(book.issue("INV-2026", invoice(-1, 0)).error().code(), "bad_amount");
    EXPECT_EQ(
        book.issue("INV-2026", invoice(std::numeric_limits<std::int64_t>::max(), 1)).error().code(),
        "overflow");
    EXPECT_EQ(book.issue("INV-2026", invoice(1, 0))->number, 3) << "a refusal uses no number";
    EXPECT_TRUE(book.is_gapless());
    book.restore(InvoiceNumber{"INV", 3}, invoice(1, 0));
    EXPECT_FALSE(book.is_gapless());
}

TEST(Invoice, CreditNotesNameTheirInvoiceAndGiveBackAtMostIt) {
    InvoiceBook book;
    const InvoiceNumber number = *book.issue("INV", invoice(100, 6));
    const auto code = [&](const Invoice& note) {
        const auto issued = book.issue("CN", note);
        return issued ? std::string("ok") : issued.error().code();
    };
    EXPECT_EQ(code(credit(number, 0, 0)), "bad_amount");
    EXPECT_EQ(code(credit({"INV", 2}, 1, 0)), "unknown_invoice");
    Invoice note = credit(number, 1, 0);
    note.organisation = test_organisation(2);
    EXPECT_EQ(code(note), "unknown_invoice");
    note = credit(number, 1, 0);
    note.project = ProjectId{test_organisation(2).bytes};
    EXPECT_EQ(code(note), "unknown_invoice");
    note = credit(number, 1, 0);
    note.currency = "EUR";
    EXPECT_EQ(code(note), "bad_currency");
    EXPECT_EQ(code(credit(number, 101, 0)), "over_invoice");
    EXPECT_EQ(code(credit(number, 60, 4)), "ok");
    EXPECT_EQ(code(credit(number, 41, 0)), "over_invoice");
    EXPECT_EQ(code(credit(number, 0, 3)), "over_invoice");
    EXPECT_EQ(code(credit(number, 40, 2)), "ok");
    EXPECT_EQ(code(credit({"CN", 1}, 1, 0)), "not_an_invoice");
    EXPECT_EQ(book.credited(number), (InvoiceBook::Credited{Money(100), Money(6)}));
    EXPECT_EQ(book.credited({"CN", 1}), InvoiceBook::Credited{});
}

TEST(Invoice, NumbersHaveOneTextForm) {
    const InvoiceNumber number{"INV-2026", 1'234'567};
    EXPECT_EQ(to_string(number), "INV-2026-1234567");
    EXPECT_EQ(*parse_invoice_number("INV-2026-1234567"), number);
    EXPECT_EQ(*parse_invoice_number("A-000001"), (InvoiceNumber{"A", 1}));
    for (const char* text :
         {"", "A", "A-", "-000001", "A-1", "A-0000001", "A-000000", "a-000001", "A--000001",
          "A-+00001", "A B-000001", "A-00001x", "ABCDEFGHIJKLMNOPQRSTUVWXY-000001"}) {
        const auto parsed = parse_invoice_number(text);
        ASSERT_FALSE(parsed.has_value()) << text;
        EXPECT_EQ(parsed.error().code(), "bad_invoice_number");
    }
}

TEST(InvoiceRandom, StaysGaplessAndNeverGivesBackMoreThanWasInvoiced) {
    RandomContracts random(support::test_seed());
    InvoiceBook book;
    std::map<std::string, std::int64_t> counts;
    std::vector<InvoiceNumber> numbers;
    for (int step = 0; step < 3'000; ++step) {
        const std::string series = random.one_in(2) ? "INV-2026" : "INV-2027";
        Invoice next = invoice(random.below(100) - 2, random.below(10));
        if (!numbers.empty() && random.one_in(2)) {
            next.corrects = numbers[static_cast<std::size_t>(
                random.below(static_cast<std::int64_t>(numbers.size())))];
        }
        const auto issued = book.issue(series, next);
        if (!issued) continue;
        ASSERT_EQ(issued->number, ++counts[series]);
        ASSERT_EQ(*book.find(*issued), next);
        numbers.push_back(*issued);
    }
    ASSERT_TRUE(book.is_gapless());
    InvoiceBook restored;
    for (const auto& [number, issued] : book.all()) {
        restored.restore(number, issued);
        Int128 net = 0;
        for (const auto& [other, note] : book.all()) {
            if (note.corrects == number) net += note.net.value;
        }
        ASSERT_TRUE(net <= issued.net.value && net == book.credited(number).net.value);
    }
    for (const auto& [number, issued] : book.all())
        ASSERT_EQ(restored.credited(number), book.credited(number));
}

}  // namespace
}  // namespace suanpan::settlement
