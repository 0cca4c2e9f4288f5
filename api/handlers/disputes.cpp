// Disputes of billing windows, and the keys of those who rule them.

#include "db/queries/disputes.hpp"

#include "api/handlers/handlers.hpp"
#include "api/handlers/input.hpp"
#include "api/json/render.hpp"
#include "api/problem.hpp"
#include "base/bytes.hpp"
#include "base/decimal.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "db/queries/settlements.hpp"
#include "db/queries/trading.hpp"
#include "services/clock.hpp"
#include "services/settlement/ruling_intake.hpp"

#include <algorithm>

namespace suanpan::api {

namespace {

using settlement::Delivered;
using settlement::DisputeParty;

// {"lot_us":"7200000000","credit_ppm":0}; a credit that is left out is the one that stands.
Delivered read_delivered(Fields& fields, Ppm standing) {
    Delivered out;
    const auto lot_us = fields.need("lot_us", parse_integer);
    if (lot_us && *lot_us < 0) fields.fault("lot_us", "out_of_range", "lot-time is not negative");
    out.lot_us = lot_us.value_or(0);
    out.credit = Ppm(fields.find_integer("credit_ppm", 0, kPpm).value_or(standing.value));
    return out;
}

// What the guarantees of the window gave.
Ppm standing_credit(const Call& call, const core::OpenDispute& body) {
    const auto window = call.read("find_window", [&body](db::Tx& tx) {
        return db::find_window(tx, body.lease, body.window_start);
    });
    return window ? settlement::missed_credit(window->missed) : Ppm(0);
}

// Arbiters see what they may have to rule.
bool sees_all(const Call& call) {
    return call.caller.is_operator() || call.caller.has(core::Role::kArbiter);
}

// `by`, or the one side that the caller is.
std::optional<DisputeParty> side_of(const Call& call, Fields& fields,
                                    const OrganisationId& provider, const OrganisationId& buyer) {
    const auto named = fields.find("by", settlement::parse_dispute_party);
    if (named) return named;
    const OrganisationId& caller = call.caller.organisation;
    if ((caller == provider) == (caller == buyer)) {
        fields.fault("by", "required", "say whether it is the provider or the buyer who speaks");
        return std::nullopt;
    }
    return caller == provider ? DisputeParty::kProvider : DisputeParty::kBuyer;
}

Write told_dispute(core::CommandBody command, int status) {
    Write write;
    write.command = std::move(command);
    write.for_ever = true;
    write.respond = [status](const core::CommandOutcome& outcome) {
        const core::DisputeRow& row = outcome.dispute.value();
        return stored(to_json(row), status, to_string(row.dispute.id));
    };
    return write;
}

}  // namespace

bool is_party(const core::DisputeRow& row, const OrganisationId& who) {
    return who == row.buyer || who == row.provider || std::ranges::binary_search(row.owners, who);
}

std::optional<core::DisputeRow> visible_dispute(const Call& call, const DisputeId& id) {
    auto row = call.read("find_dispute", [&id](db::Tx& tx) { return db::find_dispute(tx, id); });
    if (row && !sees_all(call) && !is_party(*row, call.caller.organisation)) row.reset();
    return row;
}

Result<Write> open_dispute(Call& call) {
    Faults faults;
    Fields fields(call.body, faults);
    core::OpenDispute body;
    body.lease = fields.need("lease", parse_id<LeaseId>).value_or(LeaseId());
    body.window_start = fields.need("window_start", parse_time).value_or(Time(0));
    body.claim.reason = fields.need("reason", settlement::parse_dispute_reason)
                            .value_or(settlement::DisputeReason::kOther);
    body.claim.delivered = read_delivered(fields, standing_credit(call, body));
    const auto lease =
        call.read("find_lease", [&body](db::Tx& tx) { return db::find_lease(tx, body.lease); });
    const OrganisationId& caller = call.caller.organisation;
    const bool party = lease && (caller == lease->buyer || caller == lease->provider);
    if (party || (lease && call.caller.is_operator())) {
        body.claim.by =
            side_of(call, fields, lease->provider, lease->buyer).value_or(DisputeParty::kBuyer);
    } else {
        // An owner of the pool, perhaps: the market knows, and says of a foreign lease what it says
        // of none.
        body.claim.by =
            fields.find("by", settlement::parse_dispute_party).value_or(DisputeParty::kProvider);
    }
    fields.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    return told_dispute(body, 201);
}

Result<Response> list_disputes(Call& call) {
    Faults faults;
    Fields query(call.query, faults);
    const db::Page page = read_page(query, DisputeId::kPrefix);
    db::DisputeFilter filter;
    filter.lease = query.find("lease", parse_id<LeaseId>);
    filter.state = query.find("state", settlement::parse_dispute_state);
    filter.open = query.find("open", parse_flag);
    if (sees_all(call)) {
        filter.party = query.find("organisation", parse_id<OrganisationId>);
        query.finish();
    } else {
        const auto organisation = read_organisation_filter(call, query);
        query.finish();
        if (faults.empty() && !organisation) return fail(organisation.error());
        if (organisation) filter.party = *organisation;
    }
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    const auto listed =
        call.read("list_disputes", [&](db::Tx& tx) { return db::list_disputes(tx, filter, page); });
    return list_response(
        listed, [](const core::DisputeRow& row) { return to_json(row); },
        [](const core::DisputeRow& row) { return to_string(row.dispute.id); });
}

Result<Response> get_dispute(Call& call) {
    const auto id = call.id<DisputeId>();
    if (!id) return fail(id.error());
    const auto row = visible_dispute(call, *id);
    if (!row) return fail(not_found());
    const db::ReadingFilter filter{row->dispute.lease, row->dispute.window};
    const auto chains =
        call.read("list_chains", [&filter](db::Tx& tx) { return db::list_chains(tx, filter); });
    Json out = to_json(*row);
    out["chains"] = Json::array();
    for (const db::ReadingChain& chain : chains)
        out["chains"].push_back(to_json(chain));
    return json_response(out);
}

Result<Write> claim_dispute(Call& call) {
    const auto id = call.id<DisputeId>();
    if (!id) return fail(id.error());
    Faults faults;
    Fields(call.body, faults).finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    return told_dispute(core::ClaimDispute{*id}, 200);
}

Result<Write> add_evidence(Call& call) {
    const auto id = call.id<DisputeId>();
    if (!id) return fail(id.error());
    Faults faults;
    Fields fields(call.body, faults);
    const LogIndex entry(fields.need_integer("entry", 0, kMaxInteger).value_or(0));
    fields.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    return told_dispute(core::AddEvidence{*id, entry}, 200);
}

Result<Write> offer_settlement(Call& call) {
    const auto id = call.id<DisputeId>();
    if (!id) return fail(id.error());
    const auto row = visible_dispute(call, *id);
    if (!row) return fail(not_found());
    Faults faults;
    Fields fields(call.body, faults);
    core::OfferSettlement body;
    body.id = *id;
    body.delivered = read_delivered(fields, row->dispute.final.credit);
    // An owner of the pool speaks for the provider's side.
    const OrganisationId& caller = call.caller.organisation;
    const bool owner = std::ranges::binary_search(row->owners, caller);
    body.by = side_of(call, fields, owner ? caller : row->provider, row->buyer)
                  .value_or(DisputeParty::kBuyer);
    fields.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    return told_dispute(body, 200);
}

Result<Write> rule_dispute(Call& call) {
    const auto id = call.id<DisputeId>();
    if (!id) return fail(id.error());
    Faults faults;
    Fields fields(call.body, faults);
    const Json* envelope = fields.need_object("envelope");
    fields.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    auto checked = services::check_ruling(call.reader(), *envelope, call.caller.organisation);
    if (!checked) return fail(checked.error());
    if (checked->ruling.dispute != *id) {
        return fail("bad_ruling",
                    "the ruling that was signed is of another dispute than the one "
                    "that the path names");
    }
    return told_dispute(std::move(*checked), 200);
}

Result<Write> register_arbiter_key(Call& call) {
    Faults faults;
    Fields fields(call.body, faults);
    core::ArbiterKeyRow row;
    row.id = random_id<SigningKeyId>(call.context.clock.now());
    row.organisation =
        fields.need("organisation", parse_id<OrganisationId>).value_or(OrganisationId());
    row.key = fields.need("public_key", parse_public_key).value_or(PublicKey{});
    fields.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    Write write;
    write.command = core::RegisterArbiterKey{row.id, row.organisation, row.key};
    write.respond = [row](const core::CommandOutcome& outcome) {
        core::ArbiterKeyRow made = row;
        made.index = outcome.index;
        return stored(to_json(made), 201, to_string(made.id));
    };
    return write;
}

Result<Response> list_arbiter_keys(Call& call) {
    Faults faults;
    Fields query(call.query, faults);
    const db::Page page = read_page(query, SigningKeyId::kPrefix);
    const auto organisation = query.find("organisation", parse_id<OrganisationId>);
    query.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    const auto listed = call.read("list_arbiter_keys", [&](db::Tx& tx) {
        return db::list_arbiter_keys(tx, organisation, page);
    });
    return list_response(
        listed, [](const core::ArbiterKeyRow& row) { return to_json(row); },
        [](const core::ArbiterKeyRow& row) { return to_string(row.id); });
}

Result<Write> revoke_arbiter_key(Call& call) {
    const auto id = call.id<SigningKeyId>();
    if (!id) return fail(id.error());
    Faults faults;
    Fields(call.body, faults).finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    const auto row =
        call.read("find_arbiter_key", [&id](db::Tx& tx) { return db::find_arbiter_key(tx, *id); });
    if (!row || !(call.caller.is_operator() || row->organisation == call.caller.organisation))
        return fail(not_found());
    Write write;
    write.command = core::RevokeArbiterKey{*id};
    write.respond = [key = *row](const core::CommandOutcome&) {
        core::ArbiterKeyRow revoked = key;
        revoked.revoked = true;
        return stored(to_json(revoked), 200, to_string(revoked.id));
    };
    return write;
}

}  // namespace suanpan::api
