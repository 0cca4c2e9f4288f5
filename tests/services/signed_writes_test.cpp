// The header of a signed write, and what the server makes of it.

#include "services/iam/signed_writes.hpp"

#include "base/bytes.hpp"
#include "core/signed_write.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace suanpan::services {
namespace {

template <typename IdType>
IdType numbered(std::uint8_t number) {
    return IdType{make_id_bytes(Time(1'800'000'000), {number})};
}

const SigningKeyId kId = numbered<SigningKeyId>(1);
const OrganisationId kAuthor = numbered<OrganisationId>(1);
constexpr std::string_view kPath = "/v1/orders";
constexpr std::string_view kBody = R"({"side":"buy"})";

SigningKey key() {
    Seed seed{};
    seed.fill(7);
    return SigningKey(seed);
}

core::SigningKeyRow row() {
    return {kId, kAuthor, key().public_key(), false, LogIndex(1)};
}

std::string signature_for(std::string_view path, std::string_view once, std::string_view body) {
    const auto type = core::signed_payload_type(path, once);
    return std::string(as_chars(key().sign(dsse_pae(type.value(), body))));
}

std::string code_of(const Result<std::string>& sealed) {
    return sealed ? "ok" : sealed.error().code();
}

TEST(WriteSignature, IsAnIdAndSixtyFourBytes) {
    const std::string bytes(64, 's');
    const auto good = parse_write_signature(to_string(kId) + ":" + to_base64(bytes));
    ASSERT_TRUE(good);
    EXPECT_EQ(good->key, kId);
    EXPECT_EQ(good->bytes, bytes);
    const std::vector<std::string> malformed{
        "",
        ":",
        to_string(kId),
        to_string(kId) + ":",
        to_string(kId) + ":" + to_base64(std::string(63, 's')),
        to_string(kId) + ":" + to_base64(std::string(65, 's')),
        to_string(kId) + ":" + to_base64(bytes) + " ",
        to_string(kId) + ": " + to_base64(bytes),
        to_string(kId) + ":" + to_hex(bytes),
        "ord" + to_string(kId).substr(3) + ":" + to_base64(bytes),
        to_base64(bytes)};
    for (const std::string& header : malformed) {
        const auto refused = parse_write_signature(header);
        ASSERT_FALSE(refused) << header;
        EXPECT_EQ(refused.error().code(), "bad_signature_header");
    }
}

TEST(WriteSignature, StandsForOnePathOneKeyAndOneBody) {
    const WriteSignature signature{kId, signature_for(kPath, "once", kBody)};
    const auto seal = [&](const WriteToSign& write) {
        return code_of(seal_write(write, signature, row(), kAuthor));
    };
    const auto sealed = seal_write({kPath, "once", kBody}, signature, row(), kAuthor);
    ASSERT_TRUE(sealed);
    const auto write = core::read_signed_write(*sealed);
    ASSERT_TRUE(write);
    EXPECT_EQ(write->path, kPath);
    EXPECT_EQ(write->once, "once");
    EXPECT_EQ(write->body(), kBody);
    EXPECT_EQ(write->key, kId);
    EXPECT_EQ(seal({"/v1/order", "once", kBody}), "bad_signature");
    EXPECT_EQ(seal({kPath, "twice", kBody}), "bad_signature");
    EXPECT_EQ(seal({kPath, "once", "{}"}), "bad_signature");
}

TEST(WriteSignature, NeedsAKeyOfItsAuthorInForce) {
    const WriteSignature signature{kId, signature_for(kPath, "once", kBody)};
    const WriteToSign write{kPath, "once", kBody};
    EXPECT_EQ(code_of(seal_write(write, signature, std::nullopt, kAuthor)), "unknown_key");
    EXPECT_EQ(code_of(seal_write(write, signature, row(), numbered<OrganisationId>(2))),
              "unknown_key");
    core::SigningKeyRow revoked = row();
    revoked.revoked = true;
    EXPECT_EQ(code_of(seal_write(write, signature, revoked, kAuthor)), "revoked_key");
}

TEST(WriteSignature, IsOfWhatAnEntryCanHold) {
    const WriteSignature any{kId, std::string(64, 's')};
    const auto seal = [&any](const WriteToSign& write) {
        return code_of(seal_write(write, any, row(), kAuthor));
    };
    EXPECT_EQ(seal({kPath, "once", std::string(core::kMaxSignedBody, 'x')}), "bad_signature");
    EXPECT_EQ(seal({kPath, "once", std::string(core::kMaxSignedBody + 1, 'x')}), "signed_too_long");
    EXPECT_EQ(seal({kPath, std::string(core::kMaxSignedOnce + 1, 'k'), kBody}), "signed_too_long");
    EXPECT_EQ(seal({kPath, "a/b", kBody}), "signed_too_long");
    EXPECT_EQ(seal({"/" + std::string(300, 'p'), "once", kBody}), "signed_too_long");
}

}  // namespace
}  // namespace suanpan::services
