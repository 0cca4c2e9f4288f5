#include "api/dispatcher.hpp"
#include "api/handlers/handlers.hpp"
#include "api/handlers/input.hpp"
#include "api/handlers/stored.hpp"
#include "api/json/render.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "db/queries/api_keys.hpp"
#include "db/queries/cash.hpp"
#include "services/clock.hpp"
#include "services/iam/idempotent_writes.hpp"
#include "services/iam/networks.hpp"
#include "services/trading/bootstrap.hpp"

#include <algorithm>

namespace suanpan::api {

namespace {

constexpr std::size_t kRoleCount = 7;
constexpr std::size_t kMostNetworks = 20;

struct NewKey {
    db::ApiKeyRow row;
    std::string secret;
};

void draw(NewKey& made, const Call& call) {
    made.secret = services::make_api_secret();
    made.row.id = random_id<ApiKeyId>(call.context.clock.now());
    made.row.key_hash = services::hash_api_secret(made.secret);
}

// Nobody makes a key that can do more than they can, but for the operator.
void check_scope(Fields& fields, const Call& call, const core::OrganisationRow& organisation,
                 core::Role scope, std::size_t at) {
    const std::string name = "scopes/" + std::to_string(at);
    if (std::ranges::find(organisation.roles, scope) == organisation.roles.end()) {
        fields.fault(name, "not_a_role", "the organisation does not have this role");
    } else if (!call.caller.is_operator() && !call.caller.has(scope)) {
        fields.fault(name, "beyond_own_scope", "your key does not have this scope itself");
    }
}

// Nor one that outlives their own: without a word of it the new key ends with the maker's.
std::optional<Time> read_expiry(Fields& fields, const Call& call) {
    const auto named = fields.find("expires_at", parse_time);
    if (named && *named <= call.context.clock.now())
        fields.fault("expires_at", "out_of_range", "this moment has passed");
    if (call.caller.is_operator() || !call.caller.expires) return named;
    if (named && *named > *call.caller.expires) {
        fields.fault("expires_at", "beyond_own_expiry",
                     "your own key ends at " + to_string(*call.caller.expires));
    }
    return named.value_or(*call.caller.expires);
}

// A person's first key is made by who registered the person, further ones with one of the person's
// own: or else one person could take the place of two. Who lost all keys is registered anew.
UserId read_user(Fields& fields, const Call& call, const core::OrganisationRow& organisation) {
    const auto id = fields.find("user", parse_id<UserId>);
    if (!id) return call.caller.organisation == organisation.id ? call.caller.user : UserId();
    const auto user = call.read("find_user", [&id](db::Tx& tx) { return db::find_user(tx, *id); });
    if (!user || user->row.organisation != organisation.id || user->row.removed) {
        fields.fault("user", "unknown_user", "the organisation has no such person");
    } else if (call.caller.user != *id &&
               (user->keys_ever > 0 || call.caller.user != user->row.registered_by)) {
        fields.fault("user", "not_own_user",
                     "a person's first key is made by who registered the person, further ones with "
                     "a key of the person's own");
    }
    return *id;
}

// Nor one that is good from elsewhere: without a word of it the new key has the maker's networks.
std::vector<std::string> read_networks(Fields& fields, const Call& call) {
    std::vector<std::string> out;
    const auto named = fields.find_list("networks", kMostNetworks, services::Network::parse);
    const auto& own = call.caller.networks;
    if (named.empty() && !call.caller.is_operator()) return own;
    for (const services::Network& network : named) {
        const bool within = std::ranges::any_of(own, [&network](const std::string& text) {
            return services::Network::parse(text).value().contains(network);
        });
        if (!own.empty() && !within && !call.caller.is_operator())
            fields.fault("networks", "beyond_own_networks", "your own key is not good from there");
        out.push_back(network.text());
    }
    return out;
}

Result<NewKey> read_key(const Call& call, const core::OrganisationRow& organisation) {
    Faults faults;
    Fields fields(call.body, faults);
    NewKey made;
    const auto scopes = fields.find_list("scopes", kRoleCount, core::parse_role);
    if (scopes.empty() && faults.empty())
        fields.fault("scopes", "missing", "name at least one scope");
    for (std::size_t i = 0; i < scopes.size(); ++i) {
        check_scope(fields, call, organisation, scopes[i], i);
        made.row.scopes.emplace_back(core::to_string(scopes[i]));
    }
    std::ranges::sort(made.row.scopes);
    made.row.label = fields.need_text("label", 100).value_or("");
    made.row.expires = read_expiry(fields, call);
    made.row.user = read_user(fields, call, organisation);
    made.row.networks = read_networks(fields, call);
    fields.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    made.row.organisation = organisation.id;
    draw(made, call);
    return made;
}

Error api_key_ended() {
    return {"api_key_ended", "this key has been revoked or has expired: make a new one"};
}

// The key that takes the place of another: it can do the same and no more.
Result<NewKey> read_successor(const Call& call, const db::ApiKeyInfo& before, Time& until) {
    const Time now = call.context.clock.now();
    Faults faults;
    Fields fields(call.body, faults);
    const Duration overlap = read_overlap(fields, "key");
    fields.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    if (before.revoked || (before.key.expires && *before.key.expires <= now))
        return fail(api_key_ended());
    const bool own = before.key.user.is_nil() || before.key.user == call.caller.user;
    const bool within = std::ranges::all_of(before.key.scopes, [&call](const std::string& scope) {
        const auto role = core::parse_role(scope);
        return role && (call.caller.is_operator() || call.caller.has(*role));
    });
    if (!own || !within) {
        return fail("forbidden",
                    "a key is rotated with itself or with one that can do all that it can, a "
                    "person's by the person");
    }
    until = Time(now.value + overlap.value);
    NewKey made;
    made.row = before.key;
    draw(made, call);
    return made;
}

Result<db::OrganisationInfo> visible_organisation(const Call& call) {
    const auto id = call.id<OrganisationId>();
    if (!id) return fail(id.error());
    if (!call.caller.is_operator() && *id != call.caller.organisation) return fail(not_found());
    auto info = call.read("find_organisation",
                          [&id](db::Tx& tx) { return db::find_organisation(tx, *id); });
    if (!info) return fail(not_found());
    return *info;
}

Result<db::ApiKeyInfo> find_visible_key(const Call& call) {
    const auto organisation = visible_organisation(call);
    if (!organisation) return fail(organisation.error());
    const auto id = call.id<ApiKeyId>(1);
    if (!id) return fail(id.error());
    auto info = call.read("find_api_key_of", [&](db::Tx& tx) {
        return db::find_api_key_of(tx, organisation->row.id, *id);
    });
    if (!info) return fail(not_found());
    return std::move(*info);
}

}  // namespace

Result<Write> create_organisation(Call& call) {
    Faults faults;
    Fields fields(call.body, faults);
    const auto name = fields.need_text("name", 200);
    auto roles = fields.find_list("roles", kRoleCount, core::parse_role);
    if (roles.empty() && faults.empty()) fields.fault("roles", "missing", "name at least one role");
    std::ranges::sort(roles);
    if (std::ranges::adjacent_find(roles) != roles.end())
        fields.fault("roles", "contradiction", "each role stands here once");
    fields.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));

    db::OrganisationInfo info;
    info.row.id = random_id<OrganisationId>(call.context.clock.now());
    info.row.roles = roles;
    info.name = *name;
    Write write;
    write.command = core::RegisterOrganisation{info.row.id, roles};
    write.side.emplace_back(db::OrganisationNameRow{info.row.id, info.name});
    write.respond = [info](const core::CommandOutcome& outcome) {
        db::OrganisationInfo made = info;
        made.row.index = outcome.index;
        return stored(to_json(made), 201, to_string(made.row.id));
    };
    return write;
}

Result<Response> list_organisations(Call& call) {
    Faults faults;
    Fields query(call.query, faults);
    const db::Page page = read_page(query, OrganisationId::kPrefix);
    query.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    const auto own = call.caller.organisation;
    const bool all = call.caller.is_operator();
    auto listed = call.read("list_organisations", [&](db::Tx& tx) {
        if (all) return db::list_organisations(tx, page);
        db::Listed<db::OrganisationInfo> one;
        if (auto info = db::find_organisation(tx, own)) one.rows.push_back(std::move(*info));
        return one;
    });
    return list_response(
        listed, [](const db::OrganisationInfo& info) { return to_json(info); },
        [](const db::OrganisationInfo& info) { return to_string(info.row.id); });
}

Result<Response> get_organisation(Call& call) {
    const auto info = visible_organisation(call);
    if (!info) return fail(info.error());
    return json_response(to_json(*info));
}

// Not a command: keys are not in the log, and the market core knows organisations only.
void create_api_key(const std::shared_ptr<Call>& call, const Reply& reply) {
    const auto organisation = visible_organisation(*call);
    if (!organisation) return refuse(*call, reply, organisation.error());
    const auto made = read_key(*call, organisation->row);
    if (!made) return refuse(*call, reply, made.error());
    const services::IdempotencyKey key = idempotency_of(*call, false);
    db::ApiKeyInfo info;
    info.key = made->row;
    const services::StoredResponse response = stored(to_json(info), 201, to_string(made->row.id));
    auto start = [&](const services::IdempotentWrites::Done& finish) {
        const db::IdempotencyRow row = row_of(*call, key, response);
        call->context.database.write("insert_api_key",
                                     [&](db::Tx& tx) { db::insert_api_key(tx, made->row, row); });
        finish(response);
    };
    auto done = with_secret(call, reply, std::make_shared<std::string>(made->secret));
    call->context.writes.run(key, done, start);
}

void rotate_api_key(const std::shared_ptr<Call>& call, const Reply& reply) {
    const auto info = find_visible_key(*call);
    Time until;
    const auto made = info ? read_successor(*call, *info, until) : fail(info.error());
    if (!made) return refuse(*call, reply, made.error());
    const services::IdempotencyKey key = idempotency_of(*call, false);
    db::ApiKeyInfo successor;
    successor.key = made->row;
    const services::StoredResponse response =
        stored(to_json(successor), 201, to_string(made->row.id));
    auto start = [&](const services::IdempotentWrites::Done& finish) {
        const db::IdempotencyRow row = row_of(*call, key, response);
        const Time now = call->context.clock.now();
        const bool rotated = call->context.database.write("rotate_api_key", [&](db::Tx& tx) {
            return db::rotate_api_key(tx, made->row, info->key.id, now, until, row);
        });
        if (!rotated) return finish(fail(api_key_ended()));
        call->context.authenticator.forget(info->key.id);
        finish(response);
    };
    call->context.writes.run(
        key, with_secret(call, reply, std::make_shared<std::string>(made->secret)), start);
}

// By the organisation itself or the operator. The key that asks may be the one: its answer still
// comes.
void revoke_api_key(const std::shared_ptr<Call>& call, const Reply& reply) {
    const auto info = find_visible_key(*call);
    if (!info) return refuse(*call, reply, info.error());
    Faults faults;
    Fields(call->body, faults).finish();
    if (!faults.empty()) return refuse(*call, reply, invalid_request(std::move(faults)));
    const services::IdempotencyKey key = idempotency_of(*call, false);
    db::ApiKeyInfo revoked = *info;
    revoked.revoked = true;
    const services::StoredResponse response =
        stored(to_json(revoked), 200, to_string(revoked.key.id));
    auto start = [&](const services::IdempotentWrites::Done& finish) {
        const db::IdempotencyRow row = row_of(*call, key, response);
        call->context.database.write(
            "revoke_api_key", [&](db::Tx& tx) { db::revoke_api_key(tx, revoked.key.id, row); });
        call->context.authenticator.forget(revoked.key.id);
        finish(response);
    };
    auto done = [call, reply](const Result<services::StoredResponse>& result) {
        answer(*call, reply, result);
    };
    call->context.writes.run(key, done, start);
}

Result<Response> list_api_keys(Call& call) {
    const auto organisation = visible_organisation(call);
    if (!organisation) return fail(organisation.error());
    Faults faults;
    Fields query(call.query, faults);
    const db::Page page = read_page(query, ApiKeyId::kPrefix);
    query.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    auto listed = call.read("list_api_keys", [&](db::Tx& tx) {
        return db::list_api_keys(tx, organisation->row.id, page);
    });
    return list_response(
        listed, [](const db::ApiKeyInfo& info) { return to_json(info); },
        [](const db::ApiKeyInfo& info) { return to_string(info.key.id); });
}

}  // namespace suanpan::api
