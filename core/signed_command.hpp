#pragma once

// Whether a signed command is what its author signed (core/signed_write.hpp): the whole of it is
// read again from path and body. Of the kinds that move most (orders, leases, signing keys) this is
// possible, and no other takes a signature. Pure.

#include "base/result.hpp"
#include "core/commands.hpp"
#include "core/signed_write.hpp"

#include <string_view>

namespace suanpan::core {

// Whether what is sent to this path may be signed.
bool is_signable_path(std::string_view path);

// Error `signed_otherwise`. REQUIRES that `write` was read from the command's own envelope.
Result<void> check_signed_command(const Command& command, const SignedWrite& write);

// All of it: signed under this key, in the actor's name, and says what the command does. Errors:
// `bad_signature`, `signed_otherwise`. REQUIRES as above.
Result<void> verify_author(const Command& command, const SignedWrite& write, const PublicKey& key);

}  // namespace suanpan::core
