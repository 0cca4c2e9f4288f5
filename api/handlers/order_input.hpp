#pragma once

// An order as it is sent (market §4), shared by placing, batches and previews.

#include "api/call.hpp"
#include "api/fields.hpp"
#include "core/order_request.hpp"

#include <string>

namespace suanpan::api {

using OrderInput = core::OrderRequest;

// Notes every fault; look at them before using the result.
OrderInput read_order(const Call& call, const Json& body, Faults& faults, std::string pointer);

// The command and its side row; the free text goes into the log as a salted hash only.
Write order_write(const OrderInput& input);

// The answer of a placed order: what it resolved to, its fills, and the most it can cost.
Json placed_order_json(const core::CommandOutcome& outcome, const OrderInput& input);

}  // namespace suanpan::api
