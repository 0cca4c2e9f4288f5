#include "apps/suanpan-audit/signed_writes.hpp"

#include "apps/suanpan-audit/entry_signatures.hpp"
#include "base/bytes.hpp"
#include "base/dsse.hpp"
#include "core/entries.hpp"
#include "tests/suanpan-audit/log_fixture.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace suanpan::audit {
namespace {

template <typename IdType>
IdType test_id(std::uint8_t n) {
    IdType id;
    id.bytes = make_id_bytes(Time(kStart), {n});
    return id;
}

SigningKey key_of(std::uint8_t n) {
    Seed seed{};
    seed.fill(n);
    return SigningKey(seed);
}

// A command of an organisation as the log's entry of `n` seconds after kStart; with a code refused.
std::string entry_of(std::int64_t n, std::uint8_t organisation, core::CommandBody body,
                     std::string signature = {}, std::string_view code = {}) {
    core::Command command(
        test_id<CommandId>(static_cast<std::uint8_t>(n)), test_id<OrganisationId>(organisation),
        signature.empty() ? core::Auth::kApiKey : core::Auth::kSigned, std::move(body));
    command.signature = std::move(signature);
    auto draft = code.empty() ? core::command_entry(command, Time(kStart + n))
                              : core::refused_entry(command, Time(kStart + n), code);
    core::put_salt(draft.bytes, std::string(32, 'a'));
    return draft.bytes;
}

// Key `key` as `id` of the organisation 1.
std::string registration(std::uint8_t n, std::uint8_t id, std::uint8_t key) {
    return entry_of(n, 1,
                    core::RegisterSigningKey{test_id<SigningKeyId>(id), test_id<OrganisationId>(1),
                                             key_of(key).public_key()});
}

std::string revocation(std::uint8_t n, std::uint8_t id) {
    return entry_of(n, 1, core::RevokeSigningKey{test_id<SigningKeyId>(id)});
}

constexpr std::string_view kLog = "market.example/log";

struct Signer {
    std::uint8_t id = 5;
    std::uint8_t key = 5;
    std::int64_t at = 0;  // after kStart
    std::string_view log = kLog;
};
std::string signature_of(const std::string& path, const std::string& once, const Signer& by = {},
                         const std::string& body = "") {
    const auto type = core::signed_payload_type(
        {by.log, test_id<OrganisationId>(1), Time(kStart + by.at), path, once});
    return envelope_json(
        make_envelope(type.value(), body, to_string(test_id<SigningKeyId>(by.id)), key_of(by.key)));
}

// The cancellation of the order 9, signed for `once`.
struct Cancel {
    std::uint8_t organisation = 1;
    Signer by{};
    std::uint8_t order = 9;
    std::string code{};
};
std::string cancel(std::int64_t n, const std::string& once, const Cancel& how = {}) {
    const std::string path = "/v1/orders/" + to_string(test_id<OrderId>(9)) + ":cancel";
    return entry_of(n, how.organisation, core::CancelOrder{test_id<OrderId>(how.order)},
                    signature_of(path, once, how.by), how.code);
}

std::string verify(std::vector<std::string> entries, std::uint64_t* writes = nullptr) {
    const TestLog log(std::move(entries));
    EntrySignatures signatures;
    VerifyOptions options;
    options.hooks = signatures.hooks(std::string(kLog));
    std::string result = log.verify(options);
    if (writes != nullptr) *writes = signatures.signed_writes().writes();
    return result.substr(0, result.find(" tile/"));
}

TEST(SignedWritesAudit, CountsWhatRegisteredKeysSigned) {
    std::uint64_t writes = 0;
    EXPECT_EQ(verify({registration(1, 5, 5), cancel(2, "a"), cancel(3, "b")}, &writes), "ok");
    EXPECT_EQ(writes, 2U);
}

TEST(SignedWritesAudit, NamesWhatNoKeyOfTheAuthorSigned) {
    EXPECT_EQ(verify({registration(1, 5, 5), cancel(2, "a", {.by = {.key = 6}})}),
              "bad_signature 1");
    EXPECT_EQ(verify({cancel(1, "a"), registration(2, 5, 5)}), "unknown_key 0");
    EXPECT_EQ(verify({registration(1, 5, 5), cancel(2, "a", {.organisation = 2})}), "unknown_key 1")
        << "the operator puts a signed write in another's name";
    EXPECT_EQ(verify({registration(1, 5, 5), cancel(2, "a"), revocation(3, 5), cancel(4, "b")}),
              "revoked_key 3");
}

TEST(SignedWritesAudit, NamesWhatWasSignedOtherwise) {
    EXPECT_EQ(verify({registration(1, 5, 5), cancel(2, "a", {.order = 8})}), "signed_otherwise 1");
}

TEST(SignedWritesAudit, NamesASignatureThatStandsForTwoEntries) {
    EXPECT_EQ(verify({registration(1, 5, 5), cancel(2, "a"), cancel(3, "a")}),
              "signature_reused 2");
    EXPECT_EQ(verify({registration(1, 5, 5), cancel(2, "a", {.code = "order_not_found"}),
                      cancel(3, "a")}),
              "ok")
        << "the first one did nothing";
}

TEST(SignedWritesAudit, NamesWhatTwoKeysSignedForTwoEntries) {
    EXPECT_EQ(verify({registration(1, 5, 5), registration(2, 6, 6), cancel(3, "a"),
                      cancel(4, "a", {.by = {.id = 6, .key = 6}})}),
              "signature_reused 3");
}

TEST(SignedWritesAudit, NamesASignatureForAnotherLog) {
    EXPECT_EQ(verify({registration(1, 5, 5), cancel(2, "a", {.by = {.log = "another.example"}})}),
              "foreign_signature 1");
}

TEST(SignedWritesAudit, NamesASignatureThatIsNotOfItsDay) {
    constexpr std::int64_t kDay = 86'400;
    EXPECT_EQ(verify({registration(1, 5, 5), cancel(kDay, "a")}), "ok");
    EXPECT_EQ(verify({registration(1, 5, 5), cancel(kDay + 1, "a")}), "signature_expired 1");
    EXPECT_EQ(verify({registration(1, 5, 5), cancel(2, "a", {.by = {.at = 302}})}), "ok");
    EXPECT_EQ(verify({registration(1, 5, 5), cancel(2, "a", {.by = {.at = 303}})}),
              "signature_early 1");
}

// A write is signed with a key that was in force before it.
TEST(SignedWritesAudit, AKeySignsItsEndAndNotItsBeginning) {
    const std::string path = "/v1/signing-keys/" + to_string(test_id<SigningKeyId>(5)) + ":revoke";
    const std::string end =
        entry_of(2, 1, core::RevokeSigningKey{test_id<SigningKeyId>(5)}, signature_of(path, "end"));
    EXPECT_EQ(verify({registration(1, 5, 5), end}), "ok");
    const core::RegisterSigningKey own{test_id<SigningKeyId>(5), test_id<OrganisationId>(1),
                                       key_of(5).public_key()};
    const std::string body = Json{{"public_key", to_base64(as_chars(own.key))}}.dump();
    const std::string beginning =
        entry_of(1, 1, own, signature_of("/v1/signing-keys", "begin", {}, body));
    EXPECT_EQ(verify({beginning}), "unknown_key 0");
}

TEST(SignedWritesAudit, WhatWasRefusedMayBeNoWritesEnvelope) {
    const auto with = [](std::string_view code) {
        const std::string other = envelope_json(make_envelope(
            "application/json", "{}", to_string(test_id<SigningKeyId>(5)), key_of(5)));
        return entry_of(2, 1, core::CancelOrder{test_id<OrderId>(9)}, other, code);
    };
    EXPECT_EQ(verify({registration(1, 5, 5), with("bad_signature")}), "ok");
    EXPECT_EQ(verify({registration(1, 5, 5), with("")}), "bad_signature 1");
}

TEST(SignedWritesAudit, WhatWasRefusedMayBeUnderNoKey) {
    EXPECT_EQ(verify({cancel(1, "a", {.code = "unknown_key"})}), "ok");
    EXPECT_EQ(
        verify({registration(1, 5, 5), cancel(2, "a", {.by = {.key = 6}, .code = "order_closed"})}),
        "bad_signature 1");
}

TEST(SignedWritesAudit, AClaimWithoutAnEnvelopeProvesNothing) {
    std::string bare = entry_of(1, 1, core::CancelOrder{test_id<OrderId>(9)});
    const std::string from = R"("auth":"api_key")";
    bare.replace(bare.find(from), from.size(), R"("auth":"signed")");
    EXPECT_EQ(verify({bare}), "unverifiable_author 0");
}

TEST(SignedWritesAudit, KeysAreRegisteredAndRevokedOnce) {
    EXPECT_EQ(verify({registration(1, 5, 5), registration(2, 5, 6)}), "key_exists 1");
    EXPECT_EQ(verify({revocation(1, 5)}), "unknown_key 0");
    EXPECT_EQ(verify({registration(1, 5, 5), revocation(2, 5), revocation(3, 5)}), "revoked_key 2");
}

TEST(SignedWritesAudit, GoesOnFromItsState) {
    const TestLog log({registration(1, 5, 5), registration(2, 6, 6), revocation(3, 6),
                       cancel(4, "a"), cancel(5, "b")});
    EntrySignatures signatures;
    VerifyOptions options;
    options.hooks = signatures.hooks();
    ASSERT_EQ(log.verify(options), "ok");
    const Json state = signatures.state();
    EntrySignatures restored;
    ASSERT_TRUE(restored.restore(state));
    EXPECT_EQ(restored.state(), state);
    EXPECT_EQ(restored.signed_writes().writes(), 2U);
    Json old = state;
    old.erase("signed_writes");
    EXPECT_TRUE(EntrySignatures().restore(old)) << "of before writes were signed";
    Json broken = state;
    broken["signed_writes"]["used"][0]["digest"] = "AAAA";
    EXPECT_EQ(EntrySignatures().restore(broken).error().code(), "bad_state");
    const auto next = [&state](const std::string& entry) {
        EntrySignatures gone_on;
        EXPECT_TRUE(gone_on.restore(state));
        VerifyOptions how;
        how.hooks = gone_on.hooks();
        const std::string result = TestLog({entry}).verify(how);
        return result.substr(0, result.find(' '));
    };
    EXPECT_EQ(next(cancel(6, "c")), "ok");
    EXPECT_EQ(next(cancel(6, "b")), "signature_reused");
    EXPECT_EQ(next(cancel(6, "c", {.by = {.id = 6, .key = 6}})), "revoked_key");
}

TEST(SignedWritesAudit, RemembersADay) {
    const TestLog log({registration(1, 5, 5), cancel(2, "a"), cancel(3, "b"),
                       cancel(90'000, "c", {.by = {.at = 90'000}})});
    EntrySignatures signatures;
    VerifyOptions options;
    options.hooks = signatures.hooks();
    ASSERT_EQ(log.verify(options), "ok");
    EXPECT_EQ(signatures.signed_writes().writes(), 3U);
    const Json state = signatures.state();
    EXPECT_EQ(state.at("signed_writes").at("used").size(), 1U);
}

}  // namespace
}  // namespace suanpan::audit
