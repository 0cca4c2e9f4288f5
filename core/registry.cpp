// Who there is and by which rules: organisations, meters, markets, schedules, models, sites
// (market §2, metering-settlement "Meters").

#include "base/decimal.hpp"
#include "core/market_impl.hpp"

#include <algorithm>

namespace suanpan::core {
namespace {

constexpr std::size_t kMaxMeterPools = 256;
// A hundred years: added to any time of the market, it still fits.
constexpr Duration kLongest{100LL * 366 * 86'400};
// Of a lease, waiting for one side's readings: what its state in memory is bounded by.
constexpr std::int64_t kMostOpenWindows = 1'000;

bool valid_ppm(Ppm ppm) {
    return ppm.value >= 0 && ppm.value <= kPpm;
}

Result<void> check_fees(const FeeSchedule& fees) {
    const auto rates = {fees.buyer_maker,    fees.buyer_taker, fees.provider_maker,
                        fees.provider_taker, fees.buyer_tax,   fees.provider_withholding};
    const auto valid_flat = [](Price price) {
        return price.value >= 0 && price.value <= matching::kMaxPrice;
    };
    const bool flats = valid_flat(fees.buyer_flat) && valid_flat(fees.provider_flat);
    const Ppm taken(std::max(fees.provider_maker, fees.provider_taker).value +
                    fees.provider_withholding.value);
    if (!flats || !std::ranges::all_of(rates, valid_ppm) || !valid_ppm(taken)) {
        return fail("bad_schedule",
                    "fees and taxes are 0 to 1000000 ppm, flat fees are not negative, and the "
                    "provider's fee and tax together take no more than the whole");
    }
    return {};
}

Result<void> check_metering(const settlement::MeteringRules& rules) {
    if (rules.billing_window.value <= 0 || rules.deadline.value <= 0 ||
        rules.future_tolerance.value < 0 || !valid_ppm(rules.mismatch_tolerance) ||
        rules.mismatch_floor_us < 0 || rules.longest_reading.value <= 0 ||
        std::ranges::max({rules.billing_window, rules.deadline, rules.future_tolerance,
                          rules.longest_reading}) > kLongest ||
        !std::ranges::all_of(rules.availability_steps, valid_ppm)) {
        return fail("bad_schedule",
                    "metering windows, deadlines and tolerances are positive and at most a hundred "
                    "years");
    }
    if (rules.deadline.value / rules.billing_window.value > kMostOpenWindows) {
        return fail("bad_schedule",
                    "the deadline is at most 1,000 billing windows, which all wait for it");
    }
    return {};
}
}  // namespace

Result<void> Market::Impl::handle(const RegisterOrganisation& body) {
    const bool wants_operator = std::ranges::find(body.roles, Role::kOperator) != body.roles.end();
    if (operator_id.is_nil()) {
        if (!wants_operator) return fail("no_operator", "the first organisation is the operator");
    } else {
        const auto allowed = require_operator();
        if (!allowed) return allowed;
        if (wants_operator) return fail("operator_exists", "a market has one operator");
    }
    if (body.id.is_nil() || organisations.contains(body.id)) {
        return fail("organisation_exists", "an organisation with this id is registered");
    }
    if (body.roles.empty() ||
        std::ranges::adjacent_find(body.roles, std::ranges::greater_equal{}) != body.roles.end()) {
        return fail("bad_roles", "at least one role is needed, each once, in ascending order");
    }
    accept();
    if (wants_operator) operator_id = body.id;
    organisations.emplace(body.id, OrganisationRow{body.id, body.roles, false, outcome.index});
    touched_organisations.mark(body.id);
    return {};
}

Result<void> Market::Impl::handle(const RegisterMeter& body) {
    if (!acts_for(body.organisation)) {
        return fail("not_allowed", "a meter is registered by its own organisation");
    }
    if (!organisations.contains(body.organisation)) {
        return fail("unknown_organisation", "there is no such organisation");
    }
    const bool probe = body.role == settlement::MeterRole::kOperator;
    if (probe && body.organisation != operator_id)
        return fail("wrong_role", "a meter with the role operator is the operator's own");
    if (body.id.is_nil() || meters.contains(body.id)) {
        return fail("meter_exists", "a meter with this id is registered");
    }
    if (body.pools.size() > kMaxMeterPools)
        return fail("too_many", "a meter names at most 256 pools");
    for (const PoolId& pool : body.pools) {
        const auto found = pools.find(pool);
        if (found == pools.end() || (found->second.rules.owner != body.organisation && !probe)) {
            return fail("unknown_pool", "the organisation has no such pool");
        }
    }
    accept();
    meters.emplace(body.id, MeterRow{body.id, body.organisation, body.role, body.key, body.pools,
                                     false, outcome.index});
    touched_meters.mark(body.id);
    return {};
}

Result<void> Market::Impl::handle(const DefineMarket& body) {
    const auto allowed = require_operator();
    if (!allowed) return allowed;
    const matching::MarketRules& rules = body.rules;
    auto checked = matching::check_rules(rules);
    if (!checked) return checked;
    accept();
    MarketRow& market = markets[rules.key];
    market.rules = rules;
    market.index = outcome.index;
    touched_markets.mark(rules.key);
    absorb(engine.define_market(rules, now()));
    return {};
}

Result<void> Market::Impl::handle(const SetSchedule& body) {
    auto checked = require_operator();
    if (checked) checked = check_fees(body.fees);
    if (checked) checked = check_metering(body.metering);
    if (!checked) return checked;
    for (const Duration time : {body.dispute_period, body.release_notice.value_or(Duration(0))}) {
        if (time.value >= 0 && time <= kLongest) continue;
        return fail("bad_schedule",
                    "the dispute period and the notice are 0 to a hundred years long");
    }
    for (const Duration time : {body.dispute_claim, body.dispute_rule}) {
        if (time.value > 0 && time <= kLongest) continue;
        return fail("bad_schedule",
                    "the times to claim and to rule are above 0 and at most a hundred years long");
    }
    for (const auto& [name, steps] : body.grades) {
        if (auto valid = settlement::check_grade({name, steps}); !valid) return valid;
    }
    for (const auto& [name, guarantees] : body.guarantees) {
        if (guarantees.size() > settlement::kMaxGuarantees)
            return fail("bad_guarantee", "a grade has at most 16 guarantees");
        for (const settlement::Guarantee& guarantee : guarantees) {
            if (auto valid = settlement::check_guarantee(guarantee); !valid) return valid;
        }
    }
    if (auto valid = settlement::check_tax(body.taxes); !valid) return valid;
    for (const settlement::TaxRule& rule : body.taxes) {
        if (rule.kind != settlement::TaxKind::kWithholding) continue;
        FeeSchedule fees = body.fees;
        fees.provider_withholding = rule.rate;
        if (auto valid = check_fees(fees); !valid) return valid;
    }
    if (!valid_ppm(body.metered_minimum))
        return fail("bad_schedule", "the least share of a metered lease is 0 to 1000000 ppm");
    for (const auto& [compute_class, ppm] : body.efficiency) {
        if (!valid_ppm(ppm)) {
            return fail("bad_schedule",
                        "the efficiency of " + compute_class + " is 0 to 1000000 ppm");
        }
    }
    accept();
    const auto version = static_cast<std::int64_t>(schedules.size()) + 1;
    schedules.push_back(ScheduleRow{version, body.fees, body.metering, body.dispute_period,
                                    body.efficiency, outcome.index, body.release_notice,
                                    body.metered_minimum, body.grades, body.dispute_claim,
                                    body.dispute_rule, body.guarantees, body.taxes});
    changes.schedules.push_back(schedules.back());
    return {};
}

Result<void> Market::Impl::handle(const RegisterModel& body) {
    const auto allowed = require_operator();
    if (!allowed) return allowed;
    if (body.model.id.empty() || body.model.peak.empty()) {
        return fail("bad_model", "a device model needs an id and a peak rate in some class");
    }
    if (models.contains(body.model.id))
        return fail("model_exists", "the model is in the catalogue");
    for (const auto& [compute_class, rate] : body.model.peak) {
        if (rate.value <= 0 || rate.value > matching::kMaxRate) {
            return fail("bad_model", "the peak rate in " + compute_class +
                                         " is above 0 and at most " +
                                         to_string(Rate(matching::kMaxRate)) + " CU");
        }
    }
    accept();
    ModelRow row = body.model;
    row.index = outcome.index;
    changes.models.push_back(row);
    models.emplace(row.id, std::move(row));
    return {};
}

Result<void> Market::Impl::handle(const RegisterSite& body) {
    if (!acts_for(body.organisation)) {
        return fail("not_allowed", "a site is registered by its own organisation");
    }
    const auto role = require_role(body.organisation, Role::kProvider);
    if (!role) return role;
    if (body.id.is_nil() || sites.contains(body.id)) {
        return fail("site_exists", "a site with this id is registered");
    }
    // Without one its pools could say any, and a programme for some hubs would not know.
    if (body.hub.empty()) return fail("bad_site", "a site lies at a hub");
    accept();
    sites.emplace(body.id, SiteRow{body.id, body.organisation, body.hub, outcome.index});
    changes.sites.push_back(sites.at(body.id));
    return {};
}
}  // namespace suanpan::core
