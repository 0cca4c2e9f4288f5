// Disputes, as both sides and their arbiter see them.

#include "api/json/render.hpp"
#include "base/bytes.hpp"
#include "base/decimal.hpp"
#include "base/time.hpp"

#include <nlohmann/json.hpp>

namespace suanpan::api {

namespace {

Json delivered_json(const settlement::Delivered& delivered) {
    return {{"lot_us", std::to_string(delivered.lot_us)}, {"credit_ppm", delivered.credit.value}};
}

// What both sides know of a correction; owners and fees stand in their statements.
Json change_json(const settlement::WaterfallDifference& change) {
    return {{"sale", to_string(change.sale)},
            {"credit", to_string(change.credit)},
            {"discount", to_string(change.discount)},
            {"amount", to_string(change.amount)}};
}

}  // namespace

Json to_json(const core::DisputeRow& row) {
    const settlement::Dispute& dispute = row.dispute;
    Json evidence = Json::array();
    for (const LogIndex index : dispute.evidence)
        evidence.push_back(index.value);
    Json owners = Json::array();
    for (const OrganisationId& owner : row.owners)
        owners.push_back(to_string(owner));
    Json out{{"id", to_string(dispute.id)},
             {"lease", to_string(dispute.lease)},
             {"window", to_json(dispute.window)},
             {"buyer", to_string(row.buyer)},
             {"provider", to_string(row.provider)},
             {"owners", std::move(owners)},
             {"reason", settlement::to_string(dispute.reason)},
             {"state", settlement::to_string(dispute.state)},
             {"open", dispute.is_open()},
             {"opened_at", to_string(dispute.opened_at)},
             {"final", delivered_json(dispute.final)},
             {"claimed", delivered_json(dispute.claimed)},
             {"evidence", std::move(evidence)},
             {"held", to_string(row.held)},
             {"log_index", row.index.value}};
    if (dispute.opened_by) out["opened_by"] = settlement::to_string(*dispute.opened_by);
    if (const auto deadline = dispute.deadline()) out["deadline"] = to_string(*deadline);
    for (const settlement::OwnerOffer& offer : dispute.provider_offers) {
        Json item = delivered_json(offer.delivered);
        item["by"] = to_string(offer.by);
        out["provider_offers"].push_back(std::move(item));
    }
    if (dispute.buyer_offer) out["buyer_offer"] = delivered_json(*dispute.buyer_offer);
    if (dispute.result) out["result"] = delivered_json(*dispute.result);
    if (dispute.ended_at) out["ended_at"] = to_string(*dispute.ended_at);
    if (row.change) out["correction"] = change_json(*row.change);
    if (!row.arbiter.is_nil()) out["arbiter"] = to_string(row.arbiter);
    return out;
}

namespace {

// Of an arbiter, or of who signs its writes.
template <typename Row>
Json signing_key_json(const Row& key) {
    return {{"id", to_string(key.id)},
            {"organisation", to_string(key.organisation)},
            {"public_key", to_base64(as_chars(key.key))},
            {"revoked", key.revoked},
            {"log_index", key.index.value}};
}

}  // namespace

Json to_json(const core::ArbiterKeyRow& key) {
    return signing_key_json(key);
}

Json to_json(const core::SigningKeyRow& key) {
    return signing_key_json(key);
}

}  // namespace suanpan::api
