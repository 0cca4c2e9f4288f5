// Discount agreements, and which of them a window is settled under (metering-settlement "The
// waterfall", D).

#include "core/market_impl.hpp"

#include <algorithm>

namespace suanpan::core {

using settlement::DiscountAgreement;

namespace {

// Each is asked for each window of the two organisations.
constexpr std::size_t kMaxAgreements = 64;

// Only then does it matter which window comes first.
bool goes_by_volume(const DiscountAgreement& agreement) {
    return agreement.tiers.size() > 1 || agreement.tiers.front().from.value > 0;
}

}  // namespace

Result<void> Market::Impl::handle(const AgreeDiscount& body) {
    DiscountAgreement agreement = body.agreement;
    if (!acts_for(agreement.provider))
        return fail("not_allowed", "a discount is given by the provider itself");
    auto checked = require_role(agreement.provider, Role::kProvider);
    if (checked) checked = require_role(agreement.buyer, Role::kBuyer);
    if (checked) checked = settlement::check_agreement(agreement);
    if (!checked) return checked;
    if (agreement.id.is_nil() || find_agreement(agreement.id) != nullptr)
        return fail("agreement_exists", "an agreement with this id is known");
    const Partners partners{agreement.provider, agreement.buyer};
    const auto known = agreements.find(partners);
    if (known != agreements.end() && known->second.size() >= kMaxAgreements)
        return fail("too_many", "two organisations have at most 64 agreements");
    if (agreement.until && *agreement.until <= now())
        return fail("bad_agreement", "the agreement would be over before it begins");
    accept();
    agreement.index = outcome.index;
    agreement.from = std::max(agreement.from, now());
    agreements[partners].push_back(agreement);
    touched_agreements.mark({partners, agreement.id});
    outcome.agreement = std::move(agreement);
    return {};
}

Result<void> Market::Impl::handle(const EndDiscount& body) {
    DiscountAgreement* agreement = find_agreement(body.id);
    if (agreement == nullptr || !acts_for(agreement->provider))
        return fail("agreement_not_found", "the organisation gives no such discount");
    // Trades of this second keep it, and one that was never in force has been for a second.
    const Time until =
        std::max({body.until, Time(now().value + 1), Time(agreement->from.value + 1)});
    if (agreement->until && *agreement->until <= until)
        return fail("agreement_ended", "the agreement ends before that anyway");
    accept();
    agreement->until = until;
    touched_agreements.mark({{agreement->provider, agreement->buyer}, agreement->id});
    outcome.agreement = *agreement;
    return {};
}

DiscountAgreement* Market::Impl::find_agreement(const AgreementId& id) {
    for (auto& [partners, list] : agreements) {
        const auto found = std::ranges::find(list, id, &DiscountAgreement::id);
        if (found != list.end()) return &*found;
    }
    return nullptr;
}

const std::vector<DiscountAgreement>& Market::Impl::agreements_of(const LeaseRow& lease) const {
    static const std::vector<DiscountAgreement> kNone;
    const auto found = agreements.find({lease.provider, lease.buyer});
    return found == agreements.end() ? kNone : found->second;
}

settlement::SaleFacts Market::Impl::sale_facts(const LeaseRow& lease) const {
    // Of an organisation's pools nothing changes but their rates.
    static const std::uint16_t kFirm = matching::find_attribute("firm").value();
    const matching::AttributeValue* firm =
        matching::find_value(pools.at(lease.pool).rules.profile, kFirm, "");
    settlement::SaleFacts facts;
    facts.provider = lease.provider;
    facts.buyer = lease.buyer;
    facts.compute_class = lease.market.compute_class;
    facts.currency = lease.market.currency;
    if (firm != nullptr && firm->number == 0) facts.firmness = settlement::Firmness::kPreemptible;
    if (lease.billing == matching::Billing::kMetered)
        facts.billing = settlement::BillingMode::kMetered;
    facts.traded_at = id_time(lease.id.bytes);
    facts.index = lease.index;
    return facts;
}

settlement::AppliedDiscount Market::Impl::discount_for(const LeaseRow& lease,
                                                       const FinalWindowRow& window) const {
    if (window.discount) return *window.discount;
    const auto& list = agreements_of(lease);
    if (list.empty()) return {};
    return settlement::choose_discount(list, sale_facts(lease),
                                       settlement::month_of(window.window.window.start), volumes);
}

// Leases are settled one after the other, but a month's volume grows window by window, by (end,
// lease): so those that it decides on are priced before the run settles any. Under which agreements
// a lease is was decided by its trade.
void Market::Impl::note_unpriced(const LeaseRow& lease, const FinalWindowRow& window) {
    const auto& list = agreements_of(lease);
    if (list.empty() || window.discount) return;
    const auto facts = sale_facts(lease);
    const bool by_volume = std::ranges::any_of(list, [&](const DiscountAgreement& agreement) {
        return goes_by_volume(agreement) && settlement::applies(agreement, facts);
    });
    if (by_volume)
        unpriced.emplace(settlement::RunOrder{window.window.window.end, lease.id},
                         window.window.final_at);
}

// At the month's volume in `counted`, which has the window afterwards.
settlement::AppliedDiscount Market::Impl::price(const LeaseRow& lease, FinalWindowRow window,
                                                settlement::MonthlyVolumes& counted) const {
    const settlement::Month month = settlement::month_of(window.window.window.start);
    const auto& list = agreements_of(lease);
    const auto facts = sale_facts(lease);
    window.discount = settlement::choose_discount(list, facts, month, counted);
    const auto line = bill(lease, window, delivered(window));
    CHECK(settlement::count_volume(list, facts, month, line.amount, counted));
    return *window.discount;
}

void Market::Impl::touch_volumes(const LeaseRow& lease, const FinalWindowRow& window) {
    const auto facts = sale_facts(lease);
    for (const DiscountAgreement& agreement : agreements_of(lease)) {
        if (settlement::applies(agreement, facts))
            touched_volumes.mark({agreement.id, settlement::month_of(window.window.window.start)});
    }
}

void Market::Impl::price_window(const settlement::RunOrder& order) {
    LiveLease& lease = leases.at(order.lease);
    FinalWindowRow& window = unsettled_window(lease, order.end);
    window.discount = price(lease.row, window, volumes);
    touch_volumes(lease.row, window);
    const std::pair key(lease.row.id, window.window.window.start);
    window_rows[key] = window;
    touched_windows.mark(key);
}

// A dispute changed what the window is billed at.
void Market::Impl::correct_volume(const LeaseRow& lease, const FinalWindowRow& window,
                                  Money change) {
    if (!window.discount || change.value == 0) return;
    CHECK(settlement::count_volume(agreements_of(lease), sale_facts(lease),
                                   settlement::month_of(window.window.window.start), change,
                                   volumes));
    touch_volumes(lease, window);
}

// At most some kSettleStep, and so many passed over that a later run prices, so that the market
// does not stand still. Where it stands is the run's own: a step is the same after a restart.
bool Market::Impl::price_step(RunRow& run) {
    auto next = unpriced.upper_bound(run.priced);
    std::size_t priced = 0;
    std::size_t passed = 0;
    while (next != unpriced.end() && priced < kSettleStep && passed < kPassStep) {
        run.priced = next->first;
        if (run.from <= next->second && next->second < run.to) {
            price_window(next->first);
            next = unpriced.erase(next);
            ++priced;
        } else {
            ++next;
            ++passed;
        }
    }
    return priced < kSettleStep && passed < kPassStep;
}

}  // namespace suanpan::core
