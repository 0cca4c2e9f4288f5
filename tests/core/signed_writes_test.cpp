// Keys with which organisations sign their writes, what the market takes under them, and what a
// replay makes of a log that says somebody signed.

#include "base/decimal.hpp"
#include "core/order_request.hpp"
#include "core/signed_command.hpp"
#include "core/signed_write.hpp"
#include "one_hour.hpp"
#include "replayed.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace suanpan::core {
namespace {

constexpr std::string_view kLog = "market.example/log";
const SigningKeyId kFirst = numbered<SigningKeyId>(1);
const SigningKeyId kSecond = numbered<SigningKeyId>(2);
const SigningKeyId kForeign = numbered<SigningKeyId>(3);

SigningKey key_of(std::uint8_t number) {
    Seed seed{};
    seed.fill(static_cast<std::uint8_t>(100 + number));
    return SigningKey(seed);
}

RegisterSigningKey registration(const SigningKeyId& id, const OrganisationId& of,
                                std::uint8_t number) {
    return {id, of, key_of(number).public_key()};
}

struct Signer {
    SigningKeyId id = kFirst;
    std::uint8_t key = 1;
    OrganisationId organisation = kBuyer;
    Time at = kStart;
};

std::string sign(const std::string& path, const std::string& once, const std::string& body,
                 const Signer& by = {}) {
    const auto type = signed_payload_type({kLog, by.organisation, by.at, path, once});
    return envelope_json(make_envelope(type.value(), body, to_string(by.id), key_of(by.key)));
}

Json order_json(std::int64_t lots = 3) {
    return {{"side", "buy"},
            {"market", to_string(kMarket)},
            {"quantity", lots},
            {"limit_price", "6"},
            {"window", {{"start", to_string(kHour.start)}, {"end", to_string(kHour.end)}}}};
}

PlaceOrder order_of(const Json& body) {
    Faults faults;
    const OrderRequest request = read_order({kBuyer, numbered<ApiKeyId>(1)}, body, faults, "");
    EXPECT_TRUE(faults.empty());
    PlaceOrder out;
    out.terms = request.terms;
    return out;
}

class SignedWrites : public testing::Test {
 protected:
    SignedWrites() { day.run(kBuyer, registration(kFirst, kBuyer, 1)); }

    // An order for three lots, with what is said to be its signature.
    CommandOutcome order(std::string signature) {
        return day.run(kBuyer, order_of(order_json()), std::move(signature));
    }
    // Cancels all of the buyer's orders, of which there are none.
    CommandOutcome cancel_all(const std::string& once, const Signer& by = {}) {
        CancelAll all;
        all.filter.organisation = kBuyer;
        return day.run(kBuyer, all, sign("/v1/orders:cancel-all", once, "{}", by));
    }
    CommandOutcome revoke(const SigningKeyId& id, const std::string& once, const Signer& by = {}) {
        return day.run(kBuyer, RevokeSigningKey{id},
                       sign("/v1/signing-keys/" + to_string(id) + ":revoke", once, "", by));
    }
    CommandOutcome add_second(const std::string& once, const Signer& by = {}) {
        const RegisterSigningKey second = registration(kSecond, kBuyer, 2);
        const std::string body = Json{{"public_key", to_base64(as_chars(second.key))}}.dump();
        return day.run(kBuyer, second, sign("/v1/signing-keys", once, body, by));
    }
    // The first error of a replay, or "ok".
    [[nodiscard]] std::string replayed() const {
        Replay replay;
        for (const std::string& entry : day.log) {
            const auto done = replay.next(entry);
            if (!done) return done.error().code();
        }
        return "ok";
    }
    [[nodiscard]] Json last_entry() const { return Json::parse(day.log.back()); }

    SmallMarket day;
};

TEST_F(SignedWrites, AFurtherKeyNeedsASignatureOfOneInForce) {
    EXPECT_EQ(refusal(day.run(kBuyer, registration(kSecond, kBuyer, 2))), "signature_required");
    EXPECT_EQ(refusal(add_second("a")), "none");
    // Whose last one is revoked begins anew.
    day.run(kBuyer, RevokeSigningKey{kFirst});
    day.run(kBoss, RevokeSigningKey{kSecond});
    EXPECT_EQ(refusal(day.run(kBuyer, registration(kForeign, kBuyer, 3))), "none");
    expect_the_same_from_log_and_rows(day);
    EXPECT_EQ(day.market.state().signing_keys.size(), 3U);
}

TEST_F(SignedWrites, KeysAreTheirOrganisationsOwnAndNeverComeBack) {
    EXPECT_EQ(refusal(day.run(kBoss, registration(kSecond, kSeller, 2))), "not_allowed");
    EXPECT_EQ(refusal(day.run(kSeller, registration(kFirst, kSeller, 2))), "key_exists");
    EXPECT_EQ(refusal(day.run(kSeller, RevokeSigningKey{kFirst})), "unknown_key");
    EXPECT_EQ(refusal(revoke(kFirst, "a")), "none");
    EXPECT_EQ(refusal(day.run(kBuyer, RevokeSigningKey{kFirst})), "revoked_key");
    EXPECT_EQ(refusal(day.run(kBuyer, registration(kFirst, kBuyer, 2))), "key_exists");
    EXPECT_EQ(refusal(day.run(kBuyer, registration(kSecond, kBuyer, 1))), "public_key_used");
    EXPECT_EQ(refusal(day.run(kSeller, registration(kSecond, kSeller, 1))), "none");
    expect_the_same_from_log_and_rows(day);
}

// Else who holds an API key would revoke them all and register a first one of its own.
TEST_F(SignedWrites, TheLastKeyIsRevokedByItsOwnSignatureOrByTheOperator) {
    EXPECT_EQ(refusal(day.run(kBuyer, RevokeSigningKey{kFirst})), "signature_required");
    ASSERT_EQ(refusal(add_second("a")), "none");
    EXPECT_EQ(refusal(day.run(kBuyer, RevokeSigningKey{kFirst})), "none");
    EXPECT_EQ(refusal(day.run(kBuyer, RevokeSigningKey{kSecond})), "signature_required");
    EXPECT_EQ(refusal(day.run(kBoss, RevokeSigningKey{kSecond})), "none");
    expect_the_same_from_log_and_rows(day);
}

// A write is signed with a key that was in force before it.
TEST_F(SignedWrites, AKeySignsItsEndAndNotItsBeginning) {
    EXPECT_EQ(refusal(add_second("a", {kSecond, 2})), "unknown_key");
    EXPECT_EQ(refusal(revoke(kFirst, "b")), "none");
    EXPECT_EQ(refusal(revoke(kFirst, "c")), "revoked_key");
    expect_the_same_from_log_and_rows(day);
}

TEST_F(SignedWrites, AnOrganisationHasSixteenInForce) {
    const auto add = [this](std::uint8_t number) {
        const auto key = registration(numbered<SigningKeyId>(number), kBuyer, number);
        const std::string body = Json{{"public_key", to_base64(as_chars(key.key))}}.dump();
        return refusal(
            day.run(kBuyer, key, sign("/v1/signing-keys", std::to_string(number), body)));
    };
    for (std::uint8_t number = 2; number <= kMaxSigningKeys; ++number)
        EXPECT_EQ(add(number), "none");
    EXPECT_EQ(add(17), "too_many_keys");
    day.run(kBuyer, RevokeSigningKey{numbered<SigningKeyId>(9)});
    EXPECT_EQ(add(17), "none");
    expect_the_same_from_log_and_rows(day);
}

TEST_F(SignedWrites, TheEntryHoldsTheEnvelope) {
    const std::string envelope = sign("/v1/orders", "once-1", order_json().dump());
    EXPECT_EQ(refusal(order(envelope)), "none");
    const Json entry = last_entry();
    EXPECT_EQ(entry.at("auth"), "signed");
    EXPECT_EQ(canonical_json(entry.at("signed")), envelope);
    Replay replay;
    for (std::string logged : day.log) {
        put_salt(logged, "0123456789abcdef0123456789abcdef");
        ASSERT_TRUE(replay.next(logged));
    }
    EXPECT_EQ(replay.authors().at("signed"), 1);
    expect_the_same_from_log_and_rows(day);
}

TEST_F(SignedWrites, TheKeyIsTheAuthorsOwnAndInForce) {
    const auto by = [](const SigningKeyId& id, std::uint8_t key) {
        return sign("/v1/orders", "once", order_json().dump(), {id, key});
    };
    EXPECT_EQ(refusal(order(by(kSecond, 2))), "unknown_key");
    day.run(kSeller, registration(kForeign, kSeller, 3));
    const std::string foreign = by(kForeign, 3);
    EXPECT_EQ(refusal(order(foreign)), "unknown_key");
    EXPECT_EQ(canonical_json(last_entry().at("signed")), foreign);
    EXPECT_EQ(refusal(order(sign("/v1/orders", "once", order_json().dump(), {kFirst, 1, kSeller}))),
              "bad_signature");
    day.run(kBoss, RevokeSigningKey{kFirst});
    EXPECT_EQ(refusal(order(by(kFirst, 1))), "revoked_key");
    expect_the_same_from_log_and_rows(day);
}

TEST_F(SignedWrites, WhatIsNoWritesEnvelopeIsRefused) {
    const std::string body = order_json().dump();
    EXPECT_EQ(refusal(order(envelope_json(
                  make_envelope("application/json", body, to_string(kFirst), key_of(1))))),
              "bad_signature");
    DsseEnvelope twice = parse_envelope(sign("/v1/orders", "once", body)).value();
    add_signature(twice, to_string(kFirst), key_of(1));
    EXPECT_EQ(refusal(order(envelope_json(twice))), "bad_signature");
    EXPECT_EQ(replayed(), "ok") << "the log may say that it refused them";
}

TEST_F(SignedWrites, AReplayRefusesWhatTheKeyDidNotSign) {
    order(sign("/v1/orders", "once", order_json().dump(), {kFirst, 2}));
    EXPECT_EQ(replayed(), "bad_signature");
}

TEST_F(SignedWrites, AReplayRefusesAnAlteredBody) {
    DsseEnvelope envelope =
        parse_envelope(sign("/v1/orders", "once", order_json(2).dump())).value();
    envelope.payload = order_json(3).dump();
    order(envelope_json(envelope));
    EXPECT_EQ(replayed(), "bad_signature");
}

TEST_F(SignedWrites, AReplayRefusesWhatWasSignedOtherwise) {
    order(sign("/v1/orders", "once", order_json(2).dump()));
    EXPECT_EQ(replayed(), "signed_otherwise");
}

TEST_F(SignedWrites, AReplayRefusesASignatureForAnotherRoute) {
    order(sign("/v1/projects", "once", order_json().dump()));
    EXPECT_EQ(replayed(), "signed_otherwise");
}

TEST_F(SignedWrites, AReplayRefusesASignatureForAnotherLog) {
    order(sign("/v1/orders", "once", order_json().dump()));
    Replay replay;
    replay.expect_origin("another.example/log");
    Result<void> done;
    for (std::size_t i = 0; done && i < day.log.size(); ++i)
        done = replay.next(day.log[i]);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code(), "foreign_signature");
}

TEST_F(SignedWrites, ASignatureIsGoodOnce) {
    const std::string envelope = sign("/v1/orders", "once", order_json().dump());
    EXPECT_EQ(refusal(order(envelope)), "none");
    EXPECT_EQ(refusal(order(envelope)), "signature_reused");
    ASSERT_EQ(refusal(add_second("a")), "none");
    EXPECT_EQ(refusal(order(sign("/v1/orders", "once", order_json().dump(), {kSecond, 2}))),
              "signature_reused")
        << "with whichever key";
    expect_the_same_from_log_and_rows(day);

    Command again(numbered<CommandId>(99), kBuyer, Auth::kSigned, order_of(order_json()));
    again.signature = envelope;
    Market restored;
    restored.load(day.market.state());
    EXPECT_EQ(refusal(restored.apply(again, day.now)), "signature_reused");
    // A log that took it twice is not the market's.
    day.log.push_back(command_entry(again, day.now).bytes);
    EXPECT_EQ(replayed(), "replay_differs");
}

TEST_F(SignedWrites, WhatWasRefusedUsesNothingUp) {
    const CancelOrder unknown{numbered<OrderId>(77)};
    const std::string envelope = sign("/v1/orders/" + to_string(unknown.id) + ":cancel", "a", "");
    EXPECT_EQ(refusal(day.run(kBuyer, unknown, envelope)), "order_not_found");
    EXPECT_EQ(refusal(day.run(kBuyer, unknown, envelope)), "order_not_found");
    EXPECT_TRUE(day.market.state().signed_writes.empty());
    expect_the_same_from_log_and_rows(day);
}

TEST_F(SignedWrites, ASignatureIsGoodForADay) {
    const auto at = [](std::int64_t seconds) {
        return Signer{kFirst, 1, kBuyer, Time(kStart.value + seconds)};
    };
    EXPECT_EQ(refusal(cancel_all("a", at(301))), "signature_early");
    EXPECT_EQ(refusal(cancel_all("b", at(300))), "none");
    EXPECT_EQ(refusal(cancel_all("c", at(0))), "none");
    EXPECT_EQ(day.market.state().signed_writes.size(), 2U);
    day.now = Time(kStart.value + 86'400);
    EXPECT_EQ(refusal(cancel_all("d", at(0))), "none");
    EXPECT_EQ(refusal(cancel_all("c", at(0))), "signature_reused");
    EXPECT_EQ(day.market.state().signed_writes.size(), 3U);
    day.now = Time(kStart.value + 86'401);
    EXPECT_EQ(refusal(cancel_all("e", at(0))), "signature_expired");
    EXPECT_EQ(refusal(cancel_all("c", at(0))), "signature_expired");
    EXPECT_EQ(day.market.state().signed_writes.size(), 1U) << "forgets what is over";
    expect_the_same_from_log_and_rows(day);
}

TEST_F(SignedWrites, OrdersAndLeasesFollowFromPathAndBody) {
    place_sell(day, 8, "5");
    const auto bid = order(sign("/v1/orders", "a", order_json().dump()));
    ASSERT_EQ(bid.leases.size(), 1U);
    const std::string lease = "/v1/leases/" + to_string(bid.leases[0].id);
    day.run(kSeller, registration(kForeign, kSeller, 3));
    const Signer seller{kForeign, 3, kSeller};
    day.run(kSeller, AdvanceLease{bid.leases[0].id, LeaseAction::kAccept},
            sign(lease + ":accept", "b", "", seller));
    day.run(kSeller, AdvanceLease{bid.leases[0].id, LeaseAction::kActivate},
            sign(lease + ":activate", "c", "{}", seller));
    const auto rest = day.run(kBuyer, day.buy(4, 9, "1", SmallMarket::hours(4, 6)));
    const std::string path = "/v1/orders/" + to_string(rest.order.value());
    day.run(kBuyer, ReplaceOrder{*rest.order, 7, *parse_price("1.5")},
            sign(path + ":replace", "d", R"({"quantity":7,"limit_price":"1.5"})"));
    day.run(kBuyer, CancelOrder{*rest.order}, sign(path + ":cancel", "e", ""));
    CancelAll all;
    all.filter.organisation = kBuyer;
    day.run(kBuyer, all, sign("/v1/orders:cancel-all", "f", "{}"));
    EXPECT_EQ(replayed(), "ok");
    day.run(kSeller, AdvanceLease{bid.leases[0].id, LeaseAction::kAccept},
            sign(lease + ":activate", "g", "", seller));
    EXPECT_EQ(replayed(), "signed_otherwise");
}

// What the path and the body may be, and that it is read as it was written.
TEST(SignedWrite, IsForOnePathAndOneKey) {
    EXPECT_TRUE(is_signable_once("AZaz09-._~"));
    for (const std::string& once : {std::string(), std::string("a b"), std::string("a;b"),
                                    std::string(kMaxSignedOnce + 1, 'a')})
        EXPECT_FALSE(is_signable_once(once)) << once;
    const auto type_for = [](std::string_view log, std::string_view path) {
        return signed_payload_type({log, kBuyer, kStart, path, "k1"});
    };
    EXPECT_EQ(type_for(kLog, "/v1/orders").value(),
              "application/vnd.suanpan.write+json; log=market.example/log; by=" +
                  to_string(kBuyer) + "; at=2027-01-15T08:00:00Z; to=/v1/orders; once=k1");
    for (const std::string& path : {std::string(), std::string("/a;b"), std::string("/a b"),
                                    std::string("/%61"), "/" + std::string(kMaxSignedPath, 'a')})
        EXPECT_EQ(type_for(kLog, path).error().code(), "signed_too_long") << path;
    EXPECT_EQ(type_for("a;b", "/v1/orders").error().code(), "signed_too_long");
    EXPECT_EQ(
        type_for(std::string(kMaxSignedLog, 'l'), std::string(kMaxSignedPath, 'p')).value().size() +
            kMaxSignedOnce - 2,
        kMaxPayloadTypeBytes);
    const auto write = read_signed_write(sign("/v1/orders", "k1", "{}"));
    ASSERT_TRUE(write);
    EXPECT_EQ(write->path, "/v1/orders");
    EXPECT_EQ(write->once, "k1");
    EXPECT_EQ(write->log, kLog);
    EXPECT_EQ(write->by, kBuyer);
    EXPECT_EQ(write->at, kStart);
    EXPECT_EQ(write->body(), "{}");
    EXPECT_EQ(write->key, kFirst);
    EXPECT_FALSE(read_signed_write(sign("/v1/orders", "k", std::string(kMaxSignedBody + 1, ' '))));
}

TEST(SignedWrite, IsOfOneOfNinePaths) {
    for (const std::string path :
         {"/v1/orders", "/v1/orders:cancel-all", "/v1/orders/x:replace", "/v1/orders/x:cancel",
          "/v1/leases/x:accept", "/v1/leases/x:activate", "/v1/leases/x:release",
          "/v1/signing-keys", "/v1/signing-keys/x:revoke"})
        EXPECT_TRUE(is_signable_path(path)) << path;
    for (const std::string path :
         {"/v1/orders:batch", "/v1/orders/x", "/v1/orders/:cancel", "/v1/orders/x/y:cancel",
          "/v1/projects", "/v1/settlement:run", "/v1/webhooks", "/v2/orders", ""})
        EXPECT_FALSE(is_signable_path(path)) << path;
}

}  // namespace
}  // namespace suanpan::core
