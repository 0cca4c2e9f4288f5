// Keys with which organisations sign their writes, what the market takes under them, and what a
// replay makes of a log that says somebody signed.

#include "base/decimal.hpp"
#include "core/order_request.hpp"
#include "core/signed_write.hpp"
#include "one_hour.hpp"
#include "replayed.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace suanpan::core {
namespace {

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
};

std::string sign(const std::string& path, const std::string& once, const std::string& body,
                 const Signer& by = {}) {
    return envelope_json(make_envelope(signed_payload_type(path, once).value(), body,
                                       to_string(by.id), key_of(by.key)));
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
    const RegisterSigningKey second = registration(kSecond, kBuyer, 2);
    const std::string body = Json{{"public_key", to_base64(as_chars(second.key))}}.dump();
    EXPECT_EQ(refusal(day.run(kBuyer, second, sign("/v1/signing-keys", "a", body))), "none");
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
    EXPECT_EQ(refusal(day.run(kBuyer, RevokeSigningKey{kFirst})), "none");
    EXPECT_EQ(refusal(day.run(kBuyer, RevokeSigningKey{kFirst})), "revoked_key");
    EXPECT_EQ(refusal(day.run(kBuyer, registration(kFirst, kBuyer, 2))), "key_exists");
    EXPECT_EQ(refusal(day.run(kBuyer, registration(kSecond, kBuyer, 1))), "public_key_used");
    EXPECT_EQ(refusal(day.run(kSeller, registration(kSecond, kSeller, 1))), "none");
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
    day.run(kBuyer, RevokeSigningKey{kFirst});
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

TEST_F(SignedWrites, AReplayRefusesASignatureThatStandsForTwo) {
    const std::string envelope = sign("/v1/orders", "once", order_json().dump());
    order(envelope);
    EXPECT_EQ(replayed(), "ok");
    order(envelope);
    EXPECT_EQ(replayed(), "signature_reused");
}

TEST_F(SignedWrites, OrdersAndLeasesFollowFromPathAndBody) {
    place_sell(day, 8, "5");
    const auto bid = order(sign("/v1/orders", "a", order_json().dump()));
    ASSERT_EQ(bid.leases.size(), 1U);
    const std::string lease = "/v1/leases/" + to_string(bid.leases[0].id);
    day.run(kSeller, registration(kForeign, kSeller, 3));
    const Signer seller{kForeign, 3};
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
    EXPECT_EQ(signed_payload_type("/v1/orders", "k1").value(),
              "application/vnd.suanpan.write+json; to=/v1/orders; once=k1");
    for (const std::string& path : {std::string("v1"), std::string("/a;b"), std::string("/a b"),
                                    "/" + std::string(kMaxPayloadTypeBytes, 'a')})
        EXPECT_EQ(signed_payload_type(path, "k").error().code(), "signed_too_long") << path;
    const auto write = read_signed_write(sign("/v1/orders", "k1", "{}"));
    ASSERT_TRUE(write);
    EXPECT_EQ(write->path, "/v1/orders");
    EXPECT_EQ(write->once, "k1");
    EXPECT_EQ(write->body(), "{}");
    EXPECT_EQ(write->key, kFirst);
    EXPECT_FALSE(read_signed_write(sign("/v1/orders", "k", std::string(kMaxSignedBody + 1, ' '))));
}

}  // namespace
}  // namespace suanpan::core
