#include "random_day.hpp"

#include "base/decimal.hpp"
#include "core/settlement_preview.hpp"
#include "project_sums.hpp"
#include "voucher_sums.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>

namespace suanpan::core {
namespace {

const OrganisationId kFunder = SmallMarket::organisation(6);

std::int64_t hour_of(const SmallMarket& day) {
    return (day.now.value - kStart.value) / 3600;
}

matching::Requirement requirement(const char* json) {
    return *matching::parse_requirement(Json::parse(json));
}

}  // namespace

void RandomDay::run(SmallMarket& day, int commands) {
    if (!funded_) {
        funded_ = true;
        day.move_cash(SmallMarket::organisation(2), 500'000'000);
        day.run(SmallMarket::organisation(1), RegisterOrganisation{kFunder, {Role::kFunder}});
        day.move_cash(kFunder, 900'000'000);
        open_projects(day);
        schedule(day);
        const auto boss = SmallMarket::organisation(1);
        probed_ = !day.run(boss, probe_.registration(boss)).refusal;
    }
    for (int i = 0; i < commands; ++i) {
        step(day);
        expect_vouchers_add_up(day.market);
        if (day.take_changes_each_time) expect_projects_add_up(day);
    }
}

Window RandomDay::some_hours(const SmallMarket& day) {
    const std::int64_t first = hour_of(day) + 1 + below(5);
    return SmallMarket::hours(first, first + 1 + below(5));
}

void RandomDay::step(SmallMarket& day) {
    switch (below(52)) {
        case 0: return cancel_many(day);
        case 1: return block(day);
        case 2: return attest(day);
        case 3:
        case 4: return title(day);
        case 5: return control(day);
        case 6:
        case 7: return call(day);
        case 8: return limit(day);
        case 9: return schedule(day);
        case 40:
        case 41: return discount(day);
        case 42:
        case 43:
        case 44:
        case 45: return voucher(day);
        case 46: return describe(day);
        case 47:
        case 48:
        case 49: return dispute(day);
        case 50:
        case 51: return project(day);
        case 10:
        case 11: return release(day);
        case 12:
        case 13: return at_market(day);
        case 14:
        case 15: return replace(day);
        case 16:
        case 17: return cancel(day);
        case 18:
        case 19:
        case 20: return advance(day);
        case 21: return meter(day);
        case 22: return one_in(3) ? meter(day) : change_meter(day);
        case 23:
        case 24:
        case 25: return pass_time(day);
        default: return one_in(2) ? sell(day) : buy(day);
    }
}

void RandomDay::common_options(const SmallMarket& day, matching::OrderTerms& terms) {
    using matching::SelfTrade;
    using matching::TimeInForce;
    static const std::vector<TimeInForce> kForces{TimeInForce::kGtc, TimeInForce::kGtc,
                                                  TimeInForce::kGtc, TimeInForce::kGtd,
                                                  TimeInForce::kIoc, TimeInForce::kFok};
    terms.time_in_force = any_of(kForces);
    if (terms.time_in_force == TimeInForce::kGtd)
        terms.expires_at = Time(day.now.value + 300 + below(20'000));
    terms.self_trade = static_cast<SelfTrade>(below(4));
    if (one_in(12)) terms.post_only = true;
    if (one_in(8)) terms.min_lots = Lots(1 + below(3));
    if (one_in(3)) terms.project = any_project(terms.organisation);
    if (one_in(3)) terms.key = numbered<ApiKeyId>(static_cast<std::uint8_t>(1 + below(2)));
}

void RandomDay::sell(SmallMarket& day) {
    const std::uint8_t provider = either(2, 3);
    const std::string price = std::to_string(1 + below(9));
    Window window = some_hours(day);
    if (!one_in(3)) window = SmallMarket::hours(hour_of(day), hour_of(day) + 8 + below(8));
    auto order = day.sell(provider, 1 + below(11), price.c_str(), window);
    common_options(day, order.terms);
    if (one_in(3)) {
        order.terms.unit = Unit::kCu;
        order.terms.limit_price = Price(1 + below(90'000));
    }
    if (one_in(4)) order.terms.min_duration = Duration(3'600 * (1 + below(2)));
    if (one_in(8)) order.terms.counterparties = {SmallMarket::organisation(either(4, 5))};
    remember(day.run(SmallMarket::organisation(provider), order));
}

void RandomDay::buy(SmallMarket& day) {
    // Providers buy too, so that there is somebody to prevent from trading with himself.
    const std::uint8_t buyer = one_in(4) ? std::uint8_t{2} : either(4, 5);
    const std::string price = std::to_string(1 + below(9));
    auto order = day.buy(buyer, 1 + below(8), price.c_str(), some_hours(day));
    common_options(day, order.terms);
    if (one_in(3)) {
        order.terms.unit = Unit::kCu;
        order.terms.quantity *= 100'000 - below(2) * 30'000;
        order.terms.limit_price = Price(1 + below(90'000));
        if (one_in(2)) order.terms.max_excess = Cu(below(100'000));
    }
    if (one_in(4)) order.terms.duration = Duration(3'600 * (1 + below(2)));
    if (one_in(4)) order.terms.all_or_none = true;
    order.terms.together = static_cast<matching::Together>(below(3));
    if (one_in(3)) order.terms.requirement = requirement(R"({"memory_gib":{"at_least":"64"}})");
    if (one_in(8)) order.terms.requirement = requirement(R"({"memory_gib":{"at_least":"65"}})");
    if (one_in(4)) order.terms.billing = matching::Billing::kMetered;
    if (!own_grants_[buyer].empty() && !one_in(4)) {
        const std::uint8_t which = one_in(9) ? std::uint8_t{1} : any_of(own_grants_[buyer]);
        order.voucher = VoucherClaim{numbered<GrantId>(which), one_in(4) ? "" : "training"};
    }
    remember(day.run(SmallMarket::organisation(buyer), order));
}

void RandomDay::at_market(SmallMarket& day) {
    if (calls_.empty()) return call(day);
    const Window window = any_of(calls_);
    const bool sells = one_in(2);
    const std::uint8_t who = sells ? either(2, 3) : either(4, 5);
    auto order =
        sells ? day.sell(who, 1 + below(4), "1", window) : day.buy(who, 1 + below(4), "9", window);
    order.terms.at_market = one_in(2);
    remember(day.run(SmallMarket::organisation(who), order));
}

void RandomDay::discount(SmallMarket& day) {
    const OrganisationId provider = SmallMarket::organisation(either(2, 3));
    if (agreements_ > 0 && one_in(4)) {
        const auto which = static_cast<std::uint8_t>(1 + below(agreements_));
        const Time until(day.now.value + below(20'000) - 5'000);
        day.run(provider, EndDiscount{numbered<AgreementId>(which), until});
        return;
    }
    settlement::DiscountAgreement agreement;
    agreement.id = numbered<AgreementId>(++agreements_);
    agreement.provider = provider;
    agreement.buyer = SmallMarket::organisation(either(4, 5));
    agreement.currency = kCurrency;
    if (one_in(4)) agreement.classes = {kMarket.compute_class};
    if (one_in(4)) agreement.billing = static_cast<settlement::BillingMode>(below(2));
    if (one_in(8)) agreement.firmness = static_cast<settlement::Firmness>(below(2));
    agreement.tiers = {{Money(0), Ppm(below(300'000))}};
    if (one_in(2)) agreement.tiers.push_back({Money(1 + below(40'000'000)), Ppm(below(700'000))});
    agreement.from = Time(day.now.value + below(10'000) - 5'000);
    if (one_in(3)) agreement.until = Time(agreement.from.value + 1 + below(40'000));
    day.run(provider, AgreeDiscount{agreement});
}

void RandomDay::open_programme(SmallMarket& day) {
    settlement::Programme programme;
    programme.id = numbered<ProgrammeId>(++programmes_);
    programme.funders = {{kFunder, Ppm(kPpm)}};
    programme.currency = kCurrency;
    programme.budget = Money(below(120'000'000));
    programme.from = Time(day.now.value - 60);
    programme.until = Time(day.now.value + 20'000 + below(80'000));
    programme.share_paid = Ppm(1 + below(kPpm));
    if (one_in(3)) programme.share_paid = Ppm(kPpm);
    if (one_in(4)) programme.caps.organisation = Money(1 + below(50'000'000));
    if (one_in(4)) programme.caps.month = Money(1 + below(50'000'000));
    if (one_in(4)) programme.scope.hubs = {"guizhou"};
    if (one_in(4)) programme.scope.providers = {SmallMarket::organisation(either(2, 3))};
    if (one_in(4)) programme.scope.purposes = {"training"};
    if (one_in(8)) programme.scope.kinds = {settlement::BuyerKind::kUniversity};
    if (one_in(4)) programme.index_margin = Ppm(below(500'000));
    day.run(kFunder, OpenProgramme{kFunder, programme});
}

void RandomDay::voucher(SmallMarket& day) {
    const auto one_of = [&](std::uint8_t count) {
        return static_cast<std::uint8_t>(1 + below(count));
    };
    if (programmes_ == 0 || (programmes_ < 200 && one_in(8))) return open_programme(day);
    const auto programme = numbered<ProgrammeId>(one_of(programmes_));
    if (one_in(5)) {
        day.run(kFunder, FundProgramme{programme, Money(below(30'000'000))});
    } else if (grants_ > 0 && one_in(5)) {
        day.run(kFunder, RevokeGrant{numbered<GrantId>(one_of(grants_))});
    } else if (grants_ < 200) {
        settlement::Grant grant;
        grant.id = numbered<GrantId>(++grants_);
        grant.programme = programme;
        const std::uint8_t who = one_in(6) ? std::uint8_t{2} : either(4, 5);
        grant.organisation = SmallMarket::organisation(who);
        grant.amount = Money(1 + below(40'000'000));
        grant.expires = Time(day.now.value + 600 + below(40'000));
        if (!day.run(kFunder, GrantVoucher{grant}).refusal) own_grants_[who].push_back(grants_);
    }
}

void RandomDay::describe(SmallMarket& day) {
    DescribeOrganisation body;
    body.organisation = SmallMarket::organisation(static_cast<std::uint8_t>(2 + below(4)));
    if (one_in(2)) body.kinds = {settlement::BuyerKind::kUniversity};
    if (one_in(3)) body.group = "one";
    remember(day.run(SmallMarket::organisation(1), body));
}

void RandomDay::remember(const CommandOutcome& outcome) {
    if (outcome.order) orders_.push_back(*outcome.order);
    for (const LeaseRow& lease : outcome.leases)
        leases_.insert_or_assign(lease.id, lease);
}

void RandomDay::cancel(SmallMarket& day) {
    if (orders_.empty()) return;
    day.run(SmallMarket::organisation(either(2, 4)), CancelOrder{any_of(orders_)});
}

void RandomDay::cancel_many(SmallMarket& day) {
    CancelAll all;
    const std::uint8_t who = either(1, static_cast<std::uint8_t>(2 + below(4)));
    if (one_in(2)) all.filter.organisation = SmallMarket::organisation(either(who, 3));
    if (one_in(2)) all.filter.side = one_in(2) ? Side::kBuy : Side::kSell;
    if (one_in(3)) all.filter.market = kMarket;
    if (one_in(2)) all.filter.project = any_project(SmallMarket::organisation(4));
    if (one_in(4)) all.filter.key = numbered<ApiKeyId>(2);
    day.run(SmallMarket::organisation(who), all);
}

void RandomDay::replace(SmallMarket& day) {
    if (orders_.empty()) return;
    const OrderId id = any_of(orders_);
    const std::int64_t quantity = one_in(4) ? 100'000 * (1 + below(9)) : 1 + below(12);
    const Price price = one_in(4) ? Price(1 + below(90'000)) : Price(1'000'000 * (1 + below(9)));
    for (const std::uint8_t who : std::array<std::uint8_t, 3>{1, 2, 4}) {
        remember(day.run(SmallMarket::organisation(who), ReplaceOrder{id, quantity, price}));
        if (one_in(2)) return;
    }
}

void RandomDay::advance(SmallMarket& day) {
    for (const auto& [id, lease] : leases_) {
        if (one_in(2)) continue;
        remember(day.run(lease.provider, AdvanceLease{id, one_in(2) ? LeaseAction::kAccept
                                                                    : LeaseAction::kActivate}));
    }
}

void RandomDay::release(SmallMarket& day) {
    for (const auto& [id, lease] : std::map<LeaseId, LeaseRow>(leases_)) {
        if (!one_in(3)) continue;
        remember(day.run(one_in(5) ? lease.provider : lease.buyer, ReleaseLease{id}));
        return;
    }
}

void RandomDay::pass_time(SmallMarket& day) {
    day.now = Time(day.now.value + 60 * below(120));
    if (one_in(2)) return;
    const LogIndex until = day.market.head().size;
    if (until == settled_until_) return;
    SettlementPreview preview{Settle{settled_until_, until}, {}, false, {}};
    while (!preview.run.closed)
        EXPECT_TRUE(day.market.preview_settlement(preview).has_value());
    const auto settled = day.run(SmallMarket::organisation(1), Settle{settled_until_, until});
    EXPECT_FALSE(settled.refusal);
    EXPECT_EQ(preview.run.totals, settled.run.value().totals);
    settled_until_ = until;
}

// Of any window, final or not; half of the time something is said to one that is open.
void RandomDay::dispute(SmallMarket& day) {
    using settlement::DisputeParty;
    const DisputeParty by = one_in(3) ? DisputeParty::kProvider : DisputeParty::kBuyer;
    if (one_in(2) && !disputes_.empty()) {
        const auto& [id, lease] = any_of(disputes_);
        const LeaseRow& row = leases_.at(lease);
        if (one_in(2)) day.run(row.provider, ClaimDispute{id});
        const settlement::Delivered middle{one_in(2) ? 0 : 1'800'000'000, Ppm(50'000 * below(2))};
        day.run(by == DisputeParty::kBuyer ? row.buyer : row.provider,
                OfferSettlement{id, by, middle});
        return;
    }
    if (leases_.empty()) return;
    const auto& row = std::next(leases_.begin(), below(std::ssize(leases_)))->second;
    settlement::DisputeClaim claim;
    claim.by = by;
    claim.delivered.lot_us = by == DisputeParty::kBuyer ? 0 : 3'600'000'000 * row.terms.lots.value;
    const Time start(row.terms.window.start.value + 3'600 * below(3));
    const auto opened = day.run(by == DisputeParty::kBuyer ? row.buyer : row.provider,
                                OpenDispute{row.id, start, claim});
    if (!opened.refusal) disputes_.emplace_back(opened.dispute->dispute.id, row.id);
}

void RandomDay::block(SmallMarket& day) {
    const std::uint8_t provider = either(2, 3);
    const auto owner = SmallMarket::organisation(provider);
    if (one_in(2) && !blocks_.empty()) {
        const auto& [pool, index] = any_of(blocks_);
        day.run(owner, UnblockLots{numbered<PoolId>(pool), index});
        return;
    }
    const auto blocked =
        day.run(owner, BlockLots{numbered<PoolId>(provider), some_hours(day), Lots(1 + below(6))});
    if (!blocked.refusal) blocks_.emplace_back(provider, blocked.index);
}

void RandomDay::attest(SmallMarket& day) {
    const std::uint8_t provider = either(2, 3);
    if (attestations_ > 0 && one_in(4)) {
        day.run(SmallMarket::organisation(1),
                RevokeAttestation{
                    numbered<AttestationId>(static_cast<std::uint8_t>(1 + below(attestations_)))});
        return;
    }
    if (attestations_ == 200) return;
    day.run(SmallMarket::organisation(provider),
            Attest{numbered<AttestationId>(++attestations_), numbered<PoolId>(provider), "AI-FP16",
                   Rate(90'000 + 10'000 * below(4)), "bench 1.0",
                   Time(day.now.value + 600 + below(40'000))});
}

void RandomDay::control(SmallMarket& day) {
    const auto boss = SmallMarket::organisation(one_in(8) ? 4 : 1);
    switch (below(13)) {
        case 0: day.run(boss, HaltMarket{kMarket}); return;
        case 1:
        case 2: remember(day.run(boss, ResumeMarket{kMarket})); return;
        case 3: {
            SetBand band{kMarket, std::nullopt, std::nullopt};
            if (!one_in(3)) band.width = Ppm(100'000 + below(900'000));
            if (!one_in(3)) band.reference = Price(1 + below(90'000));
            day.run(boss, band);
            return;
        }
        case 4: day.run(boss, SetReference{kMarket, Price(1 + below(90'000))}); return;
        case 5: {
            if (one_in(2)) return;
            const auto who = SmallMarket::organisation(static_cast<std::uint8_t>(1 + below(5)));
            day.run(one_in(2) ? who : boss, KillSwitch{who});
            return;
        }
        default: {
            for (std::uint8_t who = 2; who <= 5; ++who)
                day.run(SmallMarket::organisation(1), Reinstate{SmallMarket::organisation(who)});
        }
    }
}

void RandomDay::call(SmallMarket& day) {
    const auto boss = SmallMarket::organisation(1);
    if (!calls_.empty() && one_in(2)) {
        const Window window = any_of(calls_);
        remember(day.run(boss, CloseCall{kMarket, window}));
        std::erase(calls_, window);
        return;
    }
    OpenCall open;
    open.call.market = kMarket;
    open.call.window = some_hours(day);
    open.call.reference = Price(1'000'000 * (1 + below(9)));
    if (one_in(2))
        open.call.floor = *matching::parse_profile(Json::parse(R"({"memory_gib":"64"})"));
    if (!day.run(boss, open).refusal) calls_.push_back(open.call.window);
}

void RandomDay::limit(SmallMarket& day) {
    SetLimits limits;
    limits.target.organisation = SmallMarket::organisation(static_cast<std::uint8_t>(2 + below(4)));
    if (one_in(3)) {
        limits.target.project = any_project(limits.target.organisation);
    } else if (one_in(3)) {
        limits.target.key = numbered<ApiKeyId>(2);
    }
    if (one_in(2)) limits.limits.open_orders = 2 + below(6);
    if (one_in(2)) {
        limits.limits.notional = Money(1'000'000 * below(400));
        limits.limits.currency = kCurrency;
    }
    if (one_in(2)) limits.limits.orders_per_second = 1 + below(4);
    day.run(SmallMarket::organisation(1), limits);
}

void RandomDay::schedule(SmallMarket& day) {
    SetSchedule out = small_schedule();
    out.fees.buyer_taker = Ppm(below(20'000));
    out.fees.buyer_maker = Ppm(below(20'000));
    if (one_in(4)) out.fees.buyer_flat = Price(below(900'000));
    if (one_in(4)) out.fees.buyer_tax = Ppm(below(150'000));
    if (one_in(2)) out.release_notice = Duration(60 * below(240));
    if (!one_in(4)) out.guarantees = some_guarantees();
    day.run(SmallMarket::organisation(1), out);
}

}  // namespace suanpan::core
