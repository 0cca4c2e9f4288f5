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
constexpr Time kAt(1'800'000'000);  // 2027-01-15T08:00:00Z
constexpr std::string_view kLog = "market.example/log";
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

WriteToSign order(std::string_view once = "once", std::string_view body = kBody) {
    return {kLog, kAuthor, kPath, once, body};
}

WriteSignature sign(const WriteToSign& write) {
    const auto type =
        core::signed_payload_type({write.log, write.author, kAt, write.path, write.once});
    return {kId, kAt, std::string(as_chars(key().sign(dsse_pae(type.value(), write.body))))};
}

std::string code_of(const Result<std::string>& sealed) {
    return sealed ? "ok" : sealed.error().code();
}

TEST(WriteSignature, IsAnIdATimeAndSixtyFourBytes) {
    const std::string bytes(64, 's');
    const std::string id = "key=" + to_string(kId);
    const std::string at = ";at=2027-01-15T08:00:00Z";
    const std::string sig = ";sig=" + to_base64(bytes);
    const auto good = parse_write_signature(id + at + sig);
    ASSERT_TRUE(good);
    EXPECT_EQ(good->key, kId);
    EXPECT_EQ(good->at, kAt);
    EXPECT_EQ(good->bytes, bytes);
    const std::vector<std::string> malformed{"",
                                             ";",
                                             "key=;at=;sig=",
                                             id,
                                             id + at,
                                             id + at + ";sig=",
                                             id + sig,
                                             at.substr(1) + sig,
                                             at.substr(1) + ";" + id + sig,
                                             id + ";at=2027-01-15" + sig,
                                             id + ";at=1800000000" + sig,
                                             id + at + ";sig=" + to_base64(std::string(63, 's')),
                                             id + at + ";sig=" + to_base64(std::string(65, 's')),
                                             id + at + ";sig=" + to_hex(bytes),
                                             id + at + sig + " ",
                                             id + at + sig + ";",
                                             id + at + "; sig=" + to_base64(bytes),
                                             "key=ord" + to_string(kId).substr(3) + at + sig,
                                             to_string(kId) + ":" + to_base64(bytes)};
    for (const std::string& header : malformed) {
        const auto refused = parse_write_signature(header);
        ASSERT_FALSE(refused) << header;
        EXPECT_EQ(refused.error().code(), "bad_signature_header");
    }
}

TEST(WriteSignature, StandsForOneLogOneAuthorOneTimeOnePathOneKeyAndOneBody) {
    const WriteSignature signature = sign(order());
    const auto sealed = seal_write(order(), signature, row());
    ASSERT_TRUE(sealed);
    const auto write = core::read_signed_write(*sealed);
    ASSERT_TRUE(write);
    EXPECT_EQ(write->log, kLog);
    EXPECT_EQ(write->by, kAuthor);
    EXPECT_EQ(write->at, kAt);
    EXPECT_EQ(write->path, kPath);
    EXPECT_EQ(write->once, "once");
    EXPECT_EQ(write->body(), kBody);
    EXPECT_EQ(write->key, kId);
    const auto seal = [&](const WriteToSign& other) {
        return code_of(seal_write(other, signature, row()));
    };
    EXPECT_EQ(seal({"another.example/log", kAuthor, kPath, "once", kBody}), "bad_signature");
    EXPECT_EQ(seal({kLog, kAuthor, "/v1/order", "once", kBody}), "bad_signature");
    EXPECT_EQ(seal(order("twice")), "bad_signature");
    EXPECT_EQ(seal(order("once", "{}")), "bad_signature");
    WriteSignature later = signature;
    later.at = Time(kAt.value + 1);
    EXPECT_EQ(code_of(seal_write(order(), later, row())), "bad_signature");
    // One public key may be of two organisations.
    WriteToSign of_another = order();
    of_another.author = numbered<OrganisationId>(2);
    core::SigningKeyRow of_both = row();
    of_both.organisation = of_another.author;
    EXPECT_EQ(code_of(seal_write(of_another, signature, of_both)), "bad_signature");
}

TEST(WriteSignature, NeedsAKeyOfItsAuthor) {
    const WriteSignature signature = sign(order());
    EXPECT_EQ(code_of(seal_write(order(), signature, std::nullopt)), "unknown_key");
    core::SigningKeyRow foreign = row();
    foreign.organisation = numbered<OrganisationId>(2);
    EXPECT_EQ(code_of(seal_write(order(), signature, foreign)), "unknown_key");
    core::SigningKeyRow revoked = row();
    revoked.revoked = true;
    EXPECT_EQ(code_of(seal_write(order(), signature, revoked)), "ok")
        << "a repeat of what it signed before gets its first answer; the market refuses others";
}

TEST(WriteSignature, IsOfWhatAnEntryCanHold) {
    const WriteSignature any{kId, kAt, std::string(64, 's')};
    const auto seal = [&any](const WriteToSign& write) {
        return code_of(seal_write(write, any, row()));
    };
    EXPECT_EQ(seal(order("once", std::string(core::kMaxSignedBody, 'x'))), "bad_signature");
    EXPECT_EQ(seal(order("once", std::string(core::kMaxSignedBody + 1, 'x'))), "signed_too_long");
    EXPECT_EQ(seal(order(std::string(core::kMaxSignedOnce + 1, 'k'))), "signed_too_long");
    EXPECT_EQ(seal(order("a/b")), "signed_too_long");
    const std::string path = "/" + std::string(core::kMaxSignedPath, 'p');
    EXPECT_EQ(seal({kLog, kAuthor, path, "once", kBody}), "signed_too_long");
}

}  // namespace
}  // namespace suanpan::services
