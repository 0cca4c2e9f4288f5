// Compute vouchers: programmes and their budgets, grants, and what orders and leases reserve of
// them (metering-settlement "Vouchers", market §7). The book says how much; here the money of the
// programme's holder moves with it, between its accounts `budget` and `reserved`.

#include "base/decimal.hpp"
#include "core/market_impl.hpp"

#include <algorithm>
#include <utility>

namespace suanpan::core {

using matching::OrderTerms;
using settlement::AccountKind;
using settlement::Programme;
using settlement::ReservationKey;

namespace {

constexpr std::size_t kMaxGroupBytes = 128;

// Whether the requirement itself leaves only these hubs.
bool asks_for_hubs(const OrderTerms& terms, const std::vector<std::string>& hubs) {
    static const std::uint16_t kHub = matching::find_attribute("hub").value();
    return std::ranges::any_of(terms.requirement.conditions, [&](const auto& condition) {
        return condition.attribute == kHub && condition.op == matching::Operator::kOneOf &&
               std::ranges::includes(hubs, condition.texts);
    });
}

bool is_only_funder(const Programme& programme, const OrganisationId& holder) {
    return programme.funders.size() == 1 && programme.funders.front().funder == holder;
}

}  // namespace

Result<void> Market::Impl::handle(const DescribeOrganisation& body) {
    if (const auto allowed = require_operator(); !allowed) return allowed;
    const auto found = organisations.find(body.organisation);
    if (found == organisations.end())
        return fail("unknown_organisation", "there is no such organisation");
    if (body.group.size() > kMaxGroupBytes || body.tax_class.size() > kMaxGroupBytes ||
        std::ranges::adjacent_find(body.kinds, std::ranges::greater_equal{}) != body.kinds.end()) {
        return fail("bad_description",
                    "kinds are named once each, in ascending order, and a group or a class of tax "
                    "has at most 128 bytes");
    }
    accept();
    OrganisationRow& row = found->second;
    row.kinds = body.kinds;
    row.group = body.group;
    row.tax_class = body.tax_class;
    relations.set_group(row.id, row.group);
    touched_organisations.mark(row.id);
    if (!row.group.empty()) cancel_covered_orders(row.id);
    return {};
}

void Market::Impl::cancel_covered_orders(const OrganisationId& buyer) {
    for (const matching::OrderSlot slot : engine.open_orders()) {
        const auto& voucher = order_at(slot).voucher;
        if (!voucher || !voucher->covers || engine.view(slot).terms.organisation != buyer) continue;
        // One that the cancels before it let fill has ended.
        if (engine.due_time(slot)) absorb(engine.cancel(slot, now()));
    }
}

// What they pay might come back to them: their open orders no longer count on a voucher.
void Market::Impl::note_owners(const std::vector<settlement::OwnerShare>& shares) {
    for (const settlement::OwnerShare& share : shares) {
        if (++title_owners[share.owner] == 1) cancel_covered_orders(share.owner);
    }
}

bool Market::Impl::is_one_of(const std::vector<settlement::OwnerShare>& shares,
                             const OrganisationId& buyer) const {
    return std::ranges::any_of(shares, [&](const settlement::OwnerShare& share) {
        return share.owner == buyer || relations.related(share.owner, buyer);
    });
}

// The buyer, or one of its group, owns a part of the pool while the lease lasts.
bool Market::Impl::is_paid_by_own_pool(const LeaseRow& lease) const {
    const Window& window = lease.terms.window;
    if (is_one_of(owners_at(lease, window.start), lease.buyer)) return true;
    const auto& history = titles.at(lease.pool).confirmed();
    return std::ranges::any_of(history, [&](const settlement::Title& title) {
        return window.start < title.from && title.from < window.end &&
               is_one_of(title.shares, lease.buyer);
    });
}

// Takes the funders' parts of a budget; the holder has it then.
Result<void> Market::Impl::check_budget(const Programme& programme, Money amount) const {
    const auto parts = settlement::split_by_funders(programme, amount);
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const Money has = accounts.balance(
            {programme.funders[i].funder, programme.currency, AccountKind::kAvailable});
        if (has < parts[i]) {
            return fail("insufficient_funds", "a funder's part is " + to_string(parts[i]) + " " +
                                                  programme.currency + ", and it has " +
                                                  to_string(has) + " available");
        }
    }
    return {};
}

void Market::Impl::pay_budget(const Programme& programme, const OrganisationId& holder,
                              Money amount) {
    const auto parts = settlement::split_by_funders(programme, amount);
    for (std::size_t i = 0; i < parts.size(); ++i) {
        move(programme.funders[i].funder, programme.currency, AccountKind::kAvailable,
             Money(-parts[i].value));
    }
    move(holder, programme.currency, AccountKind::kBudget, amount);
}

Result<void> Market::Impl::handle(const OpenProgramme& body) {
    const Programme& programme = body.programme;
    if (!acts_for(body.holder)) return fail("not_allowed", "a programme is opened by its holder");
    if (const auto role = require_role(body.holder, Role::kFunder); !role) return role;
    if (programme.id.is_nil() || vouchers.find_programme(programme.id) != nullptr)
        return fail("programme_exists", "there is a programme with this id");
    if (const auto checked = settlement::check_programme(programme); !checked) return checked;
    if (!is_operator() && !is_only_funder(programme, body.holder)) {
        return fail("not_allowed",
                    "a programme with other funders than its holder is opened by the operator");
    }
    for (const settlement::FunderShare& share : programme.funders) {
        if (const auto role = require_role(share.funder, Role::kFunder); !role) return role;
    }
    if (programme.until <= now())
        return fail("bad_programme", "the programme would be over before it begins");
    if (const auto funded = check_budget(programme, programme.budget); !funded) return funded;
    accept();
    CHECK(vouchers.open(programme));
    programme_holders[programme.id] = {body.holder, outcome.index};
    pay_budget(programme, body.holder, programme.budget);
    touched_programmes.mark(programme.id);
    outcome.programme = programme_row(programme.id);
    return {};
}

Result<void> Market::Impl::handle(const FundProgramme& body) {
    const auto* state = vouchers.find_programme(body.programme);
    if (state == nullptr || !acts_for(programme_holders.at(body.programme).holder))
        return fail("unknown_programme", "the organisation holds no such programme");
    const OrganisationId& holder = programme_holders.at(body.programme).holder;
    if (!is_operator() && !is_only_funder(state->programme, holder)) {
        return fail("not_allowed",
                    "a programme with other funders than its holder is funded by the operator");
    }
    if (body.amount.value <= 0) return fail("bad_amount", "an amount above zero is needed");
    if (state->programme.until <= now())
        return fail("programme_over",
                    "the programme is over; nothing can be granted of it any more");
    if (const auto funded = check_budget(state->programme, body.amount); !funded) return funded;
    if (const auto fits = vouchers.fund(body.programme, body.amount); !fits) return fits;
    accept();
    pay_budget(state->programme, holder, body.amount);
    touched_programmes.mark(body.programme);
    outcome.programme = programme_row(body.programme);
    return {};
}

// What nobody can use any more goes back to the funders, by their shares.
Result<void> Market::Impl::handle(const CloseProgramme& body) {
    const auto* state = vouchers.find_programme(body.programme);
    if (state == nullptr || !acts_for(programme_holders.at(body.programme).holder))
        return fail("unknown_programme", "the organisation holds no such programme");
    const auto rest = vouchers.close(body.programme, now());
    if (!rest) return fail(rest.error());
    accept();
    const Programme& programme = state->programme;
    const auto parts = settlement::split_by_funders(programme, *rest);
    for (std::size_t i = 0; i < parts.size(); ++i)
        move(programme.funders[i].funder, programme.currency, AccountKind::kAvailable, parts[i]);
    move(programme_holders.at(body.programme).holder, programme.currency, AccountKind::kBudget,
         Money(-rest->value));
    touched_programmes.mark(body.programme);
    for (const auto& [id, grant] : vouchers.grants()) {
        if (grant.grant.programme == body.programme) touched_grants.mark(id);
    }
    outcome.programme = programme_row(body.programme);
    return {};
}

Result<void> Market::Impl::handle(const GrantVoucher& body) {
    const settlement::Grant& grant = body.grant;
    const auto holder = programme_holders.find(grant.programme);
    if (holder == programme_holders.end() || !acts_for(holder->second.holder))
        return fail("unknown_programme", "the organisation holds no such programme");
    if (const auto role = require_role(grant.organisation, Role::kBuyer); !role) return role;
    if (grant.id.is_nil()) return fail("grant_exists", "a grant needs an id of its own");
    if (const auto granted = vouchers.grant(grant, now()); !granted) return granted;
    accept();
    grant_indices[grant.id] = outcome.index;
    due.insert(DueKey{grant.expires, outcome.index, DueKind::kGrant, grant.id.bytes});
    touched_grants.mark(grant.id);
    touched_programmes.mark(grant.programme);
    outcome.grant = grant_row(grant.id);
    return {};
}

Result<void> Market::Impl::handle(const RevokeGrant& body) {
    const auto* state = vouchers.find_grant(body.id);
    if (state == nullptr || !acts_for(holder_of(body.id)))
        return fail("unknown_grant", "the organisation has made no such grant");
    if (const auto revoked = vouchers.revoke(body.id, now()); !revoked) return revoked;
    accept();
    due.erase(
        DueKey{state->grant.expires, grant_indices.at(body.id), DueKind::kGrant, body.id.bytes});
    touched_grants.mark(body.id);
    touched_programmes.mark(state->grant.programme);
    outcome.grant = grant_row(body.id);
    return {};
}

void Market::Impl::expire_grant(const GrantId& id, Time when) {
    vouchers.expire(when);
    touched_grants.mark(id);
}

const Programme& Market::Impl::programme_of(const GrantId& grant) const {
    return vouchers.find_programme(vouchers.find_grant(grant)->grant.programme)->programme;
}

const OrganisationId& Market::Impl::holder_of(const GrantId& grant) const {
    return programme_holders.at(programme_of(grant).id).holder;
}

ProgrammeRow Market::Impl::programme_row(const ProgrammeId& id) const {
    const ProgrammeHolder& holder = programme_holders.at(id);
    return ProgrammeRow{*vouchers.find_programme(id), holder.holder, holder.index};
}

GrantRow Market::Impl::grant_row(const GrantId& id) const {
    return GrantRow{*vouchers.find_grant(id), grant_indices.at(id)};
}

// Nobody whom the order may meet could be refused: the programme pays every provider, the
// requirement leaves only its hubs, and the buyer stands alone.
bool Market::Impl::is_sure_to_pay(const Programme& programme, const OrderTerms& terms) const {
    const OrganisationRow& buyer = organisations.at(terms.organisation);
    const bool provides = std::ranges::find(buyer.roles, Role::kProvider) != buyer.roles.end();
    const auto& scope = programme.scope;
    return buyer.group.empty() && !provides && !title_owners.contains(buyer.id) &&
           scope.providers.empty() && (scope.hubs.empty() || asks_for_hubs(terms, scope.hubs));
}

Result<std::optional<Price>> Market::Impl::voucher_cap(const Programme& programme,
                                                       const OrderTerms& terms) const {
    if (!programme.index_margin) return std::optional<Price>();
    if (terms.unit != Unit::kCu) {
        return fail("voucher_needs_cu",
                    "the programme pays up to a price per CU-hour: order in CU, as what a lot of "
                    "the order is worth in CU is not known beforehand");
    }
    const auto index = markets.at(terms.market).control.index_reference;
    if (!index) {
        return fail("no_index",
                    "the programme pays up to a margin above the index, and the market has none "
                    "yet");
    }
    return settlement::voucher_price_cap(programme, *index);
}

Result<Money> Market::Impl::most_of_voucher(const OrderTerms& terms, std::int64_t rest,
                                            const OrderVoucher& voucher) const {
    if (rest == 0) return Money(0);
    const auto sale = rest_amount(terms, rest);
    if (!sale) return fail(sale.error());
    return settlement::voucher_limit(*sale, terms.limit_price, terms.unit, Rate(0),
                                     {programme_of(voucher.grant).share_paid, voucher.price_cap});
}

settlement::VoucherOrder Market::Impl::voucher_order(const OrderTerms& terms,
                                                     const std::string& purpose) const {
    return {terms.organisation, organisations.at(terms.organisation).kinds,
            terms.market.compute_class, terms.market.currency, purpose};
}

Result<OrderVoucher> Market::Impl::check_voucher(const OrderTerms& terms, const VoucherClaim& claim,
                                                 Time when) const {
    const auto* grant = vouchers.find_grant(claim.grant);
    if (grant == nullptr || grant->grant.organisation != terms.organisation)
        return fail("unknown_grant", "the organisation has no such grant");
    if (terms.side == Side::kSell) return fail("not_eligible", "a voucher pays for a buy");
    const Programme& programme = programme_of(claim.grant);
    const auto cap = voucher_cap(programme, terms);
    if (!cap) return fail(cap.error());
    OrderVoucher out{claim.grant, *cap, is_sure_to_pay(programme, terms)};
    const auto most = most_of_voucher(terms, terms.quantity, out);
    if (!most) return fail(most.error());
    const auto reserved = vouchers.reservable({claim.grant, terms.id.bytes},
                                              voucher_order(terms, claim.purpose), *most, when);
    if (!reserved) return fail(reserved.error());
    out.reserved = *reserved;
    return out;
}

void Market::Impl::touch_voucher(const ReservationKey& key) {
    touched_grants.mark(key.grant);
    touched_reservations.mark(key);
    const auto found = vouchers.reservations().find(key);
    if (found == vouchers.reservations().end()) return;
    const settlement::Grant& grant = vouchers.find_grant(key.grant)->grant;
    touched_voucher_months.mark({{grant.programme, grant.organisation}, found->second.month});
}

// From the holder's budget to what is reserved of it; a negative amount: back.
void Market::Impl::move_budget(const GrantId& grant, Money amount) {
    const std::string& currency = programme_of(grant).currency;
    move(holder_of(grant), currency, AccountKind::kBudget, Money(-amount.value));
    move(holder_of(grant), currency, AccountKind::kReserved, amount);
}

// What the order holds and reserves before anything matches.
void Market::Impl::open_voucher(OpenOrder& order, const OrderTerms& terms, Money whole,
                                const VoucherClaim& claim) {
    const ReservationKey key{claim.grant, terms.id.bytes};
    const auto reserved =
        vouchers.reserve(key, voucher_order(terms, claim.purpose), order.voucher->reserved, now());
    CHECK(reserved && *reserved == order.voucher->reserved);
    touch_voucher(key);
    move_budget(claim.grant, *reserved);
    order.voucher_rest = terms.quantity;
    order.hold = own_part(whole, order.voucher);
    move_hold(terms.organisation, terms.project, terms.market.currency, order.hold);
}

void Market::Impl::return_voucher(const ReservationKey& key, Money amount) {
    if (amount.value == 0) return;
    touch_voucher(key);
    CHECK(vouchers.release(key, amount));
    move_budget(key.grant, Money(-amount.value));
}

void Market::Impl::redeem_voucher(const ReservationKey& key, Money amount) {
    if (amount.value == 0) return;
    touch_voucher(key);
    CHECK(vouchers.redeem(key, amount));
    move(holder_of(key.grant), programme_of(key.grant).currency, AccountKind::kReserved,
         Money(-amount.value));
}

// The order holds less than before: its reservation shrinks in proportion.
void Market::Impl::shrink_voucher(OpenOrder& order, const OrderId& id, Money whole) {
    OrderVoucher& voucher = *order.voucher;
    const Money before = order.whole_hold();
    if (whole >= before) return;
    const Money kept =
        settlement::split_reservation(voucher.reserved, before, Money(0), whole, Money(0)).rest;
    return_voucher({voucher.grant, id.bytes}, Money(voucher.reserved.value - kept.value));
    voucher.reserved = kept;
}

// A fill: the lease's part of the hold and of the reservation, fill by fill. With a seller whom the
// programme does not pay the lease reserves nothing.
void Market::Impl::take_voucher(OpenOrder& order, const OrderTerms& buy, LeaseRow& lease) {
    OrderVoucher& voucher = *order.voucher;
    const settlement::ContractTerms& terms = lease.terms;
    const Programme& programme = programme_of(voucher.grant);
    const std::int64_t taken = terms.lots.value * (buy.unit == Unit::kLot ? 1 : terms.rate.value);
    order.voucher_rest = std::max<std::int64_t>(0, order.voucher_rest - taken);
    const auto rest_hold = order_hold(buy, order.fees, order.voucher_rest);
    const auto sale =
        exact_amount(terms.price, terms.price_unit, terms.lots, terms.rate, terms.window.length());
    CHECK(rest_hold && sale);
    const auto limit = settlement::voucher_limit(*sale, terms.price, terms.price_unit, terms.rate,
                                                 {programme.share_paid, voucher.price_cap});
    CHECK(limit);
    const Money before = order.whole_hold();
    const Money rest(std::min(rest_hold->value, before.value - lease.hold.value));
    const auto split =
        settlement::split_reservation(voucher.reserved, before, lease.hold, rest, *limit);
    const std::string& hub = sites.at(pools.at(lease.pool).rules.site).hub;
    const bool pays =
        settlement::check_voucher_sale(programme, lease.buyer, {lease.provider, hub}, relations)
            .has_value() &&
        !is_paid_by_own_pool(lease);
    CHECK(pays || !voucher.covers);

    const ReservationKey key{voucher.grant, buy.id.bytes};
    const Money part = pays ? split.lease : Money(0);
    settlement::Month month{};
    if (part.value > 0) {
        month = vouchers.reservations().at(key).month;
        touch_voucher(key);
        CHECK(vouchers.move(key, lease.id.bytes, part));
        touch_voucher({voucher.grant, lease.id.bytes});
    }
    return_voucher(key, Money(voucher.reserved.value - part.value - split.rest.value));
    voucher.reserved = split.rest;
    lease.voucher = LeaseVoucher{voucher.grant, voucher.price_cap, part, terms.window.end, month};
    lease.hold = Money(lease.hold.value - part.value);
    const Money own = own_part(rest, order.voucher);
    move_hold(lease.buyer, lease.project, lease.market.currency,
              Money(own.value - order.hold.value));
    order.hold = own;
}

// A lease's part for [since, until), in proportion to the whole hold's; the parts of its windows
// are the same whether or not an early end cuts the rest off.
HoldShare Market::Impl::hold_share(const LeaseRow& lease, Time since, Time until) const {
    settlement::ContractTerms terms = lease.terms;
    if (lease.voucher) terms.window.end = lease.voucher->until;
    const auto to = settlement::hold_until(terms, until);
    const auto from = settlement::hold_until(terms, since);
    CHECK(to && from);
    HoldShare out{Money(to->value - from->value), Money(0)};
    if (!lease.voucher) return out;
    const auto reserved_to = settlement::reserved_until(lease.voucher->reserved, terms, until);
    const auto reserved_from = settlement::reserved_until(lease.voucher->reserved, terms, since);
    CHECK(reserved_to && reserved_from);
    out.voucher = Money(reserved_to->value - reserved_from->value);
    out.own = Money(out.own.value - out.voucher.value);
    return out;
}

}  // namespace suanpan::core
