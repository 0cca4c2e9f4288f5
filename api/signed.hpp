#pragma once

// Writes that their authors sign (api "Signed writes").

#include "api/call.hpp"

#include <string>
#include <string_view>

namespace suanpan::api {

inline constexpr std::string_view kSignatureHeader = "dsse-signature";

// That it has no signature, or is one of the writes that may (core/signed_command.hpp). Error
// `signature_not_taken`.
Result<void> check_takes_signature(const Call& call);
// The envelope of the call's signature; empty when it has none. REQUIRES its Idempotency-Key.
// Errors: `bad_signature_header`, those of services::seal_write().
Result<std::string> envelope_of(const Call& call);
// What is signed is in the log for ever: so nothing of it may be what the log does not hold. Error
// `signed_free_text`.
Result<void> check_signable(const Write& write);
// That a signed command does what its author signed, by the rule with which the log is audited. An
// error is a fault of this server's.
Result<void> check_signed(const core::Command& command);

}  // namespace suanpan::api
