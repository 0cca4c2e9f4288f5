#include "api/json/render.hpp"
#include "base/decimal.hpp"
#include "base/time.hpp"

#include <nlohmann/json.hpp>

namespace suanpan::api {

namespace {

using settlement::Programme;

Json caps_json(const settlement::VoucherCaps& caps) {
    Json out = Json::object();
    if (caps.grant) out["grant"] = to_string(*caps.grant);
    if (caps.organisation) out["organisation"] = to_string(*caps.organisation);
    if (caps.month) out["month"] = to_string(*caps.month);
    return out;
}

Json scope_json(const settlement::VoucherScope& scope) {
    Json providers = Json::array();
    for (const OrganisationId& provider : scope.providers)
        providers.push_back(to_string(provider));
    Json kinds = Json::array();
    for (const settlement::BuyerKind kind : scope.kinds)
        kinds.push_back(settlement::to_string(kind));
    return {{"classes", scope.classes},
            {"hubs", scope.hubs},
            {"providers", std::move(providers)},
            {"purposes", scope.purposes},
            {"kinds", std::move(kinds)}};
}

}  // namespace

Json to_json(const core::ProgrammeRow& row) {
    const Programme& programme = row.state.programme;
    Json funders = Json::array();
    for (const settlement::FunderShare& funder : programme.funders) {
        funders.push_back(
            {{"organisation", to_string(funder.funder)}, {"share_ppm", funder.share.value}});
    }
    Json out{
        {"id", to_string(programme.id)},           {"holder", to_string(row.holder)},
        {"funders", std::move(funders)},           {"currency", programme.currency},
        {"budget", to_string(programme.budget)},   {"ungranted", to_string(row.state.ungranted)},
        {"from", to_string(programme.from)},       {"until", to_string(programme.until)},
        {"share_ppm", programme.share_paid.value}, {"caps", caps_json(programme.caps)},
        {"scope", scope_json(programme.scope)},    {"log_index", row.index.value}};
    if (programme.index_margin) out["index_margin_ppm"] = programme.index_margin->value;
    return out;
}

Json to_json(const core::GrantRow& row) {
    const settlement::GrantState& state = row.state;
    return {{"id", to_string(state.grant.id)},
            {"programme", to_string(state.grant.programme)},
            {"organisation", to_string(state.grant.organisation)},
            {"amount", to_string(state.grant.amount)},
            {"expires", to_string(state.grant.expires)},
            {"revoked", state.revoked},
            {"ended", state.ended},
            {"left", to_string(state.left)},
            {"reserved", to_string(state.reserved)},
            {"redeemed", to_string(state.redeemed)},
            {"expired", to_string(state.expired)},
            {"returned", to_string(state.returned)},
            {"log_index", row.index.value}};
}

}  // namespace suanpan::api
