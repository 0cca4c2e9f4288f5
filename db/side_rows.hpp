#pragma once

// Rows that travel with a command into its transaction but are not the core's: names, secrets'
// hashes, free text, stored responses. They stay outside the log (ledger "Entries": no personal
// data).

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "base/units.hpp"
#include "core/account_rows.hpp"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace suanpan::db {

struct OrganisationNameRow {
    OrganisationId id;
    std::string name;
};
// The key itself is shown once and never stored.
struct ApiKeyRow {
    ApiKeyId id;
    OrganisationId organisation;
    Hash key_hash{};
    std::vector<std::string> scopes;  // role words; at most the organisation's roles
    std::optional<Time> expires;
    std::string label;
    UserId user{};                        // whose it is; nil: nobody's, so that it moves no money
    std::vector<std::string> networks{};  // from which it may be used; empty: from anywhere
};
// A person's, which stays outside the log.
struct UserNameRow {
    UserId id;
    std::string name;
};
struct SiteNameRow {
    SiteId id;
    std::string name;
};
// The order's id is known only after the command was applied: it is the outcome's.
struct OrderTextRow {
    std::string client_order_id;  // unique per organisation for ever; empty: none
    std::string metadata;         // canonical JSON; empty: none
    std::string text_salt;  // hex; text_hash in the entry is SHA-256(salt ‖ client_order_id ‖ 0x00
                            // ‖ metadata)
};

using SideRow =
    std::variant<OrganisationNameRow, ApiKeyRow, SiteNameRow, OrderTextRow, UserNameRow>;

// How long a stored answer is given again (api "Idempotency-Key").
inline constexpr Duration kAnswerKept{24 * 3600};

// The stored answer of a write (api "Idempotency-Key").
struct IdempotencyRow {
    OrganisationId organisation;
    std::string route;
    std::string key;
    Hash body_hash{};
    bool for_ever = false;  // moves money or places an order
    std::string resource;   // id named when the answer itself has been dropped
    int status = 0;
    std::string body;
    Time time;
    std::optional<LogIndex> index = std::nullopt;  // of its entry; none when it is no command's
};

}  // namespace suanpan::db
