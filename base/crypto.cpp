#include "base/crypto.hpp"

#include "base/check.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

namespace suanpan {
namespace {

struct FreePkey {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeDigest {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Pkey = std::unique_ptr<EVP_PKEY, FreePkey>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, FreeDigest>;

const unsigned char* raw(std::string_view bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

// Fetched once: an implicit fetch per digest costs more than hashing a short entry.
const EVP_MD* sha256_algorithm() {
    static EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    return algorithm;
}

// Little-endian y coordinates of the points whose order divides 8; each stands for both signs of x.
constexpr std::string_view kSmallOrderHex[] = {
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
};

// Of small order, or y not below p = 2^255 − 19 (RFC 8032 §5.1.3 refuses to decode it).
// Under a key of small order one signature fits many messages: its owner could deny what was
// signed.
bool is_weak(PublicKey key) {
    key[31] = static_cast<std::uint8_t>(key[31] & 0x7F);
    const std::string hex = to_hex(as_chars(key));
    for (const std::string_view weak : kSmallOrderHex) {
        if (hex == weak) return true;
    }
    return key[0] >= 0xED && hex.substr(2) == std::string(60, 'f') + "7f";
}

}  // namespace

Hash sha256(std::string_view bytes) {
    return sha256({bytes});
}

Hash sha256(std::initializer_list<std::string_view> parts) {
    thread_local const DigestContext context(EVP_MD_CTX_new());
    CHECK(context && EVP_DigestInit_ex2(context.get(), sha256_algorithm(), nullptr) == 1);
    for (const std::string_view part : parts) {
        CHECK(EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1);
    }
    Hash hash{};
    CHECK(EVP_DigestFinal_ex(context.get(), hash.data(), nullptr) == 1);
    return hash;
}

Result<PublicKey> public_key_from(std::string_view bytes) {
    PublicKey key{};
    if (bytes.size() != key.size()) return fail("bad_key", "an Ed25519 public key has 32 bytes");
    for (std::size_t i = 0; i < key.size(); ++i)
        key[i] = static_cast<std::uint8_t>(bytes[i]);
    if (is_weak(key)) return fail("bad_key", "the Ed25519 public key is of small order");
    return key;
}

Result<PublicKey> parse_public_key(std::string_view base64) {
    const auto raw_key = from_base64(base64);
    if (!raw_key) return fail(raw_key.error());
    return public_key_from(*raw_key);
}

bool verify_ed25519(const PublicKey& key, std::string_view message, std::string_view signature) {
    if (signature.size() != Signature{}.size()) return false;
    const Pkey pkey(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.data(), key.size()));
    if (!pkey) return false;
    const DigestContext context(EVP_MD_CTX_new());
    CHECK(context);
    if (EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, pkey.get()) != 1)
        return false;
    return EVP_DigestVerify(context.get(), raw(signature), signature.size(), raw(message),
                            message.size()) == 1;
}

struct SigningKey::Impl {
    Pkey pkey;
    PublicKey public_key{};
};

SigningKey::SigningKey(const Seed& seed) : impl_(std::make_unique<Impl>()) {
    impl_->pkey.reset(
        EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size()));
    CHECK(impl_->pkey);
    std::size_t length = impl_->public_key.size();
    CHECK(EVP_PKEY_get_raw_public_key(impl_->pkey.get(), impl_->public_key.data(), &length) == 1);
}

SigningKey::~SigningKey() = default;
SigningKey::SigningKey(SigningKey&&) noexcept = default;
SigningKey& SigningKey::operator=(SigningKey&&) noexcept = default;

Signature SigningKey::sign(std::string_view message) const {
    const DigestContext context(EVP_MD_CTX_new());
    CHECK(context &&
          EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, impl_->pkey.get()) == 1);
    Signature signature{};
    std::size_t length = signature.size();
    CHECK(EVP_DigestSign(context.get(), signature.data(), &length, raw(message), message.size()) ==
          1);
    return signature;
}

const PublicKey& SigningKey::public_key() const {
    return impl_->public_key;
}

bool equal_constant_time(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace suanpan
