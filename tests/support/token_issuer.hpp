#pragma once

// An identity provider for tests: keys of its own and the tokens that they sign, good ones and bad.

#include <memory>
#include <string>
#include <string_view>

namespace suanpan::support {

class TokenIssuer {
 public:
    // "RS256", "ES256" or "EdDSA".
    TokenIssuer(std::string algorithm, std::string key_id);
    ~TokenIssuer();
    TokenIssuer(const TokenIssuer&) = delete;
    TokenIssuer& operator=(const TokenIssuer&) = delete;

    // One key of a JWKS.
    [[nodiscard]] std::string jwk() const;
    // {"keys":[…]} with this one.
    [[nodiscard]] std::string jwks() const;
    // With the usual header.
    [[nodiscard]] std::string token(std::string_view claims) const;
    // With any header, signed by this key whatever the header says.
    [[nodiscard]] std::string token(std::string_view header, std::string_view claims) const;
    [[nodiscard]] std::string public_pem() const;

 private:
    struct Impl;
    std::string algorithm_;
    std::string key_id_;
    std::unique_ptr<Impl> impl_;
};

// header.claims.HMAC-SHA256(secret)
std::string hmac_token(std::string_view header, std::string_view claims, std::string_view secret);
// header.claims. — without a signature
std::string unsigned_token(std::string_view header, std::string_view claims);

}  // namespace suanpan::support
