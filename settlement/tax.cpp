#include "settlement/tax.hpp"

#include "base/words.hpp"

#include <set>
#include <tuple>

namespace suanpan::settlement {
namespace {

constexpr Words<TaxKind, 2> kKindWords("kind of tax", {"buyer", "withholding"});

}  // namespace

std::string_view to_string(TaxKind kind) {
    return kKindWords[kind];
}
Result<TaxKind> parse_tax_kind(std::string_view text) {
    return kKindWords.parse(text);
}

Result<void> check_tax(const std::vector<TaxRule>& rules) {
    if (rules.size() > kMaxTaxRules) return fail("bad_tax", "there are at most 1,024 rules of tax");
    std::set<std::tuple<TaxKind, std::optional<std::string>, std::optional<std::string>>> seen;
    for (const TaxRule& rule : rules) {
        if (rule.rate.value < 0 || rule.rate.value > kPpm) {
            return fail("bad_tax", "a tax is from 0 to 1,000,000 parts per million");
        }
        if (!seen.emplace(rule.kind, rule.tax_class, rule.service).second) {
            return fail("bad_tax", "two rules tax the same");
        }
    }
    return {};
}

Ppm tax_rate(const std::vector<TaxRule>& rules, TaxKind kind, std::string_view tax_class,
             std::string_view service) {
    int best = -1;
    Ppm rate(0);
    for (const TaxRule& rule : rules) {
        const bool fits = rule.kind == kind &&
                          rule.tax_class.value_or(std::string(tax_class)) == tax_class &&
                          rule.service.value_or(std::string(service)) == service;
        const int specific = (rule.tax_class ? 2 : 0) + (rule.service ? 1 : 0);
        if (!fits || specific <= best) continue;
        best = specific;
        rate = rule.rate;
    }
    return rate;
}

}  // namespace suanpan::settlement
