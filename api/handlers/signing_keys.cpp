// The keys with which organisations sign their writes.

#include "db/queries/signing_keys.hpp"

#include "api/handlers/handlers.hpp"
#include "api/handlers/input.hpp"
#include "api/json/render.hpp"
#include "api/problem.hpp"
#include "base/random.hpp"
#include "services/clock.hpp"

namespace suanpan::api {

namespace {

Write told_key(core::CommandBody command, int status) {
    Write write;
    write.command = std::move(command);
    write.respond = [status](const core::CommandOutcome& outcome) {
        const core::SigningKeyRow& row = outcome.signing_key.value();
        return stored(to_json(row), status, to_string(row.id));
    };
    return write;
}

// The operator, whose people look into what was signed, and auditors see everybody's.
bool reads_all_keys(const Call& call) {
    return call.caller.is_operator() || call.caller.has(core::Role::kAuditor);
}

}  // namespace

Result<Write> register_signing_key(Call& call) {
    Faults faults;
    Fields fields(call.body, faults);
    const auto key = fields.need("public_key", parse_public_key);
    fields.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    return told_key(core::RegisterSigningKey{random_id<SigningKeyId>(call.context.clock.now()),
                                             call.caller.organisation, *key},
                    201);
}

Result<Response> list_signing_keys(Call& call) {
    Faults faults;
    Fields query(call.query, faults);
    const db::Page page = read_page(query, SigningKeyId::kPrefix);
    auto organisation = query.find("organisation", parse_id<OrganisationId>);
    query.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    if (!reads_all_keys(call)) {
        const OrganisationId own = call.caller.organisation;
        if (organisation.value_or(own) != own) return fail(not_found());
        organisation = own;
    }
    const db::Reader reader =
        reads_all_keys(call) ? call.context.database.all_rows() : call.reader();
    const auto listed = reader.read("list_signing_keys", [&](db::Tx& tx) {
        return db::list_signing_keys(tx, organisation, page);
    });
    return list_response(
        listed, [](const core::SigningKeyRow& row) { return to_json(row); },
        [](const core::SigningKeyRow& row) { return to_string(row.id); });
}

Result<Write> revoke_signing_key(Call& call) {
    const auto id = call.id<SigningKeyId>();
    if (!id) return fail(id.error());
    Faults faults;
    Fields(call.body, faults).finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    const auto row =
        call.read("find_signing_key", [&id](db::Tx& tx) { return db::find_signing_key(tx, *id); });
    if (!row || !(call.caller.is_operator() || row->organisation == call.caller.organisation))
        return fail(not_found());
    return told_key(core::RevokeSigningKey{*id}, 200);
}

}  // namespace suanpan::api
