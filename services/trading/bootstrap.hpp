#pragma once

// The first start on a log without an operator: its organisation is the log's first entry (but for
// what the log says of itself), and gets an API key.

#include "base/ids.hpp"
#include "db/pool.hpp"
#include "services/trading/core_loop.hpp"

#include <functional>
#include <optional>
#include <string>

namespace suanpan::services {

struct OperatorKey {
    OrganisationId organisation;
    std::string secret;  // "sk_…", shown this once: only its hash is stored
};

// A fresh API key: "sk_" and 256 random bits in base64url (RFC 4648 §5), unpadded.
std::string make_api_secret();
// What is stored and looked up.
Hash hash_api_secret(std::string_view secret);

// Nothing when the log has an operator already. REQUIRES a started loop. `keep` stores the key
// before it is committed: a crash in between leaves a key that nothing knows, never an operator
// without one. What it throws goes through, and nothing was committed. Errors: those of the
// command; `commit_failed`.
Result<std::optional<OperatorKey>> bootstrap(CoreLoop& loop, const Clock& clock,
                                             const std::string& operator_name,
                                             const std::function<void(const OperatorKey&)>& keep);

}  // namespace suanpan::services
