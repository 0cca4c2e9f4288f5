#include "settlement/voucher_book.hpp"

#include "base/check.hpp"

#include <algorithm>

namespace suanpan::settlement {
namespace {

// Sums of parts of one budget, which fits: no checked arithmetic is needed below.
void move_money(Money& from, Money& to, Money amount) {
    CHECK(amount.value >= 0 && amount <= from);
    from.value -= amount.value;
    to.value += amount.value;
}

Result<void> check_alive(const GrantState& state, Time now) {
    if (state.revoked) return fail("grant_revoked", "the grant was revoked");
    if (state.ended || state.grant.expires <= now) {
        return fail("grant_expired", "the grant has expired");
    }
    return {};
}

bool parts_sum(const GrantState& state) {
    const Int128 sum = Int128{state.left.value} + state.reserved.value + state.redeemed.value +
                       state.expired.value + state.returned.value;
    const bool none_negative =
        std::min({state.left, state.reserved, state.redeemed, state.expired, state.returned})
            .value >= 0;
    return none_negative && sum == state.grant.amount.value;
}

}  // namespace

bool adds_up(const ProgrammeTotals& totals) {
    const Int128 sum = Int128{totals.ungranted.value} + totals.granted.value +
                       totals.reserved.value + totals.redeemed.value + totals.expired.value;
    const bool none_negative = std::min({totals.ungranted, totals.granted, totals.reserved,
                                         totals.redeemed, totals.expired})
                                   .value >= 0;
    return none_negative && sum == totals.budget.value;
}

Result<void> VoucherBook::open(const Programme& programme) {
    if (programmes_.contains(programme.id)) {
        return fail("programme_exists", "there is a programme with this id");
    }
    if (const auto checked = check_programme(programme); !checked) return checked;
    restore(ProgrammeState{programme, programme.budget});
    return {};
}

Result<void> VoucherBook::fund(const ProgrammeId& programme, Money amount) {
    const auto found = programmes_.find(programme);
    if (found == programmes_.end()) return fail("unknown_programme", "there is no such programme");
    if (amount.value <= 0) return fail("bad_amount", "an amount above zero is needed");
    const auto budget = add(found->second.programme.budget, amount);
    if (!budget) return fail(budget.error());
    found->second.programme.budget = *budget;
    found->second.ungranted.value += amount.value;
    return {};
}

Result<Money> VoucherBook::close(const ProgrammeId& programme, Time now) {
    const auto found = programmes_.find(programme);
    if (found == programmes_.end()) return fail("unknown_programme", "there is no such programme");
    ProgrammeState& state = found->second;
    if (now < state.programme.until)
        return fail("programme_not_over", "the programme's time is not over yet");
    Money rest = state.ungranted;
    for (auto& [id, grant] : grants_) {
        if (grant.grant.programme != programme) continue;
        rest.value += grant.expired.value;
        move_money(grant.expired, grant.returned, grant.expired);
    }
    if (rest.value == 0) return fail("nothing_to_return", "nothing of the budget is left");
    state.ungranted = Money(0);
    state.programme.budget.value -= rest.value;
    return rest;
}

Result<void> VoucherBook::grant(const Grant& grant, Time now) {
    const auto found = programmes_.find(grant.programme);
    if (found == programmes_.end()) return fail("unknown_programme", "there is no such programme");
    ProgrammeState& state = found->second;
    const Programme& programme = state.programme;
    if (grants_.contains(grant.id)) return fail("grant_exists", "there is a grant with this id");
    if (grant.amount.value <= 0) return fail("bad_amount", "an amount above zero is needed");
    if (now < programme.from || grant.expires <= now || grant.expires > programme.until) {
        return fail("grant_expired", "a grant lies within its programme's validity");
    }
    if (programme.caps.grant && grant.amount > *programme.caps.grant) {
        return fail("voucher_over_cap", "the programme's grants are at most " +
                                            std::to_string(programme.caps.grant->value) +
                                            " micro-units");
    }
    if (grant.amount > state.ungranted) {
        return fail("budget_exhausted", "the programme's budget does not have this amount left");
    }
    state.ungranted.value -= grant.amount.value;
    GrantState made;
    made.grant = grant;
    made.left = grant.amount;
    restore(made);
    return {};
}

Result<void> VoucherBook::revoke(const GrantId& grant, Time now) {
    const auto found = grants_.find(grant);
    if (found == grants_.end()) return fail("unknown_grant", "there is no such grant");
    GrantState& state = found->second;
    if (const auto alive = check_alive(state, now); !alive) return alive;
    if (state.reserved.value > 0) {
        return fail("grant_reserved", "orders or leases hold a part of the grant");
    }
    state.revoked = true;
    expiries_.erase({state.grant.expires, grant});
    programmes_.at(state.grant.programme).ungranted.value += state.left.value;
    move_money(state.left, state.returned, state.left);
    return {};
}

void VoucherBook::expire(Time now) {
    while (!expiries_.empty() && expiries_.begin()->first <= now) {
        GrantState& state = grants_.at(expiries_.begin()->second);
        state.ended = true;
        move_money(state.left, state.expired, state.left);
        expiries_.erase(expiries_.begin());
    }
}

std::optional<Time> VoucherBook::next_expiry() const {
    if (expiries_.empty()) return std::nullopt;
    return expiries_.begin()->first;
}

VoucherBook::MonthKey VoucherBook::month_key(const GrantState& state, Month month) {
    return {{state.grant.programme, state.grant.organisation}, month};
}

std::optional<Money> VoucherBook::caps_leave(const GrantState& state, Month month) const {
    const VoucherCaps& caps = programmes_.at(state.grant.programme).programme.caps;
    const MonthKey key = month_key(state, month);
    std::optional<Money> least;
    const auto bind = [&](const std::optional<Money>& cap, const auto& used, const auto& at) {
        if (!cap) return;
        const auto found = used.find(at);
        const std::int64_t gone = found == used.end() ? 0 : found->second.value;
        const Money left(std::max<std::int64_t>(0, cap->value - gone));
        least = least ? std::min(*least, left) : left;
    };
    bind(caps.organisation, organisations_, key.first);
    bind(caps.month, months_, key);
    return least;
}

Result<Money> VoucherBook::reservable(const ReservationKey& key, const VoucherOrder& order,
                                      Money most, Time now) const {
    CHECK(most.value >= 0);
    const auto found = grants_.find(key.grant);
    if (found == grants_.end() || found->second.grant.organisation != order.buyer) {
        return fail("unknown_grant", "the organisation has no such grant");
    }
    const GrantState& state = found->second;
    if (const auto alive = check_alive(state, now); !alive) return fail(alive.error());
    const Programme& programme = programmes_.at(state.grant.programme).programme;
    if (const auto eligible = check_voucher_order(programme, order); !eligible) {
        return fail(eligible.error());
    }
    if (reservations_.contains(key)) {
        return fail("already_reserved", "the holder has a reservation of this grant");
    }
    if (most.value == 0) return Money(0);
    if (state.left.value == 0) return fail("grant_exhausted", "nothing is left of the grant");
    const auto cap = caps_leave(state, month_of(now));
    const Money amount = std::min({most, state.left, cap.value_or(most)});
    if (amount.value == 0) return fail("voucher_over_cap", "the programme's caps are used up");
    return amount;
}

Result<Money> VoucherBook::reserve(const ReservationKey& key, const VoucherOrder& order, Money most,
                                   Time now) {
    const auto reserved = reservable(key, order, most, now);
    if (!reserved || reserved->value == 0) return reserved;
    const Money amount = *reserved;
    const Month month = month_of(now);
    GrantState& state = grants_.at(key.grant);
    move_money(state.left, state.reserved, amount);
    reservations_[key] = Reservation{amount, month};
    months_[month_key(state, month)].value += amount.value;
    organisations_[month_key(state, month).first].value += amount.value;
    return amount;
}

Result<const Reservation*> VoucherBook::held(const ReservationKey& key, Money amount) const {
    const auto found = reservations_.find(key);
    if (amount.value < 0 || found == reservations_.end() || amount > found->second.amount) {
        return fail("over_reserved", "less than this amount is reserved");
    }
    return &found->second;
}

void VoucherBook::take_reserved(const ReservationKey& key, GrantState& state, Money amount) {
    const auto found = reservations_.find(key);
    found->second.amount.value -= amount.value;
    state.reserved.value -= amount.value;
    if (found->second.amount.value == 0) reservations_.erase(found);
}

Result<void> VoucherBook::move(const ReservationKey& from, const IdBytes& to, Money amount) {
    const auto source = held(from, amount);
    if (!source) return fail(source.error());
    if (amount.value == 0 || to == from.holder) return {};
    const Month month = (*source)->month;
    GrantState& state = grants_.at(from.grant);
    take_reserved(from, state, amount);
    state.reserved.value += amount.value;
    Reservation& target = reservations_[ReservationKey{from.grant, to}];
    // One order makes a lease's reservation, so all its parts have that order's month.
    CHECK(target.amount.value == 0 || target.month == month);
    target.month = month;
    target.amount.value += amount.value;
    return {};
}

Result<void> VoucherBook::redeem(const ReservationKey& key, Money amount) {
    if (const auto source = held(key, amount); !source) return fail(source.error());
    GrantState& state = grants_.at(key.grant);
    take_reserved(key, state, amount);
    state.redeemed.value += amount.value;
    return {};
}

void VoucherBook::put_back(GrantState& state, Month month, Money amount) {
    if (state.revoked) {
        state.returned.value += amount.value;
        programmes_.at(state.grant.programme).ungranted.value += amount.value;
    } else if (state.ended) {
        state.expired.value += amount.value;
    } else {
        state.left.value += amount.value;
    }
    const MonthKey key = month_key(state, month);
    months_.at(key).value -= amount.value;
    organisations_.at(key.first).value -= amount.value;
    if (months_.at(key).value == 0) months_.erase(key);
    if (organisations_.at(key.first).value == 0) organisations_.erase(key.first);
}

Result<void> VoucherBook::release(const ReservationKey& key, Money amount) {
    const auto source = held(key, amount);
    if (!source) return fail(source.error());
    if (amount.value == 0) return {};
    const Month month = (*source)->month;
    GrantState& state = grants_.at(key.grant);
    take_reserved(key, state, amount);
    put_back(state, month, amount);
    return {};
}

Result<void> VoucherBook::give_back(const GrantId& grant, Month month, Money amount) {
    const auto found = grants_.find(grant);
    if (found == grants_.end()) return fail("unknown_grant", "there is no such grant");
    GrantState& state = found->second;
    const auto used = months_.find(month_key(state, month));
    if (amount.value < 0 || amount > state.redeemed ||
        (amount.value > 0 && (used == months_.end() || amount > used->second))) {
        return fail("over_redeemed", "less than this amount was redeemed");
    }
    if (amount.value == 0) return {};
    state.redeemed.value -= amount.value;
    put_back(state, month, amount);
    return {};
}

Result<void> VoucherBook::reserve_again(const ReservationKey& key, Month month, Money amount) {
    const auto found = grants_.find(key.grant);
    if (found == grants_.end()) return fail("unknown_grant", "there is no such grant");
    GrantState& state = found->second;
    if (amount.value < 0 || amount > state.redeemed)
        return fail("over_redeemed", "less than this amount was redeemed");
    if (amount.value == 0) return {};
    move_money(state.redeemed, state.reserved, amount);
    Reservation& target = reservations_[key];
    CHECK(target.amount.value == 0 || target.month == month);
    target.month = month;
    target.amount.value += amount.value;
    return {};
}

const ProgrammeState* VoucherBook::find_programme(const ProgrammeId& id) const {
    const auto found = programmes_.find(id);
    return found == programmes_.end() ? nullptr : &found->second;
}

const GrantState* VoucherBook::find_grant(const GrantId& id) const {
    const auto found = grants_.find(id);
    return found == grants_.end() ? nullptr : &found->second;
}

Money VoucherBook::reserved(const ReservationKey& key) const {
    const auto found = reservations_.find(key);
    return found == reservations_.end() ? Money(0) : found->second.amount;
}

ProgrammeTotals VoucherBook::totals(const ProgrammeId& id) const {
    const ProgrammeState* state = find_programme(id);
    CHECK(state != nullptr);
    ProgrammeTotals out;
    out.budget = state->programme.budget;
    out.ungranted = state->ungranted;
    for (const auto& [key, grant] : grants_) {
        if (grant.grant.programme != id) continue;
        out.granted.value += grant.left.value;
        out.reserved.value += grant.reserved.value;
        out.redeemed.value += grant.redeemed.value;
        out.expired.value += grant.expired.value;
    }
    return out;
}

bool VoucherBook::adds_up() const {
    std::map<GrantId, Int128> held_by_grant;
    for (const auto& [key, reservation] : reservations_)
        held_by_grant[key.grant] += reservation.amount.value;
    std::map<std::pair<ProgrammeId, OrganisationId>, Int128> used;
    for (const auto& [id, state] : grants_) {
        if (!parts_sum(state) || held_by_grant[id] != state.reserved.value) return false;
        const Int128 gone = Int128{state.reserved.value} + state.redeemed.value;
        if (gone > 0) used[{state.grant.programme, state.grant.organisation}] += gone;
    }
    if (used.size() != organisations_.size()) return false;
    for (const auto& [key, amount] : organisations_) {
        if (used[key] != amount.value) return false;
    }
    return std::ranges::all_of(
        programmes_, [&](const auto& item) { return settlement::adds_up(totals(item.first)); });
}

void VoucherBook::restore(const ProgrammeState& state) {
    programmes_[state.programme.id] = state;
}

void VoucherBook::restore(const GrantState& state) {
    CHECK(programmes_.contains(state.grant.programme));
    grants_[state.grant.id] = state;
    if (!state.ended && !state.revoked) expiries_.insert({state.grant.expires, state.grant.id});
}

void VoucherBook::restore(const ReservationKey& key, const Reservation& reservation) {
    CHECK(grants_.contains(key.grant) && reservation.amount.value > 0);
    reservations_[key] = reservation;
}

void VoucherBook::restore(const MonthKey& key, Money used) {
    months_[key] = used;
    organisations_[key.first].value += used.value;
}

}  // namespace suanpan::settlement
