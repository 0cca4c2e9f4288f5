// Writes that their authors sign, over REST and the command line: what is taken, what the log keeps
// of it, and everything that a signature does not stand for.

#include "base/bytes.hpp"
#include "base/crypto.hpp"
#include "base/dsse.hpp"
#include "base/ids.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "base/write_type.hpp"
#include "tests/integration/api_world.hpp"
#include "tests/integration/ledger_run.hpp"

#include <gtest/gtest.h>

#include <string>

namespace suanpan::test {
namespace {

// What is sent and what is signed, which may differ.
struct SignedCall {
    std::string at{ApiServer::kStart};
    std::string log = kOrigin;
    std::string target;
    std::string once;
    std::string body;
    std::string signed_target;
    std::string signed_once;
    std::string signed_body;

    SignedCall(const std::string& to, const std::string& key, const std::string& text)
        : target(to),
          once(key),
          body(text),
          signed_target(to),
          signed_once(key),
          signed_body(text) {}
};

class ApiSignedWrites : public testing::Test {
 protected:
    ApiSignedWrites() { id = register_first(buyer, key); }

    static Json public_key(const SigningKey& of) {
        return {{"public_key", to_base64(as_chars(of.public_key()))}};
    }
    static std::string register_first(Caller& caller, const SigningKey& with) {
        return expect(caller.post("/v1/signing-keys", public_key(with)), 201)["id"];
    }
    // The header, with the key of that id in the name of the organisation.
    static std::string header(const SignedCall& call, const std::string& key_id,
                              const SigningKey& by, const std::string& organisation) {
        const std::string type =
            write_payload_type({call.log, parse_id<OrganisationId>(organisation).value(),
                                parse_time(call.at).value(), call.signed_target, call.signed_once});
        return "key=" + key_id + ";at=" + call.at +
               ";sig=" + to_base64(as_chars(by.sign(dsse_pae(type, call.signed_body))));
    }
    [[nodiscard]] std::string header(const SignedCall& call) const {
        return header(call, id, key, world.buyer.id);
    }
    static Answer send(Caller& caller, const SignedCall& call, const std::string& header,
                       const std::string& method = "POST") {
        client::HttpRequest request;
        request.method = method;
        request.target = call.target;
        request.body = call.body;
        request.headers = {{"Content-Type", "application/json"},
                           {"Idempotency-Key", call.once},
                           {"DSSE-Signature", header}};
        return caller.send(request);
    }
    Answer send(const SignedCall& call) { return send(buyer, call, header(call)); }
    static SignedCall order(const std::string& once, const Json& body = World::buy(2, "6.000000")) {
        return {"/v1/orders", once, body.dump()};
    }
    Json entry(std::int64_t index) {
        return expect(buyer.get("/v1/ledger/entries/" + std::to_string(index)), 200);
    }
    ProgramRun suanpan(const std::vector<std::string>& arguments) {
        return run_program("suanpan", arguments,
                           {{"SUANPAN_URL", server.url()}, {"SUANPAN_KEY", world.buyer.key}});
    }

    ApiServer server;
    World world{server};
    Caller buyer = server.caller(world.buyer.key);
    Caller seller = server.caller(world.provider.key);
    SigningKey key{random_seed()};
    std::string id;
};

TEST_F(ApiSignedWrites, AnOrderIsPlacedAndItsEntryHoldsTheEnvelope) {
    const SignedCall call = order("order-1");
    const Answer placed = send(call);
    const std::int64_t index = expect(placed, 201)["log_index"];
    const Json written = entry(index);
    EXPECT_EQ(written.at("auth"), "signed");
    const auto envelope = parse_envelope(canonical_json(written.at("signed")));
    ASSERT_TRUE(envelope);
    EXPECT_EQ(envelope->payload, call.body);
    EXPECT_EQ(envelope->payload_type,
              "application/vnd.suanpan.write+json; log=localhost/suanpan; by=" + world.buyer.id +
                  "; at=2026-01-01T00:00:00Z; to=/v1/orders; once=order-1");
    EXPECT_TRUE(verify(*envelope, key.public_key()));

    // The same again is the same order, with or without its signature.
    const Answer again = send(call);
    EXPECT_EQ(again.body["id"], placed.body["id"]);
    EXPECT_EQ(again.header("idempotency-replayed"), "true");
    const Answer unsigned_again = buyer.post("/v1/orders", World::buy(2, "6.000000"), "order-1");
    EXPECT_EQ(unsigned_again.body["id"], placed.body["id"]);

    const std::string path = "/v1/orders/" + placed.body["id"].get<std::string>();
    expect(send({path + ":replace", "r", R"({ "quantity": 3, "limit_price": "5.5" })"}), 200);
    expect(send({path + ":cancel", "c", ""}), 200);
    // A rule of the market refuses: what was signed is in the log all the same.
    EXPECT_EQ(send({path + ":cancel", "c2", ""}).code(), "order_closed");
    expect_audited(server);
}

TEST_F(ApiSignedWrites, ALeaseIsAcceptedUnderTheProvidersKey) {
    const SigningKey own(random_seed());
    const std::string own_id = register_first(seller, own);
    expect(seller.post("/v1/orders", world.sell(4, "5.000000")), 201);
    const std::string lease = expect(send(order("buy")), 201)["fills"][0]["lease"];
    for (const std::string action : {"accept", "activate"}) {
        const SignedCall call("/v1/leases/" + lease + ":" + action, action, "{}");
        expect(send(seller, call, header(call, own_id, own, world.provider.id)), 200);
    }
    expect_audited(server);
}

TEST_F(ApiSignedWrites, ASignatureStandsForOneRouteOneBodyAndOneKey) {
    SignedCall call = order("a");
    call.signed_target = "/v1/orders:cancel-all";
    EXPECT_EQ(send(call).code(), "bad_signature");
    call = order("a");
    call.signed_once = "b";
    EXPECT_EQ(send(call).code(), "bad_signature");
    call = order("a");
    call.signed_body = World::buy(1, "6.000000").dump();
    EXPECT_EQ(send(call).code(), "bad_signature");
    call = order("a");
    call.log = "another.example/log";
    EXPECT_EQ(send(call).code(), "bad_signature");
    call = order("a");
    const SigningKey other(random_seed());
    EXPECT_EQ(send(buyer, call, header(call, id, other, world.buyer.id)).code(), "bad_signature");
    EXPECT_EQ(send(buyer, call, header(call, id, key, world.provider.id)).code(), "bad_signature");
    // None of them has used the key up.
    expect(send(order("a")), 201);
    EXPECT_EQ(send(order("a", World::buy(1, "6.000000"))).code(), "idempotency_key_reused");
}

TEST_F(ApiSignedWrites, TheHeaderAndTheBodyAreBounded) {
    const SignedCall call = order("a");
    const std::string good = header(call);
    for (const std::string& text : {std::string("x"), id, "key=" + id, "key=" + id + ";sig=AAAA",
                                    good.substr(1), good + ";", good.substr(good.find(';') + 1)}) {
        const Answer refused = send(buyer, call, text);
        EXPECT_EQ(refused.status, 400) << text;
        EXPECT_EQ(refused.code(), "bad_signature_header") << text;
    }
    SignedCall padded = order("a");
    padded.body += std::string(16 * 1024, ' ');
    padded.signed_body = padded.body;
    EXPECT_EQ(send(padded).code(), "signed_too_long");
    EXPECT_EQ(send(order(std::string(101, 'k'))).code(), "signed_too_long");
    EXPECT_EQ(send(order("a/b")).code(), "signed_too_long");
}

// What an audit cannot read again says nothing that its author could be held to.
TEST_F(ApiSignedWrites, OtherRoutesTakeNoSignature) {
    for (const std::string target : {"/v1/projects", "/v1/webhooks", "/v1/disputes",
                                     "/v1/settlement-runs", "/v1/organisations"}) {
        const SignedCall call(target, "a", "{}");
        const Answer refused = send(world.op, call, header(call));
        EXPECT_EQ(refused.status, 422) << target;
        EXPECT_EQ(refused.code(), "signature_not_taken") << target;
    }
    const std::string made =
        expect(buyer.post("/v1/webhooks", {{"url", "https://hooks.example/x"}, {"events", {"*"}}}),
               201)["id"];
    const SignedCall call("/v1/webhooks/" + made, "a", "");
    EXPECT_EQ(send(buyer, call, header(call), "DELETE").code(), "signature_not_taken");
    const SignedCall read("/v1/orders", "a", "");
    EXPECT_EQ(send(buyer, read, header(read), "GET").status, 200) << "a read is nobody's word";
}

TEST_F(ApiSignedWrites, ASignatureIsGoodForADay) {
    SignedCall early = order("early");
    early.at = "2026-01-01T00:10:00Z";
    EXPECT_EQ(send(early).code(), "signature_early");
    expect(send(order("now")), 201);
    move_clock(world.op, "2026-01-01T01:00:00Z");
    SignedCall late = order("late");
    late.at = "2025-12-31T00:55:00Z";
    EXPECT_EQ(send(late).code(), "signature_expired");
    SignedCall in_time = order("in-time");
    in_time.at = "2025-12-31T01:30:00Z";
    expect(send(in_time), 201);
    expect_audited(server);
}

// The key is revoked between a write and its repeat.
TEST_F(ApiSignedWrites, ARepeatGetsItsFirstAnswer) {
    const SignedCall first = order("first");
    const Answer placed = send(first);
    expect(placed, 201);
    expect(world.op.post("/v1/signing-keys/" + id + ":revoke", Json::object()), 200);
    EXPECT_EQ(send(first).body["id"], placed.body["id"]);
    EXPECT_EQ(send(order("second")).code(), "revoked_key");
    expect_audited(server);
}

// What makes a signature good for once is in the log, not in the answers that are kept.
TEST_F(ApiSignedWrites, NoneIsTakenAgainAfterTheDatabaseWasLost) {
    const SignedCall call = order("order-1");
    const std::int64_t index = expect(send(call), 201)["log_index"];
    const Json written = entry(index);
    wait_published(world.op);
    const Json digest = expect(world.op.get("/v1/admin/digest"), 200)["memory"];
    ASSERT_EQ(server.stop(), 0);
    restore_lost_database(server);
    server.start();

    Caller op = server.operator_caller();
    EXPECT_EQ(expect(op.get("/v1/admin/digest"), 200)["memory"], digest);
    // API keys are not in the log.
    buyer = server.caller(expect(op.post("/v1/organisations/" + world.buyer.id + "/api-keys",
                                         {{"scopes", {"buyer"}}, {"label", "anew"}}),
                                 201)["secret"]);
    EXPECT_EQ(entry(index), written);
    EXPECT_EQ(send(call).code(), "signature_reused");
    expect(send(order("order-2")), 201);
    expect_audited(server);
}

TEST_F(ApiSignedWrites, FreeTextIsNotSigned) {
    for (const char* name : {"client_order_id", "metadata"}) {
        Json body = World::buy(1, "6.000000");
        if (std::string(name) == "metadata")
            body[name] = {{"job", "x"}};
        else
            body[name] = "train-42";
        EXPECT_EQ(send(order("a", body)).code(), "signed_free_text") << name;
    }
}

TEST_F(ApiSignedWrites, AKeyIsItsOrganisationsAndInForce) {
    const SigningKey foreign(random_seed());
    const std::string foreign_id = register_first(seller, foreign);
    const SignedCall call = order("a");
    EXPECT_EQ(send(buyer, call, header(call, foreign_id, foreign, world.buyer.id)).code(),
              "unknown_key");
    EXPECT_EQ(expect(buyer.get("/v1/signing-keys"), 200)["items"].size(), 1U);
    EXPECT_EQ(expect(world.op.get("/v1/signing-keys"), 200)["items"].size(), 2U);
    const Json keys =
        expect(world.op.post("/v1/organisations/" + world.officers.organisation + "/api-keys",
                             {{"scopes", {"auditor"}}, {"label", "audit"}}),
               201);
    Caller auditor = server.caller(keys["secret"]);
    EXPECT_EQ(
        expect(auditor.get("/v1/signing-keys?organisation=" + world.provider.id), 200)["items"]
            .size(),
        1U);
    // A lost one, by the operator.
    EXPECT_EQ(
        expect(world.op.post("/v1/signing-keys/" + id + ":revoke", Json::object()), 200)["revoked"],
        true);
    EXPECT_EQ(send(call).code(), "revoked_key");
    EXPECT_EQ(buyer.post("/v1/signing-keys", public_key(key)).code(), "public_key_used");
    expect_audited(server);
}

TEST_F(ApiSignedWrites, AStolenApiKeyAddsNoSigningKey) {
    const SigningKey next(random_seed());
    const Answer refused = buyer.post("/v1/signing-keys", public_key(next));
    EXPECT_EQ(refused.status, 403);
    EXPECT_EQ(refused.code(), "signature_required");
    // Nor does it make room for a first one.
    const Answer kept = buyer.post("/v1/signing-keys/" + id + ":revoke", Json::object());
    EXPECT_EQ(kept.status, 403);
    EXPECT_EQ(kept.code(), "signature_required");
    const SignedCall call("/v1/signing-keys", "next", public_key(next).dump());
    const std::string next_id = expect(send(call), 201)["id"];
    const SignedCall placed = order("by-next");
    expect(send(buyer, placed, header(placed, next_id, next, world.buyer.id)), 201);
    ASSERT_EQ(server.stop(), 0);
    server.start();
    EXPECT_EQ(expect(server.operator_caller().get("/v1/admin/digest"), 200)["equal"], true);
    expect_audited(server);
}

TEST_F(ApiSignedWrites, TheCommandLineSigns) {
    const support::TempDir dir;
    const std::string file = (dir.path() / "signing.key").string();
    const ProgramRun made = suanpan({"--json", "signing-key", "make", file});
    ASSERT_EQ(made.status, 0) << made.output;
    const std::string text = Json::parse(made.output).at("public_key");
    EXPECT_EQ(suanpan({"signing-key", "register", text}).status, 1);
    const SignedCall call("/v1/signing-keys", "cli", Json{{"public_key", text}}.dump());
    const Json registered = expect(send(call), 201);
    const std::string cli_id = registered["id"];
    const ProgramRun revoked =
        suanpan({"--sign-with", file, "--sign-as", cli_id, "--sign-at",
                 std::string(ApiServer::kStart), "--json", "signing-key", "revoke", id});
    ASSERT_EQ(revoked.status, 0) << revoked.output;
    EXPECT_EQ(entry(registered["log_index"].get<std::int64_t>() + 1).at("auth"), "signed");
    const ProgramRun elsewhere = suanpan({"--sign-with", file, "--sign-as", cli_id, "--sign-at",
                                          std::string(ApiServer::kStart), "--sign-for",
                                          "another.example/log", "signing-key", "revoke", cli_id});
    EXPECT_EQ(elsewhere.status, 1) << elsewhere.output;
    EXPECT_NE(suanpan({"signing-key", "list"}).output.find(text), std::string::npos);
    EXPECT_NE(suanpan({"--sign-with", file, "signing-key", "list"}).status, 0);
    expect_audited(server);
}

}  // namespace
}  // namespace suanpan::test
