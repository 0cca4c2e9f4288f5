// Money in and out by two persons or a payment provider, over REST, with the audit's replay at the
// end.

#include "base/bytes.hpp"
#include "settlement/payment.hpp"
#include "tests/integration/api_world.hpp"
#include "tests/integration/audit_run.hpp"

#include <gtest/gtest.h>

namespace suanpan::test {
namespace {

void expect_equal_digests(Caller& op) {
    const Json digest = expect(op.get("/v1/admin/digest"), 200);
    EXPECT_EQ(digest["equal"], true) << digest.dump();
}

std::string available(Caller& caller, const std::string& account = "available") {
    const Json listed = expect(caller.get("/v1/accounts"), 200);
    for (const Json& row : listed["items"]) {
        if (row["account"] == account) return row["balance"];
    }
    return "none";
}

Json cash(const char* amount) {
    return {{"currency", "CNY"}, {"amount", amount}, {"reference", "wire 7"}};
}

SigningKey payer_key() {
    Seed seed{};
    seed.fill(11);
    return SigningKey(seed);
}

Json notice(const Json& key, const std::string& organisation, const char* payment,
            const SigningKey& signer) {
    const settlement::PaymentNotice said{*parse_id<SigningKeyId>(key["id"].get<std::string>()),
                                         payment, *parse_id<OrganisationId>(organisation), "CNY",
                                         Money(25'000'000)};
    return {{"envelope", *parse_json(settlement::sign_payment(said, signer))}};
}

}  // namespace

TEST(ApiAccounts, ADepositNeedsTwoPersons) {
    ApiServer server;
    World world(server);
    Officers& officers = world.officers;
    Caller buyer = server.caller(world.buyer.key);
    const std::string deposits = "/v1/accounts/" + world.buyer.id + "/deposits";
    EXPECT_EQ(world.op.post(deposits, cash("5.00")).code(), "person_needed");
    const Json asked = expect(officers.first.post(deposits, cash("5.00")), 201);
    EXPECT_EQ(asked["state"], "requested");
    EXPECT_EQ(asked["requested_by"], officers.first_id);
    EXPECT_EQ(available(buyer), "10000.000000");
    const std::string request = "/v1/cash-requests/" + asked["id"].get<std::string>();
    const Answer same = officers.first.post(request + ":approve", Json::object());
    EXPECT_EQ(same.status, 403);
    EXPECT_EQ(same.code(), "same_person");
    EXPECT_EQ(world.op.post(request + ":approve", Json::object()).code(), "person_needed");
    EXPECT_EQ(buyer.post(request + ":approve", Json::object()).status, 403);
    const Json other{{"content", std::string(64, '0')}};
    EXPECT_EQ(officers.second.post(request + ":approve", other).code(), "approval_differs");
    EXPECT_EQ(expect(buyer.get(request), 200)["state"], "requested");
    const Json content{{"content", asked["content"]}};
    const Json done = expect(officers.second.post(request + ":approve", content), 200);
    EXPECT_EQ(done["decided_by"], officers.second_id);
    EXPECT_EQ(available(buyer), "10005.000000");
    EXPECT_EQ(officers.second.post(request + ":approve", Json::object()).code(), "approval_closed");
    expect_equal_digests(world.op);

    // Taken back by name, once.
    const std::string reverse = "/v1/journal/" + done["journal"].get<std::string>() + ":reverse";
    const Json why{{"reason", "duplicate"}, {"reference", "booked twice"}};
    const Json back = expect(officers.second.post(reverse, why), 201);
    EXPECT_EQ(back["amount"], "-5.000000");
    const std::string second = "/v1/cash-requests/" + back["id"].get<std::string>();
    const Json reversed = expect(officers.first.post(second + ":approve", Json::object()), 200);
    EXPECT_EQ(reversed["reverses"], done["journal"]);
    EXPECT_EQ(available(buyer), "10000.000000");
    EXPECT_EQ(officers.first.post(reverse, why).code(), "already_reversed");
    const Json journal = expect(buyer.get("/v1/journal?reason=reversal"), 200);
    ASSERT_EQ(journal["items"].size(), 1U);
    EXPECT_EQ(journal["items"][0]["reverses"], done["journal"]);

    server.kill();
    server.start();
    Caller op = server.operator_caller();
    expect_equal_digests(op);
}

// The same from the command line, where each person has a key in the environment.
TEST(ApiAccounts, TheCommandLineAsksApprovesAndTakesBack) {
    ApiServer server;
    World world(server);
    const auto run = [&](const std::string& key, std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), "account");
        return run_program("suanpan", arguments,
                           {{"SUANPAN_URL", server.url()}, {"SUANPAN_KEY", key}});
    };
    const auto json_of = [&](const std::string& key, std::vector<std::string> arguments) {
        arguments.emplace_back("--json");
        const ProgramRun done = run(key, std::move(arguments));
        EXPECT_EQ(done.status, 0) << done.output;
        return Json::parse(done.output);
    };
    // Registered by one person each.
    const auto key_of = [&](Caller& registrar, const char* name) -> std::string {
        const std::string path = "/v1/organisations/" + world.officers.organisation;
        const Json user = expect(registrar.post(path + "/users", {{"name", name}}), 201);
        return expect(
            registrar.post(path + "/api-keys",
                           {{"scopes", {"operator"}}, {"label", name}, {"user", user["id"]}}),
            201)["secret"];
    };
    const std::string first = key_of(world.officers.first, "Li");
    const std::string second = key_of(world.officers.second, "Wang");
    const Json asked =
        json_of(first, {"deposit", world.buyer.id, "75.00", "--reference", "wire 9"});
    const std::string id = asked["id"];
    const ProgramRun same = run(first, {"approve", id});
    EXPECT_EQ(same.status, 1);
    EXPECT_NE(same.output.find("same_person"), std::string::npos) << same.output;
    const ProgramRun waiting = run(second, {"requests", "--state", "requested"});
    EXPECT_NE(waiting.output.find(id), std::string::npos) << waiting.output;
    EXPECT_NE(waiting.output.find("asked by"), std::string::npos) << waiting.output;
    const Json approved =
        json_of(second, {"approve", id, "--content", asked["content"].get<std::string>()});
    const Json back =
        json_of(second, {"reverse", approved["journal"].get<std::string>(), "--reason",
                         "wrong_amount", "--reference", "a typing error"});
    json_of(first, {"reject", back["id"].get<std::string>()});
    const ProgramRun balances = run(world.buyer.key, {"list"});
    EXPECT_NE(balances.output.find("10075.000000"), std::string::npos) << balances.output;
    json_of(world.buyer.key, {"bond", world.buyer.id, "75.00"});
    json_of(first, {"release-bond", world.buyer.id, "25.00"});
    const ProgramRun journal = run(world.buyer.key, {"journal"});
    EXPECT_NE(journal.output.find("bond"), std::string::npos) << journal.output;
    EXPECT_NE(journal.output.find(approved["journal"].get<std::string>()), std::string::npos);
}

TEST(ApiAccounts, APersonsKeysAreTheirOwnToMake) {
    ApiServer server;
    World world(server);
    const std::string& me = world.officers.organisation;
    const std::string keys = "/v1/organisations/" + me + "/api-keys";
    const Json wanted{
        {"scopes", {"operator"}}, {"label", "another"}, {"user", world.officers.second_id}};
    const Answer taken = world.officers.first.post(keys, wanted);
    EXPECT_EQ(taken.status, 422);
    EXPECT_EQ(taken.body["errors"][0]["code"], "not_own_user");
    EXPECT_EQ(expect(world.officers.second.post(keys, wanted), 201)["user"],
              world.officers.second_id);
    // Without a word of it a key is its maker's: no second person comes of it.
    const Json plain{{"scopes", {"operator"}}, {"label", "mine"}};
    EXPECT_EQ(expect(world.officers.first.post(keys, plain), 201)["user"], world.officers.first_id);
    const std::string users = "/v1/organisations/" + me + "/users";
    EXPECT_EQ(expect(world.op.get(users), 200)["items"].size(), 2U);
    const std::string remove = users + "/" + world.officers.second_id + ":remove";
    EXPECT_EQ(world.op.post(remove, Json::object()).code(), "last_persons");
    expect(world.officers.second.post(users, {{"name", "Heir"}}), 201);
    expect(world.op.post(remove, Json::object()), 200);
    const Json asked = expect(
        world.officers.first.post("/v1/accounts/" + world.buyer.id + "/deposits", cash("1.00")),
        201);
    EXPECT_EQ(world.officers.second
                  .post("/v1/cash-requests/" + asked["id"].get<std::string>() + ":approve",
                        Json::object())
                  .code(),
              "user_removed");
    expect_equal_digests(world.op);
}

// Who registers a person and holds its key was two persons.
TEST(ApiAccounts, WhoRegisteredAPersonIsNotASecondOne) {
    ApiServer server;
    World world(server);
    Officers& officers = world.officers;
    const std::string path = "/v1/organisations/" + officers.organisation;
    const Json name{{"name", "Third"}};
    EXPECT_EQ(world.op.post(path + "/users", name).code(), "person_needed");
    const Json third = expect(officers.first.post(path + "/users", name), 201);
    EXPECT_EQ(third["registered_by"], officers.first_id);
    const Json wanted{{"scopes", {"operator"}}, {"label", "third"}, {"user", third["id"]}};
    for (Caller* other : {&world.op, &officers.second}) {
        const Answer refused = other->post(path + "/api-keys", wanted);
        EXPECT_EQ(refused.status, 422);
        EXPECT_EQ(refused.body["errors"][0]["code"], "not_own_user");
    }
    const Json key = expect(officers.first.post(path + "/api-keys", wanted), 201);
    Caller both = server.caller(key["secret"]);
    const Json asked = expect(
        officers.first.post("/v1/accounts/" + world.buyer.id + "/deposits", cash("1.00")), 201);
    const std::string approve = "/v1/cash-requests/" + asked["id"].get<std::string>() + ":approve";
    EXPECT_EQ(both.post(approve, Json::object()).code(), "not_independent");
    // Nor does the first key of a person come again when all have been revoked.
    const std::string revoke = path + "/api-keys/" + key["id"].get<std::string>() + ":revoke";
    expect(officers.second.post(revoke, Json::object()), 200);
    EXPECT_EQ(officers.first.post(path + "/api-keys", wanted).status, 422);
    expect(officers.second.post(approve, Json::object()), 200);
    expect_equal_digests(world.op);
}

TEST(ApiAccounts, WithdrawalsBondsAndPaymentsAreReplayed) {
    ApiServer server;
    World world(server);
    Officers& officers = world.officers;
    Caller buyer = server.caller(world.buyer.key);
    const std::string account = "/v1/accounts/" + world.buyer.id;
    // A clerk of the buyer asks, the operator pays.
    const Json clerk = expect(
        buyer.post("/v1/organisations/" + world.buyer.id + "/users", {{"name", "Clerk"}}), 201);
    const Json key =
        expect(buyer.post("/v1/organisations/" + world.buyer.id + "/api-keys",
                          {{"scopes", {"buyer"}}, {"label", "clerk"}, {"user", clerk["id"]}}),
               201);
    Caller asks = server.caller(key["secret"]);
    EXPECT_EQ(asks.post(account + "/deposits", cash("1.00")).status, 403);
    const Json asked = expect(asks.post(account + "/withdrawals", cash("400.00")), 201);
    expect(officers.first.post("/v1/cash-requests/" + asked["id"].get<std::string>() + ":approve",
                               Json::object()),
           200);
    EXPECT_EQ(available(buyer), "9600.000000");
    const Json refused = expect(asks.post(account + "/withdrawals", cash("1.00")), 201);
    expect(asks.post("/v1/cash-requests/" + refused["id"].get<std::string>() + ":reject",
                     Json::object()),
           200);

    const Json bond{{"currency", "CNY"}, {"amount", "100.00"}};
    expect(buyer.post(account + "/bond", bond), 201);
    EXPECT_EQ(available(buyer, "bond"), "100.000000");
    EXPECT_EQ(buyer.post(account + "/bond:release", bond).status, 403);
    expect(world.op.post(account + "/bond:release", bond), 201);

    const std::string public_key = to_base64(as_chars(payer_key().public_key()));
    EXPECT_EQ(buyer.post("/v1/payment-keys", {{"public_key", public_key}}).status, 403);
    // One person alone could make money with it.
    EXPECT_EQ(world.op.post("/v1/payment-keys", {{"public_key", public_key}}).code(),
              "person_needed");
    const Json wanted =
        expect(officers.first.post("/v1/payment-keys", {{"public_key", public_key}}), 201);
    const Json payer = wanted["payment_key"];
    const std::string request = "/v1/operator-requests/" + wanted["id"].get<std::string>();
    EXPECT_TRUE(expect(world.op.get("/v1/payment-keys"), 200)["items"].empty());
    EXPECT_EQ(
        world.op.post("/v1/payments", notice(payer, world.buyer.id, "p-1", payer_key())).code(),
        "unknown_payment_key");
    EXPECT_EQ(officers.first.post(request + ":approve", Json::object()).code(), "same_person");
    EXPECT_EQ(
        officers.second.post(request + ":approve", {{"content", std::string(64, '0')}}).code(),
        "approval_differs");
    EXPECT_EQ(buyer.get(request).status, 403);
    const Json trusted =
        expect(officers.second.post(request + ":approve", {{"content", wanted["content"]}}), 200);
    EXPECT_EQ(trusted["state"], "approved");
    EXPECT_EQ(expect(world.op.get(request), 200)["decided_by"], officers.second_id);
    Seed wrong{};
    EXPECT_EQ(world.op.post("/v1/payments", notice(payer, world.buyer.id, "p-1", SigningKey(wrong)))
                  .code(),
              "bad_signature");
    const Json signed_notice = notice(payer, world.buyer.id, "p-1", payer_key());
    EXPECT_EQ(buyer.post("/v1/payments", signed_notice).code(), "unknown_payment_key");
    const Json paid = expect(world.op.post("/v1/payments", signed_notice), 201);
    EXPECT_EQ(paid["state"], "approved");
    EXPECT_EQ(available(buyer), "9625.000000");
    EXPECT_EQ(world.op.post("/v1/payments", signed_notice).code(), "payment_exists");
    expect(world.op.post("/v1/payment-keys/" + payer["id"].get<std::string>() + ":revoke",
                         Json::object()),
           200);
    EXPECT_EQ(
        world.op.post("/v1/payments", notice(payer, world.buyer.id, "p-2", payer_key())).code(),
        "payment_key_revoked");
    expect_equal_digests(world.op);
    expect_audited(server);
}

}  // namespace suanpan::test
