#pragma once

// The bodies of the operator's commands, of orders' replacement and of releases in the log; see
// bodies.hpp. Inside of core/ only.

#include "base/json.hpp"
#include "core/commands.hpp"
#include "core/fields.hpp"

namespace suanpan::core {

Json write(const UnblockLots& body);
Json write(const ReplaceOrder& body);
Json write(const CancelAll& body);
Json write(const KillSwitch& body);
Json write(const Reinstate& body);
Json write(const HaltMarket& body);
Json write(const ResumeMarket& body);
Json write(const OpenCall& body);
Json write(const CloseCall& body);
Json write(const SetBand& body);
Json write(const SetReference& body);
Json write(const SetLimits& body);
Json write(const ReleaseLease& body);

CommandBody read_cancel_all(Fields& in);
CommandBody read_replace(Fields& in);
CommandBody read_admin(Fields& in);

}  // namespace suanpan::core
