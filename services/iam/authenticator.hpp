#pragma once

// From an API key to who asks and what they may do (api "Identity and authority").

#include "base/ids.hpp"
#include "base/result.hpp"
#include "core/rows.hpp"
#include "db/queries/identity.hpp"
#include "services/clock.hpp"
#include "services/iam/tokens.hpp"

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace suanpan::services {

// A set of roles as bits.
using RoleSet = std::uint32_t;
constexpr RoleSet role_bit(core::Role role) {
    return RoleSet{1} << static_cast<unsigned>(role);
}

// Acts for one organisation. The scopes of its key, less what the organisation has lost since.
struct Caller {
    ApiKeyId key;
    OrganisationId organisation;
    RoleSet roles = 0;
    std::optional<Time> expires;          // its key's
    UserId user{};                        // whose key it is; nil: nobody's
    std::vector<std::string> networks{};  // that its key is bound to

    [[nodiscard]] bool has(core::Role role) const { return (roles & role_bit(role)) != 0; }
    [[nodiscard]] bool is_operator() const { return has(core::Role::kOperator); }
};

// Thread-safe. Keys are looked up by their SHA-256; what was found is kept for some seconds, so
// what changed elsewhere (an organisation's roles, its suspension) counts after at most that long.
class Authenticator {
 public:
    // `tokens`: for who signs in with an identity provider; null: nobody does.
    Authenticator(db::Pool& database, const Clock& clock, TokenVerifier* tokens = nullptr)
        : database_(database), clock_(clock), tokens_(tokens) {}

    // `header` is the value of Authorization: an API key, or a token of the identity provider's.
    // `remote`: the address that it comes from. Error `unauthorized`, the same for every reason.
    Result<Caller> authenticate(std::string_view header, std::string_view remote);
    // The same of an API key that was found lately: without a question to the database. Nothing: it
    // would have to be asked, or the key is not good.
    [[nodiscard]] std::optional<Caller> remember(std::string_view header, std::string_view remote);
    // After a key's revocation was committed: no later call is let in by what was found before.
    void forget(const ApiKeyId& key);

 private:
    using Instant = std::chrono::steady_clock::time_point;
    struct Kept {
        db::ApiKeyInfo info;
        Instant until;
    };
    struct HashOfHash {
        std::size_t operator()(const Hash& hash) const;
    };
    struct KeptCaller {
        Caller caller;
        Instant until;
    };
    Result<Caller> authenticate_key(std::string_view secret, std::string_view remote);
    Result<Caller> authenticate_token(std::string_view token);
    std::optional<Caller> caller_of(const TokenClaims& claims);
    // What the key allows from there; nothing: nothing.
    [[nodiscard]] std::optional<Caller> judge(const db::ApiKeyInfo& info,
                                              std::string_view remote) const;
    [[nodiscard]] std::optional<db::ApiKeyInfo> find_kept(const Hash& hash);
    std::optional<db::ApiKeyInfo> find(const Hash& hash);

    db::Pool& database_;
    const Clock& clock_;
    TokenVerifier* tokens_;
    std::mutex mutex_;
    std::unordered_map<Hash, Kept, HashOfHash> kept_;
    std::unordered_map<Hash, KeptCaller, HashOfHash> kept_tokens_;
    std::uint64_t forgotten_ = 0;  // how often forget() was called
};

}  // namespace suanpan::services
