#include "settlement/tax.hpp"

#include "base/words.hpp"
#include "settlement/json_fields.hpp"

#include <nlohmann/json.hpp>

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
             std::string_view service, Ppm otherwise) {
    int best = -1;
    Ppm rate = otherwise;
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

std::string to_json(const std::vector<TaxRule>& rules) {
    CanonicalWriter out;
    out.begin_array();
    for (const TaxRule& rule : rules) {
        out.begin_object();
        out.field("kind", to_string(rule.kind));
        out.field("rate_ppm", std::to_string(rule.rate.value));
        if (rule.service) out.field("service", *rule.service);
        if (rule.tax_class) out.field("tax_class", *rule.tax_class);
        out.end_object();
    }
    out.end_array();
    return out.take();
}

Result<std::vector<TaxRule>> parse_tax_rules(std::string_view json) {
    constexpr JsonLimits kLimits{512'000, 3};
    const auto root = parse_json(json, kLimits);
    if (!root) return fail(root.error());
    if (!root->is_array()) return fail("bad_tax", "rules of tax are a list");
    Faults faults;
    std::vector<TaxRule> out;
    for (std::size_t i = 0; i < root->size(); ++i) {
        Fields fields((*root)[i], "/" + std::to_string(i), faults,
                      {"kind", "rate_ppm", "service", "tax_class"});
        TaxRule rule;
        rule.kind = fields.parsed<TaxKind>("kind", parse_tax_kind);
        rule.rate = Ppm(fields.integer("rate_ppm"));
        if (fields.find("service") != nullptr) rule.service = fields.text("service");
        if (fields.find("tax_class") != nullptr) rule.tax_class = fields.text("tax_class");
        out.push_back(std::move(rule));
    }
    if (!faults.empty())
        return fail(Error("bad_tax", "the rules of tax have faults", faults.list()));
    return out;
}

}  // namespace suanpan::settlement
