#include "settlement/discount.hpp"

#include "base/check.hpp"
#include "base/words.hpp"

#include <algorithm>
#include <array>
#include <functional>

namespace suanpan::settlement {
namespace {

constexpr Words<Firmness, 2> kFirmnessWords("firmness", {"firm", "preemptible"});
constexpr Words<BillingMode, 2> kBillingWords("billing", {"reserved", "metered"});

bool is_older(const DiscountAgreement& a, const DiscountAgreement& b) {
    return a.index != b.index ? a.index < b.index : a.id < b.id;
}

}  // namespace

std::string_view to_string(Firmness firmness) {
    return kFirmnessWords[firmness];
}
std::string_view to_string(BillingMode mode) {
    return kBillingWords[mode];
}
Result<Firmness> parse_firmness(std::string_view text) {
    return kFirmnessWords.parse(text);
}
Result<BillingMode> parse_billing_mode(std::string_view text) {
    return kBillingWords.parse(text);
}

Result<void> check_agreement(const DiscountAgreement& agreement) {
    if (agreement.provider == agreement.buyer) {
        return fail("bad_agreement", "an agreement has two organisations");
    }
    if (agreement.currency.empty()) return fail("bad_agreement", "an agreement has a currency");
    const auto& classes = agreement.classes;
    if (classes.size() > kMaxAgreementClasses || !std::ranges::is_sorted(classes) ||
        std::ranges::adjacent_find(classes) != classes.end()) {
        return fail("bad_agreement", "classes are named once each, in order, at most 64 of them");
    }
    if (agreement.until && *agreement.until <= agreement.from) {
        return fail("bad_agreement", "an agreement ends after it begins");
    }
    const auto& tiers = agreement.tiers;
    const auto rises = std::ranges::adjacent_find(tiers, std::greater_equal<>(), &VolumeTier::from);
    if (tiers.empty() || tiers.size() > kMaxTiers || rises != tiers.end() ||
        tiers.front().from.value < 0) {
        return fail("bad_tiers", "there are 1 to 32 tiers, and their volumes rise from zero on");
    }
    for (const VolumeTier& tier : tiers) {
        if (tier.discount.value < 0 || tier.discount.value > kPpm) {
            return fail("bad_discount", "a discount is at most the whole of what it is taken from");
        }
    }
    return {};
}

bool applies(const DiscountAgreement& agreement, const SaleFacts& facts) {
    return agreement.provider == facts.provider && agreement.buyer == facts.buyer &&
           agreement.currency == facts.currency &&
           (agreement.classes.empty() ||
            std::ranges::binary_search(agreement.classes, facts.compute_class)) &&
           agreement.firmness.value_or(facts.firmness) == facts.firmness &&
           agreement.billing.value_or(facts.billing) == facts.billing &&
           agreement.index < facts.index && agreement.from <= facts.traded_at &&
           (!agreement.until || facts.traded_at < *agreement.until);
}

Ppm discount_at(const DiscountAgreement& agreement, Money volume) {
    Ppm out(0);
    for (const VolumeTier& tier : agreement.tiers) {
        if (tier.from <= volume) out = tier.discount;
    }
    return out;
}

Money MonthlyVolumes::at(const AgreementId& agreement, Month month) const {
    const auto found = volumes_.find(Key{agreement, month});
    return found == volumes_.end() ? Money(0) : found->second;
}

Result<void> MonthlyVolumes::add(const AgreementId& agreement, Month month, Money amount) {
    const auto sum = suanpan::add(at(agreement, month), amount);
    if (!sum) return fail(sum.error());
    if (sum->value < 0) return fail("bad_amount", "a month's volume is not below zero");
    volumes_[Key{agreement, month}] = *sum;
    return {};
}

void MonthlyVolumes::restore(const AgreementId& agreement, Month month, Money volume) {
    volumes_[Key{agreement, month}] = volume;
}

AppliedDiscount choose_discount(const std::vector<DiscountAgreement>& agreements,
                                const SaleFacts& facts, Month month,
                                const MonthlyVolumes& volumes) {
    const DiscountAgreement* best = nullptr;
    Ppm most(0);
    for (const DiscountAgreement& agreement : agreements) {
        if (!applies(agreement, facts)) continue;
        const Ppm discount = discount_at(agreement, volumes.at(agreement.id, month));
        if (discount.value == 0 || discount < most) continue;
        if (discount == most && best != nullptr && !is_older(agreement, *best)) continue;
        best = &agreement;
        most = discount;
    }
    if (best == nullptr) return {};
    return AppliedDiscount{best->id, most};
}

Result<void> count_volume(const std::vector<DiscountAgreement>& agreements, const SaleFacts& facts,
                          Month month, Money amount, MonthlyVolumes& volumes) {
    for (const DiscountAgreement& agreement : agreements) {
        if (!applies(agreement, facts)) continue;
        if (auto added = volumes.add(agreement.id, month, amount); !added) return added;
    }
    return {};
}

}  // namespace suanpan::settlement
