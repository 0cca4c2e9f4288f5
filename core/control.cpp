// Market-wide control: halts, call auctions, price bands, the kill switch (market §6, §7).

#include "core/market_impl.hpp"

#include <algorithm>
#include <span>

namespace suanpan::core {
namespace {

// Longer than a tick may be late: one comes after a second without a command.
constexpr Duration kCallEndsAhead{10};

Result<void> check_reference(Price price) {
    if (price.value > 0 && price.value <= matching::kMaxPrice) return {};
    return fail("bad_price", "a reference per CU·h is above 0 and at most 10^9");
}

}  // namespace

std::optional<Price> reference_in_force(const MarketControl& control) {
    if (control.auction_reference) return control.auction_reference;
    if (control.index_reference) return control.index_reference;
    return control.operator_reference;
}

std::optional<matching::PriceBand> band_in_force(const MarketControl& control) {
    const auto reference = reference_in_force(control);
    if (!control.band_width || !reference) return std::nullopt;
    return matching::band_around(*reference, *control.band_width);
}

Result<MarketRow*> Market::Impl::controlled_market(const matching::MarketKey& key) {
    const auto allowed = require_operator();
    if (!allowed) return fail(allowed.error());
    const auto found = markets.find(key);
    if (found == markets.end()) return fail("market_not_found", "there is no such market");
    return &found->second;
}

void Market::Impl::change_control(MarketRow& market) {
    touched_markets.mark(market.rules.key);
    absorb(engine.set_band(market.rules.key, band_in_force(market.control),
                           market.control.band_width, now()));
}

Result<void> Market::Impl::handle(const KillSwitch& body) {
    if (!acts_for(body.organisation)) {
        return fail("not_allowed", "the kill switch is pulled by the operator, or for oneself");
    }
    const auto found = organisations.find(body.organisation);
    if (found == organisations.end()) {
        return fail("unknown_organisation", "there is no such organisation");
    }
    if (body.organisation == operator_id) {
        return fail("not_allowed", "the operator itself cannot be suspended");
    }
    if (found->second.suspended) {
        return fail("organisation_suspended", "the organisation is already suspended");
    }
    accept();
    found->second.suspended = true;
    touched_organisations.mark(body.organisation);
    matching::OrderFilter filter;
    filter.organisation = body.organisation;
    absorb(engine.cancel_all(filter, matching::EndReason::kKillSwitch, now()));
    return {};
}

Result<void> Market::Impl::handle(const Reinstate& body) {
    const auto allowed = require_operator();
    if (!allowed) return allowed;
    const auto found = organisations.find(body.organisation);
    if (found == organisations.end()) {
        return fail("unknown_organisation", "there is no such organisation");
    }
    if (!found->second.suspended) {
        return fail("not_suspended", "the organisation is not suspended");
    }
    accept();
    found->second.suspended = false;
    touched_organisations.mark(body.organisation);
    return {};
}

Result<void> Market::Impl::handle(const HaltMarket& body) {
    const auto market = controlled_market(body.market);
    if (!market) return fail(market.error());
    if ((*market)->control.halted) return fail("market_halted", "the market is already halted");
    accept();
    (*market)->control.halted = true;
    engine.halt(body.market);
    touched_markets.mark(body.market);
    return {};
}

Result<void> Market::Impl::handle(const ResumeMarket& body) {
    const auto market = controlled_market(body.market);
    if (!market) return fail(market.error());
    if (!(*market)->control.halted) return fail("not_halted", "the market is not halted");
    accept();
    (*market)->control.halted = false;
    touched_markets.mark(body.market);
    absorb(engine.resume(body.market, now()));
    return {};
}

Result<void> Market::Impl::handle(const OpenCall& body) {
    const auto market = controlled_market(body.call.market);
    if (!market) return fail(market.error());
    const auto checked = engine.check_call(body.call, now());
    if (!checked) return checked;
    accept();
    engine.open_call(body.call);
    calls.emplace(outcome.index, CallRow{body.call, outcome.index});
    due.insert(call_due(outcome.index, body.call));
    touched_calls.mark(outcome.index);
    return {};
}

Result<void> Market::Impl::handle(const CloseCall& body) {
    const auto market = controlled_market(body.market);
    if (!market) return fail(market.error());
    if (!engine.find_call(body.market, body.window)) {
        return fail("call_not_found", "there is no open call for this window");
    }
    accept();
    absorb(engine.close_call(body.market, body.window, now()));
    return {};
}

// A call ends by itself shortly before its window begins. Then its buys expire, and it would trade
// nothing any more.
DueKey Market::Impl::call_due(const LogIndex& index, const matching::CallTerms& call) {
    return DueKey{Time(call.window.start.value - kCallEndsAhead.value), index, DueKind::kCall,
                  IdBytes{}};
}

// The auction's own entry, then its trades, which are `fills` from `first` on; its price becomes
// the reference of the band, which the engine has set by the same rule. Gives the first fill that
// is not its own.
std::size_t Market::Impl::finish_call(const matching::CallView& call,
                                      std::span<const matching::Execution> fills,
                                      std::size_t first) {
    std::size_t end = first;
    for (Int128 lots = 0; lots < call.result.volume.value; ++end) {
        CHECK(end < fills.size());
        lots += fills[end].lots.value;
    }
    MarketRow& market = markets.at(call.terms.market);
    if (end > first) {
        market.control.auction_reference =
            matching::auction_reference(std::span(fills).subspan(first, end - first));
        touched_markets.mark(call.terms.market);
    }
    emit(auction_entry(command->id, now(), call, market.control.auction_reference));
    for (std::size_t i = first; i < end; ++i)
        make_trade(fills[i]);
    const auto row = std::ranges::find_if(calls, [&](const auto& open) {
        return open.second.call.market == call.terms.market &&
               open.second.call.window == call.terms.window;
    });
    CHECK(row != calls.end());
    due.erase(call_due(row->first, call.terms));
    row->second.open = false;
    row->second.result = call.result;
    ended_calls.push_back(row->first);
    outcome.calls.push_back(call);
    return end;
}

Result<void> Market::Impl::handle(const SetBand& body) {
    const auto market = controlled_market(body.market);
    if (!market) return fail(market.error());
    if (body.width && (body.width->value < 0 || body.width->value > matching::kMaxBandWidth)) {
        return fail("bad_band", "the width is 0 to 10000000 parts per million of the reference");
    }
    if (body.reference) {
        const auto checked = check_reference(*body.reference);
        if (!checked) return checked;
    }
    MarketControl changed = (*market)->control;
    changed.band_width = body.width;
    changed.operator_reference = body.reference;
    if (body.width && !reference_in_force(changed)) {
        return fail("no_reference", "a band needs a reference: an auction's, an index or your own");
    }
    accept();
    (*market)->control = changed;
    change_control(**market);
    return {};
}

Result<void> Market::Impl::handle(const SetReference& body) {
    const auto market = controlled_market(body.market);
    if (!market) return fail(market.error());
    const auto checked = check_reference(body.index);
    if (!checked) return checked;
    accept();
    (*market)->control.index_reference = body.index;
    change_control(**market);
    return {};
}

}  // namespace suanpan::core
