#pragma once

// Changes that are no commands: made, and their answer stored, in one transaction (api
// "Idempotency-Key").

#include "api/call.hpp"
#include "db/side_rows.hpp"
#include "services/iam/idempotent_writes.hpp"

#include <memory>
#include <string>

namespace suanpan::api {

db::IdempotencyRow row_of(const Call& call, const services::IdempotencyKey& key,
                          const services::StoredResponse& response);

// Puts `secret` into the first answer. It is in this one answer and nowhere else, so a repeated
// request gets the answer without it.
services::IdempotentWrites::Done with_secret(const std::shared_ptr<Call>& call, const Reply& reply,
                                             std::shared_ptr<const std::string> secret);

}  // namespace suanpan::api
