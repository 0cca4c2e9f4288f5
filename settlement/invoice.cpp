#include "settlement/invoice.hpp"

#include "base/decimal.hpp"

#include <algorithm>
#include <limits>

namespace suanpan::settlement {
namespace {

constexpr std::size_t kDigits = 6;
constexpr std::size_t kMaxSeries = 24;

bool is_series(std::string_view series) {
    const auto is_letter = [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    };
    return !series.empty() && series.size() <= kMaxSeries &&
           std::ranges::all_of(series, is_letter) && series.front() != '-' && series.back() != '-';
}

}  // namespace

std::string to_string(const InvoiceNumber& number) {
    std::string digits = std::to_string(number.number);
    if (digits.size() < kDigits) digits.insert(0, kDigits - digits.size(), '0');
    return number.series + "-" + digits;
}

Result<InvoiceNumber> parse_invoice_number(std::string_view text) {
    const auto hyphen = text.rfind('-');
    if (hyphen != std::string_view::npos) {
        std::string_view digits = text.substr(hyphen + 1);
        while (digits.size() > 1 && digits.front() == '0')
            digits.remove_prefix(1);
        const auto number = parse_integer(digits);
        InvoiceNumber out{std::string(text.substr(0, hyphen)), number.value_or(0)};
        // Only the one form that is printed.
        if (out.number > 0 && is_series(out.series) && to_string(out) == text) return out;
    }
    return fail("bad_invoice_number", "an invoice's number is written like INV-2026-000001");
}

std::int64_t InvoiceBook::last_of(std::string_view series) const {
    const InvoiceNumber end{std::string(series), std::numeric_limits<std::int64_t>::max()};
    const auto next = invoices_.upper_bound(end);
    if (next == invoices_.begin() || std::prev(next)->first.series != series) return 0;
    return std::prev(next)->first.number;
}

Result<void> InvoiceBook::check_credit(const Invoice& note) const {
    const Invoice* invoice = find(*note.corrects);
    if (invoice == nullptr || invoice->organisation != note.organisation ||
        invoice->project != note.project) {
        return fail("unknown_invoice", "the organisation's project has no such invoice");
    }
    if (invoice->corrects) {
        return fail("not_an_invoice", "a credit note corrects an invoice, not a credit note");
    }
    if (invoice->currency != note.currency) {
        return fail("bad_currency", "a credit note is in its invoice's currency");
    }
    const Credited before = credited(*note.corrects);
    if (note.net.value > invoice->net.value - before.net.value ||
        note.tax.value > invoice->tax.value - before.tax.value) {
        return fail("over_invoice", "all credit notes together give back at most the invoice");
    }
    return {};
}

Result<InvoiceNumber> InvoiceBook::issue(std::string_view series, const Invoice& invoice) {
    if (!is_series(series)) {
        return fail("bad_series", "a series is 1 to 24 capitals, digits and inner hyphens");
    }
    const bool nothing = invoice.net.value == 0 && invoice.tax.value == 0;
    if (invoice.net.value < 0 || invoice.tax.value < 0 || (invoice.corrects && nothing)) {
        return fail("bad_amount", "amounts are not below zero, and a credit note gives something");
    }
    if (invoice.corrects) {
        if (const auto checked = check_credit(invoice); !checked) return fail(checked.error());
    }
    if (const auto gross = add(invoice.net, invoice.tax); !gross) return fail(gross.error());
    const auto number = checked_add(last_of(series), 1);
    if (!number) return fail(number.error());
    InvoiceNumber out{std::string(series), *number};
    restore(out, invoice);
    return out;
}

void InvoiceBook::restore(const InvoiceNumber& number, const Invoice& invoice) {
    const bool added = invoices_.emplace(number, invoice).second;
    if (!added || !invoice.corrects) return;
    Credited& sum = credited_[*invoice.corrects];
    sum.net.value += invoice.net.value;
    sum.tax.value += invoice.tax.value;
}

void InvoiceBook::forget(const InvoiceNumber& number) {
    invoices_.erase(number);
    credited_.erase(number);
}

const Invoice* InvoiceBook::find(const InvoiceNumber& number) const {
    const auto found = invoices_.find(number);
    return found == invoices_.end() ? nullptr : &found->second;
}

InvoiceBook::Credited InvoiceBook::credited(const InvoiceNumber& number) const {
    const auto found = credited_.find(number);
    return found == credited_.end() ? Credited{} : found->second;
}

bool InvoiceBook::is_gapless() const {
    InvoiceNumber before;
    for (const auto& [number, invoice] : invoices_) {
        const std::int64_t expected = number.series == before.series ? before.number + 1 : 1;
        if (number.number != expected) return false;
        before = number;
    }
    return true;
}

}  // namespace suanpan::settlement
