#pragma once

// Writes that their authors sign (api "Signed writes").

#include "api/call.hpp"

#include <string>
#include <string_view>

namespace suanpan::api {

inline constexpr std::string_view kSignatureHeader = "dsse-signature";

// The envelope of the call's signature; empty when it has none. REQUIRES its Idempotency-Key.
// Errors: `bad_signature_header`, those of services::seal_write().
Result<std::string> envelope_of(const Call& call);
// What is signed is in the log for ever: so nothing of it may be what the log does not hold. Error
// `signed_free_text`.
Result<void> check_signable(const Write& write);

}  // namespace suanpan::api
