#include "services/iam/tokens.hpp"

#include "base/base64url.hpp"
#include "base/json.hpp"

#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <exception>
#include <utility>

namespace suanpan::services {

namespace {

constexpr std::size_t kMaxToken = 8'192;
constexpr std::int64_t kSkew = 60;
constexpr std::size_t kMaxRoles = 16;
constexpr std::chrono::minutes kGoodFor{10};
constexpr std::chrono::seconds kPause{15};     // between two looks
constexpr std::chrono::hours kTrustedFor{24};  // while the provider does not answer

tl::unexpected<Error> bad(std::string why) {
    return fail("bad_token", std::move(why));
}

struct Parts {
    Json header;
    Json claims;
    std::string_view message;  // what is signed
    std::string signature;
};

std::optional<Json> decoded(std::string_view part) {
    const auto bytes = from_base64url(part);
    if (!bytes) return std::nullopt;
    auto json = parse_json(*bytes);
    if (!json || !json->is_object()) return std::nullopt;
    return std::move(*json);
}

std::optional<Parts> split(std::string_view token) {
    if (token.size() > kMaxToken) return std::nullopt;
    const std::size_t first = token.find('.');
    const std::size_t last = token.rfind('.');
    if (first == std::string_view::npos || first == last) return std::nullopt;
    auto header = decoded(token.substr(0, first));
    auto claims = decoded(token.substr(first + 1, last - first - 1));
    auto signature = from_base64url(token.substr(last + 1));
    if (!header || !claims || !signature) return std::nullopt;
    return Parts{std::move(*header), std::move(*claims), token.substr(0, last),
                 std::move(*signature)};
}

std::string text(const Json& object, const std::string& name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::optional<std::int64_t> integer(const Json& object, const char* name) {
    const auto found = object.find(name);
    if (found == object.end() || !found->is_number_integer()) return std::nullopt;
    return found->get<std::int64_t>();
}

bool is_for(const Json& claims, const std::string& audience) {
    const auto found = claims.find("aud");
    if (found == claims.end()) return false;
    if (found->is_string()) return *found == audience;
    return found->is_array() && std::ranges::find(*found, Json(audience)) != found->end();
}

// The key decides on the algorithm; what the header says must be the same and no more.
Result<void> check_signature(const Parts& parts, const Jwks& keys) {
    const auto key = keys.find(text(parts.header, "kid"));
    if (key == keys.end()) return bad("the provider has no key of the token's kid");
    if (text(parts.header, "alg") != key->second.algorithm())
        return bad("the token's alg is not that of its key");
    if (parts.header.contains("crit")) return bad("the token has extensions that must be known");
    if (!key->second.verify(parts.message, parts.signature)) return bad("the signature is wrong");
    return {};
}

Result<TokenClaims> check_claims(const Json& claims, const TokenRules& rules, Time now) {
    if (text(claims, "iss") != rules.issuer) return bad("the token's iss is another one");
    if (!is_for(claims, rules.audience)) return bad("the token's aud is somebody else");
    const auto expires = integer(claims, "exp");
    if (!expires || *expires <= now.value - kSkew) return bad("the token has expired");
    const auto begins = claims.contains("nbf") ? integer(claims, "nbf") : std::int64_t{0};
    if (!begins || *begins > now.value + kSkew) return bad("the token is not good yet");
    TokenClaims out;
    out.expires = Time(*expires);
    out.subject = text(claims, "sub");
    if (out.subject.empty()) return bad("the token has no sub");
    const auto organisation = parse_id<OrganisationId>(text(claims, rules.organisation_claim));
    if (!organisation) return bad("the token names no organisation");
    out.organisation = *organisation;
    const auto roles = claims.find(rules.roles_claim);
    if (roles == claims.end() || !roles->is_array() || roles->size() > kMaxRoles)
        return bad("the token has no list of roles");
    for (const Json& role : *roles) {
        if (role.is_string()) out.roles.push_back(role.get<std::string>());
    }
    if (claims.contains(rules.person_claim)) {
        const auto person = parse_id<UserId>(text(claims, rules.person_claim));
        if (!person) return bad("the token's person is no id");
        out.person = *person;
    }
    return out;
}

}  // namespace

std::optional<std::string> key_id_of(std::string_view token) {
    const auto parts = split(token);
    if (!parts) return std::nullopt;
    return text(parts->header, "kid");
}

Result<TokenClaims> check_token(std::string_view token, const TokenRules& rules, const Jwks& keys,
                                Time now) {
    const auto parts = split(token);
    if (!parts) return bad("this is no token");
    if (const auto signed_well = check_signature(*parts, keys); !signed_well)
        return fail(signed_well.error());
    return check_claims(parts->claims, rules, now);
}

TokenVerifier::TokenVerifier(TokenRules rules, Fetch fetch, const Clock& real_time)
    : rules_(std::move(rules)), fetch_(std::move(fetch)), clock_(real_time) {}

Result<TokenClaims> TokenVerifier::verify(std::string_view token) {
    const auto key = key_id_of(token);
    if (!key) return bad("this is no token");
    refresh(!keys()->contains(*key));
    return check_token(token, rules_, *keys(), clock_.now());
}

std::shared_ptr<const Jwks> TokenVerifier::keys() {
    const std::scoped_lock lock(mutex_);
    return keys_;
}

// Anybody can send a token of an unknown key, so the provider is not asked more often for that, nor
// while it does not answer.
void TokenVerifier::refresh(bool unknown_key) {
    std::unique_lock fetching(fetching_, std::defer_lock);
    if (keys()->empty())
        fetching.lock();  // without any there is nothing to go on with
    else if (!fetching.try_lock())
        return;
    const Instant now = std::chrono::steady_clock::now();
    if (asked_ && now - *asked_ < kPause) return;
    if (fetched_ && !unknown_key && now - *fetched_ < kGoodFor) return;
    asked_ = now;
    try {
        auto keys = parse_jwks(fetch_());
        if (keys) {
            fetched_ = now;
            keep(std::move(*keys));
            return;
        }
        spdlog::error("the identity provider's keys cannot be used: {}", keys.error().detail());
    } catch (const std::exception& failure) {
        spdlog::error("the identity provider's keys cannot be read: {}", failure.what());
    }
    // What may have been withdrawn long ago is not trusted for ever.
    if (fetched_ && now - *fetched_ > kTrustedFor) keep({});
}

void TokenVerifier::keep(Jwks keys) {
    const std::scoped_lock lock(mutex_);
    keys_ = std::make_shared<const Jwks>(std::move(keys));
}

}  // namespace suanpan::services
