// Persons of organisations, and the keys by which payment providers sign.

#include "api/handlers/handlers.hpp"
#include "api/handlers/input.hpp"
#include "api/json/cash.hpp"
#include "api/problem.hpp"
#include "base/bytes.hpp"
#include "base/random.hpp"
#include "db/queries/cash.hpp"
#include "services/clock.hpp"

namespace suanpan::api {

namespace {

Result<PublicKey> parse_payment_key(std::string_view text) {
    auto key = parse_public_key(text);
    if (!key) return fail("bad_key", "an Ed25519 public key of 32 bytes in base64 is needed");
    return key;
}

bool acts_for(const Call& call, const OrganisationId& organisation) {
    return call.caller.is_operator() || call.caller.organisation == organisation;
}

}  // namespace

Result<Write> create_user(Call& call) {
    const auto organisation = call.id<OrganisationId>();
    if (!organisation || !acts_for(call, *organisation)) return fail(not_found());
    Faults faults;
    Fields fields(call.body, faults);
    db::UserInfo user;
    user.name = fields.need_text("name", 200).value_or("");
    fields.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    user.row.id = random_id<UserId>(call.context.clock.now());
    user.row.organisation = *organisation;
    user.row.registered_by = call.caller.user;
    Write write;
    write.command = core::RegisterUser{user.row.id, *organisation, call.caller.user};
    write.side.emplace_back(db::UserNameRow{user.row.id, user.name});
    write.respond = [user](const core::CommandOutcome& outcome) {
        db::UserInfo made = user;
        made.row.index = outcome.index;
        return stored(to_json(made), 201, to_string(made.row.id));
    };
    return write;
}

Result<Response> list_users(Call& call) {
    const auto organisation = call.id<OrganisationId>();
    if (!organisation || !acts_for(call, *organisation)) return fail(not_found());
    db::Listed<db::UserInfo> listed;
    listed.rows =
        call.read("list_users", [&](db::Tx& tx) { return db::list_users(tx, *organisation); });
    return list_response(
        listed, [](const db::UserInfo& user) { return to_json(user); },
        [](const db::UserInfo& user) { return to_string(user.row.id); });
}

Result<Write> remove_user(Call& call) {
    const auto id = call.id<UserId>(1);
    if (!id) return fail(id.error());
    auto user = call.read("find_user", [&id](db::Tx& tx) { return db::find_user(tx, *id); });
    if (!user || to_string(user->row.organisation) != call.parameters.front() ||
        !acts_for(call, user->row.organisation)) {
        return fail(not_found());
    }
    Faults faults;
    Fields(call.body, faults).finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    Write write;
    write.command = core::RemoveUser{*id};
    user->row.removed = true;
    write.respond = [user = *user](const core::CommandOutcome&) {
        return stored(to_json(user), 200, to_string(user.row.id));
    };
    return write;
}

Result<Write> create_payment_key(Call& call) {
    Faults faults;
    Fields fields(call.body, faults);
    core::RegisterPaymentKey key;
    key.organisation =
        fields.find("organisation", parse_id<OrganisationId>).value_or(call.caller.organisation);
    key.key = fields.need("public_key", parse_payment_key).value_or(PublicKey{});
    fields.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    key.id = random_id<SigningKeyId>(call.context.clock.now());
    key.by = call.caller.user;
    Write write;
    write.command = key;
    write.respond = [](const core::CommandOutcome& outcome) {
        const core::OperatorRequestRow& row = outcome.request.value();
        return stored(to_json(row), 201, to_string(row.approval.id));
    };
    return write;
}

Result<Response> list_payment_keys(Call& call) {
    db::Listed<core::PaymentKeyRow> listed;
    listed.rows = call.read("list_payment_keys", db::list_payment_keys);
    return list_response(
        listed, [](const core::PaymentKeyRow& key) { return to_json(key); },
        [](const core::PaymentKeyRow& key) { return to_string(key.id); });
}

Result<Write> revoke_payment_key(Call& call) {
    const auto id = call.id<SigningKeyId>();
    if (!id) return fail(id.error());
    auto key =
        call.read("find_payment_key", [&id](db::Tx& tx) { return db::find_payment_key(tx, *id); });
    if (!key) return fail(not_found());
    Faults faults;
    Fields(call.body, faults).finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    Write write;
    write.command = core::RevokePaymentKey{*id};
    key->revoked = true;
    write.respond = [key = *key](const core::CommandOutcome&) {
        return stored(to_json(key), 200, to_string(key.id));
    };
    return write;
}

}  // namespace suanpan::api
