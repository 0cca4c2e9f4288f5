// The columns of disputes.

#include "db/column.hpp"

#include <nlohmann/json.hpp>

#include <array>

namespace suanpan::db {
namespace {

using settlement::Delivered;
using settlement::OwnerOffer;
using settlement::WaterfallDifference;

std::int64_t number(const Json& json) {
    return parse_bigint(json.get_ref<const std::string&>());
}

Json delivered_json(const Delivered& value) {
    return {{"lot_us", std::to_string(value.lot_us)},
            {"credit_ppm", std::to_string(value.credit.value)}};
}

Delivered read_delivered(const Json& json) {
    return {number(json.at("lot_us")), Ppm(number(json.at("credit_ppm")))};
}

struct Part {
    const char* name;
    Money WaterfallDifference::* amount;
};

constexpr std::array<Part, 11> kParts = {{
    {"sale_micro", &WaterfallDifference::sale},
    {"credit_micro", &WaterfallDifference::credit},
    {"discount_micro", &WaterfallDifference::discount},
    {"amount_micro", &WaterfallDifference::amount},
    {"voucher_micro", &WaterfallDifference::voucher},
    {"buyer_fee_micro", &WaterfallDifference::buyer_fee},
    {"provider_fee_micro", &WaterfallDifference::provider_fee},
    {"buyer_tax_micro", &WaterfallDifference::buyer_tax},
    {"withheld_micro", &WaterfallDifference::withheld},
    {"buyer_pays_micro", &WaterfallDifference::buyer_pays},
    {"provider_gets_micro", &WaterfallDifference::provider_gets},
}};

}  // namespace

template <>
settlement::DisputeState parse_word(std::string_view text) {
    return get(settlement::parse_dispute_state(text));
}
template <>
settlement::DisputeParty parse_word(std::string_view text) {
    return get(settlement::parse_dispute_party(text));
}
template <>
settlement::DisputeReason parse_word(std::string_view text) {
    return get(settlement::parse_dispute_reason(text));
}

template <>
Cell TextColumn<Delivered, ColumnType::kJsonb>::encode(const Delivered& value) {
    return delivered_json(value).dump();
}
template <>
Delivered TextColumn<Delivered, ColumnType::kJsonb>::decode(const CellView& cell) {
    return read_delivered(Json::parse(not_null(cell)));
}

template <>
Cell TextColumn<std::vector<OwnerOffer>, ColumnType::kJsonb>::encode(
    const std::vector<OwnerOffer>& value) {
    Json out = Json::array();
    for (const OwnerOffer& offer : value) {
        Json item = delivered_json(offer.delivered);
        item["by"] = to_uuid(offer.by.bytes);
        out.push_back(std::move(item));
    }
    return out.dump();
}
template <>
std::vector<OwnerOffer> TextColumn<std::vector<OwnerOffer>, ColumnType::kJsonb>::decode(
    const CellView& cell) {
    std::vector<OwnerOffer> out;
    for (const Json& item : Json::parse(not_null(cell))) {
        OwnerOffer offer;
        offer.by.bytes = get(from_uuid(item.at("by").get_ref<const std::string&>()));
        offer.delivered = read_delivered(item);
        out.push_back(offer);
    }
    return out;
}

template <>
Cell TextColumn<WaterfallDifference, ColumnType::kJsonb>::encode(const WaterfallDifference& value) {
    Json out;
    for (const Part& part : kParts)
        out[part.name] = std::to_string((value.*part.amount).value);
    out["owners_micro"] = Json::array();
    for (const Money owner : value.owners)
        out["owners_micro"].push_back(std::to_string(owner.value));
    return out.dump();
}
template <>
WaterfallDifference TextColumn<WaterfallDifference, ColumnType::kJsonb>::decode(
    const CellView& cell) {
    const Json json = Json::parse(not_null(cell));
    WaterfallDifference out;
    for (const Part& part : kParts)
        out.*part.amount = Money(number(json.at(part.name)));
    for (const Json& owner : json.at("owners_micro"))
        out.owners.emplace_back(number(owner));
    return out;
}

}  // namespace suanpan::db
