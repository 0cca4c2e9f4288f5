#include "services/iam/authenticator.hpp"

#include "services/trading/bootstrap.hpp"

#include <cstring>

namespace suanpan::services {

namespace {

constexpr std::chrono::seconds kKeep{5};
constexpr std::size_t kMostKept = 20'000;
constexpr std::size_t kLongestKey = 200;

tl::unexpected<Error> unauthorized() {
    return fail("unauthorized", "send a valid API key as 'Authorization: Bearer sk_…'");
}

}  // namespace

std::size_t Authenticator::HashOfHash::operator()(const Hash& hash) const {
    std::size_t out = 0;
    std::memcpy(&out, hash.data(), sizeof out);
    return out;
}

Result<Caller> Authenticator::authenticate(std::string_view header) {
    constexpr std::string_view kScheme = "Bearer ";
    if (!header.starts_with(kScheme)) return unauthorized();
    const std::string_view secret = header.substr(kScheme.size());
    if (!secret.starts_with("sk_") || secret.size() > kLongestKey) return unauthorized();

    const auto info = find(hash_api_secret(secret));
    if (!info || info->revoked || info->organisation.suspended) return unauthorized();
    if (info->key.expires && *info->key.expires <= clock_.now()) return unauthorized();

    RoleSet held = 0;
    for (const core::Role role : info->organisation.roles)
        held |= role_bit(role);
    RoleSet scopes = 0;
    for (const std::string& scope : info->key.scopes) {
        const auto role = core::parse_role(scope);
        if (role) scopes |= role_bit(*role);
    }
    return Caller{info->key.id, info->key.organisation, held & scopes, info->key.expires,
                  info->key.user};
}

void Authenticator::forget(const ApiKeyId& key) {
    const std::lock_guard lock(mutex_);
    ++forgotten_;
    std::erase_if(kept_, [&key](const auto& kept) { return kept.second.info.key.id == key; });
}

std::optional<db::ApiKeyInfo> Authenticator::find(const Hash& hash) {
    const Instant now = std::chrono::steady_clock::now();
    std::uint64_t forgotten = 0;
    {
        const std::lock_guard lock(mutex_);
        forgotten = forgotten_;
        const auto found = kept_.find(hash);
        if (found != kept_.end() && found->second.until > now) return found->second.info;
    }
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
