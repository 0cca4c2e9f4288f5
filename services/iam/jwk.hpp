#pragma once

// Public keys of an identity provider (RFC 7517, RFC 8037): RSA of at least 2048 bits for RS256,
// P-256 for ES256, Ed25519 for EdDSA. A key verifies with its own algorithm and no other.

#include "base/result.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace suanpan::services {

class Jwk {
 public:
    // One key of a set, as JSON. Errors: `bad_jwk`; `unused_jwk` for a key that is not for
    // signatures or of another algorithm, which a set may well hold.
    static Result<Jwk> parse(std::string_view json);

    [[nodiscard]] const std::string& id() const { return id_; }                // kid
    [[nodiscard]] const std::string& algorithm() const { return algorithm_; }  // "RS256", …
    // `signature`: as in a JWS (RFC 7518 §3.4: R and S one after the other for ES256).
    [[nodiscard]] bool verify(std::string_view message, std::string_view signature) const;

 private:
    struct Key;
    std::string id_;
    std::string algorithm_;
    std::shared_ptr<const Key> key_;
};

// Those of a set that can be used, by `kid`. Error `bad_jwks`: no JSON, no set, or none in it.
using Jwks = std::map<std::string, Jwk, std::less<>>;
Result<Jwks> parse_jwks(std::string_view json);

}  // namespace suanpan::services
