#include "base/bytes.hpp"
#include "base/decimal.hpp"
#include "base/dsse.hpp"
#include "core/bodies.hpp"
#include "core/cash_bodies.hpp"
#include "core/control_bodies.hpp"
#include "core/dispute_bodies.hpp"
#include "core/fields.hpp"
#include "core/project_bodies.hpp"
#include "core/signing_key_bodies.hpp"

#include <nlohmann/json.hpp>

namespace suanpan::core {
namespace {

Result<settlement::OwnerShare> read_share(const Json& json) {
    Fields in(json);
    settlement::OwnerShare share{in.id<OrganisationId>("owner"), in.number<Ppm>("share_ppm")};
    const auto finished = in.finish();
    if (!finished) return fail(finished.error());
    return share;
}

template <typename IdType>
Result<IdType> read_id(const Json& json) {
    if (!json.is_string()) return fail("bad_entry", "an id is needed");
    return parse_id<IdType>(json.get<std::string>());
}

Result<Role> read_role(const Json& json) {
    if (!json.is_string()) return fail("bad_entry", "a role is needed");
    return parse_role(json.get<std::string>());
}

Result<Ppm> parse_ppm(std::string_view text) {
    const auto value = parse_integer(text);
    if (!value) return fail(value.error());
    return Ppm(*value);
}

Result<Ppm> read_ppm(const Json& json) {
    if (!json.is_string()) return fail("bad_entry", "parts per million are a decimal string");
    return parse_ppm(json.get<std::string>());
}

// A value parsed by the module that owns its form.
template <typename Value, typename Parse>
Value owned(Fields& in, std::string_view name, Parse parse) {
    auto value = parse(in.member(name));
    if (value) return *value;
    in.fault(name, value.error().detail());
    return Value{};
}

Result<settlement::BuyerKind> read_kind(const Json& json) {
    if (!json.is_string()) return fail("bad_entry", "a kind of buyer is needed");
    return settlement::parse_buyer_kind(json.get<std::string>());
}

CommandBody read_organisation(Fields& in) {
    if (in.has("what")) {
        const std::string what = in.text("what");
        if (what == "register_user" || what == "remove_user") return read_user(what, in);
        if (what.ends_with("_project")) return read_project(what, in);
        if (what != "describe") in.fault("what", "is not known here");
        return DescribeOrganisation{in.id<OrganisationId>("organisation"),
                                    in.list("kinds", read_kind), in.text("group"),
                                    in.has("tax_class") ? in.text("tax_class") : ""};
    }
    return RegisterOrganisation{in.id<OrganisationId>("id"), in.list("roles", read_role)};
}

CommandBody read_key(Fields& in) {
    const std::string what = in.text("what");
    if (what == "register_arbiter" || what == "revoke_arbiter") return read_arbiter_key(in, what);
    if (what == "revoke_meter") return RevokeMeter{in.id<MeterId>("id")};
    if (what == "rotate_meter")
        return RotateMeter{in.id<MeterId>("id"), in.parsed("public_key", parse_public_key),
                           in.number<Duration>("overlap_s")};
    if (what == "revoke_meter_key")
        return RevokeMeterKey{in.id<MeterId>("id"), in.parsed("public_key", parse_public_key)};
    if (what.ends_with("_payment_key")) return read_payment_key(what, in);
    if (what.ends_with("_signing_key")) return read_signing_key(what, in);
    return RegisterMeter{in.id<MeterId>("id"), in.id<OrganisationId>("organisation"),
                         in.parsed("role", settlement::parse_meter_role),
                         in.parsed("public_key", parse_public_key),
                         in.list("pools", read_id<PoolId>)};
}

CommandBody read_market(Fields& in) {
    DefineMarket out;
    out.rules.key = in.parsed("market", matching::parse_market_key);
    out.rules.grid = in.number<Duration>("grid_s");
    out.rules.tick = in.parsed("tick", parse_price);
    out.rules.max_lots = in.number<Lots>("max_lots");
    out.rules.max_ahead = in.number<Duration>("max_ahead_s");
    return out;
}

FeeSchedule read_fees(Fields& in) {
    FeeSchedule fees;
    fees.buyer_maker = in.number<Ppm>("buyer_maker_ppm");
    fees.buyer_taker = in.number<Ppm>("buyer_taker_ppm");
    fees.provider_maker = in.number<Ppm>("provider_maker_ppm");
    fees.provider_taker = in.number<Ppm>("provider_taker_ppm");
    fees.buyer_flat = in.parsed("buyer_flat", parse_price);
    fees.provider_flat = in.parsed("provider_flat", parse_price);
    fees.buyer_tax = in.number<Ppm>("buyer_tax_ppm");
    fees.provider_withholding = in.number<Ppm>("provider_withholding_ppm");
    return fees;
}

settlement::MeteringRules read_metering(Fields& in) {
    settlement::MeteringRules rules;
    rules.billing_window = in.number<Duration>("billing_window_s");
    rules.deadline = in.number<Duration>("deadline_s");
    rules.future_tolerance = in.number<Duration>("future_tolerance_s");
    rules.mismatch_tolerance = in.number<Ppm>("mismatch_tolerance_ppm");
    rules.mismatch_floor_us = in.integer("mismatch_floor_us");
    rules.longest_reading = in.number<Duration>("longest_reading_s");
    rules.availability_steps = in.list("availability_steps_ppm", read_ppm);
    return rules;
}

Result<settlement::CreditStep> read_credit_step(const Json& json) {
    Fields in(json);
    const settlement::CreditStep step{in.number<Ppm>("below_ppm"), in.number<Ppm>("credit_ppm")};
    const auto finished = in.finish();
    if (!finished) return fail(finished.error());
    return step;
}

Grades read_grades(Fields& in) {
    Grades out;
    const Json& object = in.member("grades");
    Fields inner(object);
    for (const auto& item : object.items())
        out.emplace(item.key(), inner.list(item.key(), read_credit_step));
    in.take_fault("grades", inner);
    return out;
}

Guarantees read_guarantees(Fields& in) {
    Guarantees out;
    const Json& object = in.member("guarantees");
    Fields inner(object);
    for (const auto& item : object.items()) {
        auto guarantees = settlement::parse_guarantees(inner.member(item.key()).dump());
        if (guarantees)
            out.emplace(item.key(), std::move(*guarantees));
        else
            inner.fault(item.key(), guarantees.error().detail());
    }
    in.take_fault("guarantees", inner);
    return out;
}

std::vector<settlement::TaxRule> read_taxes(Fields& in) {
    auto taxes = settlement::parse_tax_rules(in.member("taxes").dump());
    if (taxes) return std::move(*taxes);
    in.fault("taxes", taxes.error().detail());
    return {};
}

CommandBody read_schedule(Fields& in) {
    SetSchedule out;
    Fields fees(in.member("fees"));
    out.fees = read_fees(fees);
    in.take_fault("fees", fees);
    Fields metering(in.member("metering"));
    out.metering = read_metering(metering);
    in.take_fault("metering", metering);
    out.dispute_period = in.number<Duration>("dispute_period_s");
    out.efficiency = in.table("efficiency_ppm", parse_ppm);
    if (in.has("grades")) out.grades = read_grades(in);
    if (in.has("guarantees")) out.guarantees = read_guarantees(in);
    if (in.has("taxes")) out.taxes = read_taxes(in);
    if (in.has("metered_minimum_ppm")) out.metered_minimum = in.number<Ppm>("metered_minimum_ppm");
    if (in.has("release_notice_s")) out.release_notice = in.number<Duration>("release_notice_s");
    if (in.has("dispute_claim_s")) out.dispute_claim = in.number<Duration>("dispute_claim_s");
    if (in.has("dispute_rule_s")) out.dispute_rule = in.number<Duration>("dispute_rule_s");
    return out;
}

CommandBody read_model(Fields& in) {
    RegisterModel out;
    out.model.id = in.text("id");
    out.model.device = in.text("device");
    out.model.vendor = in.text("vendor");
    out.model.kind = in.text("device_kind");
    out.model.peak = in.table("peak_cu", parse_rate);
    out.model.memory_gib = in.integer("memory_gib");
    out.model.memory_bandwidth_gb_s = in.integer("memory_bandwidth_gb_s");
    out.model.source = in.text("source");
    return out;
}

CommandBody read_site(Fields& in) {
    return RegisterSite{in.id<SiteId>("id"), in.id<OrganisationId>("organisation"), in.text("hub")};
}

CommandBody read_pool(Fields& in) {
    RegisterPool out;
    out.id = in.id<PoolId>("id");
    out.organisation = in.id<OrganisationId>("organisation");
    out.site = in.id<SiteId>("site");
    out.model = in.text("model");
    out.lots = in.number<Lots>("lots");
    out.profile = owned<matching::Profile>(in, "profile", matching::parse_profile);
    out.owners = in.list("owners", read_share);
    if (!out.owners.empty()) out.owners_from = in.time("owners_from");
    return out;
}

CommandBody read_title(Fields& in) {
    const std::string what = in.text("what");
    const auto pool = in.id<PoolId>("pool");
    if (what == "confirm") return ConfirmTitle{pool, in.number<LogIndex>("title")};
    if (what == "refuse") return RefuseTitle{pool, in.number<LogIndex>("title")};
    if (what != "propose") in.fault("what", "is not known here");
    return ProposeTitle{pool, in.time("from"), in.list("shares", read_share)};
}

CommandBody read_attestation(Fields& in) {
    if (in.text("what") == "revoke") return RevokeAttestation{in.id<AttestationId>("id")};
    return Attest{in.id<AttestationId>("id"),       in.id<PoolId>("pool"), in.text("class"),
                  in.parsed("rate_cu", parse_rate), in.text("benchmark"),  in.time("expires")};
}

CommandBody read_calendar(Fields& in) {
    if (in.has("what")) {
        if (in.text("what") != "unblock") in.fault("what", "is not known here");
        return UnblockLots{in.id<PoolId>("pool"), in.number<LogIndex>("block")};
    }
    return BlockLots{in.id<PoolId>("pool"), in.window("window"), in.number<Lots>("lots")};
}

void read_options(Fields& in, matching::OrderTerms& terms) {
    if (in.has("duration_s")) terms.duration = in.number<Duration>("duration_s");
    if (in.has("min_duration_s")) terms.min_duration = in.number<Duration>("min_duration_s");
    if (in.has("requirement")) {
        terms.requirement =
            owned<matching::Requirement>(in, "requirement", matching::parse_requirement);
    }
    if (in.has("pool")) terms.pool = in.id<PoolId>("pool");
    if (in.has("counterparties"))
        terms.counterparties = in.list("counterparties", read_id<OrganisationId>);
    if (in.has("time_in_force"))
        terms.time_in_force = in.parsed("time_in_force", matching::parse_time_in_force);
    if (in.has("expires_at")) terms.expires_at = in.time("expires_at");
    terms.all_or_none = in.flag_or_false("all_or_none");
    terms.post_only = in.flag_or_false("post_only");
    if (in.has("min_lots")) terms.min_lots = in.number<Lots>("min_lots");
    if (in.has("max_excess_cu")) terms.max_excess = in.parsed("max_excess_cu", parse_cu);
    if (in.has("together")) terms.together = in.parsed("together", matching::parse_together);
    if (in.has("stp")) terms.self_trade = in.parsed("stp", matching::parse_self_trade);
    if (in.has("billing")) terms.billing = in.parsed("billing", matching::parse_billing);
    terms.at_market = in.flag_or_false("at_market");
    if (in.has("project")) terms.project = in.id<ProjectId>("project");
    if (in.has("key")) terms.key = in.id<ApiKeyId>("key");
}

CommandBody read_order(Fields& in) {
    PlaceOrder out;
    out.terms.organisation = in.id<OrganisationId>("organisation");
    out.terms.market = in.parsed("market", matching::parse_market_key);
    out.terms.side = in.parsed("side", matching::parse_side);
    out.terms.unit = in.parsed("unit", matching::parse_unit);
    out.terms.quantity = in.integer("quantity");
    out.terms.limit_price = in.parsed("limit_price", parse_price);
    out.terms.window = in.window("window");
    read_options(in, out.terms);
    if (in.has("text_hash")) out.text_hash = in.text("text_hash");
    if (in.has("grant")) {
        out.voucher = VoucherClaim{in.id<GrantId>("grant"), {}};
        if (in.has("purpose")) out.voucher->purpose = in.text("purpose");
    }
    return out;
}

CommandBody read_cancel(Fields& in) {
    if (in.text("what") == "all") return read_cancel_all(in);
    return CancelOrder{in.id<OrderId>("id")};
}

CommandBody read_lease(Fields& in) {
    const std::string action = in.text("action");
    if (action == "release") return ReleaseLease{in.id<LeaseId>("id")};
    if (action != "accept" && action != "activate") in.fault("action", "is accept or activate");
    return AdvanceLease{in.id<LeaseId>("id"),
                        action == "accept" ? LeaseAction::kAccept : LeaseAction::kActivate};
}

CommandBody read_readings(Fields& in) {
    SubmitReadings out;
    out.envelope = canonical_json(in.member("envelope"));
    if (in.has("key")) out.signer = in.parsed("key", parse_public_key);
    const auto envelope = parse_envelope(out.envelope);
    if (!envelope) {
        in.fault("envelope", envelope.error().detail());
        return out;
    }
    auto batch = settlement::parse_batch(envelope->payload);
    if (batch) {
        out.batch = std::move(*batch);
    } else {
        in.fault("envelope", batch.error().detail());
    }
    return out;
}

CommandBody read_settle(Fields& in) {
    return Settle{in.number<LogIndex>("from"), in.number<LogIndex>("to")};
}
CommandBody read_tick(Fields&) {
    return Tick{};
}

CommandBody read_agreement(Fields& in) {
    if (in.text("what") == "end") return EndDiscount{in.id<AgreementId>("id"), in.time("until")};
    return AgreeDiscount{owned<settlement::DiscountAgreement>(
        in, "agreement",
        [](const Json& json) { return settlement::parse_agreement(json.dump()); })};
}

CommandBody read_programme(Fields& in) {
    if (in.text("what") == "fund")
        return FundProgramme{in.id<ProgrammeId>("id"), in.parsed("amount", parse_money)};
    if (in.text("what") == "close") return CloseProgramme{in.id<ProgrammeId>("id")};
    return OpenProgramme{in.id<OrganisationId>("holder"),
                         owned<settlement::Programme>(in, "programme", [](const Json& json) {
                             return settlement::parse_programme(json.dump());
                         })};
}

CommandBody read_grant(Fields& in) {
    if (in.text("what") == "revoke") return RevokeGrant{in.id<GrantId>("id")};
    return GrantVoucher{{in.id<GrantId>("id"), in.id<ProgrammeId>("programme"),
                         in.id<OrganisationId>("organisation"), in.parsed("amount", parse_money),
                         in.time("expires")}};
}

using Reader = CommandBody (*)(Fields&);

const std::map<std::string_view, Reader>& readers() {
    static const std::map<std::string_view, Reader> kReaders = {
        {"organisation", read_organisation},
        {"key", read_key},
        {"market", read_market},
        {"schedule", read_schedule},
        {"model", read_model},
        {"site", read_site},
        {"pool", read_pool},
        {"title", read_title},
        {"attestation", read_attestation},
        {"calendar", read_calendar},
        {"order", read_order},
        {"replace", read_replace},
        {"admin", read_admin},
        {"cancel", read_cancel},
        {"transfer", read_transfer},
        {"lease", read_lease},
        {"agreement", read_agreement},
        {"programme", read_programme},
        {"grant", read_grant},
        {"readings", read_readings},
        {"settlement", read_settle},
        {"dispute", read_dispute},
        {"ruling", read_ruling},
        {"period_closed", read_close_period},
        {"tick", read_tick}};
    return kReaders;
}

}  // namespace

Result<CommandBody> body_from_json(std::string_view kind, const Json& json) {
    const auto reader = readers().find(kind);
    if (reader == readers().end())
        return fail("bad_entry", "no command makes an entry of kind " + std::string(kind));
    Fields in(json);
    CommandBody body = reader->second(in);
    const auto finished = in.finish();
    if (!finished) return fail(finished.error());
    return body;
}

}  // namespace suanpan::core
