#include "base/crypto.hpp"

#include "tests/base/seeded.hpp"

#include <gtest/gtest.h>
#include <openssl/err.h>

#include <algorithm>
#include <thread>
#include <utility>
#include <vector>

namespace suanpan {
namespace {

std::string hex_of(const Hash& hash) {
    return to_hex(as_chars(hash));
}
std::string unhex(std::string_view text) {
    return from_hex(text).value();
}

Seed seed_of(std::string_view hex) {
    const std::string bytes = unhex(hex);
    Seed seed{};
    std::copy(bytes.begin(), bytes.end(), seed.begin());
    return seed;
}

// FIPS 180-4 examples (NIST, "Examples with Intermediate Values") and CAVP short messages.
TEST(Sha256, NistVectors) {
    EXPECT_EQ(hex_of(sha256("")),
              "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(hex_of(sha256("abc")),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(hex_of(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    EXPECT_EQ(hex_of(sha256("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
                            "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu")),
              "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
    EXPECT_EQ(hex_of(sha256(std::string(1'000'000, 'a'))),
              "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    EXPECT_EQ(hex_of(sha256(unhex("bd"))),
              "68325720aabd7c82f30f554b313d0570c95accbb7dc4b5aae11204c08ffe732b");
    EXPECT_EQ(hex_of(sha256(unhex("c98c8e55"))),
              "7abc22c0ae5af26ce93dbb94433a0e0b2e119d014f8e7f65bd56c61ccccd9504");
}

TEST(Sha256, OfPartsIsOfTheConcatenation) {
    EXPECT_EQ(sha256({"a", "bc"}), sha256("abc"));
    EXPECT_EQ(sha256({"abc"}), sha256("abc"));
    EXPECT_EQ(sha256({"", std::string_view(), "abc"}), sha256("abc"));
    EXPECT_EQ(sha256(std::string_view()), sha256(""));
    Seeded random;
    for (int i = 0; i < 500; ++i) {
        const std::string bytes = random.bytes(random.between(0, 300));
        const std::string_view all = bytes;
        const auto cut =
            static_cast<std::size_t>(random.between(0, static_cast<std::int64_t>(bytes.size())));
        ASSERT_EQ(sha256({all.substr(0, cut), all.substr(cut)}), sha256(all));
    }
}

TEST(Sha256, ThreadsDoNotDisturbEachOther) {
    std::vector<int> wrong(4, 0);
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < wrong.size(); ++t) {
        threads.emplace_back([&wrong, t] {
            const std::string text(t * 50, 'x');
            const Hash expected = sha256(text);
            for (int i = 0; i < 5'000; ++i)
                wrong[t] += sha256(text) == expected ? 0 : 1;
        });
    }
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(wrong, std::vector<int>(4, 0));
}

struct Vector {
    const char *seed, *public_key, *message, *signature;
};

// RFC 8032 §7.1: TEST 1, 2, 3 and SHA(abc).
constexpr Vector kRfc8032[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b"
     "46b"
     "d25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11"
     "d8c"
     "387b2eaeb4302aeeb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc"
     "659"
     "4a7c15e9716ed28dc027beceea1ec40a"},
    {"833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
     "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3fee"
     "bbd"
     "454d4423643ce80e2a9ac94fa54ca49f",
     "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e"
     "030"
     "3dca179c138ac17ad9bef1177331a704"}};

TEST(Ed25519, Rfc8032Vectors) {
    for (const Vector& v : kRfc8032) {
        const SigningKey key(seed_of(v.seed));
        EXPECT_EQ(to_hex(as_chars(key.public_key())), v.public_key);
        EXPECT_EQ(to_hex(as_chars(key.sign(unhex(v.message)))), v.signature);
        const PublicKey public_key = public_key_from(unhex(v.public_key)).value();
        EXPECT_TRUE(verify_ed25519(public_key, unhex(v.message), unhex(v.signature)));
    }
}

TEST(Ed25519, RefusesEveryAlteredBit) {
    const std::string message = "24 lots for six hours";
    const SigningKey key(seed_of(kRfc8032[1].seed));
    const Signature signed_bytes = key.sign(message);
    const std::string signature(as_chars(signed_bytes));
    ASSERT_TRUE(verify_ed25519(key.public_key(), message, signature));
    const auto flipped = [](std::string text, std::size_t bit) {
        text[bit / 8] = static_cast<char>(text[bit / 8] ^ (1 << (bit % 8)));
        return text;
    };
    for (std::size_t bit = 0; bit < signature.size() * 8; ++bit) {
        EXPECT_FALSE(verify_ed25519(key.public_key(), message, flipped(signature, bit))) << bit;
    }
    for (std::size_t bit = 0; bit < message.size() * 8; ++bit) {
        EXPECT_FALSE(verify_ed25519(key.public_key(), flipped(message, bit), signature)) << bit;
    }
    for (std::size_t bit = 0; bit < 256; ++bit) {
        PublicKey other = key.public_key();
        other[bit / 8] = static_cast<std::uint8_t>(other[bit / 8] ^ (1 << (bit % 8)));
        EXPECT_FALSE(verify_ed25519(other, message, signature)) << bit;
    }
}

TEST(Ed25519, RefusesOtherMessagesKeysAndLengths) {
    const SigningKey key(seed_of(kRfc8032[0].seed));
    const SigningKey other(seed_of(kRfc8032[2].seed));
    const Signature signed_bytes = key.sign("message");
    const std::string signature(as_chars(signed_bytes));
    EXPECT_FALSE(verify_ed25519(key.public_key(), "message ", signature));
    EXPECT_FALSE(verify_ed25519(key.public_key(), "", signature));
    EXPECT_FALSE(verify_ed25519(key.public_key(), std::string_view("message\0", 8), signature));
    EXPECT_FALSE(verify_ed25519(other.public_key(), "message", signature));
    EXPECT_FALSE(verify_ed25519(key.public_key(), "message", ""));
    EXPECT_FALSE(verify_ed25519(key.public_key(), "message", std::string_view()));
    EXPECT_FALSE(verify_ed25519(key.public_key(), "message", signature.substr(0, 63)));
    EXPECT_FALSE(verify_ed25519(key.public_key(), "message", signature + '\0'));
    EXPECT_FALSE(verify_ed25519(key.public_key(), "message", std::string(64, '\0')));
    EXPECT_FALSE(verify_ed25519(key.public_key(), "message", std::string(64, '\xFF')));
}

// S + L, with L the group's order, satisfies the same equation (RFC 8032 §5.1.7 demands S < L): a
// second signature of the same bytes.
TEST(Ed25519, RefusesTheMalleatedSignature) {
    const std::string order =
        unhex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
    const SigningKey key(seed_of(kRfc8032[0].seed));
    const Signature signed_bytes = key.sign("message");
    std::string signature(as_chars(signed_bytes));
    int carry = 0;
    for (std::size_t i = 0; i < 32; ++i) {
        const int sum = static_cast<std::uint8_t>(signature[32 + i]) +
                        static_cast<std::uint8_t>(order[i]) + carry;
        signature[32 + i] = static_cast<char>(sum & 0xFF);
        carry = sum >> 8;
    }
    ASSERT_EQ(carry, 0);
    EXPECT_FALSE(verify_ed25519(key.public_key(), "message", signature));
}

TEST(Ed25519, SignsTheEmptyMessageInEveryGuise) {
    const SigningKey key(seed_of(kRfc8032[0].seed));
    EXPECT_EQ(key.sign(""), key.sign(std::string_view()));
    const Signature signed_bytes = key.sign("");
    EXPECT_TRUE(verify_ed25519(key.public_key(), std::string_view(), as_chars(signed_bytes)));
}

// A refused signature left an error in OpenSSL's queue of the thread, where the next TLS call finds
// The next TLS call of the thread would take an error left in OpenSSL's queue for its own.
TEST(Ed25519, ARefusalLeavesNoErrorBehind) {
    ERR_clear_error();
    const SigningKey key(seed_of(kRfc8032[0].seed));
    EXPECT_FALSE(verify_ed25519(key.public_key(), "message", std::string(64, 'x')));
    EXPECT_EQ(ERR_peek_error(), 0UL);
    PublicKey not_a_point{};
    not_a_point[0] = 2;
    EXPECT_FALSE(verify_ed25519(not_a_point, "message", std::string(64, 'x')));
    EXPECT_EQ(ERR_peek_error(), 0UL);
}

TEST(Ed25519, KeysMove) {
    SigningKey key(seed_of(kRfc8032[0].seed));
    const Signature before = key.sign("message");
    SigningKey moved(std::move(key));
    EXPECT_EQ(moved.sign("message"), before);
    moved = SigningKey(seed_of(kRfc8032[2].seed));
    EXPECT_NE(moved.sign("message"), before);
}

TEST(PublicKey, HasThirtyTwoBytes) {
    for (const std::size_t length : {0U, 31U, 33U, 64U}) {
        const auto got = public_key_from(std::string(length, 'k'));
        ASSERT_FALSE(got.has_value()) << length;
        EXPECT_EQ(got.error().code(), "bad_key");
    }
    EXPECT_EQ(as_chars(public_key_from(std::string(32, 'k')).value()), std::string(32, 'k'));
}

// Under a key of small order one signature fits any message: its owner could deny or swap what was
// signed.
TEST(PublicKey, OfSmallOrderIsRefused) {
    // The y of the points of order 1, 2, 4 and 8, then two encodings with y ≥ p = 2^255 − 19.
    const std::string_view weak[] = {
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"};
    for (const std::string_view hex : weak) {
        for (const int sign : {0x00, 0x80}) {
            std::string bytes = unhex(hex);
            bytes[31] = static_cast<char>(bytes[31] | sign);
            const auto got = public_key_from(bytes);
            ASSERT_FALSE(got.has_value()) << to_hex(bytes);
            EXPECT_EQ(got.error().code(), "bad_key");
        }
    }
}

// Why they are refused: R = the neutral point, S = 0 fits whatever is said.
TEST(PublicKey, OfOrderOneFitsAnything) {
    PublicKey neutral{};
    neutral[0] = 1;
    std::string signature(64, '\0');
    signature[0] = 1;
    EXPECT_TRUE(verify_ed25519(neutral, "pay one", signature));
    EXPECT_TRUE(verify_ed25519(neutral, "pay a million", signature));
}

TEST(ConstantTime, ComparesWhole) {
    EXPECT_TRUE(equal_constant_time("", ""));
    EXPECT_TRUE(equal_constant_time(std::string_view(), ""));
    EXPECT_TRUE(equal_constant_time("secret", "secret"));
    EXPECT_FALSE(equal_constant_time("secret", "secreT"));
    EXPECT_FALSE(equal_constant_time("Secret", "secret"));
    EXPECT_FALSE(equal_constant_time("secret", "secre"));
    EXPECT_FALSE(equal_constant_time("", "s"));
    EXPECT_FALSE(equal_constant_time(std::string_view("a\0b", 3), std::string_view("a\0c", 3)));
}

}  // namespace
}  // namespace suanpan
