#pragma once

// From an API key to who asks and what they may do (api "Identity and authority").

#include "base/ids.hpp"
#include "base/result.hpp"
#include "core/rows.hpp"
#include "db/queries/identity.hpp"
#include "services/clock.hpp"

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string_view>
#include <unordered_map>

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
    std::optional<Time> expires;  // its key's
    UserId user{};                // whose key it is; nil: nobody's

    [[nodiscard]] bool has(core::Role role) const { return (roles & role_bit(role)) != 0; }
    [[nodiscard]] bool is_operator() const { return has(core::Role::kOperator); }
};

// Thread-safe. Keys are looked up by their SHA-256; what was found is kept for some seconds, so
// what changed elsewhere (an organisation's roles, its suspension) counts after at most that long.
class Authenticator {
 public:
    Authenticator(db::Pool& database, const Clock& clock) : database_(database), clock_(clock) {}

    // `header` is the value of Authorization. Error `unauthorized`, the same for every reason.
    Result<Caller> authenticate(std::string_view header);
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
    std::optional<db::ApiKeyInfo> find(const Hash& hash);

    db::Pool& database_;
    const Clock& clock_;
    std::mutex mutex_;
    std::unordered_map<Hash, Kept, HashOfHash> kept_;
    std::uint64_t forgotten_ = 0;  // how often forget() was called
};

}  // namespace suanpan::services
