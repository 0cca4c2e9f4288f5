#pragma once

// Whether a signed command is what its author signed (core/signed_write.hpp): of the kinds that
// move most (orders, leases, signing keys) the whole of it is read again from path and body. Of
// others the signature proves that the author sent that body to that path, which whoever doubts
// compares. Pure.

#include "base/result.hpp"
#include "core/commands.hpp"
#include "core/signed_write.hpp"

namespace suanpan::core {

// Error `signed_otherwise`. REQUIRES that `write` was read from the command's own envelope.
Result<void> check_signed_command(const Command& command, const SignedWrite& write);

// All of it: the envelope is a signed write's, under this key, and says what the command does.
// Errors: `bad_signature`, `signed_otherwise`.
Result<SignedWrite> verify_author(const Command& command, const PublicKey& key);

}  // namespace suanpan::core
