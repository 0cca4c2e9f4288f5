#include "support/token_issuer.hpp"

#include "base/base64url.hpp"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

#include <array>
#include <stdexcept>
#include <utility>

namespace suanpan::support {

namespace {

std::string number_of(EVP_PKEY* key, const char* name, int width) {
    BIGNUM* number = nullptr;
    if (EVP_PKEY_get_bn_param(key, name, &number) != 1) throw std::runtime_error("no number");
    std::string out(static_cast<std::size_t>(width > 0 ? width : BN_num_bytes(number)), '\0');
    BN_bn2binpad(number, reinterpret_cast<unsigned char*>(out.data()),
                 static_cast<int>(out.size()));
    BN_free(number);
    return to_base64url(out);
}

std::string raw_of(EVP_PKEY* key) {
    std::array<unsigned char, 32> bytes{};
    std::size_t size = bytes.size();
    EVP_PKEY_get_raw_public_key(key, bytes.data(), &size);
    return to_base64url({reinterpret_cast<const char*>(bytes.data()), size});
}

// The DER that OpenSSL writes to R and S one after the other.
std::string joined(const std::string& der) {
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    ECDSA_SIG* parts = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
    std::string out(64, '\0');
    auto* bytes = reinterpret_cast<unsigned char*>(out.data());
    BN_bn2binpad(ECDSA_SIG_get0_r(parts), bytes, 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(parts), bytes + 32, 32);
    ECDSA_SIG_free(parts);
    return out;
}

std::string message_of(std::string_view header, std::string_view claims) {
    return to_base64url(header) + "." + to_base64url(claims);
}

}  // namespace

struct TokenIssuer::Impl {
    explicit Impl(EVP_PKEY* made) : key(made) {
        if (key == nullptr) throw std::runtime_error("no key");
    }
    ~Impl() { EVP_PKEY_free(key); }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    EVP_PKEY* key;
};

TokenIssuer::TokenIssuer(std::string algorithm, std::string key_id)
    : algorithm_(std::move(algorithm)), key_id_(std::move(key_id)) {
    EVP_PKEY* key = nullptr;
    if (algorithm_ == "RS256")
        key = EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{2'048});
    else if (algorithm_ == "ES256")
        key = EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256");
    else
        key = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
    impl_ = std::make_unique<Impl>(key);
}

TokenIssuer::~TokenIssuer() = default;

std::string TokenIssuer::jwk() const {
    const std::string known = R"(","use":"sig","kid":")" + key_id_ + R"(","alg":")" + algorithm_;
    EVP_PKEY* const key = impl_->key;
    if (algorithm_ == "RS256") {
        return R"({"kty":"RSA)" + known + R"(","n":")" + number_of(key, OSSL_PKEY_PARAM_RSA_N, 0) +
               R"(","e":")" + number_of(key, OSSL_PKEY_PARAM_RSA_E, 0) + R"("})";
    }
    if (algorithm_ == "ES256") {
        return R"({"kty":"EC","crv":"P-256)" + known + R"(","x":")" +
               number_of(key, OSSL_PKEY_PARAM_EC_PUB_X, 32) + R"(","y":")" +
               number_of(key, OSSL_PKEY_PARAM_EC_PUB_Y, 32) + R"("})";
    }
    return R"({"kty":"OKP","crv":"Ed25519)" + known + R"(","x":")" + raw_of(key) + R"("})";
}

std::string TokenIssuer::jwks() const {
    return R"({"keys":[)" + jwk() + "]}";
}

std::string TokenIssuer::token(std::string_view claims) const {
    return token(R"({"alg":")" + algorithm_ + R"(","kid":")" + key_id_ + R"(","typ":"JWT"})",
                 claims);
}

std::string TokenIssuer::token(std::string_view header, std::string_view claims) const {
    const std::string message = message_of(header, claims);
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    const EVP_MD* digest = algorithm_ == "EdDSA" ? nullptr : EVP_sha256();
    std::array<unsigned char, 512> bytes{};
    std::size_t size = bytes.size();
    const bool made =
        EVP_DigestSignInit(context, nullptr, digest, nullptr, impl_->key) == 1 &&
        EVP_DigestSign(context, bytes.data(), &size,
                       reinterpret_cast<const unsigned char*>(message.data()), message.size()) == 1;
    EVP_MD_CTX_free(context);
    if (!made) throw std::runtime_error("not signed");
    std::string signature(reinterpret_cast<const char*>(bytes.data()), size);
    if (algorithm_ == "ES256") signature = joined(signature);
    return message + "." + to_base64url(signature);
}

std::string TokenIssuer::public_pem() const {
    BIO* memory = BIO_new(BIO_s_mem());
    PEM_write_bio_PUBKEY(memory, impl_->key);
    char* data = nullptr;
    const long size = BIO_get_mem_data(memory, &data);
    std::string out(data, static_cast<std::size_t>(size));
    BIO_free(memory);
    return out;
}

std::string hmac_token(std::string_view header, std::string_view claims, std::string_view secret) {
    const std::string message = message_of(header, claims);
    std::array<unsigned char, 32> bytes{};
    unsigned int size = 0;
    HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
         reinterpret_cast<const unsigned char*>(message.data()), message.size(), bytes.data(),
         &size);
    return message + "." + to_base64url({reinterpret_cast<const char*>(bytes.data()), size});
}

std::string unsigned_token(std::string_view header, std::string_view claims) {
    return message_of(header, claims) + ".";
}

}  // namespace suanpan::support
