#include "settlement/voucher.hpp"

#include "base/check.hpp"
#include "base/words.hpp"
#include "settlement/shares.hpp"

#include <algorithm>
#include <functional>
#include <set>
#include <utility>

namespace suanpan::settlement {
namespace {

constexpr Words<BuyerKind, 4> kKindWords("kind of buyer", {"small_firm", "research_institute",
                                                           "university", "maker"});

std::vector<Ppm> shares_of(const std::vector<FunderShare>& funders) {
    std::vector<Ppm> out;
    out.reserve(funders.size());
    for (const FunderShare& funder : funders)
        out.push_back(funder.share);
    return out;
}

template <typename T>
bool is_set(const std::vector<T>& items) {
    return items.size() <= kMaxScopeItems &&
           std::ranges::adjacent_find(items, std::greater_equal<>()) == items.end();
}

template <typename T>
bool allows(const std::vector<T>& allowed, const T& item) {
    return allowed.empty() || std::ranges::binary_search(allowed, item);
}

bool is_cap(const std::optional<Money>& cap) {
    return !cap || cap->value > 0;
}

}  // namespace

std::string_view to_string(BuyerKind kind) {
    return kKindWords[kind];
}
Result<BuyerKind> parse_buyer_kind(std::string_view text) {
    return kKindWords.parse(text);
}

Result<void> check_programme(const Programme& programme) {
    if (const auto checked = check_shares(shares_of(programme.funders)); !checked) return checked;
    std::set<OrganisationId> funders;
    for (const FunderShare& funder : programme.funders)
        funders.insert(funder.funder);
    if (funders.size() != programme.funders.size() || funders.size() > kMaxFunders) {
        return fail("bad_shares", "a programme has at most 32 funders, each named once");
    }
    if (programme.currency.empty() || programme.budget.value < 0) {
        return fail("bad_programme", "a programme has a currency and a budget not below zero");
    }
    if (programme.from >= programme.until) {
        return fail("bad_programme", "a programme ends after it begins");
    }
    if (programme.share_paid.value < 1 || programme.share_paid.value > kPpm) {
        return fail("bad_programme", "the share paid is from 1 to 1,000,000");
    }
    const VoucherCaps& caps = programme.caps;
    if (!is_cap(caps.grant) || !is_cap(caps.organisation) || !is_cap(caps.month) ||
        (programme.index_margin && programme.index_margin->value < 0)) {
        return fail("bad_programme", "caps are above zero, and the margin not below it");
    }
    const VoucherScope& scope = programme.scope;
    if (!is_set(scope.classes) || !is_set(scope.hubs) || !is_set(scope.providers) ||
        !is_set(scope.purposes) || !is_set(scope.kinds)) {
        return fail("bad_programme", "lists name each thing once, in order, at most 256 of them");
    }
    return {};
}

void RelatedOrganisations::set_group(const OrganisationId& organisation, std::string group) {
    if (group.empty()) {
        groups_.erase(organisation);
    } else {
        groups_[organisation] = std::move(group);
    }
}

bool RelatedOrganisations::related(const OrganisationId& a, const OrganisationId& b) const {
    if (a == b) return true;
    const auto first = groups_.find(a);
    const auto second = groups_.find(b);
    return first != groups_.end() && second != groups_.end() && first->second == second->second;
}

Result<void> check_voucher_order(const Programme& programme, const VoucherOrder& order) {
    const VoucherScope& scope = programme.scope;
    if (programme.currency != order.currency) {
        return fail("not_eligible", "the voucher is in " + programme.currency);
    }
    if (!allows(scope.classes, order.compute_class)) {
        return fail("not_eligible", "the programme does not pay for this compute class");
    }
    if (!allows(scope.purposes, order.purpose)) {
        return fail("not_eligible", "the programme does not pay for this purpose");
    }
    const bool kind = scope.kinds.empty() || std::ranges::any_of(order.kinds, [&](BuyerKind own) {
                          return std::ranges::binary_search(scope.kinds, own);
                      });
    if (!kind) return fail("not_eligible", "the programme is for other kinds of buyer");
    return {};
}

Result<void> check_voucher_sale(const Programme& programme, const OrganisationId& buyer,
                                const VoucherSeller& seller,
                                const RelatedOrganisations& relations) {
    if (relations.related(buyer, seller.provider)) {
        return fail("related_parties", "no voucher pays between related organisations");
    }
    if (!allows(programme.scope.providers, seller.provider)) {
        return fail("not_eligible", "the programme does not pay this provider");
    }
    if (!allows(programme.scope.hubs, seller.hub)) {
        return fail("not_eligible", "the programme does not pay for this hub");
    }
    return {};
}

Result<std::optional<Price>> voucher_price_cap(const Programme& programme, Price index) {
    CHECK(index.value >= 0);
    if (!programme.index_margin) return std::optional<Price>();
    const auto cap =
        narrow(Int128{index.value} * (Int128{kPpm} + programme.index_margin->value) / kPpm);
    if (!cap) return fail(cap.error());
    return std::optional(Price(*cap));
}

std::vector<Money> split_by_funders(const Programme& programme, Money amount) {
    return split_by_shares(amount, shares_of(programme.funders));
}

}  // namespace suanpan::settlement
