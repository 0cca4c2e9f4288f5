// Who and what there is: organisations, meters, markets, schedules, models, sites, pools, titles,
// attestations (market §2, §3).

#include "base/decimal.hpp"
#include "core/market_impl.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace suanpan::core {
namespace {

constexpr std::size_t kMaxOwners = 32;
constexpr std::size_t kMaxMeterPools = 256;

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
        !std::ranges::all_of(rules.availability_steps, valid_ppm)) {
        return fail("bad_schedule", "metering windows, deadlines and tolerances are positive");
    }
    return {};
}

// What the provider declares, with what the catalogue and the site already say. A declaration that
// contradicts them is refused by the parser as a repeated member would be.
Result<matching::Profile> full_profile(const RegisterPool& body, const ModelRow& model,
                                       const SiteRow& site) {
    Json json = Json::parse(matching::canonical(body.profile));
    const auto fill = [&json](std::string_view name, const std::string& value) {
        if (!value.empty()) json[std::string(name)] = value;
    };
    fill("device_model", model.id);
    fill("device_vendor", model.vendor);
    fill("device_kind", model.kind);
    fill("site", to_string(site.id));
    fill("hub", site.hub);
    if (model.memory_gib > 0) json["memory_gib"] = std::to_string(model.memory_gib);
    if (model.memory_bandwidth_gb_s > 0) {
        json["memory_bandwidth_gb_s"] = std::to_string(model.memory_bandwidth_gb_s);
    }
    return matching::parse_profile(json);
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
    if (body.id.is_nil() || meters.contains(body.id)) {
        return fail("meter_exists", "a meter with this id is registered");
    }
    if (body.pools.size() > kMaxMeterPools)
        return fail("too_many", "a meter names at most 256 pools");
    for (const PoolId& pool : body.pools) {
        const auto found = pools.find(pool);
        if (found == pools.end() || found->second.rules.owner != body.organisation) {
            return fail("unknown_pool", "the organisation has no such pool");
        }
    }
    accept();
    meters.emplace(body.id, MeterRow{body.id, body.organisation, body.role, body.key, body.pools,
                                     false, outcome.index});
    touched_meters.mark(body.id);
    return {};
}

Result<void> Market::Impl::handle(const RevokeMeter& body) {
    const auto found = meters.find(body.id);
    if (found == meters.end() || !acts_for(found->second.organisation)) {
        return fail("unknown_meter", "the organisation has no such meter");
    }
    if (found->second.revoked) return fail("revoked_meter", "the meter is already revoked");
    accept();
    found->second.revoked = true;
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
    engine.define_market(rules);
    markets[rules.key] = MarketRow{rules, outcome.index};
    touched_markets.mark(rules.key);
    return {};
}

Result<void> Market::Impl::handle(const SetSchedule& body) {
    auto checked = require_operator();
    if (checked) checked = check_fees(body.fees);
    if (checked) checked = check_metering(body.metering);
    if (!checked) return checked;
    if (body.dispute_period.value < 0) {
        return fail("bad_schedule", "the dispute period is not negative");
    }
    for (const auto& [compute_class, ppm] : body.efficiency) {
        if (!valid_ppm(ppm)) {
            return fail("bad_schedule",
                        "the efficiency of " + compute_class + " is 0 to 1000000 ppm");
        }
    }
    accept();
    const auto version = static_cast<std::int64_t>(schedules.size()) + 1;
    schedules.push_back(ScheduleRow{version, body.fees, body.metering, body.dispute_period,
                                    body.efficiency, outcome.index});
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
    accept();
    sites.emplace(body.id, SiteRow{body.id, body.organisation, body.hub, outcome.index});
    changes.sites.push_back(sites.at(body.id));
    return {};
}

Result<void> Market::Impl::check_shares(const std::vector<settlement::OwnerShare>& shares) const {
    Int128 sum = 0;
    std::set<OrganisationId> owners;
    for (const settlement::OwnerShare& share : shares) {
        if (share.share.value <= 0) return fail("bad_shares", "every share is above zero");
        if (!organisations.contains(share.owner)) {
            return fail("unknown_organisation",
                        "an owner is not registered: " + to_string(share.owner));
        }
        owners.insert(share.owner);
        sum += share.share.value;
    }
    if (sum != kPpm || owners.size() != shares.size() || shares.size() > kMaxOwners) {
        return fail("bad_shares",
                    "the shares of at most 32 different owners sum to 1000000 parts per million");
    }
    return {};
}

std::optional<ClassRate> Market::Impl::nominal_rate(const PoolRow& pool,
                                                    const std::string& compute_class) const {
    const auto& peaks = models.at(pool.model).peak;
    const auto peak = peaks.find(compute_class);
    const auto& efficiencies = schedules.back().efficiency;
    const auto efficiency = efficiencies.find(compute_class);
    if (peak == peaks.end() || efficiency == efficiencies.end()) return std::nullopt;
    const auto rate =
        narrow(floor_div(Int128{peak->second.value} * efficiency->second.value, kPpm));
    if (!rate || *rate == 0) return std::nullopt;
    return ClassRate{Rate(*rate), false};
}

Result<void> Market::Impl::handle(const RegisterPool& body) {
    if (!acts_for(body.organisation)) {
        return fail("not_allowed", "a pool is registered by its own organisation");
    }
    const auto role = require_role(body.organisation, Role::kProvider);
    if (!role) return role;
    const auto site = sites.find(body.site);
    if (site == sites.end() || site->second.organisation != body.organisation) {
        return fail("unknown_site", "the organisation has no such site");
    }
    const auto model = models.find(body.model);
    if (model == models.end())
        return fail("unknown_model", "the catalogue has no such device model");
    if (schedules.empty()) return fail("no_schedule", "the operator has not set a schedule");
    if (body.lots.value <= 0) return fail("bad_lots", "a pool has at least one lot");
    if (body.id.is_nil() || pools.contains(body.id)) {
        return fail("pool_exists", "a pool with this id is registered");
    }
    if (!body.owners.empty()) {
        const auto shares = check_shares(body.owners);
        if (!shares) return shares;
    }
    auto profile = full_profile(body, model->second, site->second);
    if (!profile) return fail(profile.error());
    PoolRow row;
    row.rules = matching::PoolRules{body.id, body.organisation, body.site, body.lots, *profile};
    row.model = body.model;
    row.index = outcome.index;
    const auto added = engine.add_pool(row.rules);
    if (!added) return added;
    accept();
    pools.emplace(body.id, row);
    for (const auto& [compute_class, peak] : model->second.peak) {
        change_rate(body.id, compute_class, nominal_rate(row, compute_class));
    }
    if (!body.owners.empty()) {
        titles[body.id].push_back(TitleRow{body.id, now(), body.owners, outcome.index});
        changes.titles.push_back(titles[body.id].back());
    }
    touched_pools.mark(body.id);
    return {};
}

Result<void> Market::Impl::handle(const SetTitle& body) {
    const auto pool = pools.find(body.pool);
    if (pool == pools.end() || !acts_for(pool->second.rules.owner)) {
        return fail("unknown_pool", "the organisation has no such pool");
    }
    const auto shares = check_shares(body.shares);
    if (!shares) return shares;
    std::vector<TitleRow>& history = titles[body.pool];
    const bool others =
        !history.empty() && std::ranges::any_of(history.back().shares, [&](const auto& share) {
            return share.owner != pool->second.rules.owner;
        });
    if (others && !is_operator()) {
        return fail("not_allowed",
                    "a pool with several owners changes hands through the operator, who has each "
                    "owner's consent");
    }
    if (body.from < now() || (!history.empty() && body.from <= history.back().from)) {
        return fail("bad_title_time", "a title takes effect now or later, after the one before it");
    }
    accept();
    history.push_back(TitleRow{body.pool, body.from, body.shares, outcome.index});
    changes.titles.push_back(history.back());
    return {};
}

// A changed rate cancels the pool's resting sells in that class; contracts keep theirs (market §2).
void Market::Impl::change_rate(const PoolId& pool, const std::string& compute_class,
                               std::optional<ClassRate> rate) {
    auto& rates = pools.at(pool).rates;
    if (rate) {
        rates[compute_class] = *rate;
    } else {
        rates.erase(compute_class);
    }
    touched_pools.mark(pool);
    absorb(engine.set_rate(pool, compute_class, rate ? std::optional(rate->rate) : std::nullopt,
                           now()));
}

Result<void> Market::Impl::handle(const Attest& body) {
    const auto pool = pools.find(body.pool);
    if (pool == pools.end() || !acts_for(pool->second.rules.owner)) {
        return fail("unknown_pool", "the organisation has no such pool");
    }
    if (!models.at(pool->second.model).peak.contains(body.compute_class)) {
        return fail("unknown_class", "the pool's device model has no rate in this class");
    }
    if (body.rate.value <= 0 || body.rate.value > matching::kMaxRate) {
        return fail("bad_rate", "an attested rate is above 0 and at most " +
                                    to_string(Rate(matching::kMaxRate)) + " CU");
    }
    if (body.expires <= now()) return fail("bad_expiry", "an attestation expires in the future");
    if (body.id.is_nil() || attestations.contains(body.id)) {
        return fail("attestation_exists", "an attestation with this id is registered");
    }
    accept();
    attestations.emplace(
        body.id, AttestationRow{body.id, body.pool, body.compute_class, body.rate, body.benchmark,
                                body.expires, false, outcome.index});
    due.insert(DueKey{body.expires, outcome.index, DueKind::kAttestation, body.id.bytes});
    touched_attestations.mark(body.id);
    change_rate(body.pool, body.compute_class, ClassRate{body.rate, true});
    post_moves("attestation");
    return {};
}

Result<void> Market::Impl::handle(const RevokeAttestation& body) {
    const auto found = attestations.find(body.id);
    if (found == attestations.end() || found->second.ended || !is_operator()) {
        return fail("unknown_attestation", "there is no such attestation in force");
    }
    accept();
    due.erase(
        DueKey{found->second.expires, found->second.index, DueKind::kAttestation, body.id.bytes});
    expire_attestation(body.id);
    post_moves("attestation");
    return {};
}

// Back to the latest other attestation of the pool and class, or to the nominal rate.
void Market::Impl::expire_attestation(const AttestationId& id) {
    AttestationRow& ended = attestations.at(id);
    ended.ended = true;
    ended_attestations.push_back(id);
    std::optional<ClassRate> rate = nominal_rate(pools.at(ended.pool), ended.compute_class);
    LogIndex latest(-1);
    for (const auto& [other_id, other] : attestations) {
        if (other.ended || other.pool != ended.pool || other.compute_class != ended.compute_class ||
            other.index < latest) {
            continue;
        }
        latest = other.index;
        rate = ClassRate{other.rate, true};
    }
    const auto& rates = pools.at(ended.pool).rates;
    const auto current = rates.find(ended.compute_class);
    if (rate && current != rates.end() && current->second == *rate) return;
    change_rate(ended.pool, ended.compute_class, rate);
}

Result<void> Market::Impl::handle(const BlockLots& body) {
    const auto pool = pools.find(body.pool);
    if (pool == pools.end() || !acts_for(pool->second.rules.owner)) {
        return fail("unknown_pool", "the organisation has no such pool");
    }
    if (body.lots.value <= 0 || body.window.start >= body.window.end) {
        return fail("bad_window", "at least one lot over a window that ends after it starts");
    }
    if (body.window.start < now()) {
        return fail("bad_window", "lots are taken out from now on, not in the past");
    }
    auto blocked = engine.block(body.pool, body.window, body.lots, now());
    if (!blocked) return fail(blocked.error());
    accept();
    absorb(*blocked);
    blocks.push_back(BlockRow{body.pool, body.window, body.lots, outcome.index});
    changes.blocks.push_back(blocks.back());
    post_moves("block");
    return {};
}

}  // namespace suanpan::core
