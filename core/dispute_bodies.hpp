#pragma once

// The bodies of disputes and rulings in the log; see bodies.hpp. Inside of core/ only.

#include "base/json.hpp"
#include "core/commands.hpp"
#include "core/fields.hpp"

namespace suanpan::core {

Json write(const RegisterArbiterKey& body);
Json write(const RevokeArbiterKey& body);
Json write(const OpenDispute& body);
Json write(const ClaimDispute& body);
Json write(const AddEvidence& body);
Json write(const OfferSettlement& body);
Json write(const RuleDispute& body);

// Of kind `key`, whose `what` is "register_arbiter" or "revoke_arbiter".
CommandBody read_arbiter_key(Fields& in, std::string_view what);
CommandBody read_dispute(Fields& in);
CommandBody read_ruling(Fields& in);

// What counts as delivered, in entries that follow from disputes too.
Json delivered_to_json(const settlement::Delivered& delivered);

}  // namespace suanpan::core
