#include "services/webhooks/signature.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace suanpan::services {
namespace {

Hash filled(std::uint8_t byte) {
    Hash out{};
    out.fill(byte);
    return out;
}

WebhookId numbered(std::uint8_t number) {
    WebhookId id;
    id.bytes.fill(number);
    return id;
}

// The vector of the reference implementations of Standard Webhooks.
TEST(WebhookSignature, IsThatOfTheSpecification) {
    const auto secret = from_base64("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    ASSERT_TRUE(secret);
    EXPECT_EQ(sign_webhook(*secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1'614'265'330,
                           R"({"test": 2432232314})"),
              "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(WebhookSignature, EachEndpointAndGenerationHasASecretOfItsOwn) {
    const WebhookKey key(filled(1));
    const WebhookKey other(filled(2));
    std::set<std::string> secrets;
    for (const WebhookId& endpoint : {numbered(1), numbered(2)}) {
        for (const std::int64_t generation : {1, 2, 256, 257}) {
            secrets.insert(key.secret(endpoint, generation));
            secrets.insert(other.secret(endpoint, generation));
        }
    }
    EXPECT_EQ(secrets.size(), 16U);
    EXPECT_EQ(key.secret(numbered(1), 1), WebhookKey(filled(1)).secret(numbered(1), 1));
    EXPECT_EQ(key.secret(numbered(1), 1).size(), 32U);
    EXPECT_EQ(key.shown_secret(numbered(1), 1), "whsec_" + to_base64(key.secret(numbered(1), 1)));
    EXPECT_NE(key.check(), other.check());
    EXPECT_NE(as_chars(key.check()), as_chars(filled(1)));
}

// HMAC-SHA256 of the bytes that the header names, made with openssl's command.
TEST(WebhookSignature, SecretsAreDerivedAsDocumented) {
    const WebhookKey key(filled(0xab));
    EXPECT_EQ(to_hex(key.secret(numbered(0x11), 3)),
              "556e768eb798786eac835567228d7936332203aa46a2206beeec891a812fabb2");
}

TEST(WebhookSignature, BothSecretsSignWhileTheyOverlap) {
    const WebhookKey key(filled(1));
    db::WebhookRow row;
    row.id = numbered(7);
    row.generation = 2;
    row.former_until = Time(1'000);
    const std::string today = sign_webhook(key.secret(row.id, 2), "evt_1", 999, "{}");
    const std::string former = sign_webhook(key.secret(row.id, 1), "evt_1", 999, "{}");
    EXPECT_EQ(key.signatures(row, "evt_1", Time(999), "{}"), today + " " + former);
    EXPECT_EQ(key.signatures(row, "evt_1", Time(1'000), "{}").find(' '), std::string::npos);
    row.former_until.reset();
    EXPECT_EQ(key.signatures(row, "evt_1", Time(999), "{}"), today);
}

TEST(WebhookKeyFile, IsMadeOnceAndForItsOwnerAlone) {
    const support::TempDir dir;
    const auto file = dir.path() / "keys" / "webhooks.key";
    const Hash made = WebhookKey::load_or_make(file);
    struct ::stat info{};
    ASSERT_EQ(::stat(file.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0600U);
    EXPECT_EQ(WebhookKey::load_or_make(file), made);
    const auto another = dir.path() / "another.key";
    EXPECT_NE(WebhookKey::load_or_make(another), made);
}

TEST(WebhookKeyFile, IsRefusedWhenOthersCanReadItOrItIsNoKey) {
    const support::TempDir dir;
    const auto file = dir.path() / "webhooks.key";
    static_cast<void>(WebhookKey::load_or_make(file));
    ASSERT_EQ(::chmod(file.c_str(), 0640), 0);
    EXPECT_THROW(static_cast<void>(WebhookKey::load_or_make(file)), std::runtime_error);
    ASSERT_EQ(::chmod(file.c_str(), 0600), 0);
    const std::vector<std::string> no_keys{"",
                                           "x",
                                           std::string(63, 'a'),
                                           std::string(65, 'a'),
                                           std::string(64, 'g'),
                                           std::string(64, 'a') + "\n\n"};
    for (const std::string& text : no_keys) {
        std::ofstream(file) << text;
        EXPECT_THROW(static_cast<void>(WebhookKey::load_or_make(file)), std::runtime_error) << text;
    }
    std::ofstream(file) << std::string(64, 'a') << "\n";
    EXPECT_EQ(WebhookKey::load_or_make(file), filled(0xaa));
}

}  // namespace
}  // namespace suanpan::services
