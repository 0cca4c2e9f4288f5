#pragma once

// Tokens of an OIDC provider for the users of portals (RFC 7519, RFC 8725): who signed in, for
// which organisation, with which roles. The provider's keys are read from where they are published
// and read anew when a token names one that is not known.

#include "base/ids.hpp"
#include "base/result.hpp"
#include "core/account_rows.hpp"
#include "services/clock.hpp"
#include "services/iam/jwk.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace suanpan::services {

struct TokenRules {
    std::string issuer;    // `iss`
    std::string audience;  // in `aud`
    // Claims of our own: an organisation's id, its roles as an array of words, and, for who moves
    // money, the id of a registered person. Names may be URLs, as some providers want them.
    std::string organisation_claim = "organisation";
    std::string roles_claim = "roles";
    std::string person_claim = "person";
};

// What a good token says. Whether the organisation has these roles is for others to ask.
struct TokenClaims {
    OrganisationId organisation;
    std::vector<std::string> roles;
    std::optional<UserId> person{};
    std::string subject;  // `sub`
    Time expires;         // `exp`
};

// By keys that are there. `now` is real time; clocks may differ by a minute. Error `bad_token`,
// whose text is for the operator's log, not for who sent it.
Result<TokenClaims> check_token(std::string_view token, const TokenRules& rules, const Jwks& keys,
                                Time now);
// The `kid` of a token's header; nullopt when it is no token.
std::optional<std::string> key_id_of(std::string_view token);

// Thread-safe.
class TokenVerifier {
 public:
    // Gives the JSON of the provider's keys; throws when it cannot. May take seconds.
    using Fetch = std::function<std::string()>;

    TokenVerifier(TokenRules rules, Fetch fetch, const Clock& real_time);

    [[nodiscard]] const TokenRules& rules() const { return rules_; }
    // Reads the keys now; what is wrong with them is in the log.
    void warm_up() { refresh(true); }
    // Errors: as check_token.
    Result<TokenClaims> verify(std::string_view token);

 private:
    using Instant = std::chrono::steady_clock::time_point;
    std::shared_ptr<const Jwks> keys();
    void refresh(bool unknown_key);
    void keep(Jwks keys);

    TokenRules rules_;
    Fetch fetch_;
    const Clock& clock_;
    std::mutex fetching_;             // one at a time; the others go on with the keys there are
    std::optional<Instant> asked_;    // by whoever fetches
    std::optional<Instant> fetched_;  // with success
    std::mutex mutex_;
    std::shared_ptr<const Jwks> keys_ = std::make_shared<Jwks>();
};

}  // namespace suanpan::services
