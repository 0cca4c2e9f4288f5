// Discount agreements: what a provider takes off for a buyer.

#include "db/queries/agreements.hpp"

#include "api/handlers/handlers.hpp"
#include "api/handlers/input.hpp"
#include "api/json/render.hpp"
#include "api/problem.hpp"
#include "base/decimal.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "services/clock.hpp"

#include <algorithm>

namespace suanpan::api {

namespace {

using settlement::DiscountAgreement;
using settlement::VolumeTier;

// [{"from":"0.000000","discount_ppm":50000}, …], or `discount_ppm` alone for a fixed one.
std::vector<VolumeTier> read_tiers(Fields& fields) {
    std::vector<VolumeTier> tiers;
    if (const auto fixed = fields.find_integer("discount_ppm", 0, kPpm))
        tiers.push_back({Money(0), Ppm(*fixed)});
    const Json* list = fields.find_array("tiers", settlement::kMaxTiers);
    if ((list == nullptr) == tiers.empty()) {
        fields.fault("tiers", "contradiction", "either 'discount_ppm' or 'tiers' is needed");
        return tiers;
    }
    for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
        Fields tier((*list)[i], fields.faults(), fields.pointer_of("tiers/" + std::to_string(i)));
        const Money from = tier.need("from", parse_money).value_or(Money(0));
        tiers.push_back({from, Ppm(tier.need_integer("discount_ppm", 0, kPpm).value_or(0))});
        tier.finish();
    }
    return tiers;
}

DiscountAgreement read_agreement(const Call& call, Fields& fields) {
    DiscountAgreement agreement;
    agreement.id = random_id<AgreementId>(call.context.clock.now());
    agreement.provider = call.caller.organisation;
    agreement.buyer = fields.need("buyer", parse_id<OrganisationId>).value_or(OrganisationId());
    agreement.currency = fields.need("currency", parse_currency).value_or("");
    agreement.classes = fields.find_list("classes", settlement::kMaxAgreementClasses, parse_class);
    std::ranges::sort(agreement.classes);
    agreement.firmness = fields.find("firmness", settlement::parse_firmness);
    agreement.billing = fields.find("billing", settlement::parse_billing_mode);
    agreement.tiers = read_tiers(fields);
    agreement.from = fields.find("from", parse_time).value_or(call.context.clock.now());
    agreement.until = fields.find("until", parse_time);
    return agreement;
}

services::StoredResponse told(const core::CommandOutcome& outcome, int status) {
    const DiscountAgreement& agreement = outcome.agreement.value();
    return stored(api::to_json(agreement), status, to_string(agreement.id));
}

}  // namespace

Result<Write> create_agreement(Call& call) {
    Faults faults;
    Fields fields(call.body, faults);
    const DiscountAgreement agreement = read_agreement(call, fields);
    fields.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    Write write;
    write.command = core::AgreeDiscount{agreement};
    write.respond = [](const core::CommandOutcome& outcome) { return told(outcome, 201); };
    return write;
}

Result<Write> end_agreement(Call& call) {
    const auto id = call.id<AgreementId>();
    if (!id) return fail(id.error());
    Faults faults;
    Fields fields(call.body, faults);
    const Time until = fields.find("until", parse_time).value_or(call.context.clock.now());
    fields.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    Write write;
    write.command = core::EndDiscount{*id, until};
    write.respond = [](const core::CommandOutcome& outcome) { return told(outcome, 200); };
    return write;
}

Result<Response> list_agreements(Call& call) {
    Faults faults;
    Fields query(call.query, faults);
    const db::Page page = read_page(query, AgreementId::kPrefix);
    const auto organisation = read_organisation_filter(call, query);
    query.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    if (!organisation) return fail(organisation.error());
    const auto party = organisation->value_or(call.caller.organisation);
    const auto listed = call.read("list_agreements",
                                  [&](db::Tx& tx) { return db::list_agreements(tx, party, page); });
    return list_response(
        listed, [](const DiscountAgreement& agreement) { return api::to_json(agreement); },
        [](const DiscountAgreement& agreement) { return to_string(agreement.id); });
}

}  // namespace suanpan::api
