#include "api/batch.hpp"
#include "api/handlers/handlers.hpp"
#include "api/handlers/input.hpp"
#include "api/json/render.hpp"
#include "api/json/verdict.hpp"
#include "api/metrics.hpp"
#include "base/duration.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "db/queries/identity.hpp"
#include "db/queries/settlements.hpp"
#include "db/queries/trading.hpp"
#include "services/clock.hpp"
#include "services/iam/idempotent_writes.hpp"
#include "services/metering/intake.hpp"

namespace suanpan::api {

namespace {

constexpr std::size_t kMaxPools = 1'000;
constexpr Duration kUsualOverlap{86'400};  // a day's spool

core::Role scope_of(settlement::MeterRole role) {
    switch (role) {
        case settlement::MeterRole::kProvider: return core::Role::kProvider;
        case settlement::MeterRole::kBuyer: return core::Role::kBuyer;
        case settlement::MeterRole::kOperator: return core::Role::kOperator;
    }
    return core::Role::kOperator;
}

// A repeat with other bytes is no repeat.
settlement::ReadingVerdict told_apart(settlement::ReadingVerdict verdict,
                                      const services::StoredReadings& stored) {
    if (verdict.verdict == settlement::Verdict::kDuplicate &&
        services::is_altered(stored, {verdict.epoch, verdict.seq})) {
        verdict.verdict = settlement::Verdict::kRefused;
        verdict.code = "equivocation";
        verdict.detail = "a reading of this id was accepted before with other bytes";
    }
    return verdict;
}

// Made on the core's thread, so without a tree.
services::StoredResponse batch_answer(const LeaseId& lease, LogIndex index,
                                      const std::vector<settlement::ReadingVerdict>& verdicts,
                                      const services::StoredReadings& stored) {
    CanonicalWriter body;
    body.begin_object();
    body.field("lease", to_string(lease));
    body.key("log_index");
    body.integer(index.value);
    body.key("readings");
    body.begin_array();
    for (const settlement::ReadingVerdict& verdict : verdicts)
        write_json(body, told_apart(verdict, stored));
    body.end_array();
    body.end_object();
    return services::StoredResponse{200, body.take(), ""};
}

// The first answer again, for ever: also when the lease is settled and the core has forgotten it.
services::StoredResponse repeated_answer(const services::CheckedBatch& checked) {
    LogIndex index;
    std::vector<settlement::ReadingVerdict> verdicts;
    const settlement::ReadingBatch& batch = checked.command.batch;
    for (const settlement::Reading& reading : batch.readings) {
        index = std::max(index, checked.stored.at({reading.epoch, reading.seq}).index);
        verdicts.push_back({reading.epoch, reading.seq, settlement::Verdict::kDuplicate, "", ""});
    }
    return batch_answer(batch.lease, index, verdicts, checked.stored);
}

// Readings need no Idempotency-Key: a reading's id is one, for ever.
BatchItem envelope_item(const Call& call, services::ReadingIntake& intake, std::string envelope) {
    BatchItem item;
    auto checked = intake.check(std::move(envelope), call.caller.organisation);
    if (!checked) {
        call.context.metrics.count_refused_envelope(checked.error().code());
        item.fault = checked.error();
    } else if (checked->repeats()) {
        item.ready = repeated_answer(*checked);
    } else {
        item.write.respond =
            [lease = checked->command.batch.lease, stored = std::move(checked->stored),
             &metrics = call.context.metrics](const core::CommandOutcome& outcome) {
                metrics.count_readings(outcome.readings);
                return batch_answer(lease, outcome.index, outcome.readings, stored);
            };
        item.write.command = std::move(checked->command);
    }
    return item;
}

// Another organisation's is as if it were not there, but to the operator.
Result<core::MeterRow> find_own_meter(const Call& call) {
    const auto id = call.id<MeterId>();
    if (!id) return fail(id.error());
    const auto meter =
        call.read("find_meter", [&id](db::Tx& tx) { return db::find_meter(tx, *id); });
    const bool own = meter && meter->organisation == call.caller.organisation;
    if (!own && !(meter && call.caller.is_operator())) return fail(not_found());
    return *meter;
}

// Each as canonical JSON. Meters write them so, and tens of kilobytes of base64 need no tree.
Result<std::vector<std::string>> read_envelopes(const Request& request) {
    JsonLimits limits;
    limits.max_bytes = request.body.size();  // bounded by the server already
    std::vector<std::string> out;
    const auto members = read_plain_json(request.body, limits);
    if (members && members->size() == 1 && members->front().name == "envelopes") {
        const auto plain = read_plain_array(members->front().value, limits);
        if (plain && plain->size() <= kMaxBatch) {
            out.assign(plain->begin(), plain->end());
            return out;
        }
    }
    const auto body = request.body.empty() ? Json::object() : parse_json(request.body, limits);
    if (!body) return fail(body.error());
    Faults faults;
    Fields fields(*body, faults);
    const Json* envelopes = fields.need_array("envelopes", kMaxBatch);
    fields.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    for (const Json& envelope : *envelopes)
        out.push_back(canonical_json(envelope));
    return out;
}

}  // namespace

Result<Write> register_meter(Call& call) {
    Faults faults;
    Fields fields(call.body, faults);
    core::MeterRow meter;
    const auto role = fields.need("role", settlement::parse_meter_role);
    if (role && !call.caller.has(scope_of(*role))) {
        fields.fault("role", "beyond_own_scope",
                     "this key cannot register a meter of that role for its organisation");
    }
    meter.role = role.value_or(settlement::MeterRole::kProvider);
    meter.key = fields.need("public_key", parse_public_key).value_or(PublicKey{});
    meter.pools = fields.find_list("pools", kMaxPools, parse_id<PoolId>);
    if (!meter.pools.empty() && meter.role == settlement::MeterRole::kBuyer)
        fields.fault("pools", "contradiction", "a buyer's meter is not bound to pools");
    fields.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    meter.id = random_id<MeterId>(call.context.clock.now());
    meter.organisation = call.caller.organisation;
    Write write;
    write.command =
        core::RegisterMeter{meter.id, meter.organisation, meter.role, meter.key, meter.pools};
    write.respond = [meter](const core::CommandOutcome& outcome) {
        core::MeterRow made = meter;
        made.index = outcome.index;
        return stored(to_json(made), 201, to_string(made.id));
    };
    return write;
}

Result<Response> list_meters(Call& call) {
    Faults faults;
    Fields query(call.query, faults);
    const auto organisation = read_organisation_filter(call, query);
    query.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    if (!organisation) return fail(organisation.error());
    const auto owner = organisation->value_or(call.caller.organisation);
    db::Listed<core::MeterRow> listed;
    listed.rows =
        call.read("list_meters", [&owner](db::Tx& tx) { return db::list_meters(tx, owner); });
    return list_response(
        listed, [](const core::MeterRow& meter) { return to_json(meter); },
        [](const core::MeterRow& meter) { return to_string(meter.id); });
}

Result<Write> rotate_meter(Call& call) {
    const auto meter = find_own_meter(call);
    if (!meter) return fail(meter.error());
    Faults faults;
    Fields fields(call.body, faults);
    core::RotateMeter rotation;
    rotation.id = meter->id;
    rotation.key = fields.need("public_key", parse_public_key).value_or(PublicKey{});
    rotation.overlap = fields.find("overlap", parse_duration).value_or(kUsualOverlap);
    fields.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    Write write;
    write.command = rotation;
    write.respond = [row = *meter, rotation](const core::CommandOutcome& outcome) {
        core::MeterRow rotated = row;
        rotated.key = rotation.key;
        Json body = to_json(rotated);
        body["key_before_until"] = to_string(Time(outcome.time.value + rotation.overlap.value));
        return stored(body, 200, to_string(rotated.id));
    };
    return write;
}

Result<Write> revoke_meter(Call& call) {
    const auto meter = find_own_meter(call);
    if (!meter) return fail(meter.error());
    Faults faults;
    Fields fields(call.body, faults);
    const auto key = fields.find("public_key", parse_public_key);
    fields.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    Write write;
    if (key)
        write.command = core::RevokeMeterKey{meter->id, *key};
    else
        write.command = core::RevokeMeter{meter->id};
    write.respond = [row = *meter, whole = !key](const core::CommandOutcome&) {
        core::MeterRow revoked = row;
        revoked.revoked = whole;
        return stored(to_json(revoked), 200, to_string(revoked.id));
    };
    return write;
}

void submit_readings(const std::shared_ptr<Call>& call, const Reply& reply) {
    auto envelopes = read_envelopes(call->request);
    if (!envelopes) return refuse(*call, reply, envelopes.error());
    services::ReadingIntake intake(call->reader(), call->context.writes.seen_readings(),
                                   call->context.clock);
    std::vector<BatchItem> items;
    items.reserve(envelopes->size());
    for (std::string& envelope : *envelopes)
        items.push_back(envelope_item(*call, intake, std::move(envelope)));
    run_batch(call, reply, std::move(items), "batch");
}

Result<Response> list_readings(Call& call) {
    Faults faults;
    Fields query(call.query, faults);
    // Of a lease, or of what a dispute is about.
    const auto dispute_id = query.find("dispute", parse_id<DisputeId>);
    std::optional<LeaseId> lease_id;
    if (!dispute_id) lease_id = query.need("lease", parse_id<LeaseId>);
    db::ReadingPage page;
    page.limit = query.find("limit", parse_count).value_or(page.limit);
    if (page.limit < 1 || page.limit > 200)
        query.fault("limit", "out_of_range", "limit is 1 to 200");
    page.offset = query.find("after", parse_count).value_or(0);
    query.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    db::ReadingFilter filter;
    if (dispute_id) {
        const auto dispute = visible_dispute(call, *dispute_id);
        if (!dispute) return fail(not_found());
        filter = {dispute->dispute.lease, dispute->dispute.window};
    } else {
        filter.lease = *lease_id;
        const auto lease = call.read(
            "find_lease", [&filter](db::Tx& tx) { return db::find_lease(tx, filter.lease); });
        const auto& own = call.caller.organisation;
        if (!lease || (lease->buyer != own && lease->provider != own && !call.caller.is_operator()))
            return fail(not_found());
    }
    db::Listed<core::ReadingRow> listed;
    std::map<MeterId, settlement::MeterRole> roles;
    call.read("list_readings", [&](db::Tx& tx) {
        listed = db::list_readings(tx, filter, page);
        roles = db::meter_roles(tx, listed.rows);
    });
    const std::int64_t next = page.offset + static_cast<std::int64_t>(listed.rows.size());
    return list_response(
        listed,
        [&roles](const core::ReadingRow& reading) {
            Json row = to_json(reading);
            row["role"] = settlement::to_string(roles.at(reading.meter));
            return row;
        },
        [next](const core::ReadingRow&) { return std::to_string(next); });
}

}  // namespace suanpan::api
