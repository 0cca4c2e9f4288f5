#include "services/iam/authenticator.hpp"

#include "base/crypto.hpp"
#include "db/queries/cash.hpp"
#include "services/iam/networks.hpp"
#include "services/trading/bootstrap.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstring>

namespace suanpan::services {

namespace {

constexpr std::chrono::seconds kKeep{5};
constexpr std::size_t kMostKept = 20'000;
constexpr std::size_t kLongestKey = 200;
constexpr std::string_view kKeyPrefix = "sk_";

// Of those that the organisation still has.
RoleSet roles_of(const core::OrganisationRow& organisation,
                 const std::vector<std::string>& scopes) {
    RoleSet held = 0;
    for (const core::Role role : organisation.roles)
        held |= role_bit(role);
    RoleSet named = 0;
    for (const std::string& scope : scopes) {
        const auto role = core::parse_role(scope);
        if (role) named |= role_bit(*role);
    }
    return held & named;
}

bool may_come_from(const std::vector<std::string>& networks, std::string_view address) {
    return networks.empty() || std::ranges::any_of(networks, [address](const std::string& text) {
               const auto network = Network::parse(text);
               return network && network->contains(address);
           });
}

// Empty: the header has none.
std::string_view secret_of(std::string_view header) {
    constexpr std::string_view kScheme = "Bearer ";
    return header.starts_with(kScheme) ? header.substr(kScheme.size()) : std::string_view();
}

tl::unexpected<Error> unauthorized() {
    return fail("unauthorized",
                "send a valid API key, or a token of the identity provider's, as "
                "'Authorization: Bearer …'");
}

}  // namespace

std::size_t Authenticator::HashOfHash::operator()(const Hash& hash) const {
    std::size_t out = 0;
    std::memcpy(&out, hash.data(), sizeof out);
    return out;
}

Result<Caller> Authenticator::authenticate(std::string_view header, std::string_view remote) {
    const std::string_view secret = secret_of(header);
    if (secret.empty()) return unauthorized();
    if (secret.starts_with(kKeyPrefix)) return authenticate_key(secret, remote);
    if (tokens_ != nullptr) return authenticate_token(secret);
    return unauthorized();
}

Result<Caller> Authenticator::authenticate_key(std::string_view secret, std::string_view remote) {
    if (secret.size() > kLongestKey) return unauthorized();
    const auto info = find(hash_api_secret(secret));
    auto caller = info ? judge(*info, remote) : std::nullopt;
    if (!caller) return unauthorized();
    return *std::move(caller);
}

std::optional<Caller> Authenticator::remember(std::string_view header, std::string_view remote) {
    const std::string_view secret = secret_of(header);
    if (!secret.starts_with(kKeyPrefix) || secret.size() > kLongestKey) return std::nullopt;
    const auto info = find_kept(hash_api_secret(secret));
    return info ? judge(*info, remote) : std::nullopt;
}

std::optional<Caller> Authenticator::judge(const db::ApiKeyInfo& info,
                                           std::string_view remote) const {
    if (info.revoked || info.organisation.suspended) return std::nullopt;
    if (info.key.expires && *info.key.expires <= clock_.now()) return std::nullopt;
    if (!may_come_from(info.key.networks, remote)) return std::nullopt;
    return Caller{
        info.key.id,      info.key.organisation, roles_of(info.organisation, info.key.scopes),
        info.key.expires, info.key.user,         info.key.networks};
}

// What was found is kept for as long as with a key; a token that expires meanwhile by its grace.
Result<Caller> Authenticator::authenticate_token(std::string_view token) {
    const Hash hash = sha256(token);
    const Instant now = std::chrono::steady_clock::now();
    {
        const std::lock_guard lock(mutex_);
        const auto found = kept_tokens_.find(hash);
        if (found != kept_tokens_.end() && found->second.until > now) return found->second.caller;
    }
    const auto claims = tokens_->verify(token);
    if (!claims) {
        spdlog::info("a token was refused: {}", claims.error().detail());
        return unauthorized();
    }
    const auto caller = caller_of(*claims);
    if (!caller) return unauthorized();
    const std::lock_guard lock(mutex_);
    if (kept_tokens_.size() >= kMostKept) kept_tokens_.clear();
    kept_tokens_.insert_or_assign(hash, KeptCaller{*caller, now + kKeep});
    return *caller;
}

std::optional<Caller> Authenticator::caller_of(const TokenClaims& claims) {
    const auto organisation = database_.read("find_organisation", [&claims](db::Tx& tx) {
        return db::find_organisation(tx, claims.organisation);
    });
    if (!organisation || organisation->row.suspended) return std::nullopt;
    Caller caller;
    caller.organisation = claims.organisation;
    caller.roles = roles_of(organisation->row, claims.roles);
    // The same for all tokens of one who signs in: limits and orders are told apart by it.
    const std::string_view end("\0", 1);
    const Hash name = sha256({"oidc", end, tokens_->rules().issuer, end, claims.subject});
    std::copy_n(name.begin(), caller.key.bytes.size(), caller.key.bytes.begin());
    if (!claims.person) return caller;
    const auto person = database_.read(
        "find_user", [&claims](db::Tx& tx) { return db::find_user(tx, *claims.person); });
    if (!person || person->row.organisation != claims.organisation || person->row.removed)
        return std::nullopt;
    caller.user = *claims.person;
    return caller;
}

void Authenticator::forget(const ApiKeyId& key) {
    const std::lock_guard lock(mutex_);
    ++forgotten_;
    std::erase_if(kept_, [&key](const auto& kept) { return kept.second.info.key.id == key; });
}

std::optional<db::ApiKeyInfo> Authenticator::find_kept(const Hash& hash) {
    const std::lock_guard lock(mutex_);
    const auto found = kept_.find(hash);
    if (found == kept_.end() || found->second.until <= std::chrono::steady_clock::now())
        return std::nullopt;
    return found->second.info;
}

std::optional<db::ApiKeyInfo> Authenticator::find(const Hash& hash) {
    const Instant now = std::chrono::steady_clock::now();
    std::uint64_t forgotten = 0;
    {
        const std::lock_guard lock(mutex_);
        forgotten = forgotten_;
    }
    if (auto kept = find_kept(hash)) return kept;
    auto info =
        database_.read("find_api_key", [&hash](db::Tx& tx) { return db::find_api_key(tx, hash); });
    const std::lock_guard lock(mutex_);
    // Unknown keys are not kept: anyone could fill the memory with them.
    if (!info) {
        kept_.erase(hash);
        return std::nullopt;
    }
    // Read before a revocation that came in between: good for this call, not for the next.
    if (forgotten != forgotten_) return info;
    if (kept_.size() >= kMostKept) kept_.clear();
    kept_.insert_or_assign(hash, Kept{*info, now + kKeep});
    return info;
}

}  // namespace suanpan::services
