#pragma once

// The bodies of commands about organisations' signing keys in the log; see bodies.hpp. Inside of
// core/ only.

#include "base/json.hpp"
#include "core/commands.hpp"
#include "core/fields.hpp"

#include <string_view>

namespace suanpan::core {

Json write(const RegisterSigningKey& body);
Json write(const RevokeSigningKey& body);

// Of kind `key`, whose `what` is "register_signing_key" or "revoke_signing_key".
CommandBody read_signing_key(std::string_view what, Fields& in);

}  // namespace suanpan::core
