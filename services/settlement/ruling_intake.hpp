#pragma once

// An arbiter's ruling as it comes in: a DSSE envelope, whose signature is checked before the market
// core sees it, and again by every audit (metering-settlement "Disputes").

#include "base/json.hpp"
#include "base/result.hpp"
#include "core/commands.hpp"
#include "db/reader.hpp"

namespace suanpan::services {

// `submitter` is the organisation whose key sent it; it must be the arbiter. Errors: those of the
// envelope, `bad_payload_type`, `bad_ruling`, `unknown_key` (also for a foreign one),
// `revoked_key`, `bad_signature`.
Result<core::RuleDispute> check_ruling(const db::Reader& database, const Json& envelope,
                                       const OrganisationId& submitter);

}  // namespace suanpan::services
