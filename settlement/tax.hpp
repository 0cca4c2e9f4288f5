#pragma once

// Tax by organisation and service (metering-settlement "The waterfall"): versioned data of the
// schedule, resolved when an order is accepted into the one rate that its leases keep
// (FeeTerms::buyer_tax, FeeTerms::provider_withholding).

#include "base/result.hpp"
#include "base/units.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace suanpan::settlement {

enum class TaxKind : std::uint8_t { kBuyer, kWithholding };
std::string_view to_string(TaxKind kind);
Result<TaxKind> parse_tax_kind(std::string_view text);  // `unknown_word`

struct TaxRule {
    TaxKind kind = TaxKind::kBuyer;
    std::optional<std::string> tax_class;  // of the organisation; absent: any
    std::optional<std::string> service;    // the compute class; absent: any
    Ppm rate;
    friend bool operator==(const TaxRule&, const TaxRule&) = default;
};

inline constexpr std::size_t kMaxTaxRules = 1'024;

// Errors: `bad_tax` (a rate out of 0 to 1,000,000, two rules for the same, too many).
Result<void> check_tax(const std::vector<TaxRule>& rules);

// The most specific rule's rate, the organisation's class before the service; `otherwise` without
// any. The order of the rules does not matter. REQUIRES rules that check_tax accepts.
Ppm tax_rate(const std::vector<TaxRule>& rules, TaxKind kind, std::string_view tax_class,
             std::string_view service, Ppm otherwise);

// Canonical JSON:
// [{"kind":"buyer","rate_ppm":"60000","service":"AI-FP16","tax_class":"university"},…], without
// `service` and `tax_class` when absent. Error of reading: `bad_tax` with the faults.
std::string to_json(const std::vector<TaxRule>& rules);
Result<std::vector<TaxRule>> parse_tax_rules(std::string_view json);

}  // namespace suanpan::settlement
