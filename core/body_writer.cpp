#include "base/bytes.hpp"
#include "base/decimal.hpp"
#include "base/time.hpp"
#include "core/bodies.hpp"
#include "core/cash_bodies.hpp"
#include "core/control_bodies.hpp"
#include "core/dispute_bodies.hpp"
#include "core/entries.hpp"
#include "core/project_bodies.hpp"
#include "core/signing_key_bodies.hpp"

#include <nlohmann/json.hpp>

namespace suanpan::core {
namespace {

std::string decimal(std::int64_t value) {
    return std::to_string(value);
}
std::string word(std::string_view text) {
    return std::string(text);
}

template <typename Value>
Json table_to_json(const std::map<std::string, Value>& table) {
    Json out = Json::object();
    for (const auto& [key, value] : table)
        out[key] = to_string(value);
    return out;
}

Json efficiency_to_json(const std::map<std::string, Ppm>& table) {
    Json out = Json::object();
    for (const auto& [compute_class, ppm] : table)
        out[compute_class] = decimal(ppm.value);
    return out;
}

Json shares_to_json(const std::vector<settlement::OwnerShare>& shares) {
    Json out = Json::array();
    for (const auto& share : shares) {
        out.push_back(
            {{"owner", to_string(share.owner)}, {"share_ppm", decimal(share.share.value)}});
    }
    return out;
}

template <typename IdType>
Json ids_to_json(const std::vector<IdType>& ids) {
    Json out = Json::array();
    for (const auto& id : ids)
        out.push_back(to_string(id));
    return out;
}

Json profile_to_json(const matching::Profile& profile) {
    return Json::parse(matching::canonical(profile));
}

Json write(const RegisterOrganisation& body) {
    Json roles = Json::array();
    for (const Role role : body.roles)
        roles.push_back(word(to_string(role)));
    return {{"id", to_string(body.id)}, {"roles", roles}};
}

Json write(const RegisterMeter& body) {
    return {{"id", to_string(body.id)},           {"organisation", to_string(body.organisation)},
            {"role", word(to_string(body.role))}, {"public_key", to_base64(as_chars(body.key))},
            {"pools", ids_to_json(body.pools)},   {"what", "register_meter"}};
}

Json write(const RevokeMeter& body) {
    return {{"id", to_string(body.id)}, {"what", "revoke_meter"}};
}

Json write(const RotateMeter& body) {
    return {{"id", to_string(body.id)},
            {"public_key", to_base64(as_chars(body.key))},
            {"overlap_s", decimal(body.overlap.value)},
            {"what", "rotate_meter"}};
}

Json write(const RevokeMeterKey& body) {
    return {{"id", to_string(body.id)},
            {"public_key", to_base64(as_chars(body.key))},
            {"what", "revoke_meter_key"}};
}

Json write(const DefineMarket& body) {
    return {{"market", to_string(body.rules.key)},
            {"grid_s", decimal(body.rules.grid.value)},
            {"tick", to_string(body.rules.tick)},
            {"max_lots", decimal(body.rules.max_lots.value)},
            {"max_ahead_s", decimal(body.rules.max_ahead.value)}};
}

Json ppms_to_json(const std::vector<Ppm>& ppms) {
    Json out = Json::array();
    for (const Ppm ppm : ppms)
        out.push_back(decimal(ppm.value));
    return out;
}

Json grades_to_json(const Grades& grades) {
    Json out = Json::object();
    for (const auto& [name, steps] : grades) {
        Json& list = out[name] = Json::array();
        for (const settlement::CreditStep& step : steps) {
            list.push_back({{"below_ppm", decimal(step.below.value)},
                            {"credit_ppm", decimal(step.credit.value)}});
        }
    }
    return out;
}

Json write(const SetSchedule& body) {
    const FeeSchedule& fees = body.fees;
    const settlement::MeteringRules& metering = body.metering;
    Json out{{"fees",
              {{"buyer_maker_ppm", decimal(fees.buyer_maker.value)},
               {"buyer_taker_ppm", decimal(fees.buyer_taker.value)},
               {"provider_maker_ppm", decimal(fees.provider_maker.value)},
               {"provider_taker_ppm", decimal(fees.provider_taker.value)},
               {"buyer_flat", to_string(fees.buyer_flat)},
               {"provider_flat", to_string(fees.provider_flat)},
               {"buyer_tax_ppm", decimal(fees.buyer_tax.value)},
               {"provider_withholding_ppm", decimal(fees.provider_withholding.value)}}},
             {"metering",
              {{"billing_window_s", decimal(metering.billing_window.value)},
               {"deadline_s", decimal(metering.deadline.value)},
               {"future_tolerance_s", decimal(metering.future_tolerance.value)},
               {"mismatch_tolerance_ppm", decimal(metering.mismatch_tolerance.value)},
               {"mismatch_floor_us", decimal(metering.mismatch_floor_us)},
               {"longest_reading_s", decimal(metering.longest_reading.value)},
               {"availability_steps_ppm", ppms_to_json(metering.availability_steps)}}},
             {"dispute_period_s", decimal(body.dispute_period.value)},
             {"efficiency_ppm", efficiency_to_json(body.efficiency)}};
    if (!body.grades.empty()) out["grades"] = grades_to_json(body.grades);
    for (const auto& [name, guarantees] : body.guarantees)
        out["guarantees"][name] = Json::parse(settlement::to_json(guarantees));
    if (!body.taxes.empty()) out["taxes"] = Json::parse(settlement::to_json(body.taxes));
    if (body.metered_minimum.value != 0)
        out["metered_minimum_ppm"] = decimal(body.metered_minimum.value);
    if (body.release_notice) out["release_notice_s"] = decimal(body.release_notice->value);
    const SetSchedule plain;
    if (body.dispute_claim != plain.dispute_claim)
        out["dispute_claim_s"] = decimal(body.dispute_claim.value);
    if (body.dispute_rule != plain.dispute_rule)
        out["dispute_rule_s"] = decimal(body.dispute_rule.value);
    return out;
}

Json write(const RegisterModel& body) {
    const ModelRow& model = body.model;
    return {{"id", model.id},
            {"device", model.device},
            {"vendor", model.vendor},
            {"device_kind", model.kind},
            {"peak_cu", table_to_json(model.peak)},
            {"memory_gib", decimal(model.memory_gib)},
            {"memory_bandwidth_gb_s", decimal(model.memory_bandwidth_gb_s)},
            {"source", model.source}};
}

Json write(const RegisterSite& body) {
    return {{"id", to_string(body.id)},
            {"organisation", to_string(body.organisation)},
            {"hub", body.hub}};
}

Json write(const RegisterPool& body) {
    Json out{{"id", to_string(body.id)},
             {"organisation", to_string(body.organisation)},
             {"site", to_string(body.site)},
             {"model", body.model},
             {"lots", decimal(body.lots.value)},
             {"profile", profile_to_json(body.profile)},
             {"owners", shares_to_json(body.owners)}};
    if (!body.owners.empty()) out["owners_from"] = to_string(body.owners_from);
    return out;
}

Json write(const ProposeTitle& body) {
    return {{"pool", to_string(body.pool)},
            {"from", to_string(body.from)},
            {"shares", shares_to_json(body.shares)},
            {"what", "propose"}};
}
Json write(const ConfirmTitle& body) {
    return {
        {"pool", to_string(body.pool)}, {"title", decimal(body.title.value)}, {"what", "confirm"}};
}
Json write(const RefuseTitle& body) {
    return {
        {"pool", to_string(body.pool)}, {"title", decimal(body.title.value)}, {"what", "refuse"}};
}

Json write(const Attest& body) {
    return {{"id", to_string(body.id)},
            {"pool", to_string(body.pool)},
            {"class", body.compute_class},
            {"rate_cu", to_string(body.rate)},
            {"benchmark", body.benchmark},
            {"expires", to_string(body.expires)},
            {"what", "attest"}};
}

Json write(const RevokeAttestation& body) {
    return {{"id", to_string(body.id)}, {"what", "revoke"}};
}

Json write(const BlockLots& body) {
    return {{"pool", to_string(body.pool)},
            {"window", window_to_json(body.window)},
            {"lots", decimal(body.lots.value)}};
}

void write_options(const matching::OrderTerms& terms, Json& out) {
    const matching::OrderTerms plain;
    if (terms.duration) out["duration_s"] = decimal(terms.duration->value);
    if (terms.min_duration != plain.min_duration)
        out["min_duration_s"] = decimal(terms.min_duration.value);
    if (!terms.requirement.conditions.empty()) {
        out["requirement"] = Json::parse(matching::canonical(terms.requirement));
    }
    if (!terms.pool.is_nil()) out["pool"] = to_string(terms.pool);
    if (!terms.counterparties.empty()) out["counterparties"] = ids_to_json(terms.counterparties);
    if (terms.time_in_force != plain.time_in_force)
        out["time_in_force"] = word(to_string(terms.time_in_force));
    if (terms.expires_at) out["expires_at"] = to_string(*terms.expires_at);
    if (terms.all_or_none) out["all_or_none"] = true;
    if (terms.post_only) out["post_only"] = true;
    if (terms.min_lots != plain.min_lots) out["min_lots"] = decimal(terms.min_lots.value);
    if (terms.max_excess != plain.max_excess) out["max_excess_cu"] = to_string(terms.max_excess);
    if (terms.together != plain.together) out["together"] = word(to_string(terms.together));
    if (terms.self_trade != plain.self_trade) out["stp"] = word(to_string(terms.self_trade));
    if (terms.billing != plain.billing) out["billing"] = word(to_string(terms.billing));
    if (terms.at_market) out["at_market"] = true;
    if (!terms.project.is_nil()) out["project"] = to_string(terms.project);
    if (!terms.key.is_nil()) out["key"] = to_string(terms.key);
}

Json write(const PlaceOrder& body) {
    const matching::OrderTerms& terms = body.terms;
    Json out = {{"organisation", to_string(terms.organisation)},
                {"market", to_string(terms.market)},
                {"side", word(matching::to_string(terms.side))},
                {"unit", word(matching::to_string(terms.unit))},
                {"quantity", decimal(terms.quantity)},
                {"limit_price", to_string(terms.limit_price)},
                {"window", window_to_json(terms.window)}};
    write_options(terms, out);
    if (!body.text_hash.empty()) out["text_hash"] = body.text_hash;
    if (body.voucher) {
        out["grant"] = to_string(body.voucher->grant);
        if (!body.voucher->purpose.empty()) out["purpose"] = body.voucher->purpose;
    }
    return out;
}

Json write(const CancelOrder& body) {
    return {{"id", to_string(body.id)}, {"what", "one"}};
}

Json write(const AdvanceLease& body) {
    return {{"id", to_string(body.id)},
            {"action", body.action == LeaseAction::kAccept ? "accept" : "activate"}};
}

Json write(const SubmitReadings& body) {
    Json out{{"envelope", Json::parse(body.envelope)}};
    if (body.signer) out["key"] = to_base64(as_chars(*body.signer));
    return out;
}
Json write(const Settle& body) {
    return {{"from", decimal(body.from.value)}, {"to", decimal(body.to.value)}};
}
Json write(const Tick&) {
    return Json::object();
}

Json write(const AgreeDiscount& body) {
    return {{"agreement", Json::parse(settlement::to_json(body.agreement))}, {"what", "agree"}};
}
Json write(const EndDiscount& body) {
    return {{"id", to_string(body.id)}, {"until", to_string(body.until)}, {"what", "end"}};
}

Json write(const DescribeOrganisation& body) {
    Json kinds = Json::array();
    for (const settlement::BuyerKind kind : body.kinds)
        kinds.push_back(word(to_string(kind)));
    Json out{{"organisation", to_string(body.organisation)},
             {"kinds", kinds},
             {"group", body.group},
             {"what", "describe"}};
    if (!body.tax_class.empty()) out["tax_class"] = body.tax_class;
    return out;
}

Json write(const OpenProgramme& body) {
    return {{"holder", to_string(body.holder)},
            {"programme", Json::parse(settlement::to_json(body.programme))},
            {"what", "open"}};
}
Json write(const FundProgramme& body) {
    return {
        {"id", to_string(body.programme)}, {"amount", to_string(body.amount)}, {"what", "fund"}};
}
Json write(const CloseProgramme& body) {
    return {{"id", to_string(body.programme)}, {"what", "close"}};
}
Json write(const GrantVoucher& body) {
    const settlement::Grant& grant = body.grant;
    return {{"id", to_string(grant.id)},
            {"programme", to_string(grant.programme)},
            {"organisation", to_string(grant.organisation)},
            {"amount", to_string(grant.amount)},
            {"expires", to_string(grant.expires)},
            {"what", "grant"}};
}
Json write(const RevokeGrant& body) {
    return {{"id", to_string(body.id)}, {"what", "revoke"}};
}

}  // namespace

Json window_to_json(const Window& window) {
    return {{"start", to_string(window.start)}, {"end", to_string(window.end)}};
}

Json body_to_json(const CommandBody& body) {
    return std::visit([](const auto& what) { return write(what); }, body);
}

std::string_view entry_kind(const CommandBody& body) {
    // In the order of CommandBody's alternatives.
    static constexpr std::array<std::string_view, std::variant_size_v<CommandBody>> kKinds = {
        "organisation", "key",          "key",          "market",
        "schedule",     "model",        "site",         "pool",
        "title",        "attestation",  "attestation",  "calendar",
        "order",        "cancel",       "cancel",       "transfer",
        "lease",        "readings",     "settlement",   "tick",
        "calendar",     "replace",      "admin",        "admin",
        "admin",        "admin",        "admin",        "admin",
        "admin",        "admin",        "admin",        "lease",
        "agreement",    "agreement",    "organisation", "programme",
        "programme",    "grant",        "grant",        "organisation",
        "organisation", "key",          "key",          "transfer",
        "transfer",     "transfer",     "transfer",     "period_closed",
        "key",          "key",          "dispute",      "dispute",
        "dispute",      "dispute",      "ruling",       "programme",
        "title",        "title",        "organisation", "organisation",
        "organisation", "organisation", "key",          "key",
        "admin",        "admin",        "key",          "key"};
    return kKinds[body.index()];
}

}  // namespace suanpan::core
