#include "services/iam/jwk.hpp"

#include "base/base64url.hpp"
#include "base/json.hpp"

#include <nlohmann/json.hpp>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <array>
#include <optional>
#include <utility>

namespace suanpan::services {

namespace {

constexpr std::size_t kMaxJwks = 262'144;
constexpr std::size_t kMaxKeys = 100;
constexpr int kLeastRsaBits = 2'048;
constexpr int kMostRsaBits = 8'192;
constexpr std::size_t kCoordinate = 32;

struct Free {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
    void operator()(OSSL_PARAM_BLD* builder) const { OSSL_PARAM_BLD_free(builder); }
    void operator()(OSSL_PARAM* parameters) const { OSSL_PARAM_free(parameters); }
    void operator()(BIGNUM* number) const { BN_free(number); }
    void operator()(ECDSA_SIG* signature) const { ECDSA_SIG_free(signature); }
};
template <typename T>
using Owned = std::unique_ptr<T, Free>;
using Pkey = Owned<EVP_PKEY>;

const unsigned char* raw(std::string_view bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

Owned<BIGNUM> number(std::string_view bytes) {
    return Owned<BIGNUM>(BN_bin2bn(raw(bytes), static_cast<int>(bytes.size()), nullptr));
}

Pkey from_parameters(const char* type, OSSL_PARAM_BLD* builder) {
    const Owned<OSSL_PARAM> parameters(OSSL_PARAM_BLD_to_param(builder));
    const Owned<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
    EVP_PKEY* key = nullptr;
    if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1)
        return nullptr;
    return Pkey(key);
}

Pkey rsa_key(std::string_view modulus, std::string_view exponent) {
    const auto n = number(modulus);
    const auto e = number(exponent);
    const int bits = BN_num_bits(n.get());
    if (bits < kLeastRsaBits || bits > kMostRsaBits) return nullptr;
    const Owned<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
    return from_parameters("RSA", builder.get());
}

Pkey p256_key(std::string_view x, std::string_view y) {
    if (x.size() != kCoordinate || y.size() != kCoordinate) return nullptr;
    const std::string point = "\x04" + std::string(x) + std::string(y);  // SEC 1 §2.3.3
    const Owned<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
    OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0);
    OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                     point.size());
    return from_parameters("EC", builder.get());
}

Pkey ed25519_key(std::string_view x) {
    return Pkey(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw(x), x.size()));
}

// RFC 7518 §3.4 to the DER that OpenSSL reads.
std::optional<std::string> der_of(std::string_view signature) {
    if (signature.size() != 2 * kCoordinate) return std::nullopt;
    const Owned<ECDSA_SIG> parts(ECDSA_SIG_new());
    ECDSA_SIG_set0(parts.get(), number(signature.substr(0, kCoordinate)).release(),
                   number(signature.substr(kCoordinate)).release());
    unsigned char* der = nullptr;
    const int size = i2d_ECDSA_SIG(parts.get(), &der);
    if (size <= 0) return std::nullopt;
    std::string out(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
    return out;
}

// A text member; empty when there is none.
std::string text(const Json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string bytes(const Json& object, const char* name) {
    return from_base64url(text(object, name)).value_or("");
}

tl::unexpected<Error> unused(const std::string& why) {
    return fail("unused_jwk", "the key is not used: " + why);
}

}  // namespace

struct Jwk::Key {
    Pkey key;
};

Result<Jwk> Jwk::parse(std::string_view json) {
    const auto object = parse_json(json);
    if (!object || !object->is_object()) return fail("bad_jwk", "a key is a JSON object");
    const std::string use = text(*object, "use");
    if (!use.empty() && use != "sig") return unused("its use is not sig");
    const std::string type = text(*object, "kty");
    const std::string curve = text(*object, "crv");
    Jwk out;
    out.id_ = text(*object, "kid");
    Pkey key;
    if (type == "RSA") {
        out.algorithm_ = "RS256";
        key = rsa_key(bytes(*object, "n"), bytes(*object, "e"));
    } else if (type == "EC" && curve == "P-256") {
        out.algorithm_ = "ES256";
        key = p256_key(bytes(*object, "x"), bytes(*object, "y"));
    } else if (type == "OKP" && curve == "Ed25519") {
        out.algorithm_ = "EdDSA";
        key = ed25519_key(bytes(*object, "x"));
    } else {
        return unused("it is neither RSA, nor P-256, nor Ed25519");
    }
    const std::string algorithm = text(*object, "alg");
    if (!algorithm.empty() && algorithm != out.algorithm_)
        return unused("its algorithm is not " + out.algorithm_);
    if (!key)
        return fail("bad_jwk", "the numbers of the key '" + out.id_ + "' make no public key for " +
                                   out.algorithm_);
    out.key_ = std::make_shared<const Key>(Key{std::move(key)});
    return out;
}

bool Jwk::verify(std::string_view message, std::string_view signature) const {
    std::string der;
    if (algorithm_ == "ES256") {
        auto made = der_of(signature);
        if (!made) return false;
        der = std::move(*made);
        signature = der;
    }
    const EVP_MD* digest = algorithm_ == "EdDSA" ? nullptr : EVP_sha256();
    const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
    return context &&
           EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, key_->key.get()) == 1 &&
           EVP_DigestVerify(context.get(), raw(signature), signature.size(), raw(message),
                            message.size()) == 1;
}

Result<Jwks> parse_jwks(std::string_view json) {
    JsonLimits limits;
    limits.max_bytes = kMaxJwks;
    const auto set = parse_json(json, limits);
    if (!set || !set->is_object() || !set->contains("keys") || !(*set)["keys"].is_array() ||
        (*set)["keys"].size() > kMaxKeys)
        return fail("bad_jwks", "a set of keys is a JSON object with an array `keys`");
    Jwks out;
    for (const Json& entry : (*set)["keys"]) {
        auto key = Jwk::parse(entry.dump());
        if (key) out.emplace(key->id(), std::move(*key));
    }
    if (out.empty()) return fail("bad_jwks", "no key of the set can verify RS256, ES256 or EdDSA");
    return out;
}

}  // namespace suanpan::services
