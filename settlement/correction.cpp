#include "settlement/correction.hpp"

#include "base/check.hpp"
#include "base/checked.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace suanpan::settlement {
namespace {

struct Part {
    Money WaterfallLine::* line;
    Money WaterfallDifference::* difference;
};

constexpr std::array<Part, 11> kParts = {{
    {&WaterfallLine::sale, &WaterfallDifference::sale},
    {&WaterfallLine::credit, &WaterfallDifference::credit},
    {&WaterfallLine::discount, &WaterfallDifference::discount},
    {&WaterfallLine::amount, &WaterfallDifference::amount},
    {&WaterfallLine::voucher, &WaterfallDifference::voucher},
    {&WaterfallLine::buyer_fee, &WaterfallDifference::buyer_fee},
    {&WaterfallLine::provider_fee, &WaterfallDifference::provider_fee},
    {&WaterfallLine::buyer_tax, &WaterfallDifference::buyer_tax},
    {&WaterfallLine::withheld, &WaterfallDifference::withheld},
    {&WaterfallLine::buyer_pays, &WaterfallDifference::buyer_pays},
    {&WaterfallLine::provider_gets, &WaterfallDifference::provider_gets},
}};

// The same input for less lot-time.
WindowInput cut_to(WindowInput input, std::int64_t lot_us) {
    input.final_lot_us = lot_us;
    if (input.metered) input.metered->busy_us = std::min(input.metered->busy_us, lot_us);
    return input;
}

class Postings {
 public:
    explicit Postings(const std::string& currency) : currency_(currency) {}

    void add(const OrganisationId& organisation, AccountKind kind, Money amount) {
        append_posting(list_, AccountKey{organisation, currency_, kind}, amount);
    }
    std::vector<Posting> take() { return std::move(list_); }

 private:
    const std::string& currency_;
    std::vector<Posting> list_;
};

Result<void> check_parties(const WaterfallDifference& difference, const WindowParties& parties) {
    if (difference.owners.size() != parties.owners.size()) {
        return fail("bad_shares", "a correction keeps the owners of the line that it corrects");
    }
    if (difference.voucher.value != 0 && !parties.programme) {
        return fail("bad_voucher", "a voucher's correction names its programme");
    }
    const Int128 paid = Int128{difference.buyer_pays.value} + difference.voucher.value;
    Int128 received = 0;
    for (const Money owner : difference.owners)
        received += owner.value;
    const Int128 kept = Int128{difference.buyer_fee.value} + difference.provider_fee.value +
                        difference.buyer_tax.value + difference.withheld.value;
    if (received != difference.provider_gets.value || paid != received + kept) {
        return fail("unbalanced", "what is paid more or less is what is received more or less");
    }
    if (difference.buyer_pays > parties.buyer_held) {
        return fail("exceeds_hold",
                    "a correction takes from the buyer at most what is still held for the window");
    }
    return {};
}

void post_owner(Postings& postings, Money change, const OwnerBalances& owner) {
    if (change.value >= 0) {
        const ProceedsSplit split = split_proceeds(change, owner.receivable);
        postings.add(owner.owner, AccountKind::kReceivable, split.receivable);
        postings.add(owner.owner, AccountKind::kPending, split.pending);
        return;
    }
    const TakenBack taken = take_back(Money(-change.value), owner);
    postings.add(owner.owner, AccountKind::kPending, Money(-taken.pending.value));
    postings.add(owner.owner, AccountKind::kBond, Money(-taken.bond.value));
    postings.add(owner.owner, AccountKind::kReceivable, Money(-taken.receivable.value));
}

}  // namespace

bool WaterfallDifference::is_zero() const {
    const auto zero = [](Money amount) { return amount.value == 0; };
    return std::ranges::all_of(kParts,
                               [&](const Part& part) { return zero(this->*part.difference); }) &&
           std::ranges::all_of(owners, zero);
}

Result<WaterfallDifference> difference(const WaterfallLine& before, const WaterfallLine& after) {
    if (before.owners.size() != after.owners.size()) {
        return fail("bad_shares", "a correction keeps the owners of the line that it corrects");
    }
    WaterfallDifference out;
    // Both sides lie between zero and the largest amount, so no difference overflows.
    for (const Part& part : kParts) {
        out.*part.difference = Money((after.*part.line).value - (before.*part.line).value);
    }
    for (std::size_t i = 0; i < before.owners.size(); ++i) {
        out.owners.emplace_back(after.owners[i].value - before.owners[i].value);
    }
    return out;
}

Result<LineWithin> waterfall_within(const ContractTerms& terms, const WindowInput& input,
                                    const std::vector<OwnerShare>& owners, Money most) {
    const auto bill = [&](std::int64_t lot_us) -> Result<LineWithin> {
        WindowInput cut = cut_to(input, lot_us);
        cut.buyer_held = most;
        auto line = waterfall(terms, cut, owners);
        if (!line) return fail(line.error());
        return LineWithin{std::move(*line), lot_us, paid_lot_us(cut)};
    };
    const auto costs_too_much = [](const Result<LineWithin>& line) {
        return !line && line.error().code() == "exceeds_hold";
    };
    auto best = bill(input.final_lot_us);
    if (!costs_too_much(best)) return best;
    best = bill(0);
    std::int64_t fits = 0;
    std::int64_t too_much = input.final_lot_us;
    while (too_much - fits > 1) {
        const std::int64_t middle = fits + (too_much - fits) / 2;
        auto line = bill(middle);
        if (costs_too_much(line)) {
            too_much = middle;
        } else if (line) {
            fits = middle;
            best = std::move(line);
        } else {
            return line;
        }
    }
    return best;
}

TakenBack take_back(Money amount, const OwnerBalances& balances) {
    CHECK(amount.value >= 0 && balances.pending.value >= 0 && balances.bond.value >= 0);
    TakenBack out;
    out.pending = std::min(amount, balances.pending);
    Money rest(amount.value - out.pending.value);
    out.bond = std::min(rest, balances.bond);
    out.receivable = Money(rest.value - out.bond.value);
    return out;
}

ProceedsSplit split_proceeds(Money amount, Money receivable) {
    CHECK(amount.value >= 0 && receivable.value <= 0);
    // Compared below zero, where the most that can be owed has its negative.
    const Money repaid = Money(-std::max(-amount.value, receivable.value));
    return ProceedsSplit{repaid, Money(amount.value - repaid.value)};
}

Result<std::vector<Posting>> correction_postings(const WaterfallDifference& difference,
                                                 const WindowParties& parties) {
    if (const auto checked = check_parties(difference, parties); !checked) {
        return fail(checked.error());
    }
    const auto fees = checked_add(difference.buyer_fee.value, difference.provider_fee.value);
    const auto tax = checked_add(difference.buyer_tax.value, difference.withheld.value);
    if (!fees) return fail(fees.error());
    if (!tax) return fail(tax.error());
    Postings postings(parties.currency);
    const Money paid = difference.buyer_pays;
    postings.add(parties.buyer, paid.value > 0 ? AccountKind::kHeld : AccountKind::kAvailable,
                 Money(-paid.value));
    if (parties.programme) {
        const Money voucher = difference.voucher;
        postings.add(*parties.programme,
                     voucher.value > 0 ? AccountKind::kReserved : AccountKind::kBudget,
                     Money(-voucher.value));
    }
    postings.add(parties.operator_id, AccountKind::kFees, Money(*fees));
    postings.add(parties.operator_id, AccountKind::kTax, Money(*tax));
    for (std::size_t i = 0; i < parties.owners.size(); ++i) {
        post_owner(postings, difference.owners[i], parties.owners[i]);
    }
    return postings.take();
}

}  // namespace suanpan::settlement
