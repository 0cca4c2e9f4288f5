#pragma once

// The "body" member of a command's log entry, both ways. Members with their default value are left
// out, so that an order's entry stays short; a body that was read prints the same again.

#include "base/json.hpp"
#include "base/result.hpp"
#include "core/commands.hpp"

namespace suanpan::core {

Json body_to_json(const CommandBody& body);
// `kind` as entry_kind() names it, `what` tells apart the bodies of one kind. Error `bad_entry`.
Result<CommandBody> body_from_json(std::string_view kind, const Json& json);

// Shared with the entries that follow from commands.
Json window_to_json(const Window& window);

}  // namespace suanpan::core
