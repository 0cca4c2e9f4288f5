// Organisations, meters, and what is offered.

#include "api/fields.hpp"
#include "api/json/render.hpp"
#include "base/decimal.hpp"
#include "base/duration.hpp"
#include "base/time.hpp"

#include <nlohmann/json.hpp>

namespace suanpan::api {

namespace {

Json roles_json(const std::vector<core::Role>& roles) {
    Json out = Json::array();
    for (const core::Role role : roles)
        out.push_back(core::to_string(role));
    return out;
}

}  // namespace

Json parse_canonical(std::string_view canonical) {
    return Json::parse(canonical);
}

Json to_json(const Window& window) {
    return {{"start", to_string(window.start)}, {"end", to_string(window.end)}};
}

Json to_json(const db::OrganisationInfo& organisation) {
    Json out{{"id", to_string(organisation.row.id)},
             {"name", organisation.name},
             {"roles", roles_json(organisation.row.roles)},
             {"suspended", organisation.row.suspended},
             {"log_index", organisation.row.index.value}};
    for (const settlement::BuyerKind kind : organisation.row.kinds)
        out["kinds"].push_back(settlement::to_string(kind));
    if (!organisation.row.group.empty()) out["group"] = organisation.row.group;
    if (!organisation.row.tax_class.empty()) out["tax_class"] = organisation.row.tax_class;
    return out;
}

Json to_json(const db::ApiKeyInfo& info) {
    Json out{{"id", to_string(info.key.id)},
             {"organisation", to_string(info.key.organisation)},
             {"label", info.key.label},
             {"scopes", info.key.scopes},
             {"revoked", info.revoked}};
    if (info.key.expires) out["expires_at"] = to_string(*info.key.expires);
    if (!info.key.user.is_nil()) out["user"] = to_string(info.key.user);
    if (!info.key.networks.empty()) out["networks"] = info.key.networks;
    return out;
}

Json to_json(const core::MeterRow& meter) {
    Json pools = Json::array();
    for (const PoolId& pool : meter.pools)
        pools.push_back(to_string(pool));
    return {{"id", to_string(meter.id)},
            {"organisation", to_string(meter.organisation)},
            {"role", settlement::to_string(meter.role)},
            {"public_key", to_base64(as_chars(meter.key))},
            {"pools", std::move(pools)},
            {"revoked", meter.revoked},
            {"log_index", meter.index.value}};
}

Json to_json(const core::MarketRow& market) {
    const matching::MarketRules& rules = market.rules;
    const core::MarketControl& control = market.control;
    Json out{{"market", matching::to_string(rules.key)},
             {"class", rules.key.compute_class},
             {"currency", rules.key.currency},
             {"grid", format_duration(rules.grid)},
             {"tick", to_string(rules.tick)},
             {"max_lots", rules.max_lots.value},
             {"max_ahead", format_duration(rules.max_ahead)},
             {"halted", control.halted},
             {"log_index", market.index.value}};
    if (const auto reference = core::reference_in_force(control))
        out["reference"] = to_string(*reference);
    if (const auto band = core::band_in_force(control))
        out["band"] = {{"width_ppm", control.band_width->value},
                       {"low", to_string(band->low)},
                       {"high", to_string(band->high)}};
    return out;
}

Json to_json(const core::ScheduleRow& schedule) {
    const core::FeeSchedule& fees = schedule.fees;
    const settlement::MeteringRules& metering = schedule.metering;
    Json efficiency = Json::object();
    for (const auto& [name, ppm] : schedule.efficiency)
        efficiency[name] = ppm.value;
    Json out{{"version", schedule.version},
             {"fees",
              {{"buyer_maker_ppm", fees.buyer_maker.value},
               {"buyer_taker_ppm", fees.buyer_taker.value},
               {"provider_maker_ppm", fees.provider_maker.value},
               {"provider_taker_ppm", fees.provider_taker.value},
               {"buyer_flat", to_string(fees.buyer_flat)},
               {"provider_flat", to_string(fees.provider_flat)},
               {"buyer_tax_ppm", fees.buyer_tax.value},
               {"provider_withholding_ppm", fees.provider_withholding.value}}},
             {"metering",
              {{"billing_window", format_duration(metering.billing_window)},
               {"deadline", format_duration(metering.deadline)},
               {"future_tolerance", format_duration(metering.future_tolerance)},
               {"mismatch_tolerance_ppm", metering.mismatch_tolerance.value},
               {"mismatch_floor_lot_us", metering.mismatch_floor_us}}},
             {"dispute_period", format_duration(schedule.dispute_period)},
             {"dispute_claim", format_duration(schedule.dispute_claim)},
             {"dispute_rule", format_duration(schedule.dispute_rule)},
             {"efficiency_ppm", std::move(efficiency)},
             {"log_index", schedule.index.value}};
    for (const auto& [name, steps] : schedule.grades) {
        Json& list = out["grades"][name] = Json::array();
        for (const settlement::CreditStep& step : steps)
            list.push_back({{"below_ppm", step.below.value}, {"credit_ppm", step.credit.value}});
    }
    for (const auto& [name, guarantees] : schedule.guarantees) {
        Json& list = out["guarantees"][name] = Json::array();
        for (const settlement::Guarantee& guarantee : guarantees) {
            Json steps = Json::array();
            for (const settlement::GuaranteeStep& step : guarantee.steps)
                steps.push_back({{"beyond", step.beyond}, {"credit_ppm", step.credit.value}});
            list.push_back({{"quantity", settlement::to_string(guarantee.quantity)},
                            {"percentile_ppm", guarantee.percentile.value},
                            {"steps", std::move(steps)}});
        }
    }
    for (const settlement::TaxRule& rule : schedule.taxes) {
        Json one{{"kind", settlement::to_string(rule.kind)}, {"rate_ppm", rule.rate.value}};
        if (rule.service) one["service"] = *rule.service;
        if (rule.tax_class) one["tax_class"] = *rule.tax_class;
        out["taxes"].push_back(std::move(one));
    }
    if (schedule.metered_minimum.value != 0)
        out["metered_minimum_ppm"] = schedule.metered_minimum.value;
    if (schedule.release_notice) out["release_notice"] = format_duration(*schedule.release_notice);
    return out;
}

Json to_json(const core::ModelRow& model) {
    Json peak = Json::object();
    for (const auto& [name, rate] : model.peak)
        peak[name] = to_string(rate);
    Json out{{"id", model.id},
             {"device", model.device},
             {"vendor", model.vendor},
             {"kind", model.kind},
             {"peak", std::move(peak)},
             {"source", model.source},
             {"log_index", model.index.value}};
    if (model.memory_gib != 0) out["memory_gib"] = model.memory_gib;
    if (model.memory_bandwidth_gb_s != 0)
        out["memory_bandwidth_gb_s"] = model.memory_bandwidth_gb_s;
    return out;
}

Json to_json(const db::SiteInfo& site) {
    return {{"id", to_string(site.row.id)},
            {"organisation", to_string(site.row.organisation)},
            {"name", site.name},
            {"hub", site.row.hub},
            {"log_index", site.row.index.value}};
}

Json to_json(const core::PoolRow& pool) {
    Json rates = Json::object();
    for (const auto& [name, rate] : pool.rates)
        rates[name] = {{"rate", to_string(rate.rate)}, {"attested", rate.attested}};
    return {{"id", to_string(pool.rules.id)},
            {"organisation", to_string(pool.rules.owner)},
            {"site", to_string(pool.rules.site)},
            {"model", pool.model},
            {"lots", pool.rules.lots.value},
            {"profile", parse_canonical(matching::canonical(pool.rules.profile))},
            {"rates", std::move(rates)},
            {"log_index", pool.index.value}};
}

Json to_json(const core::AttestationRow& attestation) {
    return {{"id", to_string(attestation.id)},
            {"class", attestation.compute_class},
            {"rate", to_string(attestation.rate)},
            {"benchmark", attestation.benchmark},
            {"expires_at", to_string(attestation.expires)},
            {"ended", attestation.ended},
            {"log_index", attestation.index.value}};
}

Json to_json(const core::BlockRow& block) {
    return {{"window", to_json(block.window)},
            {"lots", block.lots.value},
            {"log_index", block.index.value}};  // names the block when it is to end
}

}  // namespace suanpan::api
